//! One batch, whose memory is used again.

use std::sync::mpsc::Sender;

/// Prepared pictures with their labels.
///
/// Dropping it gives its memory back to the thread that prepares batches.
#[derive(Debug)]
pub struct Batch {
    /// Normalised pictures, N, H, W, C (channels-last).
    pub images: Vec<f32>,
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
    pub(super) labels: Vec<u32>,
    pub(super) indices: Vec<u32>,
}

impl Drop for Batch {
    fn drop(&mut self) {
        let buffers = Buffers {
            images: std::mem::take(&mut self.images),
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
