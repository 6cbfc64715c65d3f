//! Convolutions, see [`nin_kernels::conv2d`]: by a library where there is one,
//! else as products of patches and weights.
//!
//! A 1×1 convolution is one product. Others gather the patches of some pictures,
//! multiply them, and go on with the next ones: those of all would be
//! kernel_size² / stride² times as large as the input.

mod library;

use nin_kernels::conv2d::{Conv2dShape, ConvMethod};
use nin_kernels::{Activation, Precision};

pub use library::{Answer, Library};

use crate::launch::{launch, over};
use crate::window::Window;
use crate::{
    Buffer, Device, DeviceError, Order, Product, Update, View, ViewMut, bias_backward, bias_forward,
};

/// Numbers of patches at once at most, unless one picture has more: 64 MiB.
const MAX_PATCHES: usize = 1 << 24;

/// A convolution as a device computes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conv2d {
    /// Its sizes.
    pub shape: Conv2dShape,
    /// Whether a library may choose the algorithm.
    pub method: ConvMethod,
    /// The arithmetic of its products.
    pub precision: Precision,
    /// Applied to its output.
    pub activation: Activation,
}

/// What the gradients are computed from.
pub struct Saved<'a, D> {
    /// The input of the forward pass, N, H, W, I.
    pub input: View<'a, f32, D>,
    /// Its output, N, H', W', O.
    pub output: View<'a, f32, D>,
    /// The weight, O, kH, kW, I.
    pub weight: View<'a, f32, D>,
}

/// Where the gradients go. All are overwritten.
pub struct Gradients<'a, D> {
    /// Gradient by the input; `None` where nobody needs it.
    pub input: Option<ViewMut<'a, f32, D>>,
    /// Gradient by the weight.
    pub weight: ViewMut<'a, f32, D>,
    /// Gradient by the bias.
    pub bias: ViewMut<'a, f32, D>,
}

/// Pictures from `first` on.
#[derive(Clone, Copy)]
struct Chunk {
    first: usize,
    count: usize,
}

impl Conv2d {
    fn is_pointwise(&self) -> bool {
        let window = self.shape.window;
        (window.kernel_size, window.stride, window.padding) == (1, 1, 0)
    }

    fn library<'a, D: Device>(&self, device: &'a D) -> Option<&'a dyn Library<D>> {
        let is_wanted = self.method == ConvMethod::Fast && !self.is_pointwise();
        if is_wanted { device.convolutions(self.precision) } else { None }
    }

    fn chunks(&self) -> impl Iterator<Item = Chunk> + use<> {
        let batch = self.shape.batch;
        let one = self.shape.pixels() * self.shape.patch_len();
        let step = if self.is_pointwise() { batch } else { (MAX_PATCHES / one).clamp(1, batch) };
        (0..batch).step_by(step).map(move |first| Chunk { first, count: step.min(batch - first) })
    }

    /// output = activation(input ∗ weight + bias), with `patches` as scratch.
    ///
    /// # Errors
    ///
    /// Of the device.
    ///
    /// # Panics
    ///
    /// If a length disagrees with the shape.
    pub fn forward<D: Device>(
        &self,
        device: &D,
        input: View<'_, f32, D>,
        [weight, bias]: [View<'_, f32, D>; 2],
        mut output: ViewMut<'_, f32, D>,
        patches: &mut Buffer<f32, D>,
    ) -> Result<(), DeviceError> {
        self.check(input, weight, output.len());
        if let Some(library) = self.library(device) {
            let done = library.forward(&self.shape, input, weight, output.reborrow())?;
            if done == Answer::Done {
                return bias_forward(device, self.activation, bias, output);
            }
        }
        for chunk in self.chunks() {
            let rows = chunk.count * self.shape.pixels();
            let columns = self.shape.out_channels;
            let first = chunk.first * self.shape.pixels() * columns;
            let product = Product {
                rows,
                columns,
                depth: self.shape.patch_len(),
                lhs: self.patches(device, input, chunk, patches)?,
                lhs_order: Order::Plain,
                rhs: weight,
                rhs_order: Order::Transposed,
                output: output.reborrow().part(first, rows * columns),
                update: Update::Replace,
            };
            device.multiply(self.precision, product)?;
        }
        bias_forward(device, self.activation, bias, output)
    }

    /// The gradients, from the one by the output, which becomes the one before the
    /// activation.
    ///
    /// # Errors
    ///
    /// Of the device.
    ///
    /// # Panics
    ///
    /// If a length disagrees with the shape.
    pub fn backward<D: Device>(
        &self,
        device: &D,
        saved: &Saved<'_, D>,
        mut grad_output: ViewMut<'_, f32, D>,
        gradients: Gradients<'_, D>,
        scratch: &mut Buffer<f32, D>,
    ) -> Result<(), DeviceError> {
        let Saved { input, output, weight } = *saved;
        let Gradients { input: grad_input, weight: grad_weight, bias: grad_bias } = gradients;
        self.check(input, weight, output.len());
        assert_eq!(grad_output.len(), output.len(), "length of grad_output");
        assert_eq!(grad_weight.len(), weight.len(), "length of grad_weight");
        let (activation, grad) = (self.activation, grad_output.reborrow());
        bias_backward(device, activation, output, grad, grad_bias, scratch)?;
        let grad_output = grad_output.as_view();
        self.backward_weight(device, input, grad_output, grad_weight, scratch)?;
        match grad_input {
            Some(grad_input) => {
                self.backward_input(device, weight, grad_output, grad_input, scratch)
            }
            None => Ok(()),
        }
    }

    fn backward_weight<D: Device>(
        &self,
        device: &D,
        input: View<'_, f32, D>,
        grad_output: View<'_, f32, D>,
        mut grad_weight: ViewMut<'_, f32, D>,
        patches: &mut Buffer<f32, D>,
    ) -> Result<(), DeviceError> {
        if let Some(library) = self.library(device) {
            let by_weight = grad_weight.reborrow();
            let done = library.backward_weight(&self.shape, input, grad_output, by_weight)?;
            if done == Answer::Done {
                return Ok(());
            }
        }
        for chunk in self.chunks() {
            let product = Product {
                rows: self.shape.out_channels,
                columns: self.shape.patch_len(),
                depth: chunk.count * self.shape.pixels(),
                lhs: self.grads(grad_output, chunk),
                lhs_order: Order::Transposed,
                rhs: self.patches(device, input, chunk, patches)?,
                rhs_order: Order::Plain,
                output: grad_weight.reborrow(),
                update: if chunk.first == 0 { Update::Replace } else { Update::Add },
            };
            device.multiply(self.precision, product)?;
        }
        Ok(())
    }

    fn backward_input<D: Device>(
        &self,
        device: &D,
        weight: View<'_, f32, D>,
        grad_output: View<'_, f32, D>,
        mut grad_input: ViewMut<'_, f32, D>,
        patches: &mut Buffer<f32, D>,
    ) -> Result<(), DeviceError> {
        let image_len = self.shape.image_len();
        assert_eq!(grad_input.len(), self.shape.input_len(), "length of grad_input");
        if let Some(library) = self.library(device) {
            let by_input = grad_input.reborrow();
            let done = library.backward_input(&self.shape, weight, grad_output, by_input)?;
            if done == Answer::Done {
                return Ok(());
            }
        }
        for chunk in self.chunks() {
            let grad_input =
                grad_input.reborrow().part(chunk.first * image_len, chunk.count * image_len);
            let rows = chunk.count * self.shape.pixels();
            let len = rows * self.shape.patch_len();
            let product = |output| Product {
                rows,
                columns: self.shape.patch_len(),
                depth: self.shape.out_channels,
                lhs: self.grads(grad_output, chunk),
                lhs_order: Order::Plain,
                rhs: weight,
                rhs_order: Order::Plain,
                output,
                update: Update::Replace,
            };
            if self.is_pointwise() {
                device.multiply(self.precision, product(grad_input))?;
                continue;
            }
            patches.grow(device, len)?;
            device.multiply(self.precision, product(patches.view_mut(len)))?;
            let (window, inputs) = (Window::of_conv(&self.shape), grad_input.len());
            // SAFETY: the patches of `count` pictures are read, the pictures written.
            unsafe {
                launch!(
                    device,
                    scatter_patches,
                    over(device, inputs),
                    patches.view(len),
                    window,
                    inputs as u64,
                    grad_input,
                )?;
            }
        }
        Ok(())
    }

    /// The gradients by the outputs of some pictures.
    fn grads<'a, D: Device>(&self, all: View<'a, f32, D>, chunk: Chunk) -> View<'a, f32, D> {
        let one = self.shape.pixels() * self.shape.out_channels;
        all.part(chunk.first * one, chunk.count * one)
    }

    /// The patches of some pictures: these themselves, or gathered.
    fn patches<'a, D: Device>(
        &self,
        device: &D,
        input: View<'a, f32, D>,
        chunk: Chunk,
        patches: &'a mut Buffer<f32, D>,
    ) -> Result<View<'a, f32, D>, DeviceError> {
        let image_len = self.shape.image_len();
        let pictures = input.part(chunk.first * image_len, chunk.count * image_len);
        if self.is_pointwise() {
            return Ok(pictures);
        }
        let len = chunk.count * self.shape.pixels() * self.shape.patch_len();
        patches.grow(device, len)?;
        let (window, gathered) = (Window::of_conv(&self.shape), patches.view_mut(len));
        // SAFETY: `count` pictures are read and their patches written.
        unsafe {
            launch!(
                device,
                gather_patches,
                over(device, len),
                pictures,
                window,
                len as u64,
                gathered
            )?;
        }
        Ok(patches.view(len))
    }

    fn check<D>(&self, input: View<'_, f32, D>, weight: View<'_, f32, D>, output_len: usize) {
        assert_eq!(input.len(), self.shape.input_len(), "length of input");
        assert_eq!(weight.len(), self.shape.weight_len(), "length of weight");
        assert_eq!(output_len, self.shape.output_len(), "length of output");
    }
}
