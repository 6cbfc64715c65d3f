//! The same products by the `gemm` crate, which candle's `matmul` calls. The
//! memory of the results, new in each run, is included.

use candle_core::{Device, Result, Tensor};

use crate::case::Case;

/// Contiguous operands.
pub(crate) struct Gemm {
    /// `[rows, I]`
    input: Tensor,
    /// `[O, I]`
    weight: Tensor,
    /// `[I, O]`
    weight_transposed: Tensor,
    /// `[rows, O]`
    grad_output: Tensor,
}

impl Gemm {
    fn new(case: &Case) -> Result<Self> {
        let [rows, in_channels, out_channels] = case.sizes();
        let matrix =
            |values: &[f32], sizes: (usize, usize)| Tensor::from_slice(values, sizes, &Device::Cpu);
        Ok(Self {
            input: matrix(&case.convolution.input, (rows, in_channels))?,
            weight: matrix(&case.convolution.weight, (out_channels, in_channels))?,
            weight_transposed: matrix(&case.weight_transposed(), (in_channels, out_channels))?,
            grad_output: matrix(&case.convolution.grad_output, (rows, out_channels))?,
        })
    }

    pub(crate) fn checked_forward(case: &Case) -> Self {
        let gemm = Self::new(case).expect("the sizes of the case");
        case.check_output("gemm", &numbers(gemm.forward()));
        gemm
    }

    pub(crate) fn checked_backward(case: &Case) -> Self {
        let gemm = Self::new(case).expect("the sizes of the case");
        let [grad_input, grad_weight] = gemm.backward().expect("sizes that fit");
        case.check_gradients("gemm", &numbers(Ok(grad_input)), &numbers(Ok(grad_weight)));
        gemm
    }

    pub(crate) fn forward(&self) -> Result<Tensor> {
        self.input.matmul(&self.weight_transposed)
    }

    /// By input and weight.
    pub(crate) fn backward(&self) -> Result<[Tensor; 2]> {
        let grad_input = self.grad_output.matmul(&self.weight)?;
        Ok([grad_input, self.grad_output.t()?.matmul(&self.input)?])
    }
}

fn numbers(product: Result<Tensor>) -> Vec<f32> {
    let numbers = product.and_then(|product| product.flatten_all()?.to_vec1());
    numbers.expect("a product of f32 whose sizes fit")
}
