use proptest::prelude::*;

use super::*;

fn flip(flip: Flip, seed: u64, epoch: u32) -> Augmentation {
    augmentation(AugmentConfig { flip, ..AugmentConfig::default() }, seed, epoch)
}

#[test]
fn rows_are_reversed_pixel_by_pixel() {
    // Two pictures of 1×2 and one of 2×3 pixels, of 2 and 1 values.
    let mut images = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
    flip_horizontally(&mut images, [2, 1, 2, 2]);
    assert_eq!(images, [3.0, 4.0, 1.0, 2.0, 7.0, 8.0, 5.0, 6.0]);
    let mut images = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    flip_horizontally(&mut images, [1, 2, 3, 1]);
    assert_eq!(images, [3.0, 2.0, 1.0, 6.0, 5.0, 4.0]);
    flip_horizontally(&mut [], [0, 2, 3, 1]);
}

#[test]
#[should_panic(expected = "values of pictures of the shape [1, 2, 3, 1]")]
fn a_wrong_shape_panics() {
    flip_horizontally(&mut [0.0; 5], [1, 2, 3, 1]);
}

#[test]
fn random_flips_are_half_and_new_in_each_epoch() {
    let of_epoch = |epoch| {
        let augmentation = flip(Flip::Random, 5, epoch);
        (0..4000).map(|picture| augmentation.is_mirrored(picture)).collect::<Vec<_>>()
    };
    let (first, second) = (of_epoch(0), of_epoch(1));
    assert_about(first.iter().filter(|&&mirrored| mirrored).count(), 0.5, 4000);
    let same = first.iter().zip(&second).filter(|(one, other)| one == other).count();
    assert_about(same, 0.5, 4000);
}

#[test]
fn alternating_flips_show_both_ways_in_any_two_epochs() {
    let flips = [0, 1, 2, 3].map(|epoch| flip(Flip::Alternating, 5, epoch));
    for picture in 0..1000 {
        let [first, rest @ ..] = flips.each_ref().map(|flip| flip.is_mirrored(picture));
        assert_eq!(rest, [!first, first, !first], "picture {picture}");
    }
    let mirrored = (0..4000).filter(|&picture| flips[0].is_mirrored(picture)).count();
    assert_about(mirrored, 0.5, 4000);
    let other = flip(Flip::Alternating, 6, 0);
    let same = (0..4000).filter(|&p| flips[0].is_mirrored(p) == other.is_mirrored(p)).count();
    assert_about(same, 0.5, 4000);
}

proptest! {
    #[test]
    fn each_pixel_goes_to_the_other_side_and_back(
        shape in [1_usize..4, 1_usize..6, 1_usize..9, 1_usize..5],
    ) {
        let [count, height, width, channels] = shape;
        let values: Vec<f32> = (0..shape.iter().product()).map(|i: usize| i as f32).collect();
        let mut flipped = values.clone();
        flip_horizontally(&mut flipped, shape);
        for (row, x, c) in (0..count * height)
            .flat_map(|row| (0..width).flat_map(move |x| (0..channels).map(move |c| (row, x, c))))
        {
            let place = |x: usize| (row * width + x) * channels + c;
            prop_assert_eq!(flipped[place(x)], values[place(width - 1 - x)]);
        }
        flip_horizontally(&mut flipped, shape);
        prop_assert_eq!(flipped, values);
    }
}
