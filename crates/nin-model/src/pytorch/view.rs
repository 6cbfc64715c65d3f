//! Tensors as views of a storage.

use std::borrow::Cow;

use super::value::Value;

/// The most dimensions, as in PyTorch.
const MOST_DIMENSIONS: usize = 64;

/// Which numbers of a storage make a tensor: element (i, j, …) is number
/// `offset + i · strides[0] + j · strides[1] + …`.
#[derive(Debug)]
pub(super) struct View {
    offset: usize,
    sizes: Vec<usize>,
    strides: Vec<usize>,
}

impl View {
    /// # Errors
    ///
    /// Anything but numbers from 0 on; not a stride for each size.
    pub(super) fn new(
        offset: i64,
        sizes: &[Value<'_>],
        strides: &[Value<'_>],
    ) -> Result<Self, String> {
        let number = |value: i64| {
            usize::try_from(value).map_err(|_| format!("has {value} for an offset, size or stride"))
        };
        let numbers = |values: &[Value<'_>]| {
            let number = |value: &Value<'_>| match *value {
                Value::Int(value) => number(value),
                other => Err(format!("has {} for a size or stride", other.kind())),
            };
            values.iter().map(number).collect::<Result<Vec<_>, _>>()
        };
        if sizes.len() != strides.len() || sizes.len() > MOST_DIMENSIONS {
            let (sizes, strides) = (sizes.len(), strides.len());
            return Err(format!(
                "has {sizes} sizes and {strides} strides, want as many, at most {MOST_DIMENSIONS}"
            ));
        }
        Ok(Self { offset: number(offset)?, sizes: numbers(sizes)?, strides: numbers(strides)? })
    }

    pub(super) fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// How many numbers the tensor has, all of which lie in a storage of
    /// `storage_len`.
    pub(super) fn check(&self, storage_len: usize) -> Result<usize, String> {
        let outside = || {
            let Self { offset, sizes, strides } = self;
            format!(
                "of sizes {sizes:?}, strides {strides:?} and offset {offset} does not lie in its \
                 storage of {storage_len} numbers"
            )
        };
        // A size of 0 must not hide others whose product is too large for a shape.
        let product =
            self.sizes.iter().try_fold(1_usize, |len, &size| len.checked_mul(size.max(1)));
        let len = product.ok_or_else(outside)?;
        if self.sizes.contains(&0) {
            return Ok(0);
        }
        let last = self
            .sizes
            .iter()
            .zip(&self.strides)
            .try_fold(self.offset, |last, (size, stride)| {
                last.checked_add((size - 1).checked_mul(*stride)?)
            })
            .ok_or_else(outside)?;
        if last < storage_len { Ok(len) } else { Err(outside()) }
    }

    /// The numbers in the order of the tensor, each of `width` bytes, if
    /// [`Self::check`] found them in the storage.
    pub(super) fn gather<'a>(&self, storage: &'a [u8], width: usize) -> Cow<'a, [u8]> {
        if self.sizes.contains(&0) {
            return Cow::Borrowed(&[]);
        }
        let len = self.sizes.iter().product::<usize>();
        if self.is_contiguous() {
            return Cow::Borrowed(&storage[self.offset * width..][..len * width]);
        }
        let mut gathered = Vec::with_capacity(len * width);
        let mut place = vec![0; self.sizes.len()];
        let mut at = self.offset;
        for _ in 0..len {
            gathered.extend_from_slice(&storage[at * width..][..width]);
            for dimension in (0..place.len()).rev() {
                if place[dimension] + 1 < self.sizes[dimension] {
                    place[dimension] += 1;
                    at += self.strides[dimension];
                    break;
                }
                at -= place[dimension] * self.strides[dimension];
                place[dimension] = 0;
            }
        }
        Cow::Owned(gathered)
    }

    fn is_contiguous(&self) -> bool {
        let mut step = 1;
        self.sizes.iter().zip(&self.strides).rev().all(|(&size, &stride)| {
            let fits = stride == step;
            step *= size;
            fits
        })
    }
}
