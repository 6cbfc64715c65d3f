use nin_dataset::{Images, LabeledImages, Loader, Normalization, Preparation};
use nin_layers::engine::{self, Batch, Device, UpdateScale};
use nin_layers::{
    Activation, Conv2dSpec, ConvSettings, Init, LayerSpec, NamedLayer, Plan, Window, init,
};

use super::*;
use crate::feed::Feed;

#[test]
fn every_picture_counts_the_same() {
    let mut totals = Totals::default();
    for (samples, mean, correct) in [(3, 1.0, 1), (3, 1.0, 0), (1, 4.0, 1)] {
        totals.add(BatchResult { samples, loss_sum: mean * samples as f64, correct });
    }
    assert_eq!(totals.samples, 7);
    // Not 2, the mean of the batches' means.
    assert_eq!(totals.loss(), 10.0 / 7.0);
    assert_eq!(totals.accuracy(), 2.0 / 7.0);
}

/// A network that knows left from right, with two classes.
fn engine() -> Box<dyn Engine> {
    let window = Window { kernel_size: 3, stride: 1, padding: 1 };
    let conv = Conv2dSpec { window, ..Conv2dSpec::cccp(6) };
    let scores = Conv2dSpec { activation: Activation::None, ..Conv2dSpec::cccp(2) };
    let specs = [conv, scores].map(LayerSpec::Conv2d).into_iter();
    let specs = specs.chain([LayerSpec::GlobalAvgPool2d]);
    let named = |(index, spec)| NamedLayer { name: format!("net.{index}"), spec };
    let layers = specs.enumerate().map(named).collect();
    let plan = Plan::new([1, 3, 4], layers).unwrap();
    let weights = init::state_dict(plan.parameters(), |_| Init::PytorchDefault, 7).unwrap();
    let settings = ConvSettings::default();
    engine::create(&Device::Cpu, plan, settings, &weights, |_| UpdateScale::default()).unwrap()
}

/// Five pictures of 3 × 4 pixels without symmetry.
fn pictures() -> LabeledImages {
    let bytes = (0..5 * 12).map(|i| (i * i * 37 % 251) as u8).collect();
    let images = Images::new(5, (3, 4, 1), bytes).unwrap();
    LabeledImages { images: images.into(), labels: [0, 1, 1, 0, 1].into() }
}

fn evaluation(engine: &mut dyn Engine, scoring: Scoring) -> Evaluation {
    let normalization = Normalization { mean: vec![0.5], std: vec![0.5] };
    let loader = Loader::new(pictures(), Preparation::new((3, 4), normalization), 2).unwrap();
    let feed = Feed::new(engine, &loader).unwrap();
    let pass = feed.pass(engine, (0..5).collect(), 0, None).unwrap();
    evaluate(engine, scoring, pass, &Interrupt::default()).unwrap().unwrap()
}

#[test]
fn the_scores_of_a_picture_and_its_mirror_image_are_averaged() {
    let mut engine = engine();
    let data = pictures();
    let mut scores = |index: usize, is_mirrored: bool| {
        let pixel = |i: usize| {
            let (row, column) = (i / 4, i % 4);
            let column = if is_mirrored { 3 - column } else { column };
            let byte = data.images.picture(index)[row * 4 + column];
            (f32::from(byte) / 255.0 - 0.5) / 0.5
        };
        let image: Vec<f32> = (0..12).map(pixel).collect();
        engine.evaluate(Batch::prepared(&image, &[0]), Weights::Current).unwrap();
        [engine.logits()[0], engine.logits()[1]].map(f64::from)
    };
    let (mut loss_sum, mut correct) = (0.0, 0);
    for (index, &label) in data.labels.iter().enumerate() {
        let (plain, mirrored) = (scores(index, false), scores(index, true));
        assert!((plain[0] - mirrored[0]).abs() > 1e-3, "the network sees no sides");
        let mean = [0, 1].map(|class| (plain[class] + mirrored[class]) / 2.0);
        let right = mean[label as usize];
        loss_sum += (mean[0].exp() + mean[1].exp()).ln() - right;
        correct += u64::from(right > mean[1 - label as usize]);
    }
    let scoring = Scoring { flips: Flips::Averaged, ..Scoring::default() };
    let found = evaluation(&mut *engine, scoring);
    assert_eq!((found.totals.samples, found.totals.correct), (5, correct));
    // Sums of twelve products in f32.
    assert!(
        (found.totals.loss_sum - loss_sum).abs() < 1e-5,
        "{} {loss_sum}",
        found.totals.loss_sum
    );
    let on_diagonal: u64 = found.confusion.rows().enumerate().map(|(class, row)| row[class]).sum();
    assert_eq!(on_diagonal, correct);
    assert_ne!(evaluation(&mut *engine, Scoring::default()).totals, found.totals);
}

#[test]
fn a_run_is_scored_by_what_it_keeps() {
    let mut config = Config::default();
    assert_eq!(Scoring::of_run(&config), Scoring::default());
    config.optimizer.ema_decay = 0.9;
    config.augment.average_flips = true;
    let wanted = Scoring { weights: Weights::Averaged, flips: Flips::Averaged };
    assert_eq!(Scoring::of_run(&config), wanted);
}
