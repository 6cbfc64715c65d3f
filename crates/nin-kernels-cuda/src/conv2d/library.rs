//! Convolutions by somebody else.

use nin_kernels::conv2d::Conv2dShape;

use crate::{Device, DeviceError, View, ViewMut};

/// Convolutions without bias that a library makes.
pub trait Library<D: Device> {
    /// output = input ∗ weight.
    ///
    /// # Errors
    ///
    /// Of the library.
    fn forward(
        &self,
        shape: &Conv2dShape,
        input: View<'_, f32, D>,
        weight: View<'_, f32, D>,
        output: ViewMut<'_, f32, D>,
    ) -> Result<Answer, DeviceError>;

    /// The gradient by the weight.
    ///
    /// # Errors
    ///
    /// Of the library.
    fn backward_weight(
        &self,
        shape: &Conv2dShape,
        input: View<'_, f32, D>,
        grad_output: View<'_, f32, D>,
        grad_weight: ViewMut<'_, f32, D>,
    ) -> Result<Answer, DeviceError>;

    /// The gradient by the input.
    ///
    /// # Errors
    ///
    /// Of the library.
    fn backward_input(
        &self,
        shape: &Conv2dShape,
        weight: View<'_, f32, D>,
        grad_output: View<'_, f32, D>,
        grad_input: ViewMut<'_, f32, D>,
    ) -> Result<Answer, DeviceError>;
}

/// Whether a library has done what it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is done, or will be in its turn.
    Done,
    /// The library cannot do this one: nothing has been written.
    Unsupported,
}
