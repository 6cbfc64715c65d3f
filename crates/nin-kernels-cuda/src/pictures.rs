//! From the bytes of a data set, kept on the device, to batches of numbers: what
//! `nin-dataset` does on the CPU, equal in every bit.

use bytemuck::{Pod, Zeroable};

use crate::launch::{launch, over, size};
use crate::{Buffer, Device, DeviceError, View, ViewMut};

/// Pictures of one size, as bytes.
pub struct Pictures<D: Device> {
    bytes: Buffer<u8, D>,
    count: usize,
    /// H, W, C.
    shape: [usize; 3],
}

/// What is done to one picture besides, as the kernels take it: `Change` of
/// `pictures.cuh`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Change {
    /// Pixels that it is moved down.
    pub down: i32,
    /// Pixels that it is moved to the right.
    pub right: i32,
    /// 1 if it is mirrored before that, else 0.
    pub mirrored: u32,
    /// The first row of the rectangle that is set to 0 at last.
    pub top: u32,
    /// Its first column.
    pub left: u32,
    /// Its rows, 0 for no rectangle.
    pub height: u32,
    /// Its columns.
    pub width: u32,
}

/// What comes where a picture has been moved away from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Padding {
    /// Black.
    #[default]
    Zeros,
    /// The picture's mirror image without its edge.
    Reflect,
}

/// From stored pictures to numbers of one size.
pub struct Preparation<D: Device> {
    /// H, W, C of the stored pictures.
    stored: [usize; 3],
    /// H, W of the prepared ones.
    size: [usize; 2],
    columns: Filter<D>,
    rows: Filter<D>,
    /// The number of each byte, for each channel.
    tables: Buffer<f32, D>,
    padding: Padding,
    /// The batch between the passes of the resize.
    between: Buffer<u8, D>,
}

/// The weights along one axis.
struct Filter<D: Device> {
    first: Buffer<u32, D>,
    count: Buffer<u32, D>,
    weights: Buffer<i32, D>,
    taps: usize,
}

/// `Filter` of `pictures.cuh`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawFilter {
    first: u64,
    count: u64,
    weights: u64,
    taps: u32,
}

/// The first input of an output along an axis, and the weight of each from there
/// on in units of 2⁻²².
pub type Window<'a> = (usize, &'a [i32]);

impl<D: Device> Pictures<D> {
    /// Copies pictures of `shape` H, W, C to the device.
    ///
    /// # Errors
    ///
    /// Of the device: too little memory.
    ///
    /// # Panics
    ///
    /// If `bytes` are no whole pictures.
    pub fn new(device: &D, shape: [usize; 3], bytes: &[u8]) -> Result<Self, DeviceError> {
        let one: usize = shape.iter().product();
        assert!(one > 0 && bytes.len().is_multiple_of(one), "{} bytes of {shape:?}", bytes.len());
        let count = bytes.len() / one;
        Ok(Self { bytes: Buffer::from_slice(device, bytes)?, count, shape })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// H, W, C.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }
}

impl<D: Device> Filter<D> {
    fn new(device: &D, inputs: usize, windows: &[Window<'_>]) -> Result<Self, DeviceError> {
        let taps = windows.iter().map(|(_, weights)| weights.len()).max().unwrap_or_default();
        let mut padded = Vec::with_capacity(windows.len() * taps);
        for &(first, weights) in windows {
            assert!(first + weights.len() <= inputs, "a window behind {inputs} inputs");
            padded.extend_from_slice(weights);
            padded.resize(padded.len() + taps - weights.len(), 0);
        }
        let numbers = |number: &dyn Fn(&Window<'_>) -> usize| {
            windows.iter().map(|window| size(number(window))).collect::<Vec<_>>()
        };
        Ok(Self {
            first: Buffer::from_slice(device, &numbers(&|window| window.0))?,
            count: Buffer::from_slice(device, &numbers(&|window| window.1.len()))?,
            weights: Buffer::from_slice(device, &padded)?,
            taps,
        })
    }

    fn raw(&self) -> RawFilter {
        RawFilter {
            first: self.first.view(0).address,
            count: self.count.view(0).address,
            weights: self.weights.view(0).address,
            taps: size(self.taps),
        }
    }
}

impl<D: Device> Preparation<D> {
    /// Of pictures of `stored` H, W, C, to as many columns and rows as there are
    /// windows; `tables` has the number of each byte for each channel.
    ///
    /// # Errors
    ///
    /// Of the device.
    ///
    /// # Panics
    ///
    /// If a window reaches behind a stored picture, or there is not one table a
    /// channel.
    pub fn new(
        device: &D,
        stored: [usize; 3],
        [columns, rows]: [&[Window<'_>]; 2],
        tables: &[[f32; 256]],
        padding: Padding,
    ) -> Result<Self, DeviceError> {
        let [height, width, channels] = stored;
        assert_eq!(tables.len(), channels, "tables of {channels} channels");
        Ok(Self {
            stored,
            size: [rows.len(), columns.len()],
            columns: Filter::new(device, width, columns)?,
            rows: Filter::new(device, height, rows)?,
            tables: Buffer::from_slice(device, tables.as_flattened())?,
            padding,
            between: Buffer::new(),
        })
    }

    /// H, W, C of the stored pictures.
    pub fn stored(&self) -> [usize; 3] {
        self.stored
    }

    /// Whether a picture can be moved like this: any way, but with
    /// [`Padding::Reflect`] less than its height and width.
    pub fn can(&self, change: &Change) -> bool {
        let limit = match self.padding {
            Padding::Zeros => [u32::MAX / 4; 2],
            Padding::Reflect => self.size.map(|size| size as u32 - 1),
        };
        change.down.unsigned_abs() <= limit[0] && change.right.unsigned_abs() <= limit[1]
    }

    /// Numbers of a prepared picture.
    pub fn picture_len(&self) -> usize {
        self.size[0] * self.size[1] * self.stored[2]
    }

    /// Prepares the pictures `indices`: resized, changed where there are `changes`,
    /// and turned into numbers; `output` is N, H, W, C.
    ///
    /// # Errors
    ///
    /// Of the device.
    ///
    /// # Panics
    ///
    /// If an index is no picture, the pictures are of another size, a change is
    /// none that [can be](Self::can), or the lengths do not fit.
    pub fn apply(
        &mut self,
        device: &D,
        pictures: &Pictures<D>,
        indices: &[u32],
        changes: Option<&[Change]>,
        output: ViewMut<'_, f32, D>,
        scratch: &mut Scratch<D>,
    ) -> Result<(), DeviceError> {
        assert_eq!(pictures.shape, self.stored, "shape of the pictures");
        assert_eq!(output.len(), indices.len() * self.picture_len(), "length of output");
        let last = indices.iter().max().map_or(0, |&index| index as usize);
        assert!(last < pictures.count, "picture {last} of {}", pictures.count);
        scratch.indices.upload(device, indices)?;
        let changes = match changes {
            Some(changes) => {
                assert_eq!(changes.len(), indices.len(), "changes of each picture");
                let is_moved_too_far = changes.iter().find(|change| !self.can(change));
                assert!(is_moved_too_far.is_none(), "{is_moved_too_far:?} of {:?}", self.size);
                scratch.changes.upload(device, changes)?;
                Some(scratch.changes.view(changes.len()))
            }
            None => None,
        };
        let indices = scratch.indices.view(indices.len());
        self.launch(device, pictures, indices, changes, output)
    }

    fn launch(
        &mut self,
        device: &D,
        pictures: &Pictures<D>,
        indices: View<'_, u32, D>,
        changes: Option<View<'_, Change, D>>,
        output: ViewMut<'_, f32, D>,
    ) -> Result<(), DeviceError> {
        let [in_height, in_width, channels] = self.stored;
        let [out_height, out_width] = self.size;
        let between_len = indices.len() * in_height * out_width * channels;
        self.between.grow(device, between_len)?;
        let bytes = pictures.bytes.view(pictures.bytes.len());
        let reflect = u32::from(self.padding == Padding::Reflect);
        let [in_height, in_width, out_height, out_width, channels] =
            [in_height, in_width, out_height, out_width, channels].map(size);
        // SAFETY: the indices are of pictures, the windows lie within them, and the
        // lengths were checked.
        unsafe {
            launch!(
                device,
                resize_rows,
                over(device, between_len),
                bytes,
                indices,
                self.columns.raw(),
                in_height,
                in_width,
                out_width,
                channels,
                between_len as u64,
                self.between.view_mut(between_len),
            )?;
            launch!(
                device,
                finish_pictures,
                over(device, output.len()),
                self.between.view(between_len),
                self.rows.raw(),
                changes,
                reflect,
                self.tables.view(self.tables.len()),
                in_height,
                out_height,
                out_width,
                channels,
                output.len() as u64,
                output,
            )
        }
    }
}

/// What a batch brings to the device, with memory that is used again.
pub struct Scratch<D: Device> {
    indices: Buffer<u32, D>,
    changes: Buffer<Change, D>,
}

impl<D: Device> Default for Scratch<D> {
    fn default() -> Self {
        Self { indices: Buffer::new(), changes: Buffer::new() }
    }
}
