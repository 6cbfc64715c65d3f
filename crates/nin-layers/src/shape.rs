//! Shapes N, C, H, W.

use candle_core::Tensor;
use nin_kernels::ShapeError;

use crate::LayerError;

/// The four sizes of a tensor.
pub(crate) fn of(tensor: &Tensor) -> Result<[usize; 4], LayerError> {
    tensor.dims().try_into().map_err(|_| LayerError::Rank { got: tensor.dims().to_vec() })
}

/// N, C, H, W to the kernels' order N, H, W, C.
pub(crate) fn nhwc([n, c, h, w]: [usize; 4]) -> [usize; 4] {
    [n, h, w, c]
}

/// Says which layer could not take which input.
pub(crate) fn error(layer: &str, input: [usize; 4], source: ShapeError) -> LayerError {
    LayerError::Shape { layer: layer.to_owned(), height: input[2], width: input[3], source }
}

pub(crate) fn check_channels(layer: &str, got: usize, wanted: usize) -> Result<(), LayerError> {
    if got == wanted {
        Ok(())
    } else {
        Err(LayerError::Channels { layer: layer.to_owned(), got, wanted })
    }
}

/// The input's shape, if it holds anything and its size can be counted.
pub(crate) fn check_not_empty(layer: &str, input: [usize; 4]) -> Result<[usize; 4], LayerError> {
    let [batch, channels, height, width] = input;
    let source = if input.contains(&0) {
        ShapeError::Empty { batch, channels: channels.min(height).min(width) }
    } else if input.iter().try_fold(1_usize, |len, &size| len.checked_mul(size)).is_none() {
        ShapeError::Overflow
    } else {
        return Ok(input);
    };
    Err(error(layer, input, source))
}
