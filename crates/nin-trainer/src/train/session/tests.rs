#[path = "../../../tests/integration/common/idx.rs"]
mod idx;

use std::path::Path;

use nin_layers::engine::{Batch, BatchResult, Device, KeptSet, Recipe, Weights};
use nin_layers::{Plan, StateDict};

use super::*;
use crate::{Start, Verbosity, record};

/// Everything that moves: batch norm, dropout, momentum with dampening, averages, a
/// rate that changes with each step, augmentation of every kind, small pictures first.
const CONFIG: &str = r#"
[data]
image_size = 8
val = 0.25

[augment]
small_epochs = 1
small_size = 6
flip = "alternating"
shift_px = 1
erase_probability = 0.5
average_flips = true

[model]
norm = "batch"
last_relu = false
blocks = [
  { layers = [{ channels = 8, kernel_size = 3, padding = 1 }], dropout = 0.2 },
  { layers = [{ channels = "classes" }] },
]

[optimizer]
batch_size = 5 # of 30 pictures to train on, 10 to validate, 5 to test
lr = 0.1
momentum = 0.9
dampening = 0.1
ema_decay = 0.9

[schedule]
kind = "one-cycle"
max_epoch = 2
"#;

/// Of an epoch, as the engine sees them: the mirror images are a batch of their own.
const BATCHES: usize = 6 + 2 * 2;

/// A run in a folder beside its data.
fn config(run: &Path) -> Config {
    let mut config: Config = toml::from_str(CONFIG).unwrap();
    let data = run.with_file_name("data");
    if !data.exists() {
        idx::write_idx(&data, 40, 5);
    }
    config.data.dataset = data.display().to_string().parse().unwrap();
    config.run.model_base_path = Some(run.to_owned());
    config
}

/// An engine that sends a signal with its `left`-th batch.
struct Signalling {
    engine: Box<dyn Engine>,
    left: usize,
    interrupt: Interrupt,
}

impl Signalling {
    fn count(&mut self) {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            self.interrupt.ask(15);
        }
    }
}

impl Engine for Signalling {
    fn plan(&self) -> &Plan {
        self.engine.plan()
    }

    fn set_image_size(&mut self, size: [usize; 2]) -> Result<(), LayerError> {
        self.engine.set_image_size(size)
    }

    fn keep(&mut self, shape: [usize; 3], bytes: &[u8]) -> Result<Option<KeptSet>, LayerError> {
        self.engine.keep(shape, bytes)
    }

    fn set_recipe(&mut self, recipe: &Recipe) -> Result<(), LayerError> {
        self.engine.set_recipe(recipe)
    }

    fn train_step(
        &mut self,
        batch: Batch<'_>,
        step: &TrainStep,
    ) -> Result<BatchResult, LayerError> {
        self.count();
        self.engine.train_step(batch, step)
    }

    fn evaluate(&mut self, batch: Batch<'_>, weights: Weights) -> Result<BatchResult, LayerError> {
        self.count();
        self.engine.evaluate(batch, weights)
    }

    fn logits(&self) -> &[f32] {
        self.engine.logits()
    }

    fn weights(&self) -> Result<StateDict, LayerError> {
        self.engine.weights()
    }

    fn load_weights(&mut self, weights: &StateDict) -> Result<(), LayerError> {
        self.engine.load_weights(weights)
    }

    fn momentum(&self) -> Result<StateDict, LayerError> {
        self.engine.momentum()
    }

    fn load_momentum(&mut self, momentum: &StateDict) -> Result<(), LayerError> {
        self.engine.load_momentum(momentum)
    }

    fn averages(&self) -> Result<StateDict, LayerError> {
        self.engine.averages()
    }

    fn load_averages(&mut self, averages: &StateDict) -> Result<(), LayerError> {
        self.engine.load_averages(averages)
    }
}

/// Runs until the signal with batch number `stop_with`, counted over training,
/// validation and test; 0 stands for a signal before the first.
fn run_until(config: &Config, start: &Start, stop_with: usize) -> Result<TestResult, TrainError> {
    run_on(&Device::Cpu, config, start, stop_with)
}

fn run_on(
    device: &Device,
    config: &Config,
    start: &Start,
    stop_with: usize,
) -> Result<TestResult, TrainError> {
    let (console, interrupt) = (Console::new(Verbosity::Quiet), Interrupt::default());
    let session = Session::open(config, start, device, &console, &interrupt)?;
    let mut session = session.expect("the run is not over");
    if stop_with == 0 {
        interrupt.ask(15);
    }
    let (engine, left) = (session.engine, stop_with);
    session.engine = Box::new(Signalling { engine, left, interrupt: interrupt.clone() });
    session.run()
}

/// The rows of `metrics.csv` without their times.
fn rows(run: &Path) -> Vec<record::EpochRecord> {
    let rows = record::metrics::read(&run.join("metrics.csv")).unwrap();
    let timeless = |row| record::EpochRecord { seconds: 0.0, images_per_second: 0.0, ..row };
    rows.into_iter().map(timeless).collect()
}

fn weights(run: &Path, epoch: u32) -> Vec<u8> {
    std::fs::read(run.join(format!("checkpoints/{epoch}.safetensors"))).unwrap()
}

#[test]
fn a_run_interrupted_at_any_batch_ends_as_one_that_was_not() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole");
    run_until(&config(&whole), &Start::New, usize::MAX).unwrap();
    // A signal with a pass's last batch, or its mirror image, is met at the next pass's
    // first: the test's, behind the last two.
    for stop_with in 0..2 * BATCHES - 1 {
        let run = folder.path().join(stop_with.to_string());
        let error = run_until(&config(&run), &Start::New, stop_with).unwrap_err();
        let wanted = format!("interrupted; continue with --resume {}", run.display());
        assert_eq!((error.exit_code(), error.to_string()), (143, wanted));
        run_until(&config(&run), &Start::Resume(run.clone()), usize::MAX).unwrap();
        for epoch in [1, 2] {
            assert!(weights(&run, epoch) == weights(&whole, epoch), "batch {stop_with}");
        }
        assert_eq!(rows(&run), rows(&whole), "batch {stop_with}");
    }
}

#[test]
fn a_run_can_be_resumed_from_its_start_again_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole");
    run_until(&config(&whole), &Start::New, usize::MAX).unwrap();
    // As if the program had been killed in its first epoch, before or after it made
    // its records.
    for lost in [&[][..], &["metrics.csv", "train.log", "network.svg"]] {
        let run = folder.path().join(format!("{} lost", lost.len()));
        let resume = Start::Resume(run.clone());
        for start in [&Start::New, &resume] {
            run_until(&config(&run), start, 0).unwrap_err();
            assert_eq!(rows(&run), []);
        }
        lost.iter().for_each(|name| std::fs::remove_file(run.join(name)).unwrap());
        run_until(&config(&run), &resume, usize::MAX).unwrap();
        assert!(weights(&run, 2) == weights(&whole, 2));
        assert_eq!(rows(&run), rows(&whole));
        assert!(run.join("network.svg").exists());
    }
}

#[test]
fn a_resume_that_is_killed_at_once_has_its_new_settings_saved() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let mut config = config(&run);
    run_until(&config, &Start::New, BATCHES + 3).unwrap_err();
    config.run.comment = "resumed".to_owned();
    let (console, interrupt) = (Console::new(Verbosity::Quiet), Interrupt::default());
    let start = Start::Resume(run.clone());
    drop(Session::open(&config, &start, &Device::Cpu, &console, &interrupt).unwrap());
    let (progress, _) = state::read(&run.join("checkpoints/state-1.safetensors")).unwrap();
    assert_eq!((progress.config.run.comment.as_str(), progress.partial.batches), ("resumed", 3));
}

#[test]
fn a_state_that_no_run_reaches_is_the_fault_of_its_file() {
    let changes: [fn(&mut Progress); 5] = [
        |progress| progress.step = u64::MAX,
        |progress| progress.partial.batches = 1_000_000_000,
        |progress| progress.partial.totals.samples = u64::MAX,
        |progress| progress.loaders.draws = u64::MAX,
        |progress| (progress.epoch, progress.step) = (u32::MAX, 6 * u64::from(u32::MAX)),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (number, change) in changes.into_iter().enumerate() {
        let run = folder.path().join(number.to_string());
        let mut config = config(&run);
        config.schedule.kind = nin_schedule::ScheduleKind::Constant;
        config.schedule.max_epoch = 10_000_000_000;
        run_until(&config, &Start::New, 3).unwrap_err();
        let path = run.join("checkpoints/state-0.safetensors");
        let (mut progress, tensors) = state::read(&path).unwrap();
        change(&mut progress);
        std::fs::write(&path, state::to_bytes(&progress, &tensors).unwrap()).unwrap();
        let error = run_until(&config, &Start::Resume(run), usize::MAX).unwrap_err();
        let message = error.to_string();
        assert_eq!(error.exit_code(), 3, "{message}");
        assert!(message.contains("state-") && message.contains("of no run"), "{message}");
    }
}

/// A card's engine, its kernels played on the CPU, with the pictures prepared there,
/// and, as noise cannot be, prepared before.
#[cfg(target_os = "linux")]
#[test]
fn a_run_on_a_card_is_that_of_the_cpu_but_for_rounding() {
    let card = Device::Emulated(nin_kernels_cuda::Turn::Rising);
    for erase_fill in [nin_dataset::EraseFill::Zeros, nin_dataset::EraseFill::Noise] {
        let folder = tempfile::tempdir().unwrap();
        let run = |name: &str, device: &Device, start: &dyn Fn(&Path) -> Start, stop_with| {
            let run = folder.path().join(name);
            let mut config = config(&run);
            config.augment.erase_fill = erase_fill;
            config.compute.conv = crate::ConvChoice::Exact;
            run_on(device, &config, &start(&run), stop_with)
        };
        let (new, resume) = (|_: &Path| Start::New, |run: &Path| Start::Resume(run.to_owned()));
        run("cpu", &Device::Cpu, &new, usize::MAX).unwrap();
        run("card", &card, &new, usize::MAX).unwrap();
        let row_pairs = |name: &str| {
            let (cpu, other) = (rows(&folder.path().join("cpu")), rows(&folder.path().join(name)));
            assert_eq!((cpu.len(), other.len()), (2, 2), "{name}");
            cpu.into_iter().zip(other).collect::<Vec<_>>()
        };
        for (cpu, card) in row_pairs("card") {
            // Twelve steps of sums in another order.
            assert!((cpu.train_loss - card.train_loss).abs() < 1e-5, "{cpu:?} and {card:?}");
            let (on_cpu, on_card) = (cpu.val_loss.unwrap(), card.val_loss.unwrap());
            assert!((on_cpu - on_card).abs() < 1e-5, "{cpu:?} and {card:?}");
        }
        // Interrupted on the card, it goes on there exactly, and on the CPU.
        for stop_with in [3, BATCHES + 2] {
            let name = format!("interrupted {stop_with}");
            run(&name, &card, &new, stop_with).unwrap_err();
            run(&name, &card, &resume, usize::MAX).unwrap();
            let ends = ["card", &name].map(|name| weights(&folder.path().join(name), 2));
            assert!(ends[0] == ends[1], "{name}");
        }
        run("moved", &card, &new, BATCHES + 2).unwrap_err();
        run("moved", &Device::Cpu, &resume, usize::MAX).unwrap();
        for (cpu, moved) in row_pairs("moved") {
            assert!((cpu.train_loss - moved.train_loss).abs() < 1e-5, "{cpu:?} and {moved:?}");
        }
    }
}
