//! ZCA whitening.

use std::fmt;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, Axis, Slice};

use super::symmetric::{add_product, inverse_root};
use crate::DatasetError;

/// Added to the diagonal of the covariance, of which no eigenvalue is less then.
const FILTER_BIAS: f64 = 0.1;

/// As many as a grey picture of 64×64 has; the time to fit grows with the cube.
const MAX_VALUES: usize = 4096;

/// Pictures in a product that adds to the covariance: 13 MB of CIFAR.
const BLOCK_PICTURES: usize = 512;

/// ZCA whitening: x ↦ (x − m) P with P = V diag(1 / √λ) Vᵀ, where m is the mean
/// of the pictures fitted to, and λ and V are the eigenvalues and eigenvectors
/// of their covariance, divided by their number, plus 0.1 on its diagonal. P is
/// the inverse square root of that matrix, and is found without λ and V.
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
/// Fitting to N pictures: N·D² and about 30·D³ FLOPs and some 40·D² bytes.
/// Applying: 2·D² FLOPs a picture and 4·D² bytes. D is 3072 for CIFAR.
///
/// # Source
///
/// pylearn2 `ZCA` of `datasets/preprocessing.py` with its default filter bias,
/// fitted to the whole training set as in
/// `scripts/datasets/make_cifar10_gcn_whitened.py`; everything that leads to P
/// is in f64 here. Processors that round differently give other last digits;
/// the number of threads changes nothing.
#[derive(PartialEq)]
pub struct Zca {
    mean: Array1<f32>,
    /// P, symmetric in every bit.
    matrix: Array2<f32>,
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
        covariance.diag_mut().mapv_inplace(|value| value + FILTER_BIAS);
        let matrix = inverse_root(covariance, FILTER_BIAS);
        Ok(Self { mean: mean.mapv(|mean| mean as f32), matrix: matrix.mapv(|value| value as f32) })
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
        let shape = (batch.len() / values, values);
        let centred = ArrayView2::from_shape(shape, centred).expect("whole pictures");
        let mut out = ArrayViewMut2::from_shape(shape, batch).expect("whole pictures");
        general_mat_mul(1.0, &centred, &self.matrix, 0.0, &mut out);
    }

    #[cfg(test)]
    pub(super) fn matrix(&self) -> &[f32] {
        self.matrix.as_slice().expect("rows one after the other")
    }
}

fn mean(count: usize, values: usize, picture: &mut impl FnMut(usize, &mut [f32])) -> Array1<f64> {
    let mut mean = Array1::zeros(values);
    let mut one = vec![0.0; values];
    for index in 0..count {
        picture(index, &mut one);
        for (sum, &value) in mean.iter_mut().zip(&one) {
            *sum += f64::from(value);
        }
    }
    mean / count.max(1) as f64
}

fn covariance(
    count: usize,
    mean: &Array1<f64>,
    picture: &mut impl FnMut(usize, &mut [f32]),
) -> Array2<f64> {
    let values = mean.len();
    let mut covariance = Array2::zeros((values, values));
    let mut block = Array2::zeros((BLOCK_PICTURES.min(count), values));
    let mut one = vec![0.0; values];
    for first in (0..count).step_by(BLOCK_PICTURES) {
        let pictures = Slice::from(..BLOCK_PICTURES.min(count - first));
        let mut block = block.slice_axis_mut(Axis(0), pictures);
        for (index, mut centred) in block.rows_mut().into_iter().enumerate() {
            picture(first + index, &mut one);
            for ((centred, &value), mean) in centred.iter_mut().zip(&one).zip(mean) {
                *centred = f64::from(value) - mean;
            }
        }
        add_product(&mut covariance, 1.0 / count as f64, block.t(), block.view());
    }
    covariance
}
