use proptest::prelude::*;

use super::*;

fn applied(shift: Shift, picture: &[u8], shape: [usize; 3], padding: ShiftPadding) -> Vec<u8> {
    // No value of the pictures here, so that one which is not written shows.
    let mut out = vec![255; picture.len()];
    shift.apply(picture, shape, padding, &mut out);
    out
}

#[test]
fn rows_and_columns_move() {
    let picture = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    let shifted =
        |down, right, padding| applied(Shift { down, right }, &picture, [3, 3, 1], padding);
    let zeros = ShiftPadding::Zeros;
    assert_eq!(shifted(1, 0, zeros), [0, 0, 0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(shifted(0, -1, zeros), [2, 3, 0, 5, 6, 0, 8, 9, 0]);
    assert_eq!(shifted(-2, 2, zeros), [0, 0, 7, 0, 0, 0, 0, 0, 0]);
    let reflect = ShiftPadding::Reflect;
    // As torch.nn.functional.pad(…, mode = "reflect"), cropped.
    assert_eq!(shifted(1, 0, reflect), [4, 5, 6, 1, 2, 3, 4, 5, 6]);
    assert_eq!(shifted(0, -1, reflect), [2, 3, 2, 5, 6, 5, 8, 9, 8]);
    assert_eq!(shifted(-2, 2, reflect), [9, 8, 7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(shifted(0, 0, reflect), picture);
    assert_eq!(shifted(0, 0, zeros), picture);
}

/// The shift of a larger picture: padded pixel by pixel, then cut out.
fn padded_and_cut(
    shift: Shift,
    picture: &[u8],
    shape: [usize; 3],
    padding: ShiftPadding,
) -> Vec<u8> {
    let [height, width, channels] = shape;
    let (high, wide) = (height as isize, width as isize);
    // Rows and columns −size..2 · size of the padded picture, as a list.
    let places = |size: isize| match padding {
        ShiftPadding::Zeros => {
            let outside = vec![None; size as usize];
            [outside.clone(), (0..size).map(Some).collect(), outside].concat()
        }
        // A zigzag 0, 1, …, size − 1, size − 2, …, 1, 0, 1, …
        ShiftPadding::Reflect => {
            let period: Vec<_> = (0..size).chain((1..size - 1).rev()).map(Some).collect();
            let first = period.len() as isize * size - size;
            let cycle = period.iter().copied().cycle();
            cycle.skip(first as usize).take(3 * size as usize).collect::<Vec<_>>()
        }
    };
    let (rows, columns) = (places(high), places(wide));
    let mut out = Vec::new();
    for y in 0..high {
        for x in 0..wide {
            let row = rows[(y - shift.down + high) as usize];
            let column = columns[(x - shift.right + wide) as usize];
            for channel in 0..channels {
                out.push(match (row, column) {
                    (Some(row), Some(column)) => {
                        picture[(row * wide + column) as usize * channels + channel]
                    }
                    _ => 0,
                });
            }
        }
    }
    out
}

proptest! {
    #[test]
    fn a_shift_is_a_cut_of_the_padded_picture(
        shape in [1_usize..7, 1_usize..7, 1_usize..4],
        down in -6_isize..7,
        right in -6_isize..7,
        reflect in any::<bool>(),
        bytes in proptest::collection::vec(1_u8..255, 6 * 6 * 3),
    ) {
        let [height, width, channels] = shape;
        let (high, wide) = (height as isize, width as isize);
        prop_assume!(down.abs() < high && right.abs() < wide);
        let padding = if reflect { ShiftPadding::Reflect } else { ShiftPadding::Zeros };
        let picture = &bytes[..height * width * channels];
        let shift = Shift { down, right };
        let found = applied(shift, picture, shape, padding);
        prop_assert_eq!(found, padded_and_cut(shift, picture, shape, padding));
    }
}

#[test]
fn every_pair_of_shifts_is_as_frequent() {
    let config = AugmentConfig { shift_px: 2, ..AugmentConfig::default() };
    let augmentation = augmentation(config, 9, 3);
    let mut counts = [[0; 5]; 5];
    for picture in 0..20_000 {
        let Shift { down, right } = augmentation.shift(picture);
        counts[(down + 2) as usize][(right + 2) as usize] += 1;
    }
    counts.iter().flatten().for_each(|&count| assert_about(count, 1.0 / 25.0, 20_000));
}

#[test]
fn none_is_drawn_without_a_limit() {
    let augmentation = augmentation(AugmentConfig::default(), 9, 3);
    assert!((0..100).all(|picture| augmentation.shift(picture) == Shift::NONE));
}
