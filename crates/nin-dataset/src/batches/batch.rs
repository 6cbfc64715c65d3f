//! One batch, whose memory is used again.

use std::sync::mpsc::Sender;

use crate::Change;

/// Prepared pictures with their labels.
///
/// Dropping it gives its memory back to the thread that prepares batches.
#[derive(Debug)]
pub struct Batch {
    /// Normalised pictures, N, H, W, C (channels-last); none in a pass that is
    /// [`Described`](crate::Described).
    pub images: Vec<f32>,
    /// What is to be done to each picture of such a pass; none where nothing is.
    pub changes: Vec<Change>,
    /// The class of each picture.
    pub labels: Vec<u32>,
    /// Which picture of the set each one is.
    pub indices: Vec<u32>,
    /// N, H, W, C.
    pub shape: [usize; 4],
    pub(super) recycle: Sender<Buffers>,
}

/// The memory of a batch.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    pub(super) images: Vec<f32>,
    pub(super) changes: Vec<Change>,
    pub(super) labels: Vec<u32>,
    pub(super) indices: Vec<u32>,
}

impl Drop for Batch {
    fn drop(&mut self) {
        let buffers = Buffers {
            images: std::mem::take(&mut self.images),
            changes: std::mem::take(&mut self.changes),
            labels: std::mem::take(&mut self.labels),
            indices: std::mem::take(&mut self.indices),
        };
        // The pass may be over; then the memory is freed.
        let _ = self.recycle.send(buffers);
    }
}

impl Batch {
    /// Number of pictures, N.
    pub fn len(&self) -> usize {
        self.shape[0]
    }

    /// Whether there is no picture; never so in a batch of a pass.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
