//! The networks' own layers, by name.
//!
//! Layers of the same sizes occur once, with the number of times that a network
//! has them.

use nin_kernels::conv2d::Conv2dShape;
use nin_kernels::{PoolShape, Rounding, Window};

/// Images in a batch where `NIN_BENCH_BATCH` does not say otherwise.
const BATCH: usize = 8;

/// A convolution of a network.
#[derive(Clone, Copy, Debug)]
pub struct ConvLayer {
    /// Network and layer, as in `original.conv2`.
    pub name: &'static str,
    /// How many such layers the network has.
    pub times: usize,
    /// Height, width and channels of the input.
    pub input: [usize; 3],
    /// Channels of the output.
    pub out_channels: usize,
    /// Kernel size, stride and padding.
    pub window: Window,
}

impl ConvLayer {
    /// The sizes for a batch.
    ///
    /// # Panics
    ///
    /// If the kernel does not fit the input: in no layer of the tables.
    pub fn shape(&self, batch: usize) -> Conv2dShape {
        let [height, width, channels] = self.input;
        Conv2dShape::new([batch, height, width, channels], self.out_channels, self.window)
            .expect("a layer of the table")
    }
}

/// Multiply-adds of the plain formula, forward.
pub fn multiply_adds(shape: &Conv2dShape) -> usize {
    shape.batch * shape.out_height() * shape.out_width() * shape.weight_len()
}

/// A pooling of a network.
#[derive(Clone, Copy, Debug)]
pub struct PoolLayer {
    /// Network and layer, as in `original.pool1`.
    pub name: &'static str,
    /// Height, width and channels of the input.
    pub input: [usize; 3],
    /// Kernel size, stride and padding.
    pub window: Window,
    /// How the output size is rounded.
    pub rounding: Rounding,
}

impl PoolLayer {
    /// The sizes for a batch.
    ///
    /// # Panics
    ///
    /// If the window does not fit the input: in no layer of the tables.
    pub fn shape(&self, batch: usize) -> PoolShape {
        let [height, width, channels] = self.input;
        PoolShape::new([batch, height, width, channels], self.window, self.rounding)
            .expect("a layer of the table")
    }
}

const fn conv(
    name: &'static str,
    times: usize,
    size_px: usize,
    channels: [usize; 2],
    [kernel_size, stride, padding]: [usize; 3],
) -> ConvLayer {
    let [in_channels, out_channels] = channels;
    let input = [size_px, size_px, in_channels];
    ConvLayer { name, times, input, out_channels, window: Window { kernel_size, stride, padding } }
}

const fn plane(
    name: &'static str,
    tiles: usize,
    [in_channels, out_channels]: [usize; 2],
) -> ConvLayer {
    let window = Window { kernel_size: 1, stride: 1, padding: 0 };
    ConvLayer { name, times: 64, input: [tiles, 1, in_channels], out_channels, window }
}

const fn pool(
    name: &'static str,
    size_px: usize,
    channels: usize,
    rounding: Rounding,
) -> PoolLayer {
    let window = Window { kernel_size: 3, stride: 2, padding: 0 };
    PoolLayer { name, input: [size_px, size_px, channels], window, rounding }
}

/// The original network on one channel of 224 × 224 pixels.
pub const ORIGINAL_224: [ConvLayer; 8] = [
    conv("original.conv1", 1, 224, [1, 96], [11, 4, 0]),
    conv("original.cccp1", 2, 54, [96, 96], [1, 1, 0]),
    conv("original.conv2", 1, 26, [96, 256], [5, 1, 2]),
    conv("original.cccp2", 2, 26, [256, 256], [1, 1, 0]),
    conv("original.conv3", 1, 12, [256, 384], [3, 1, 1]),
    conv("original.cccp3", 2, 12, [384, 384], [1, 1, 0]),
    conv("original.conv4", 1, 5, [384, 10], [3, 1, 1]),
    conv("original.cccp4", 2, 5, [10, 10], [1, 1, 0]),
];

/// The paper's network for MNIST on one channel of 28 × 28 pixels.
pub const PAPER_MNIST_28: [ConvLayer; 9] = [
    conv("mnist.conv1", 1, 28, [1, 96], [5, 1, 2]),
    conv("mnist.cccp1", 1, 28, [96, 64], [1, 1, 0]),
    conv("mnist.cccp2", 1, 28, [64, 48], [1, 1, 0]),
    conv("mnist.conv2", 1, 14, [48, 128], [5, 1, 2]),
    conv("mnist.cccp3", 1, 14, [128, 96], [1, 1, 0]),
    conv("mnist.cccp4", 1, 14, [96, 48], [1, 1, 0]),
    conv("mnist.conv3", 1, 7, [48, 128], [5, 1, 2]),
    conv("mnist.cccp5", 1, 7, [128, 96], [1, 1, 0]),
    conv("mnist.cccp6", 1, 7, [96, 10], [1, 1, 0]),
];

/// The matrix product of one plane of Winograd's algorithm, as a 1×1
/// convolution of its tiles: those of as many images as are transformed at once
/// in a large batch. Each of the layers has 64 planes.
pub const WINOGRAD_PLANES: [ConvLayer; 3] = [
    plane("original.conv2.plane", 147, [96, 256]),
    plane("original.conv3.plane", 128, [256, 384]),
    plane("mnist.conv2.plane", 352, [48, 128]),
];

/// The max poolings of both networks.
pub const POOLS: [PoolLayer; 5] = [
    pool("original.pool1", 54, 96, Rounding::Floor),
    pool("original.pool2", 26, 256, Rounding::Floor),
    pool("original.pool3", 12, 384, Rounding::Floor),
    pool("mnist.pool1", 28, 48, Rounding::Ceil),
    pool("mnist.pool2", 14, 48, Rounding::Ceil),
];

/// The average pooling of the paper's network for CIFAR-10 on pictures of 28 px.
pub const AVG_POOLS: [PoolLayer; 1] = [pool("cifar10.pool2", 14, 192, Rounding::Ceil)];

/// The maps under the global average pooling of both networks: name, pixels and
/// channels.
pub const GLOBAL_AVG_POOLS: [(&str, usize, usize); 2] =
    [("original.gap", 5 * 5, 10), ("mnist.gap", 7 * 7, 10)];

/// The convolutions of both networks.
pub fn convolutions() -> impl Iterator<Item = ConvLayer> {
    ORIGINAL_224.into_iter().chain(PAPER_MNIST_28)
}

/// The convolutions of both networks that are a matrix product.
pub fn pointwise() -> impl Iterator<Item = ConvLayer> {
    convolutions().filter(|layer| layer.window.kernel_size == 1)
}

/// Images in a batch: `NIN_BENCH_BATCH`, or 8.
///
/// # Panics
///
/// If the variable holds no number above 0.
pub fn batch() -> usize {
    let Ok(text) = std::env::var("NIN_BENCH_BATCH") else { return BATCH };
    let batch = text.parse().ok().filter(|&batch| batch > 0);
    batch.unwrap_or_else(|| panic!("NIN_BENCH_BATCH must be a number above 0, got {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Multiply-adds and parameters of a whole network for one image.
    fn totals(layers: &[ConvLayer]) -> (usize, usize) {
        let mut sum = (0, 0);
        for layer in layers {
            let shape = layer.shape(1);
            sum.0 += layer.times * multiply_adds(&shape);
            sum.1 += layer.times * (shape.weight_len() + layer.out_channels);
        }
        sum
    }

    #[test]
    fn the_tables_are_the_published_networks() {
        assert_eq!(totals(&ORIGINAL_224), (762_297_352, 1_992_166));
        assert_eq!(totals(&PAPER_MNIST_28), (50_699_712, 349_674));
    }
}
