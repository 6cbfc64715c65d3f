//! ZCA whitening.

use std::fmt;

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::linalg::matmul::matmul;
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::{Accum, Mat, MatMut, MatRef, Par};

use crate::DatasetError;

/// Added to the diagonal of the covariance.
const FILTER_BIAS: f64 = 0.1;

/// As many as a grey picture of 64×64 has; the time to fit grows with the cube.
const MAX_VALUES: usize = 4096;

/// Pictures in a product that adds to the covariance: 13 MB of CIFAR.
const BLOCK_PICTURES: usize = 512;

/// ZCA whitening: x ↦ (x − m) P with P = V diag(1 / √λ) Vᵀ, where m is the mean
/// of the pictures fitted to, and λ and V are the eigenvalues and eigenvectors
/// of their covariance, divided by their number, plus 0.1 on its diagonal.
///
/// # Shapes
///
/// x is a picture of D = H·W·C values in any order that stays the same; P is
/// D × D and symmetric.
///
/// # Errors
///
/// Pictures of more than 4096 values.
///
/// # Cost
///
/// Fitting to N pictures: N·D² and about 10·D³ FLOPs on one thread, so that the
/// number of threads changes nothing, and some 50·D² bytes. Applying: 2·D² FLOPs
/// a picture and 4·D² bytes. D is 3072 for CIFAR.
///
/// # Source
///
/// pylearn2 `ZCA` of `datasets/preprocessing.py` with its default filter bias,
/// fitted to the whole training set as in
/// `scripts/datasets/make_cifar10_gcn_whitened.py`; sums and decomposition are
/// in f64 here. Processors that round differently give other last digits.
#[derive(PartialEq)]
pub struct Zca {
    mean: Vec<f32>,
    /// P; its rows are its columns.
    matrix: Vec<f32>,
}

impl fmt::Debug for Zca {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Zca").field("values", &self.values()).finish_non_exhaustive()
    }
}

impl Zca {
    /// Fails for pictures of more values than can be whitened.
    pub(crate) fn check_values(values: usize) -> Result<(), DatasetError> {
        if values <= MAX_VALUES {
            return Ok(());
        }
        let problem = format!(
            "zca takes pictures of at most {MAX_VALUES} values, found at least {values}; \
             want a smaller image_size"
        );
        Err(DatasetError::config("whitening", problem))
    }

    /// Fits to `count` pictures of `values` values. `picture` writes the picture
    /// of an index, and is called twice for each.
    pub(crate) fn fit(
        count: usize,
        values: usize,
        mut picture: impl FnMut(usize, &mut [f32]),
    ) -> Result<Self, DatasetError> {
        Self::check_values(values)?;
        tracing::info!("fitting ZCA whitening to {count} pictures of {values} values");
        let mean = mean(count, values, &mut picture);
        let mut covariance = covariance(count, &mean, &mut picture);
        for i in 0..values {
            covariance[(i, i)] += FILTER_BIAS;
        }
        let matrix = inverse_root(&covariance)?;
        Ok(Self { mean: mean.iter().map(|&mean| mean as f32).collect(), matrix })
    }

    /// Number of values of a picture, D.
    pub fn values(&self) -> usize {
        self.mean.len()
    }

    /// Whitens a batch of pictures, one after the other in `batch`; `centred`
    /// is memory that is used again.
    pub(crate) fn apply(&self, batch: &mut [f32], centred: &mut Vec<f32>) {
        let values = self.values();
        centred.clear();
        for picture in batch.chunks_exact(values) {
            centred.extend(picture.iter().zip(&self.mean).map(|(value, mean)| value - mean));
        }
        // Pictures are columns here, so that P, which is symmetric, is first.
        let matrix = MatRef::from_column_major_slice(&self.matrix, values, values);
        let count = batch.len() / values;
        let centred = MatRef::from_column_major_slice(centred, values, count);
        let out = MatMut::from_column_major_slice_mut(batch, values, count);
        matmul(out, Accum::Replace, matrix, centred, 1.0, Par::Seq);
    }

    #[cfg(test)]
    pub(super) fn matrix(&self) -> &[f32] {
        &self.matrix
    }
}

fn mean(count: usize, values: usize, picture: &mut impl FnMut(usize, &mut [f32])) -> Vec<f64> {
    let mut mean = vec![0.0; values];
    let mut one = vec![0.0; values];
    for index in 0..count {
        picture(index, &mut one);
        for (sum, &value) in mean.iter_mut().zip(&one) {
            *sum += f64::from(value);
        }
    }
    mean.iter_mut().for_each(|sum| *sum /= count.max(1) as f64);
    mean
}

/// The lower triangle of the covariance.
fn covariance(count: usize, mean: &[f64], picture: &mut impl FnMut(usize, &mut [f32])) -> Mat<f64> {
    let values = mean.len();
    let mut covariance = Mat::zeros(values, values);
    let mut block = Mat::zeros(values, BLOCK_PICTURES.min(count));
    let mut one = vec![0.0; values];
    for first in (0..count).step_by(BLOCK_PICTURES) {
        let columns = BLOCK_PICTURES.min(count - first);
        for column in 0..columns {
            picture(first + column, &mut one);
            let centred = block.col_as_slice_mut(column);
            for ((centred, &value), mean) in centred.iter_mut().zip(&one).zip(mean) {
                *centred = f64::from(value) - mean;
            }
        }
        let block = block.as_ref().subcols(0, columns);
        add_square(&mut covariance, block, 1.0 / count as f64);
    }
    covariance
}

/// Adds `factor` · `block` · `block`ᵀ to the lower triangle of `sum`.
fn add_square(sum: &mut Mat<f64>, block: MatRef<'_, f64>, factor: f64) {
    triangular::matmul(
        sum.as_mut(),
        BlockStructure::TriangularLower,
        Accum::Add,
        block,
        BlockStructure::Rectangular,
        block.transpose(),
        BlockStructure::Rectangular,
        factor,
        Par::Seq,
    );
}

/// V diag(1 / √λ) Vᵀ of a matrix whose lower triangle is given.
fn inverse_root(matrix: &Mat<f64>) -> Result<Vec<f32>, DatasetError> {
    let values = matrix.nrows();
    let mut eigenvalues = Diag::<f64>::zeros(values);
    let mut vectors = Mat::<f64>::zeros(values, values);
    let scratch = self_adjoint_evd_scratch::<f64>(
        values,
        ComputeEigenvectors::Yes,
        Par::Seq,
        Default::default(),
    );
    self_adjoint_evd(
        matrix.as_ref(),
        eigenvalues.as_mut(),
        Some(vectors.as_mut()),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Default::default(),
    )
    .map_err(|error| DatasetError::config("whitening", format!("no eigenvalues: {error:?}")))?;
    // The product of V diag(λ^-¼) with its own transpose is symmetric in every bit.
    for (column, &eigenvalue) in eigenvalues.column_vector().iter().enumerate() {
        assert!(eigenvalue > 0.0, "a covariance plus {FILTER_BIAS} has eigenvalues above 0");
        let factor = eigenvalue.powf(-0.25);
        vectors.col_as_slice_mut(column).iter_mut().for_each(|value| *value *= factor);
    }
    let mut root = Mat::zeros(values, values);
    add_square(&mut root, vectors.as_ref(), 1.0);
    let element = |i: usize| root[((i / values).max(i % values), (i / values).min(i % values))];
    Ok((0..values * values).map(|i| element(i) as f32).collect())
}
