//! The matrices of the algorithms F(m, r): m outputs of a correlation with r
//! weights by m + r − 1 products.
//!
//! The products are those of values at P = m + r − 1 points p of two
//! polynomials (∞: the leading coefficient). With M(x) = Π (x − p) over the
//! finite points,
//!
//! * output Aᵀ: row p of A is 1, p, …, p^(m−1); of ∞ 0, …, 0, 1;
//! * kernel G: row p is (1, p, …, p^(r−1)) / M'(p); of ∞ 0, …, 0, 1;
//! * input Bᵀ: row p has the coefficients of M(x) / (x − p); of ∞ those of M(x),
//!
//! and y = Aᵀ · ((G · g) ⊙ (Bᵀ · d)). Points stand as 0, p, −p, …, ∞: the rows
//! of p and −p differ in the signs of their odd columns only, which halves the
//! work of a transform. All entries but those of G are exact.
//!
//! Lavin and Gray, Fast Algorithms for Convolutional Neural Networks (2015);
//! the interpolation is Toom's and Cook's.

/// The matrices of F(M, R) at P points.
pub(super) trait Matrices<const M: usize, const R: usize, const P: usize>:
    Copy + Send + Sync
{
    /// Bᵀ.
    const INPUT: [[f32; P]; P];
    /// G.
    const KERNEL: [[f32; R]; P];
    /// A.
    const OUTPUT: [[f32; M]; P];
}

/// F(4, 5) and F(6, 3) on the points 0, ±1, ±2, ±1/2, ∞: the same transform of
/// the input.
const EIGHT: [f64; 7] = [0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5];
/// F(4, 3) on the points 0, ±1, ±2, ∞.
const SIX: [f64; 5] = [0.0, 1.0, -1.0, 2.0, -2.0];

#[derive(Clone, Copy)]
pub(super) struct F4x5;
#[derive(Clone, Copy)]
pub(super) struct F6x3;
#[derive(Clone, Copy)]
pub(super) struct F4x3;

impl Matrices<4, 5, 8> for F4x5 {
    const INPUT: [[f32; 8]; 8] = input(&EIGHT);
    const KERNEL: [[f32; 5]; 8] = kernel(&EIGHT);
    const OUTPUT: [[f32; 4]; 8] = powers(&EIGHT);
}

impl Matrices<6, 3, 8> for F6x3 {
    const INPUT: [[f32; 8]; 8] = input(&EIGHT);
    const KERNEL: [[f32; 3]; 8] = kernel(&EIGHT);
    const OUTPUT: [[f32; 6]; 8] = powers(&EIGHT);
}

impl Matrices<4, 3, 6> for F4x3 {
    const INPUT: [[f32; 6]; 6] = input(&SIX);
    const KERNEL: [[f32; 3]; 6] = kernel(&SIX);
    const OUTPUT: [[f32; 4]; 6] = powers(&SIX);
}

/// Row p: 1, p, …, p^(N−1).
const fn powers<const N: usize, const P: usize>(points: &[f64]) -> [[f32; N]; P] {
    let mut matrix = [[0.0; N]; P];
    let mut row = 0;
    while row < points.len() {
        let (mut power, mut column) = (1.0, 0);
        while column < N {
            matrix[row][column] = power as f32;
            power *= points[row];
            column += 1;
        }
        row += 1;
    }
    matrix[P - 1][N - 1] = 1.0;
    matrix
}

/// G: [`powers`] divided by M'(p) = Π (p − q) over the other points q.
const fn kernel<const R: usize, const P: usize>(points: &[f64]) -> [[f32; R]; P] {
    let mut matrix = powers::<R, P>(points);
    let mut row = 0;
    while row < points.len() {
        let (mut derivative, mut other) = (1.0, 0);
        while other < points.len() {
            if other != row {
                derivative *= points[row] - points[other];
            }
            other += 1;
        }
        let mut column = 0;
        while column < R {
            matrix[row][column] = (matrix[row][column] as f64 / derivative) as f32;
            column += 1;
        }
        row += 1;
    }
    matrix
}

/// Bᵀ.
const fn input<const P: usize>(points: &[f64]) -> [[f32; P]; P] {
    let mut matrix = [[0.0; P]; P];
    let mut row = 0;
    while row < P {
        // The last row leaves no point out.
        let product = product_without::<P>(points, row);
        let mut column = 0;
        while column < P {
            matrix[row][column] = product[column] as f32;
            column += 1;
        }
        row += 1;
    }
    matrix
}

/// The coefficients of Π (x − p) over all points but the one numbered `left_out`.
const fn product_without<const P: usize>(points: &[f64], left_out: usize) -> [f64; P] {
    let mut product = [0.0; P];
    product[0] = 1.0;
    let mut index = 0;
    while index < points.len() {
        if index != left_out {
            // Times (x − p): from the highest coefficient down.
            let mut degree = P - 1;
            while degree > 0 {
                product[degree] = product[degree - 1] - points[index] * product[degree];
                degree -= 1;
            }
            product[0] *= -points[index];
        }
        index += 1;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Aᵀ · ((G · g) ⊙ (Bᵀ · d)) is the correlation of d with g.
    fn check<A, const M: usize, const R: usize, const P: usize>(_: A)
    where
        A: Matrices<M, R, P>,
    {
        assert_eq!(P, M + R - 1);
        let times = |row: &[f32], x: &[f64]| -> f64 {
            row.iter().zip(x).map(|(&a, b)| f64::from(a) * b).sum()
        };
        for weight in 0..R {
            for place in 0..P {
                let g: Vec<f64> = (0..R).map(|i| f64::from(i == weight)).collect();
                let d: Vec<f64> = (0..P).map(|i| f64::from(i == place)).collect();
                let products: Vec<f64> =
                    (0..P).map(|p| times(&A::KERNEL[p], &g) * times(&A::INPUT[p], &d)).collect();
                for output in 0..M {
                    let y: f64 =
                        (0..P).map(|p| f64::from(A::OUTPUT[p][output]) * products[p]).sum();
                    let truth = f64::from(output + weight == place);
                    // The entries of G are rounded to f32.
                    assert!((y - truth).abs() < 1e-5, "F({M}, {R}): {y} for {truth}");
                }
            }
        }
    }

    #[test]
    fn each_algorithm_is_a_correlation() {
        check(F4x5);
        check(F6x3);
        check(F4x3);
    }

    #[test]
    fn the_transform_of_the_input_is_the_published_one() {
        // Lavin's row of the point 0 for F(6, 3), up to its sign.
        let row = [-1.0, 0.0, 5.25, 0.0, -5.25, 0.0, 1.0, 0.0];
        assert_eq!(F6x3::INPUT[0], row);
        assert_eq!(F6x3::INPUT, F4x5::INPUT);
    }
}
