//! Pictures that the engine keeps.

use super::{CLASSES, INPUT, Samples, engine, learnt, plan, step};
use crate::engine::{
    Batch, Change, Images, KeptSet, MovePadding, Recipe, ResizeWindow, TrainStep, Weights,
};

const COUNT: usize = 7;

/// H, W, C.
fn shape() -> [usize; 3] {
    let [channels, height, width] = INPUT;
    [height, width, channels]
}

fn bytes() -> Vec<u8> {
    (0..COUNT * shape().iter().product::<usize>()).map(|i| (i * i * 37 + i) as u8).collect()
}

/// As they are stored, numbers around 0, differently for each channel.
fn recipe() -> Recipe {
    let [height, width, channels] = shape();
    let as_it_is = |first| ResizeWindow { first, weights: vec![1 << 22] };
    Recipe {
        stored: shape(),
        columns: (0..width).map(as_it_is).collect(),
        rows: (0..height).map(as_it_is).collect(),
        tables: (0..channels).map(|c| std::array::from_fn(|byte| number(byte, c))).collect(),
        padding: MovePadding::Zeros,
    }
}

fn number(byte: usize, channel: usize) -> f32 {
    byte as f32 / 100.0 - 1.25 - channel as f32
}

/// The numbers of the pictures `indices`, mirrored or not.
fn prepared(indices: &[u32], is_mirrored: bool) -> Vec<f32> {
    let [height, width, channels] = shape();
    let bytes = bytes();
    let mut numbers = Vec::new();
    for &index in indices {
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let x = if is_mirrored { width - 1 - x } else { x };
            let pixel = ((index as usize * height + y) * width + x) * channels;
            numbers.extend((0..channels).map(|c| number(bytes[pixel + c].into(), c)));
        }
    }
    numbers
}

#[test]
fn kept_pictures_are_those_that_were_prepared() {
    let plan = plan(0.5);
    let (mut keeping, mut other) = (engine(&plan), engine(&plan));
    let set = keeping.keep(shape(), &bytes()).unwrap().unwrap();
    keeping.set_recipe(&recipe()).unwrap();
    let indices = [6, 0, 3, 3];
    let labels: Vec<u32> = (0..4).map(|i| i % CLASSES as u32).collect();
    let mirrored = [Change { mirrored: true, ..Change::default() }; 4];
    for (number, (changes, numbers)) in
        [(&[][..], prepared(&indices, false)), (&mirrored, prepared(&indices, true))]
            .into_iter()
            .enumerate()
    {
        let images = Images::Kept { set, indices: &indices, changes };
        let kept = Batch { images, labels: &labels };
        let prepared = Batch::prepared(&numbers, &labels);
        let step = TrainStep { ..step(number as u64) };
        let results = [(&mut keeping, kept), (&mut other, prepared)].map(|(engine, batch)| {
            let trained = engine.train_step(batch, &step).unwrap();
            [trained, engine.evaluate(batch, Weights::Current).unwrap()]
        });
        assert_eq!(results[0], results[1]);
        assert_eq!(learnt(&*keeping), learnt(&*other));
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut engine = engine(&plan(0.5));
    let message = |result: Result<_, crate::LayerError>| match result {
        Ok(()) => panic!("nothing was refused"),
        Err(error) => error.to_string(),
    };
    let [height, width, _] = shape();
    let text = message(engine.keep(shape(), &[0; 5]).map(|_| ()));
    assert_eq!(text, "5 bytes are no whole pictures of [9, 8, 2]");
    let set = engine.keep(shape(), &bytes()).unwrap().unwrap();
    let mut evaluate = |set, indices: &[u32], changes: &[Change], recipe: Option<&Recipe>| {
        if let Some(recipe) = recipe {
            engine.set_recipe(recipe)?;
        }
        let (images, labels) = (Images::Kept { set, indices, changes }, vec![0; indices.len()]);
        engine.evaluate(Batch { images, labels: &labels }, Weights::Current).map(|_| ())
    };
    assert_eq!(message(evaluate(set, &[0], &[], None)), "kept pictures need a recipe");
    let mut wrong = recipe();
    wrong.rows.push(ResizeWindow { first: height, weights: vec![1] });
    let text = "a recipe that is not for pictures of [9, 8, 2]";
    assert_eq!(message(evaluate(set, &[0], &[], Some(&wrong))), text);
    let empty = Recipe { columns: Vec::new(), ..recipe() };
    assert_eq!(message(evaluate(set, &[0], &[], Some(&empty))), text);

    let reflecting = Recipe { padding: MovePadding::Reflect, ..recipe() };
    evaluate(set, &[0], &[], Some(&reflecting)).unwrap();
    let moved = |right| [Change { right, ..Change::default() }];
    evaluate(set, &[0], &moved(width as i32 - 1), None).unwrap();
    assert_eq!(
        message(evaluate(set, &[0], &moved(width as i32), None)),
        "a picture is moved further than its size"
    );
    assert_eq!(message(evaluate(set, &[0, 1], &moved(0), None)), "1 changes of 2 pictures");
    let text = "picture 7 of 7 of [9, 8, 2], or another recipe";
    assert_eq!(message(evaluate(set, &[7], &[], None)), text);
    assert_eq!(message(evaluate(KeptSet(1), &[0], &[], None)), "no set 1 is kept");

    let mut smaller = recipe();
    smaller.rows.pop();
    assert_eq!(
        message(evaluate(set, &[0], &[], Some(&smaller))),
        "batch of 1 labels and 128 numbers, wanted 144 an image"
    );
    // And the engine works on.
    evaluate(set, &[6], &[], Some(&recipe())).unwrap();
    engine.train_step(Samples::new(3, 0).batch(), &step(0)).unwrap();
}
