use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::{
    Batches, Contrast, Images, LabeledImages, Loader, Normalization, Preparation, Resizer,
};

/// Pictures of H, W, C = 6, 8, 2.
fn set(count: usize) -> LabeledImages {
    let bytes = (0..count * 96).map(|i| (i * i * 31 + i * 7 + i / 96 * 13) as u8).collect();
    let images = Images::new(count, (6, 8, 2), bytes).unwrap();
    LabeledImages { images: images.into(), labels: vec![0; count].into() }
}

fn preparation(image_size: (usize, usize)) -> Preparation {
    let normalization = Normalization { mean: vec![0.5, 0.25], std: vec![0.5, 2.0] };
    Preparation::new(image_size, normalization)
}

fn everything() -> AugmentConfig {
    AugmentConfig {
        flip: Flip::Random,
        shift_px: 2,
        shift_padding: ShiftPadding::Reflect,
        erase_probability: 0.5,
        ..AugmentConfig::default()
    }
}

/// The bits of each picture by its index; a picture that comes twice must be
/// the same.
fn pictures(batches: Batches) -> HashMap<u32, Vec<u32>> {
    let mut found = HashMap::new();
    for batch in batches {
        let batch = batch.unwrap();
        let values = batch.images.len() / batch.len();
        for (&index, picture) in batch.indices.iter().zip(batch.images.chunks_exact(values)) {
            let bits: Vec<u32> = picture.iter().map(|value| value.to_bits()).collect();
            let earlier = found.insert(index, bits.clone());
            assert!(earlier.is_none_or(|earlier| earlier == bits), "picture {index}");
        }
    }
    found
}

/// Pictures 0..20 as they are trained on.
fn trained(preparation: &Preparation, augmentation: &Augmentation) -> HashMap<u32, Vec<u32>> {
    let loader = Loader::new(set(20), preparation.clone(), 6).unwrap();
    pictures(loader.training_batches((0..20).collect(), 0, augmentation).unwrap())
}

proptest! {
    #[test]
    fn a_picture_depends_on_its_index_alone(
        order in proptest::collection::vec(0_u32..20, 0..50),
        batch_size in 1_usize..20,
        first_batch in 0_usize..4,
        seed in any::<u64>(),
        epoch in any::<u32>(),
        contrast in proptest::sample::select(vec![Contrast::None, Contrast::Local]),
    ) {
        let augmentation = augmentation(everything(), seed, epoch);
        let preparation = Preparation { contrast, ..preparation((5, 7)) };
        let all = trained(&preparation, &augmentation);
        let loader = Loader::new(set(20), preparation, batch_size).unwrap();
        let some = loader.training_batches(order.clone(), first_batch, &augmentation).unwrap();
        let some = pictures(some);
        let left: Vec<u32> = order.into_iter().skip(first_batch * batch_size).collect();
        prop_assert!(left.iter().all(|index| some[index] == all[index]));
    }
}

#[test]
fn other_epochs_and_seeds_give_other_pictures() {
    let preparation = preparation((6, 8));
    let one = trained(&preparation, &augmentation(everything(), 1, 0));
    assert_eq!(one, trained(&preparation, &augmentation(everything(), 1, 0)));
    for other in [augmentation(everything(), 1, 1), augmentation(everything(), 2, 0)] {
        let other = trained(&preparation, &other);
        let same = (0..20).filter(|index| one[index] == other[index]).count();
        assert!(same < 5, "{same} of 20 are the same");
    }
}

#[test]
fn with_everything_off_nothing_changes_in_any_bit() {
    for contrast in [Contrast::None, Contrast::Global] {
        let preparation = Preparation { contrast, ..preparation((5, 7)) };
        let loader = Loader::new(set(20), preparation.clone(), 6).unwrap();
        let plain = pictures(loader.batches((0..20).collect()).unwrap());
        let off = AugmentConfig { average_flips: true, ..AugmentConfig::default() };
        assert_eq!(trained(&preparation, &augmentation(off, 1, 1)), plain, "{contrast}");
        // The path that is taken when something is on.
        let on = AugmentConfig { erase_probability: 1e-300, ..AugmentConfig::default() };
        assert_eq!(trained(&preparation, &augmentation(on, 1, 1)), plain, "{contrast}");
        let on = augmentation(everything(), 1, 1);
        assert_ne!(trained(&preparation, &on), plain, "{contrast}");
    }
}

#[test]
fn the_first_epochs_are_those_of_a_smaller_preparation() {
    for contrast in [Contrast::None, Contrast::Local] {
        let sized = |size| Preparation { contrast, ..preparation(size) };
        let small = AugmentConfig { small_epochs: 2, small_size: 4, ..everything() };
        for (epoch, size) in [(0, (4, 4)), (1, (4, 4)), (2, (6, 8)), (u32::MAX, (6, 8))] {
            let found = trained(&sized((6, 8)), &augmentation(small.clone(), 1, epoch));
            let wanted = trained(&sized(size), &augmentation(everything(), 1, epoch));
            assert_eq!(found, wanted, "{epoch}");
        }
        let loader = Loader::new(set(20), sized((6, 8)), 6).unwrap();
        let mut batches = loader.training_batches(vec![0], 0, &augmentation(small, 1, 0)).unwrap();
        assert_eq!(batches.next().unwrap().unwrap().images.len(), 4 * 4 * 2);
    }
}

#[test]
fn the_order_is_resize_flip_shift_contrast_normalisation_erasing() {
    let (shape, [high, wide, _]) = ([5, 7, 2], [5, 7, 2]);
    let config = AugmentConfig { erase_fill: EraseFill::Zeros, ..everything() };
    let augmentation = augmentation(config, 4, 2);
    for contrast in [Contrast::None, Contrast::Global] {
        let preparation = Preparation { contrast, ..preparation((high, wide)) };
        let found = trained(&preparation, &augmentation);
        let (mut mirrored, mut erased) = (0, 0);
        for index in 0..20 {
            let mut bytes = vec![0; 70];
            let data = set(20);
            Resizer::new((6, 8), (5, 7), 2).resize(data.images.picture(index as usize), &mut bytes);
            if augmentation.is_mirrored(index) {
                mirrored += 1;
                mirror(&mut bytes, wide, 2);
            }
            let mut moved = vec![0; 70];
            let shift = augmentation.shift(index);
            shift.apply(&bytes, shape, ShiftPadding::Reflect, &mut moved);
            let scale = if contrast == Contrast::None { 255.0 } else { 1.0 };
            let mut values: Vec<f32> = moved.iter().map(|&byte| f32::from(byte) / scale).collect();
            crate::contrast::ContrastNormalizer::new(contrast, (5, 7, 2)).normalize(&mut values);
            for pixel in values.chunks_exact_mut(2) {
                pixel[0] = (pixel[0] - 0.5) / 0.5;
                pixel[1] = (pixel[1] - 0.25) / 2.0;
            }
            let mut draws = augmentation.draws(Part::Erase, index);
            if let Some(hole) = Rectangle::draw(&mut draws, &augmentation.config, (5, 7)) {
                erased += 1;
                hole.fill(&mut values, shape, EraseFill::Zeros, &mut draws);
            }
            let wanted: Vec<u32> = values.iter().map(|value| value.to_bits()).collect();
            assert_eq!(found[&index], wanted, "{contrast}: picture {index}");
        }
        assert!((1..20).contains(&mirrored) && (1..20).contains(&erased));
    }
}

#[test]
fn no_part_changes_what_another_draws() {
    let whole = augmentation(everything(), 7, 3);
    let alone = |config| augmentation(config, 7, 3);
    let flip = alone(AugmentConfig { flip: Flip::Random, ..AugmentConfig::default() });
    let shift = alone(AugmentConfig { shift_px: 2, ..AugmentConfig::default() });
    let erase = alone(AugmentConfig { erase_probability: 0.5, ..AugmentConfig::default() });
    let hole = |augmentation: &Augmentation, index| {
        let mut draws = augmentation.draws(Part::Erase, index);
        Rectangle::draw(&mut draws, &augmentation.config, (28, 28))
    };
    let count = 4000;
    let mut both = 0;
    for index in 0..count as u32 {
        assert_eq!(whole.is_mirrored(index), flip.is_mirrored(index));
        assert_eq!(whole.shift(index), shift.shift(index));
        assert_eq!(hole(&whole, index), hole(&erase, index));
        let right = whole.shift(index).right > 0;
        both += usize::from(whole.is_mirrored(index) && right && hole(&whole, index).is_some());
    }
    assert_about(both, 0.5 * 0.4 * 0.5, count);
}

#[test]
fn what_does_not_fit_is_refused() {
    let loader = Loader::new(set(2), preparation((5, 7)), 1).unwrap();
    let refused = |order, config| {
        loader.training_batches(order, 0, &augmentation(config, 0, 0)).unwrap_err().to_string()
    };
    let config = AugmentConfig { shift_px: 5, ..AugmentConfig::default() };
    assert_eq!(refused(vec![0], config), "shift_px: want less than the image size 5, found 5");
    // Also of a part that is off.
    let config = AugmentConfig { erase_min_aspect: 0.0, ..AugmentConfig::default() };
    let wanted = "erase_min_aspect: want a number in (0, 1], found 0";
    assert_eq!(refused(vec![0], config), wanted);
    let wanted = "index 2 in the order of a pass, want 0..1";
    assert_eq!(refused(vec![2], everything()), wanted);
}
