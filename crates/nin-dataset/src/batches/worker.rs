//! The thread that prepares batches.

use std::sync::mpsc::{channel, sync_channel};
use std::thread;

use super::batch::{Batch, Buffers};
use super::{Batches, Running};
use crate::DatasetError;

/// Batches that wait ready: enough to hide an uneven batch, and no more memory.
const AHEAD: usize = 2;

/// The pictures of a pass and how they are cut into batches.
pub(super) struct Pass {
    /// Indices of pictures.
    pub(super) order: Vec<u32>,
    pub(super) batch_size: usize,
    pub(super) first_batch: usize,
    /// H, W, C of prepared pictures.
    pub(super) picture_shape: [usize; 3],
}

/// Starts a thread that prepares the batches of `pass`.
///
/// `fill` gets buffers with the indices of a batch; their `images` and
/// `labels`, which hold a former batch or nothing, are for it to write.
pub(super) fn spawn(
    pass: Pass,
    mut fill: impl FnMut(&mut Buffers) + Send + 'static,
) -> Result<Batches, DatasetError> {
    let Pass { order, batch_size, first_batch, picture_shape: [height, width, channels] } = pass;
    let remaining = order.len().div_ceil(batch_size).saturating_sub(first_batch);
    let (ready_in, ready) = sync_channel(AHEAD);
    let (recycle, recycled) = channel::<Buffers>();
    let work = move || {
        for indices in order.chunks(batch_size).skip(first_batch) {
            let mut buffers = recycled.try_recv().unwrap_or_default();
            buffers.indices.clear();
            buffers.indices.extend_from_slice(indices);
            fill(&mut buffers);
            let batch = Batch {
                images: buffers.images,
                changes: buffers.changes,
                labels: buffers.labels,
                indices: buffers.indices,
                shape: [indices.len(), height, width, channels],
                recycle: recycle.clone(),
            };
            if ready_in.send(batch).is_err() {
                // The consumer has stopped early.
                return;
            }
        }
    };
    let worker = thread::Builder::new()
        .name("batches".into())
        .spawn(work)
        .map_err(|error| DatasetError::Worker(error.to_string()))?;
    Ok(Batches { remaining, running: Some(Running { ready, worker }) })
}
