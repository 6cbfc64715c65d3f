//! candle's side of a comparison: tensors in N, C, H, W from channels-last
//! slices, and back.

use candle_core::{Device, Result, Tensor};

/// A contiguous tensor (N, C, H, W) from the memory (N, H, W, C).
///
/// # Errors
///
/// If the length does not fit the sizes.
pub fn from_channels_last(values: &[f32], nhwc: [usize; 4]) -> Result<Tensor> {
    Tensor::from_slice(values, nhwc.as_slice(), &Device::Cpu)?.permute((0, 3, 1, 2))?.contiguous()
}

/// The memory (N, H, W, C) of a tensor (N, C, H, W).
///
/// # Errors
///
/// If the tensor has not four axes of f32.
pub fn to_channels_last(tensor: &Tensor) -> Result<Vec<f32>> {
    tensor.permute((0, 2, 3, 1))?.flatten_all()?.to_vec1()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() -> Result<()> {
        // One image of 1 × 2 pixels with two channels.
        let memory = [1.0, 10.0, 2.0, 20.0];
        let tensor = from_channels_last(&memory, [1, 1, 2, 2])?;
        assert_eq!(tensor.flatten_all()?.to_vec1::<f32>()?, [1.0, 2.0, 10.0, 20.0]);
        assert_eq!(to_channels_last(&tensor)?, memory);
        Ok(())
    }
}
