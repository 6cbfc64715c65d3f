use nin_kernels::max_pool::reference;
use nin_kernels::{PoolShape, Rounding, Window};
use nin_kernels_cuda::{Device, max_pool};

use crate::support::{assert_near, on, poisoned, random, read, widen};

/// Channels-last inputs and windows: overlapping, padded, hanging over in ceil mode,
/// with stride above the kernel size, and of more pixels than one pass of blocks.
pub(crate) fn shapes() -> impl Iterator<Item = PoolShape> {
    let window = |kernel_size, stride, padding| Window { kernel_size, stride, padding };
    [
        ([1, 1, 1, 1], window(1, 1, 0), Rounding::Floor),
        ([2, 6, 7, 3], window(2, 2, 0), Rounding::Floor),
        ([2, 7, 9, 5], window(3, 2, 0), Rounding::Ceil),
        ([1, 8, 8, 4], window(3, 2, 1), Rounding::Floor),
        ([3, 8, 5, 2], window(3, 2, 1), Rounding::Ceil),
        ([1, 9, 11, 3], window(2, 3, 0), Rounding::Floor),
        ([1, 9, 11, 3], window(2, 3, 1), Rounding::Ceil),
        ([1, 16, 17, 2], window(16, 1, 8), Rounding::Floor),
        ([2, 5, 6, 1], window(5, 1, 2), Rounding::Floor),
        ([2, 23, 29, 7], window(3, 2, 0), Rounding::Ceil),
    ]
    .into_iter()
    .map(|(input, window, rounding)| PoolShape::new(input, window, rounding).unwrap())
}

/// Numbers of which many are equal.
fn with_ties(len: usize) -> Vec<f32> {
    random(len, 5).into_iter().map(|x| (x * 4.0).round()).collect()
}

fn forward_is_the_reference<D: Device>(device: &D) {
    for shape in shapes() {
        let input = with_ties(shape.input_len());
        let len = shape.output_len();
        let buffer = on(device, &input);
        let (mut output, mut indices) = (poisoned(device, len), poisoned(device, len));
        let places = Some(indices.view_mut(len));
        let all = buffer.view(input.len());
        max_pool::forward(device, &shape, all, output.view_mut(len), places).unwrap();
        let (truth, winners) = reference::forward(&shape, &widen(&input));
        assert_eq!(widen(&read(device, &output, len)), truth, "{shape:?}");
        assert_eq!(read(device, &indices, len), winners, "{shape:?}");

        let mut output = poisoned(device, len);
        max_pool::forward(device, &shape, all, output.view_mut(len), None).unwrap();
        assert_eq!(widen(&read(device, &output, len)), truth, "{shape:?} without indices");
    }
}

fn not_a_number_wins<D: Device>(device: &D) {
    let window = Window { kernel_size: 2, stride: 2, padding: 0 };
    let shape = PoolShape::new([1, 2, 4, 1], window, Rounding::Floor).unwrap();
    let input = [9.0, f32::NAN, 1.0, 2.0, f32::NAN, 3.0, 4.0, 3.0];
    let (input, mut output, mut indices) =
        (on(device, &input), poisoned(device, 2), poisoned(device, 2));
    let places = Some(indices.view_mut(2));
    max_pool::forward(device, &shape, input.view(8), output.view_mut(2), places).unwrap();
    let output: Vec<f32> = read(device, &output, 2);
    assert!(output[0].is_nan() && output[1] == 4.0, "{output:?}");
    assert_eq!(read(device, &indices, 2), [2_u8, 2]);
}

fn backward_is_the_reference<D: Device>(device: &D) {
    for shape in shapes() {
        let (_, winners) = reference::forward(&shape, &widen(&with_ties(shape.input_len())));
        let grad_output = random(shape.output_len(), 6);
        let (grads, indices) = (on(device, &grad_output), on(device, &winners));
        let mut grad_input = poisoned(device, shape.input_len());
        max_pool::backward(
            device,
            &shape,
            grads.view(grad_output.len()),
            indices.view(winners.len()),
            grad_input.view_mut(shape.input_len()),
        )
        .unwrap();
        let truth = reference::backward(&shape, &widen(&grad_output), &winners);
        // Sums of at most 256 numbers of order 1.
        assert_near(&read(device, &grad_input, shape.input_len()), &truth, 1e-6);
    }
}

on_each_device!(forward_is_the_reference, not_a_number_wins, backward_is_the_reference);
