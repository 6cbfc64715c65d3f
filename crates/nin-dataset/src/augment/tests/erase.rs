use super::*;

fn erasing(erase_probability: f64, erase_fill: EraseFill) -> AugmentConfig {
    AugmentConfig { erase_probability, erase_fill, ..AugmentConfig::default() }
}

/// What is drawn for each of `count` pictures of `size`.
fn rectangles(
    config: &AugmentConfig,
    size: (usize, usize),
    count: u32,
) -> impl Iterator<Item = Option<Rectangle>> {
    let augmentation = augmentation(config.clone(), 3, 1);
    (0..count).map(move |picture| {
        Rectangle::draw(&mut augmentation.draws(Part::Erase, picture), &augmentation.config, size)
    })
}

#[test]
fn as_many_are_erased_as_asked_for() {
    for probability in [0.0, 0.25, 0.5, 1.0] {
        let config = erasing(probability, EraseFill::Noise);
        let erased = rectangles(&config, (32, 32), 4000).flatten().count();
        assert_about(erased, probability, 4000);
    }
}

#[test]
fn area_aspect_and_place_stay_in_their_ranges() {
    let config = AugmentConfig {
        erase_area: [0.1, 0.25],
        erase_min_aspect: 0.5,
        ..erasing(1.0, EraseFill::Noise)
    };
    // Wider than high, so that a mix-up of the two shows.
    let (high, wide) = (40, 60);
    let (mut lying, mut total) = (0, 0.0);
    let mut ends = [false; 4];
    for rectangle in rectangles(&config, (high, wide), 5000) {
        let Rectangle { top, left, height, width } = rectangle.unwrap();
        assert!(top + height <= high && left + width <= wide, "{rectangle:?}");
        // Rounding moves each side by half a pixel.
        let side = |side: usize| (side as f64 - 0.5, side as f64 + 0.5);
        let ((least_height, most_height), (least_width, most_width)) = (side(height), side(width));
        let area = (high * wide) as f64;
        assert!(most_height * most_width >= 0.1 * area, "{rectangle:?}");
        assert!(least_height * least_width <= 0.25 * area, "{rectangle:?}");
        assert!(most_height / least_width >= 0.5, "{rectangle:?}");
        assert!(least_height / most_width <= 2.0, "{rectangle:?}");
        lying += usize::from(width > height);
        total += (height * width) as f64 / area;
        ends[0] |= top == 0;
        ends[1] |= left == 0;
        ends[2] |= top + height == high;
        ends[3] |= left + width == wide;
    }
    assert_eq!(ends, [true; 4], "every border is reached");
    // Even in the logarithm of the aspect ratio: as many lie as stand, but for
    // those that are square in pixels. Even in the area: the mean share is that
    // of the range's middle.
    assert!((2100..2550).contains(&lying), "{lying} of 5000 lie");
    assert!((total / 5000.0 - 0.175).abs() < 0.004, "mean share {}", total / 5000.0);
}

#[test]
fn places_are_even() {
    let config = AugmentConfig {
        erase_area: [0.25, 0.25],
        erase_min_aspect: 1.0,
        ..erasing(1.0, EraseFill::Noise)
    };
    let mut counts = [[0; 5]; 5];
    for rectangle in rectangles(&config, (8, 8), 5000) {
        let Rectangle { top, left, height, width } = rectangle.unwrap();
        assert_eq!((height, width), (4, 4));
        counts[top][left] += 1;
    }
    counts.iter().flatten().for_each(|&count| assert_about(count, 1.0 / 25.0, 5000));
}

#[test]
fn what_never_fits_is_not_erased() {
    let config = AugmentConfig { erase_area: [1.0, 1.0], ..erasing(1.0, EraseFill::Noise) };
    assert_eq!(rectangles(&config, (8, 8), 100).flatten().count(), 0);
    // A row or a column could have an area in the range, but is as long as the
    // picture one way; what is drawn there rounds to no pixel.
    let config = erasing(1.0, EraseFill::Noise);
    for size in [(1, 1), (1, 8), (8, 1)] {
        let mut drawn = rectangles(&config, size, 100).flatten();
        assert!(drawn.all(|drawn| drawn.height * drawn.width == 0), "{size:?}");
    }
}

#[test]
fn ten_rectangles_are_tried_for_one_below_height_and_width() {
    let config = AugmentConfig {
        erase_area: [0.87, 1.0],
        erase_min_aspect: 1.0,
        ..erasing(1.0, EraseFill::Noise)
    };
    let drawn: Vec<_> = rectangles(&config, (8, 8), 20_000).flatten().collect();
    assert!(drawn.iter().all(|drawn| (drawn.height, drawn.width) == (7, 7)));
    // The side √(64 s) is rounded to 7, not 8, for a share s below 7.5² / 64.
    let fits = (7.5 * 7.5 / 64.0 - 0.87) / 0.13;
    assert_about(drawn.len(), 1.0 - (1.0_f64 - fits).powi(10), 20_000);
}

#[test]
fn the_rectangle_is_filled_and_nothing_else_is_touched() {
    let shape = [5, 7, 3];
    let rectangle = Rectangle { top: 1, left: 2, height: 3, width: 4 };
    for fill in [EraseFill::Zeros, EraseFill::Noise] {
        let mut values = vec![9.0; 5 * 7 * 3];
        rectangle.fill(&mut values, shape, fill, &mut Draws::new(0, Part::Erase, 0, 0));
        for (place, &value) in values.iter().enumerate() {
            let (y, x) = (place / 21, place / 3 % 7);
            let inside = (1..4).contains(&y) && (2..6).contains(&x);
            assert_eq!(value != 9.0, inside, "{fill}: {value} at {y}, {x}");
            assert!(!inside || (value == 0.0) == (fill == EraseFill::Zeros), "{fill}");
        }
    }
}

#[test]
fn noise_is_standard_normal_and_of_one_value_each() {
    let rectangle = Rectangle { top: 0, left: 0, height: 99, width: 101 };
    let mut values = vec![0.0; 100 * 101 * 3];
    let mut draws = Draws::new(8, Part::Erase, 0, 0);
    rectangle.fill(&mut values, [100, 101, 3], EraseFill::Noise, &mut draws);
    let noise: Vec<f64> = values[..99 * 303].iter().map(|&value| value.into()).collect();
    let count = noise.len() as f64;
    let mean = noise.iter().sum::<f64>() / count;
    let variance = noise.iter().map(|value| value * value).sum::<f64>() / count - mean * mean;
    // Five standard deviations of 30,000.
    assert!(mean.abs() < 0.03, "mean {mean}");
    assert!((variance - 1.0).abs() < 0.041, "variance {variance}");
    // The channels of a pixel differ.
    assert!(noise.chunks_exact(3).all(|pixel| pixel[0] != pixel[1] && pixel[1] != pixel[2]));
}
