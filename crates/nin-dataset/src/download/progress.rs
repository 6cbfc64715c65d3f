//! The bar of a download, on stderr and only when that is a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar that goes away when it is dropped.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// A bar over `total` bytes, or a count of bytes when that is not known.
    pub(super) fn new(total: Option<u64>) -> Self {
        // Hidden by itself when stderr is no terminal.
        let (bar, template) = match total {
            Some(total) => (
                ProgressBar::new(total),
                "{percent:>3}%|{bar:10}| {bytes}/{total_bytes} [{elapsed}<{eta}, {bytes_per_sec}]",
            ),
            None => (ProgressBar::new_spinner(), "{bytes} [{elapsed}, {bytes_per_sec}]"),
        };
        bar.set_style(ProgressStyle::with_template(template).expect("the templates are valid"));
        Self(bar)
    }

    pub(super) fn advance(&self, bytes: u64) {
        self.0.inc(bytes);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
