use proptest::prelude::*;

use super::*;
use crate::SimdLevel;
use crate::testing::{max_error, poisoned, random};

/// A product with both ways to lay out either operand.
#[derive(Clone, Copy, Debug)]
struct Case {
    sizes: [usize; 3],
    /// Numbers between the rows of the output and of the operands.
    gap: usize,
    transposed_lhs: bool,
    packed_rhs: bool,
    seed: u64,
}

/// The product of `rhs`, depth × columns, at a level.
fn run(
    level: SimdLevel,
    case: Case,
    [lhs, rhs]: [&[f32]; 2],
    output: &mut [f32],
    epilogue: Epilogue<'_>,
) {
    let Case { sizes: [rows, columns, depth], gap, transposed_lhs, packed_rhs, .. } = case;
    let lhs_stride = gap + if transposed_lhs { rows } else { depth };
    let lhs = match transposed_lhs {
        true => Lhs { data: lhs, row_stride: 1, stride: lhs_stride },
        false => Lhs { data: lhs, row_stride: lhs_stride, stride: 1 },
    };
    let stride = columns + gap;
    let mut packed = poisoned(packed_len(columns, depth));
    let rhs = if packed_rhs {
        let transposed: Vec<f32> =
            (0..columns * depth).map(|i| rhs[i % depth * stride + i / depth]).collect();
        pack_transposed(level, [columns, depth], (&transposed, depth), &mut packed);
        Rhs::Packed(&packed)
    } else {
        Rhs::Rows { data: rhs, stride }
    };
    let sizes = Sizes { rows, columns, depth };
    Product {
        precision: Precision::F32,
        sizes,
        lhs,
        rhs,
        output,
        row_stride: stride,
        epilogue,
        ahead: [&[]; 2],
    }
    .run(level);
}

fn check(case: Case) -> Result<(), TestCaseError> {
    let Case { sizes: [rows, columns, depth], gap, transposed_lhs, seed, .. } = case;
    let lhs_stride = gap + if transposed_lhs { rows } else { depth };
    let lhs = random(lhs_stride * if transposed_lhs { depth } else { rows }, seed);
    let rhs = random((columns + gap) * depth, seed + 1);
    let (before, bias) = (random(rows * (columns + gap), seed + 2), random(columns, seed + 3));
    let sum = |row: usize, column: usize| -> f64 {
        let at = |k| if transposed_lhs { k * lhs_stride + row } else { row * lhs_stride + k };
        let product = |k| f64::from(lhs[at(k)]) * f64::from(rhs[k * (columns + gap) + column]);
        (0..depth).map(product).sum()
    };
    let relu = Epilogue::Bias(&bias, Activation::Relu);
    for (epilogue, first) in [
        (Epilogue::Overwrite, poisoned(before.len())),
        (relu, poisoned(before.len())),
        (Epilogue::Add, before.clone()),
        (Epilogue::Through(&before, Activation::Relu), poisoned(before.len())),
    ] {
        let truth: Vec<f64> = (0..rows * columns)
            .map(|i| {
                let (row, column) = (i / columns, i % columns);
                match epilogue {
                    Epilogue::Overwrite => sum(row, column),
                    Epilogue::Add => {
                        f64::from(before[row * (columns + gap) + column]) + sum(row, column)
                    }
                    Epilogue::Bias(..) => (sum(row, column) + f64::from(bias[column])).max(0.0),
                    Epilogue::Through(values, _) => {
                        let lets_through = values[row * (columns + gap) + column] > 0.0;
                        if lets_through { sum(row, column) } else { 0.0 }
                    }
                }
            })
            .collect();
        for level in SimdLevel::available() {
            let mut output = first.clone();
            run(level, case, [&lhs, &rhs], &mut output, epilogue);
            for (row, first) in output.chunks(columns + gap).zip(first.chunks(columns + gap)) {
                let same =
                    row.iter().zip(first).skip(columns).all(|(a, b)| a.to_bits() == b.to_bits());
                prop_assert!(same, "{level} wrote beside the output");
            }
            let output: Vec<f32> =
                output.chunks(columns + gap).flat_map(|row| &row[..columns]).copied().collect();
            // Sums of at most 200 products of numbers below 1.
            let error = max_error(&output, &truth);
            prop_assert!(error < 4e-6, "{level}: {error}");
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn every_layout_at_every_level_is_the_product(
        // Beyond two tiles of rows and two panels of columns.
        rows in 1_usize..45,
        columns in 1_usize..100,
        // And beyond one piece of the depth.
        depth in 0_usize..200,
        gap in 0_usize..4,
        transposed_lhs: bool,
        packed_rhs: bool,
        seed in 0_u64..1000,
    ) {
        check(Case { sizes: [rows, columns, depth], gap, transposed_lhs, packed_rhs, seed })?;
    }
}

#[test]
fn an_element_does_not_depend_on_its_neighbours() {
    let (rows, columns, depth) = (33, 40, 150);
    let (lhs, rhs) = (random(rows * depth, 1), random(columns * depth, 2));
    for (level, is_transposed) in
        SimdLevel::available().flat_map(|level| [(level, false), (level, true)])
    {
        let product = |first: usize, rows: usize| {
            let mut output = poisoned(rows * columns);
            let lhs = if is_transposed {
                Lhs { data: &lhs[first..], row_stride: 1, stride: 33 }
            } else {
                Lhs { data: &lhs[first * depth..], row_stride: depth, stride: 1 }
            };
            Product {
                precision: Precision::F32,
                sizes: Sizes { rows, columns, depth },
                lhs,
                rhs: Rhs::Rows { data: &rhs, stride: columns },
                output: &mut output,
                row_stride: columns,
                epilogue: Epilogue::Overwrite,
                ahead: [&[]; 2],
            }
            .run(level);
            output
        };
        assert_eq!(product(0, rows), [product(0, 20), product(20, 13)].concat());
    }
}
