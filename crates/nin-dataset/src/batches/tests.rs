use proptest::prelude::*;

use super::batch::Buffers;
use super::worker::{Pass, spawn};
use super::*;
use crate::{
    AugmentConfig, Augmentation, Change, Contrast, EraseFill, Flip, Images, LabeledImages,
    Normalization, Preparation, Recipe, ResizeWindow, Resizer, ShiftPadding,
};

/// `count` pictures of H, W, C = 2, 3, `channels`, every byte another.
fn set(count: usize, channels: usize) -> LabeledImages {
    let bytes = (0..count * 6 * channels).map(|i| (i * 7) as u8).collect();
    let images = Images::new(count, (2, 3, channels), bytes).unwrap();
    LabeledImages { images: images.into(), labels: (0..count as u32).map(|i| i % 10).collect() }
}

fn preparation(image_size: (usize, usize), channels: usize) -> Preparation {
    let normalization = Normalization { mean: vec![0.5; channels], std: vec![0.5; channels] };
    Preparation::new(image_size, normalization)
}

fn unchanged() -> Augmentation {
    Augmentation { config: AugmentConfig::default(), seed: 0, epoch: 0 }
}

type Copied = (Vec<f32>, Vec<u32>, Vec<u32>, [usize; 4]);

/// Images, labels, indices and shape of each batch.
fn all(batches: Batches) -> Vec<Copied> {
    let copy = |batch: Result<Batch, DatasetError>| {
        let batch = batch.unwrap();
        (batch.images.clone(), batch.labels.clone(), batch.indices.clone(), batch.shape)
    };
    batches.map(copy).collect()
}

#[test]
fn batches_hold_the_normalised_pictures_of_the_order() {
    let data = set(5, 1);
    let loader = Loader::new(data.clone(), preparation((2, 3), 1), 2).unwrap();
    let batches = loader.batches(vec![4, 0, 3, 3, 1]).unwrap();
    assert_eq!(batches.size_hint(), (3, Some(3)));
    let batches = all(batches);
    assert_eq!(batches.len(), loader.batch_count(5));
    let indices: Vec<_> = batches.iter().map(|batch| batch.2.clone()).collect();
    assert_eq!(indices, [vec![4, 0], vec![3, 3], vec![1]]);
    assert_eq!(batches[0].1, [4, 0]);
    assert_eq!((batches[0].3, batches[2].3), ([2, 2, 3, 1], [1, 2, 3, 1]));
    let wanted: Vec<f32> =
        data.images.picture(1).iter().map(|&b| (f32::from(b) / 255.0 - 0.5) / 0.5).collect();
    assert_eq!(batches[2].0, wanted);
}

#[test]
fn pictures_are_resized_before_they_are_normalised() {
    let data = set(3, 2);
    let loader = Loader::new(data.clone(), preparation((5, 4), 2), 8).unwrap();
    let batches = all(loader.batches(vec![2, 1]).unwrap());
    assert_eq!(batches[0].3, [2, 5, 4, 2]);
    let mut resized = vec![0; 5 * 4 * 2];
    Resizer::new((2, 3), (5, 4), 2).resize(data.images.picture(1), &mut resized);
    let wanted: Vec<f32> = resized.iter().map(|&b| (f32::from(b) / 255.0 - 0.5) / 0.5).collect();
    assert_eq!(batches[0].0[40..], wanted);
}

#[test]
fn a_pass_goes_on_where_it_was_left() {
    let loader = Loader::new(set(50, 1), preparation((2, 3), 1), 7).unwrap();
    let order: Vec<u32> = (0..50).rev().collect();
    let whole = all(loader.batches(order.clone()).unwrap());
    assert_eq!(whole.len(), 8);
    for first in [0, 3, 7] {
        let rest = all(loader.training_batches(order.clone(), first, &unchanged()).unwrap());
        assert_eq!(rest, whole[first..], "from {first}");
    }
    assert!(all(loader.training_batches(order, 9, &unchanged()).unwrap()).is_empty());
    assert!(all(loader.batches(vec![]).unwrap()).is_empty());
}

#[test]
fn kept_batches_are_not_written_again() {
    let loader = Loader::new(set(30, 1), preparation((2, 3), 1), 3).unwrap();
    let kept: Vec<Batch> = loader.batches((0..30).collect()).unwrap().map(Result::unwrap).collect();
    let indices: Vec<u32> = kept.iter().flat_map(|batch| batch.indices.clone()).collect();
    assert_eq!(indices, (0..30).collect::<Vec<_>>());
}

#[test]
fn an_early_stop_ends_the_worker() {
    let loader = Loader::new(set(1000, 1), preparation((2, 3), 1), 1).unwrap();
    let mut batches = loader.batches((0..1000).collect()).unwrap();
    let held = batches.next().unwrap().unwrap();
    // Joins the worker; the test would hang if it did not end.
    drop(batches);
    assert_eq!(held.len(), 1);
    assert!(!held.is_empty());
}

fn pass(pictures: u32) -> Pass {
    let order = (0..pictures).collect();
    Pass { order, batch_size: 1, first_batch: 0, picture_shape: [1, 1, 1] }
}

#[test]
fn a_panic_of_the_worker_is_an_error_after_the_good_batches() {
    let fill = |buffers: &mut Buffers| assert!(buffers.indices[0] != 3, "picture 3 is broken");
    let mut batches = spawn(pass(9), fill).unwrap();
    for index in 0..3 {
        assert_eq!(batches.next().unwrap().unwrap().indices, [index]);
    }
    let error = batches.next().unwrap().unwrap_err();
    let wanted = "the thread that prepares batches failed: picture 3 is broken";
    assert_eq!(error.to_string(), wanted);
    assert_eq!(error.kind(), crate::ErrorKind::Bug);
    assert!(batches.next().is_none());
}

#[test]
fn memory_is_used_again_and_few_batches_are_ahead() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let (fresh, filled) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (fresh_in, filled_in) = (fresh.clone(), filled.clone());
    let fill = move |buffers: &mut Buffers| {
        if buffers.images.capacity() == 0 {
            fresh_in.fetch_add(1, Ordering::SeqCst);
        }
        buffers.images.resize(1, 0.0);
        filled_in.fetch_add(1, Ordering::SeqCst);
    };
    for (taken, batch) in spawn(pass(100), fill).unwrap().enumerate() {
        drop(batch.unwrap());
        // Two ready, one in the worker's hands, one being handed over.
        let ahead = filled.load(Ordering::SeqCst) - (taken + 1);
        assert!(ahead <= 4, "{ahead} batches ahead");
    }
    // Those ahead and the one in use.
    assert!(fresh.load(Ordering::SeqCst) <= 5);
}

#[test]
fn what_does_not_fit_is_refused() {
    let refused = |size, channels, batch_size| {
        Loader::new(set(5, 1), preparation(size, channels), batch_size).unwrap_err().to_string()
    };
    assert_eq!(refused((2, 3), 1, 0), "batch_size: want at least 1, found 0");
    assert_eq!(refused((0, 3), 1, 1), "image_size: want at least 1x1, found 0x3");
    assert_eq!(refused((2, 3), 3, 1), "mean: want mean and std of 1 channels, found 3");
    let loader = Loader::new(set(5, 1), preparation((2, 3), 1), 2).unwrap();
    let error = loader.batches(vec![0, 5]).unwrap_err();
    assert_eq!(error.to_string(), "index 5 in the order of a pass, want 0..4");
}

proptest! {
    #[test]
    fn batches_joined_are_the_order(
        order in proptest::collection::vec(0_u32..20, 0..60),
        batch_size in 1_usize..70,
        first in 0_usize..5,
    ) {
        let loader = Loader::new(set(20, 1), preparation((1, 2), 1), batch_size).unwrap();
        let batches = all(loader.training_batches(order.clone(), first, &unchanged()).unwrap());
        for batch in &batches {
            prop_assert_eq!(batch.0.len(), batch.2.len() * 2);
            prop_assert!(!batch.2.is_empty() && batch.2.len() <= batch_size);
        }
        let joined: Vec<u32> = batches.into_iter().flat_map(|batch| batch.2).collect();
        prop_assert_eq!(joined, order.into_iter().skip(first * batch_size).collect::<Vec<_>>());
    }
}

/// One axis of a resize, as [`Recipe`] says it.
fn resized(window: &ResizeWindow, input: impl Fn(usize) -> u8) -> u8 {
    let products = window.weights.iter().enumerate();
    let sum: i64 = products
        .map(|(tap, &weight)| i64::from(weight) * i64::from(input(window.first + tap)))
        .sum();
    ((sum + (1 << 21)) >> 22).clamp(0, 255) as u8
}

/// A picture by a recipe and a change, in plain loops.
fn followed(recipe: &Recipe, stored: &[u8], change: Change) -> Vec<f32> {
    let [_, width, channels] = recipe.stored;
    let source = |place: usize, shift: i32, len: usize| {
        let (source, last) = (place as i32 - shift, len as i32 - 1);
        match recipe.padding {
            _ if (0..=last).contains(&source) => Some(source as usize),
            ShiftPadding::Zeros => None,
            ShiftPadding::Reflect if source < 0 => Some(-source as usize),
            ShiftPadding::Reflect => Some((2 * last - source) as usize),
        }
    };
    let (out_height, out_width) = (recipe.rows.len(), recipe.columns.len());
    let mut numbers = Vec::new();
    for (y, x, c) in (0..out_height)
        .flat_map(|y| (0..out_width).flat_map(move |x| (0..channels).map(move |c| (y, x, c))))
    {
        let from = (source(y, change.down, out_height), source(x, change.right, out_width));
        let byte = match from {
            (Some(y), Some(x)) => {
                let x = if change.mirrored { out_width - 1 - x } else { x };
                resized(&recipe.rows[y], |row| {
                    resized(&recipe.columns[x], |column| {
                        stored[(row * width + column) * channels + c]
                    })
                })
            }
            _ => 0,
        };
        let is_erased = change.erased.is_some_and(|part| {
            (part.top..part.top + part.height).contains(&y)
                && (part.left..part.left + part.width).contains(&x)
        });
        numbers.push(if is_erased { 0.0 } else { recipe.tables[c][usize::from(byte)] });
    }
    numbers
}

#[test]
fn what_is_described_is_what_is_prepared() {
    let data = set(40, 2);
    let loader = Loader::new(data.clone(), preparation((7, 6), 2), 16).unwrap();
    let order: Vec<u32> = (0..40).rev().collect();
    let config = AugmentConfig {
        flip: Flip::Random,
        shift_px: 2,
        erase_probability: 0.5,
        erase_fill: EraseFill::Zeros,
        small_epochs: 1,
        small_size: 5,
        ..AugmentConfig::default()
    };
    for (padding, epoch) in [(ShiftPadding::Zeros, 0), (ShiftPadding::Reflect, 1)] {
        let config = AugmentConfig { shift_padding: padding, ..config.clone() };
        let augmentation = Augmentation { config, seed: 3, epoch };
        for (augmentation, prepared) in [
            (None, loader.batches(order.clone()).unwrap()),
            (
                Some(&augmentation),
                loader.training_batches(order.clone(), 0, &augmentation).unwrap(),
            ),
        ] {
            let described = loader.described(order.clone(), 0, augmentation).unwrap().unwrap();
            let mut count = 0;
            for (batch, prepared) in described.batches.zip(prepared) {
                let (batch, prepared) = (batch.unwrap(), prepared.unwrap());
                assert_eq!((&batch.labels, &batch.indices), (&prepared.labels, &prepared.indices));
                assert_eq!((batch.shape, batch.images.len()), (prepared.shape, 0));
                assert_eq!(batch.changes.len(), augmentation.map_or(0, |_| batch.len()));
                let followed: Vec<f32> = (0..batch.len())
                    .flat_map(|n| {
                        let picture = data.images.picture(batch.indices[n] as usize);
                        let change = batch.changes.get(n).copied().unwrap_or_default();
                        followed(&described.recipe, picture, change)
                    })
                    .collect();
                assert_eq!(followed, prepared.images);
                count += batch.len();
            }
            assert_eq!(count, 40);
        }
    }
}

#[test]
fn what_numbers_and_changes_do_not_say_is_not_described() {
    let data = set(3, 1);
    let loader = |contrast| {
        let preparation = Preparation { contrast, ..preparation((2, 3), 1) };
        Loader::new(data.clone(), preparation, 2).unwrap()
    };
    let described = |loader: &Loader, augmentation: Option<&Augmentation>| {
        loader.described(vec![0, 2], 0, augmentation).unwrap().is_some()
    };
    assert!(described(&loader(Contrast::None), None));
    assert!(!described(&loader(Contrast::Global), None));
    let config = AugmentConfig { erase_probability: 0.5, ..AugmentConfig::default() };
    assert_eq!(config.erase_fill, EraseFill::Noise);
    let noise = Augmentation { config, seed: 0, epoch: 0 };
    assert!(!described(&loader(Contrast::None), Some(&noise)));
    assert!(described(&loader(Contrast::None), Some(&unchanged())));
    let error = loader(Contrast::None).described(vec![3], 0, None).unwrap_err();
    assert_eq!(error.to_string(), loader(Contrast::None).batches(vec![3]).unwrap_err().to_string());
}
