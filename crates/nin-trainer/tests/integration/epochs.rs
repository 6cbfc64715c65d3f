//! What an epoch is: one pass, one step of the plateau, one row.

use crate::common::{Runs, metrics, resume, start};
use candle_core::{Device, Tensor};
use nin_layers::StateDict;
use nin_schedule::{Monitor, PlateauSettings, ReduceLrOnPlateau};
use nin_trainer::record;

fn rates(runs: &Runs, name: &str) -> Vec<f64> {
    metrics(&runs.path(name)).iter().map(|row| row.lr).collect()
}

#[test]
fn the_rates_follow_from_the_validation_losses() {
    let runs = Runs::new();
    let mut config = runs.tiny_of("run", 100);
    config.schedule.monitor = Monitor::ValLoss;
    (config.schedule.threshold, config.schedule.factor) = (0.02, 0.5);
    config.schedule.max_epoch = 12;
    start(&config).unwrap();
    let settings = PlateauSettings {
        factor: config.schedule.factor,
        patience: config.schedule.patience,
        threshold: config.schedule.threshold,
        threshold_mode: config.schedule.threshold_mode,
        ..PlateauSettings::default()
    };
    let mut plateau = ReduceLrOnPlateau::new(config.optimizer.lr, settings).unwrap();
    let mut cuts = 0;
    for row in metrics(&runs.path("run")) {
        assert_eq!(row.lr, plateau.lr(), "epoch {}", row.epoch);
        let change = plateau.step(row.val_loss.unwrap());
        cuts += usize::from(change == nin_schedule::RateChange::Cut);
    }
    assert!((1..11).contains(&cuts), "{cuts} cuts show nothing");
}

#[test]
fn patience_counts_epochs_and_not_batches() {
    let runs = Runs::new();
    let mut config = runs.tiny("run");
    (config.schedule.patience, config.optimizer.batch_size) = (3, 4);
    // No epoch is an improvement but the first, and the fourth after it brings a cut.
    start(&config).unwrap();
    assert_eq!(rates(&runs, "run"), [0.1; 3]);
    config.schedule.max_epoch = 6;
    resume(&config, &runs.path("run")).unwrap();
    assert_eq!(rates(&runs, "run"), [0.1, 0.1, 0.1, 0.1, 0.1, 0.1 * config.schedule.factor]);
}

#[test]
fn validation_begins_anew_each_epoch() {
    let runs = Runs::new();
    let mut config = runs.tiny("run");
    // A rate that moves no weight and no batch norm whose averages would move.
    config.optimizer.lr = f64::MIN_POSITIVE;
    config.model.norm = nin_model::config::NormKind::None;
    config.schedule.max_epoch = 2;
    start(&config).unwrap();
    let rows = metrics(&runs.path("run"));
    assert_eq!(rows[0].val_loss, rows[1].val_loss);
    assert_eq!(rows[0].val_accuracy, rows[1].val_accuracy);
}

fn tensors(path: std::path::PathBuf) -> StateDict {
    candle_core::safetensors::load(path, &Device::Cpu).unwrap().into_iter().collect()
}

fn numbers(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

#[test]
fn one_epoch_moves_every_tensor_from_its_start() {
    let runs = Runs::new();
    let mut config = runs.tiny("run");
    config.schedule.max_epoch = 1;
    start(&config).unwrap();
    let after = tensors(runs.path("run/checkpoints/1.safetensors"));
    let network = nin_model::Network::new(&config.model, [8, 8], 10).unwrap();
    let before = network.initial_weights(config.run.seed).unwrap();
    assert!(before.keys().eq(after.keys()));
    for (name, tensor) in &before {
        assert!(numbers(tensor) != numbers(&after[name]), "{name}");
    }
}

#[test]
fn speed_counts_the_pictures_of_the_last_part_of_a_batch_too() {
    let runs = Runs::new();
    // 30 pictures in batches of 7.
    start(&runs.tiny("run")).unwrap();
    for row in record::metrics::read(&runs.path("run").join("metrics.csv")).unwrap() {
        let pictures = row.images_per_second * row.seconds;
        assert!((pictures - 30.0).abs() < 0.5, "{pictures}");
    }
}
