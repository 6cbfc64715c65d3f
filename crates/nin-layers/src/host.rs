//! The door between candle's tensors and the kernels' slices.
//!
//! Kernels work on channels-last memory; candle's tensors are N, C, H, W. The
//! layers go from one to the other by permuting dimensions, which candle can
//! differentiate and which costs no copy between two layers of this crate: the
//! result of one is a view whose memory already is what the next one wants.

use std::ops::{Deref, Range};

use candle_core::{CpuStorage, Layout, Result, Storage, Tensor, bail};
use nin_kernels::Activation;

/// The numbers behind a contiguous f32 storage.
pub(crate) fn slice<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    Ok(&storage.as_slice::<f32>()?[contiguous_range(layout)?])
}

fn contiguous_range(layout: &Layout) -> Result<Range<usize>> {
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(start..end),
        None => bail!("wanted a contiguous tensor, got strides {:?}", layout.stride()),
    }
}

/// The numbers of a contiguous f32 tensor on the CPU, borrowed.
pub(crate) struct HostTensor<G> {
    storage: G,
    range: Range<usize>,
}

/// Read access to a contiguous f32 tensor on the CPU.
pub(crate) fn numbers(
    tensor: &Tensor,
) -> Result<HostTensor<impl Deref<Target = Storage> + use<'_>>> {
    let (storage, layout) = tensor.storage_and_layout();
    let range = contiguous_range(layout)?;
    let host = HostTensor { storage, range };
    host.get()?;
    Ok(host)
}

impl<G: Deref<Target = Storage>> HostTensor<G> {
    fn get(&self) -> Result<&[f32]> {
        match &*self.storage {
            Storage::Cpu(storage) => Ok(&storage.as_slice::<f32>()?[self.range.clone()]),
            _ => bail!("this gradient is implemented on the CPU only"),
        }
    }
}

impl<G: Deref<Target = Storage>> Deref for HostTensor<G> {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        self.get().expect("`numbers` has read it already")
    }
}

/// N, C, H, W to N, H, W, C in memory.
pub(crate) fn to_channels_last(tensor: &Tensor) -> Result<Tensor> {
    tensor.permute((0, 2, 3, 1))?.contiguous()
}

/// N, H, W, C to a view of shape N, C, H, W.
pub(crate) fn to_channels_first(tensor: &Tensor) -> Result<Tensor> {
    tensor.permute((0, 3, 1, 2))
}

/// The four sizes of an N, H, W, C tensor.
pub(crate) fn dims(layout: &Layout) -> Result<[usize; 4]> {
    let (n, h, w, c) = layout.shape().dims4()?;
    Ok([n, h, w, c])
}

/// A tensor on the CPU from the numbers of a gradient.
pub(crate) fn tensor_like(values: Vec<f32>, like: &Tensor) -> Result<Tensor> {
    Tensor::from_vec(values, like.shape(), like.device())
}

/// The gradient before an activation, from its `output` and the gradient after.
pub(crate) fn before_activation(
    activation: Activation,
    output: &Tensor,
    grad_output: &Tensor,
) -> Result<Vec<f32>> {
    let mut grad = numbers(&grad_output.contiguous()?)?.to_vec();
    activation.backward_in_place(&numbers(output)?, &mut grad);
    Ok(grad)
}

/// The N, C, H, W of a channels-last tensor.
pub(crate) fn nchw(layout: &Layout) -> Result<[usize; 4]> {
    let [n, h, w, c] = dims(layout)?;
    Ok([n, c, h, w])
}
