//! Prepared batches, made by a thread of their own ahead of their use.

mod batch;
mod loader;
#[cfg(test)]
mod tests;
mod worker;

use std::sync::mpsc::Receiver;
use std::thread::JoinHandle;

pub use batch::Batch;
pub use loader::{Described, Loader};

use crate::DatasetError;

/// The batches of one pass in order, the last one perhaps smaller.
///
/// Made by [`Loader::batches`]. At most two batches wait ready while another
/// is being prepared. Dropping it early ends the thread.
#[derive(Debug)]
pub struct Batches {
    remaining: usize,
    // `None` once the pass has ended or failed.
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    ready: Receiver<Batch>,
    worker: JoinHandle<()>,
}

impl Iterator for Batches {
    type Item = Result<Batch, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.running.as_ref()?.ready.recv() {
            Ok(batch) => {
                self.remaining -= 1;
                Some(Ok(batch))
            }
            Err(_) => self.stop().or_else(|| self.missing()).map(Err),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.remaining, Some(self.remaining))
    }
}

impl Batches {
    /// Ends the thread; what it panicked with, if it did.
    fn stop(&mut self) -> Option<DatasetError> {
        let Running { ready, worker } = self.running.take()?;
        // A worker that waits to hand over a batch sees this and ends.
        drop(ready);
        let panic = worker.join().err()?;
        let message = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied());
        Some(DatasetError::Worker(message.unwrap_or("it panicked").into()))
    }

    /// The error of a worker that ended early without a panic.
    fn missing(&self) -> Option<DatasetError> {
        let count = self.remaining;
        (count > 0).then(|| DatasetError::Worker(format!("{count} batches are missing")))
    }
}

impl Drop for Batches {
    fn drop(&mut self) {
        self.stop();
    }
}
