//! What the tests share.

use bytemuck::{Pod, Zeroable};
use nin_kernels_cuda::{Buffer, Device};

/// Makes a test on each device of each of these functions, which take one.
macro_rules! on_each_device {
    ($($test:ident),* $(,)?) => {
        #[cfg(target_os = "linux")]
        mod rising {
            $(#[test] fn $test() {
                super::$test(&nin_kernels_cuda::Emulated(nin_kernels_cuda::Turn::Rising));
            })*
        }

        #[cfg(target_os = "linux")]
        mod falling {
            $(#[test] fn $test() {
                super::$test(&nin_kernels_cuda::Emulated(nin_kernels_cuda::Turn::Falling));
            })*
        }

        #[cfg(feature = "cuda")]
        mod card {
            $(#[test] fn $test() {
                if let Some(card) = $crate::support::card() {
                    super::$test(&card);
                }
            })*
        }
    };
}

/// The machine's first card; says so where there is none, and fails where there
/// must be one.
#[cfg(feature = "cuda")]
pub(crate) fn card() -> Option<nin_kernels_cuda::Cuda> {
    match nin_kernels_cuda::Cuda::new(0) {
        Ok(card) => Some(card),
        Err(error) if std::env::var_os("NIN_NEEDS_CARD").is_some() => panic!("{error}"),
        Err(error) => {
            eprintln!("nothing was run on a card: {error}");
            None
        }
    }
}

/// Numbers spread evenly over [−1, 1), the same for the same seed.
pub(crate) fn random(len: usize, seed: u64) -> Vec<f32> {
    let word = |i: usize| {
        nin_kernels::philox::philox4x32([i as u32, 0, 0, 0], [seed as u32, (seed >> 32) as u32])[0]
    };
    (0..len).map(|i| (word(i) >> 8) as f32 / (1 << 23) as f32 - 1.0).collect()
}

/// The same numbers in f64.
pub(crate) fn widen(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| value.into()).collect()
}

/// Holds the largest difference, relative to the largest value of the truth or to 1
/// if that is larger, to be below `limit`.
#[track_caller]
pub(crate) fn assert_near(values: &[f32], truth: &[f64], limit: f64) {
    assert_eq!(values.len(), truth.len());
    let scale = truth.iter().fold(1.0_f64, |a, &b| a.max(b.abs()));
    for (i, (&value, truth)) in values.iter().zip(truth).enumerate() {
        let error = (f64::from(value) - truth).abs() / scale;
        assert!(error < limit, "{i}: {value} for {truth}, an error of {error:e}");
    }
}

/// Numbers on the device.
pub(crate) fn on<T: Pod, D: Device>(device: &D, numbers: &[T]) -> Buffer<T, D> {
    Buffer::from_slice(device, numbers).unwrap()
}

/// Room for `len` numbers whose bits are all 1: NaN, in floats.
pub(crate) fn poisoned<T: Pod, D: Device>(device: &D, len: usize) -> Buffer<T, D> {
    let mut numbers = vec![T::zeroed(); len];
    bytemuck::cast_slice_mut::<T, u8>(&mut numbers).fill(0xff);
    on(device, &numbers)
}

/// The first `len` numbers of a buffer.
pub(crate) fn read<T: Pod + Zeroable, D: Device>(
    device: &D,
    buffer: &Buffer<T, D>,
    len: usize,
) -> Vec<T> {
    let mut numbers = vec![T::zeroed(); len];
    buffer.download(device, &mut numbers).unwrap();
    numbers
}

/// Scratch with poison in it.
pub(crate) fn scratch<D: Device>(device: &D) -> Buffer<f32, D> {
    poisoned(device, 1 << 16)
}
