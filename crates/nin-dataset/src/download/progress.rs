//! The bar of a download, on stderr and only when that is a terminal.

use std::env;
use std::ffi::OsStr;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

const WITH_TOTAL: &str =
    "{percent:>3}%|{bar:10}| {bytes}/{total_bytes} [{elapsed}<{eta}, {bytes_per_sec}]";

/// No per cent of what is not known.
const WITHOUT_TOTAL: &str = "{bytes} [{elapsed}, {bytes_per_sec}]";

/// A bar that goes away when it is dropped before its end.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// A bar over `total` bytes, or a count of bytes when that is not known;
    /// `position` of them are there already.
    pub(super) fn new(position: u64, total: Option<u64>) -> Self {
        let bar = ProgressBar::with_draw_target(total, target(env::var_os("TERM").as_deref()));
        let style = ProgressStyle::with_template(template(total));
        bar.set_style(style.expect("the templates are valid"));
        bar.set_position(position);
        Self(bar)
    }

    /// `bytes` are there.
    pub(super) fn set(&self, bytes: u64) {
        self.0.set_position(bytes);
    }

    /// Everything is there: shows 100 % of a known total, and stays.
    pub(super) fn complete(&self) {
        self.0.finish();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if !self.0.is_finished() {
            self.0.finish_and_clear();
        }
    }
}

fn template(total: Option<u64>) -> &'static str {
    if total.is_some() { WITH_TOTAL } else { WITHOUT_TOTAL }
}

/// Hidden on a terminal that cannot move its cursor, and by indicatif itself
/// where there is none.
fn target(term: Option<&OsStr>) -> ProgressDrawTarget {
    match term {
        Some(term) if term == "dumb" => ProgressDrawTarget::hidden(),
        _ => ProgressDrawTarget::stderr(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn per_cent_only_of_a_known_total() {
        assert!(template(Some(0)).contains("{percent"));
        assert!(!template(None).contains("percent"));
        for template in [WITH_TOTAL, WITHOUT_TOTAL] {
            assert!(ProgressStyle::with_template(template).is_ok());
        }
    }

    #[test]
    fn it_ends_at_its_total() {
        let progress = Progress::new(40, Some(200));
        progress.set(150);
        assert_eq!((progress.0.position(), progress.0.length()), (150, Some(200)));
        progress.complete();
        assert_eq!(progress.0.position(), 200);
        let unknown = Progress::new(0, None);
        unknown.set(150);
        assert_eq!((unknown.0.position(), unknown.0.length()), (150, None));
    }

    #[test]
    fn a_dumb_terminal_gets_none() {
        assert!(target(Some("dumb".as_ref())).is_hidden());
    }
}
