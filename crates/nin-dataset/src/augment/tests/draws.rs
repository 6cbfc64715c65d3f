use super::*;

/// Computed by another ChaCha8, plain loops in Python after D. J. Bernstein's
/// "ChaCha, a variant of Salsa20", from the key and the stream that [`Draws`]
/// describes. Other numbers mean that runs cannot be repeated any more.
#[test]
fn the_streams_are_those_they_were() {
    let uniform = |seed, part, epoch, picture| {
        let mut draws = Draws::new(seed, part, epoch, picture);
        [draws.uniform(), draws.uniform(), draws.uniform()]
    };
    let wanted = [0.17068363676427656, 0.06891828109790377, 0.22367697546283272];
    assert_eq!(uniform(42, Part::Flip, 0, 0), wanted);
    let wanted = [0.13191195154628976, 0.8367467801457525, 0.5631977569582161];
    assert_eq!(uniform(42, Part::Shift, 3, 7), wanted);
    let wanted = [0.9007868666743899, 0.7355811832532251, 0.42234624033659107];
    assert_eq!(uniform(u64::MAX, Part::Erase, u32::MAX, 59_999), wanted);
}

/// By the same program.
#[test]
fn what_is_drawn_is_what_was_drawn() {
    let config = AugmentConfig {
        flip: Flip::Random,
        shift_px: 2,
        erase_probability: 0.5,
        ..AugmentConfig::default()
    };
    let augmentation = augmentation(config, 42, 1);
    let mirrored: Vec<u32> = (0..16).filter(|&p| augmentation.is_mirrored(p)).collect();
    assert_eq!(mirrored, [0, 4, 5, 7, 8, 9, 10, 12, 14]);
    let shifts = [0, 1, 2, 3].map(|p| augmentation.shift(p)).map(|s| (s.down, s.right));
    assert_eq!(shifts, [(-1, 0), (0, -2), (1, -2), (0, -2)]);
    let mut draws = augmentation.draws(Part::Erase, 4);
    let rectangle = Rectangle::draw(&mut draws, &augmentation.config, (28, 28)).unwrap();
    assert_eq!(rectangle, Rectangle { top: 3, left: 2, height: 9, width: 3 });
    // Logarithm and cosine may differ in the last bits from system to system.
    for (found, wanted) in draws.normals().iter().zip([0.17689034554318692, -2.066336200317615]) {
        assert!((found - wanted).abs() < 1e-12, "{found} for {wanted}");
    }
}

#[test]
fn integers_are_even() {
    let mut draws = Draws::new(1, Part::Shift, 0, 0);
    for n in [1, 2, 3, 7] {
        let mut counts = vec![0; n];
        for _ in 0..7000 {
            counts[draws.below(n as u64) as usize] += 1;
        }
        counts.iter().for_each(|&count| assert_about(count, 1.0 / n as f64, 7000));
    }
    // Of 3 · 2⁶² integers, ⌊x · n / 2⁶⁴⌋ alone would be a multiple of 3 for half
    // of the x.
    let multiples = (0..4000).filter(|_| draws.below(3 << 62).is_multiple_of(3)).count();
    assert_about(multiples, 1.0 / 3.0, 4000);
}

#[test]
fn uniform_and_normal_numbers_have_their_moments() {
    let mut draws = Draws::new(2, Part::Erase, 0, 0);
    let moments = |values: &[f64]| {
        let moment = |power| values.iter().map(|v| v.powi(power)).sum::<f64>() / 1e5;
        [1, 2, 3, 4].map(moment)
    };
    let uniform: Vec<f64> = (0..100_000).map(|_| draws.uniform()).collect();
    assert!(uniform.iter().all(|value| (0.0..1.0).contains(value)));
    // Five standard deviations of the mean of 10⁵ are at most 0.005.
    for (found, wanted) in moments(&uniform).iter().zip([0.5, 1.0 / 3.0, 0.25, 0.2]) {
        assert!((found - wanted).abs() < 0.005, "{found} for {wanted}");
    }
    let normal: Vec<f64> = (0..50_000).flat_map(|_| draws.normals()).collect();
    // The k-th power has a variance of 1, 2, 15 and 96.
    let wanted = [(0.0, 1.0), (1.0, 2.0), (0.0, 15.0), (3.0, 96.0_f64)];
    for (found, (wanted, variance)) in moments(&normal).iter().zip(wanted) {
        assert!((found - wanted).abs() < 5.0 * (variance / 1e5).sqrt(), "{found} for {wanted}");
    }
    let product: f64 = normal.chunks_exact(2).map(|pair| pair[0] * pair[1]).sum();
    assert!((product / 5e4).abs() < 5.0 / 5e4_f64.sqrt(), "the two of a pair are dependent");
}

#[test]
fn streams_differ_in_seed_part_epoch_and_picture() {
    let first = |seed, part, epoch, picture| Draws::new(seed, part, epoch, picture).uniform();
    let one = first(0, Part::Flip, 0, 0);
    assert_eq!(one, first(0, Part::Flip, 0, 0));
    for other in [
        first(1, Part::Flip, 0, 0),
        first(1 << 63, Part::Flip, 0, 0),
        first(0, Part::Shift, 0, 0),
        first(0, Part::Erase, 0, 0),
        first(0, Part::Flip, 1, 0),
        first(0, Part::Flip, 1 << 31, 0),
        first(0, Part::Flip, 0, 1),
        first(0, Part::Flip, 0, 1 << 31),
    ] {
        assert_ne!(one, other);
    }
    assert_ne!(first(0, Part::Flip, 1, 0), first(0, Part::Flip, 0, 1));
}
