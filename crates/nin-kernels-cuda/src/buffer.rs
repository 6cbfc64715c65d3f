//! Typed memory of a device, and views of its parts.

use std::marker::PhantomData;

use bytemuck::Pod;

use crate::{Device, DeviceError};

/// Numbers in a device's memory; grows and never shrinks.
pub struct Buffer<T, D: Device> {
    memory: Option<D::Memory>,
    len: usize,
    number: PhantomData<T>,
}

/// Numbers to be read by a kernel.
pub struct View<'a, T, D> {
    pub(crate) address: u64,
    len: usize,
    memory: PhantomData<fn(D) -> &'a T>,
}

/// Numbers to be written by a kernel.
pub struct ViewMut<'a, T, D> {
    pub(crate) address: u64,
    len: usize,
    memory: PhantomData<fn(D) -> &'a mut T>,
}

impl<T, D> Clone for View<'_, T, D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, D> Copy for View<'_, T, D> {}

impl<T: Pod, D: Device> Default for Buffer<T, D> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Pod, D: Device> Buffer<T, D> {
    /// A buffer without numbers.
    pub const fn new() -> Self {
        Self { memory: None, len: 0, number: PhantomData }
    }

    /// A buffer with these numbers.
    ///
    /// # Errors
    ///
    /// Of the device.
    pub fn from_slice(device: &D, numbers: &[T]) -> Result<Self, DeviceError> {
        let mut buffer = Self::new();
        buffer.upload(device, numbers)?;
        Ok(buffer)
    }

    /// Makes room for `len` numbers; what was in it may be lost.
    ///
    /// # Errors
    ///
    /// Too little memory.
    pub fn grow(&mut self, device: &D, len: usize) -> Result<(), DeviceError> {
        if self.len < len {
            // Freed first: both at once may not fit.
            self.memory = None;
            self.len = 0;
            self.memory = Some(device.allocate(len * size_of::<T>())?);
            self.len = len;
        }
        Ok(())
    }

    /// Writes `numbers` to the front, with room for them made.
    ///
    /// # Errors
    ///
    /// Of the device.
    pub fn upload(&mut self, device: &D, numbers: &[T]) -> Result<(), DeviceError> {
        self.grow(device, numbers.len())?;
        match &mut self.memory {
            Some(memory) => device.upload(bytemuck::cast_slice(numbers), memory),
            None => Ok(()),
        }
    }

    /// Reads the first numbers.
    ///
    /// # Errors
    ///
    /// Of the device.
    ///
    /// # Panics
    ///
    /// If there are fewer.
    pub fn download(&self, device: &D, numbers: &mut [T]) -> Result<(), DeviceError> {
        assert!(numbers.len() <= self.len, "{} numbers of {}", numbers.len(), self.len);
        match &self.memory {
            Some(memory) => device.download(memory, bytemuck::cast_slice_mut(numbers)),
            None => Ok(()),
        }
    }

    /// How many numbers there is room for.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is room for none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The first `len` numbers.
    ///
    /// # Panics
    ///
    /// If there are fewer.
    pub fn view(&self, len: usize) -> View<'_, T, D> {
        assert!(len <= self.len, "{len} numbers of {}", self.len);
        View { address: self.address(), len, memory: PhantomData }
    }

    /// The first `len` numbers, to be written.
    ///
    /// # Panics
    ///
    /// If there are fewer.
    pub fn view_mut(&mut self, len: usize) -> ViewMut<'_, T, D> {
        assert!(len <= self.len, "{len} numbers of {}", self.len);
        ViewMut { address: self.address(), len, memory: PhantomData }
    }

    fn address(&self) -> u64 {
        self.memory.as_ref().map_or(0, D::address)
    }
}

impl<'a, T, D> View<'a, T, D> {
    /// How many numbers there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The `len` numbers from `start` on.
    ///
    /// # Panics
    ///
    /// If there are fewer.
    pub fn part(self, start: usize, len: usize) -> Self {
        assert!(start <= self.len && len <= self.len - start, "{len} from {start} of {}", self.len);
        Self { address: self.address + (start * size_of::<T>()) as u64, len, memory: PhantomData }
    }
}

impl<'a, T, D> ViewMut<'a, T, D> {
    /// How many numbers there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The same numbers for a shorter time.
    pub fn reborrow(&mut self) -> ViewMut<'_, T, D> {
        ViewMut { address: self.address, len: self.len, memory: PhantomData }
    }

    /// The first `len` numbers and the rest.
    ///
    /// # Panics
    ///
    /// If there are fewer.
    pub fn split_at(self, len: usize) -> (Self, Self) {
        assert!(len <= self.len, "{len} numbers of {}", self.len);
        let address = self.address + (len * size_of::<T>()) as u64;
        let rest = Self { address, len: self.len - len, memory: PhantomData };
        (Self { len, ..self }, rest)
    }

    /// The same numbers, to be read.
    pub fn as_view(&self) -> View<'_, T, D> {
        View { address: self.address, len: self.len, memory: PhantomData }
    }

    /// The `len` numbers from `start` on.
    ///
    /// # Panics
    ///
    /// If there are fewer.
    pub fn part(self, start: usize, len: usize) -> ViewMut<'a, T, D> {
        assert!(start <= self.len && len <= self.len - start, "{len} from {start} of {}", self.len);
        let address = self.address + (start * size_of::<T>()) as u64;
        ViewMut { address, len, memory: PhantomData }
    }
}
