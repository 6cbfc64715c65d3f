//! What the user sees: results on stdout, bars on stderr.

use std::fmt::{self, Display};
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::{
    ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressState, ProgressStyle, WeakProgressBar,
};

use crate::{RunLog, TrainError};

/// How much is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verbosity {
    /// Banner, bars, a pair of lines an epoch and the result.
    #[default]
    Normal,
    /// The result alone.
    Quiet,
}

/// The user's terminal, or the files that stand for it.
#[derive(Clone, Default)]
pub struct Console {
    verbosity: Verbosity,
    log: RunLog,
    /// The bar that moves, if one does.
    bar: Arc<Mutex<WeakProgressBar>>,
    /// The first error of stdout.
    lost: Arc<Mutex<Option<io::Error>>>,
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console").field("verbosity", &self.verbosity).finish_non_exhaustive()
    }
}

impl Console {
    /// A console that shows as much as asked for.
    pub fn new(verbosity: Verbosity) -> Self {
        Self { verbosity, ..Self::default() }
    }

    /// Writes to the terminal with no bar in the way: one that moves goes, and comes
    /// again below what was written.
    pub fn above_bars<T>(&self, write: impl FnOnce() -> T) -> T {
        let bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner).upgrade();
        match bar.filter(|bar| !bar.is_finished()) {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Whether stderr shows what moves: a terminal that is not a dumb one.
    pub fn can_move() -> bool {
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        std::io::stderr().is_terminal() && !is_dumb
    }

    /// Where a program writes its log so that it is found in the run's folder.
    pub fn log(&self) -> RunLog {
        self.log.clone()
    }

    /// A line of the run's course on stdout.
    pub(crate) fn line(&self, line: impl Display) {
        if self.verbosity == Verbosity::Normal {
            self.result(line);
        }
    }

    /// A line that is shown in any case, on stdout.
    pub(crate) fn result(&self, line: impl Display) {
        let line = printable(&line.to_string());
        let written = self.above_bars(|| writeln!(std::io::stdout(), "{line}"));
        // A reader that has gone away must not end the run.
        if let Err(error) = written
            && error.kind() != ErrorKind::BrokenPipe
        {
            self.lost.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }
    }

    /// Fails, once, if a line for stdout has been lost.
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        match self.lost.lock().unwrap_or_else(PoisonError::into_inner).take() {
            None => Ok(()),
            Some(source) => Err(TrainError::Write { path: "stdout".into(), source }),
        }
    }

    /// A bar of `batches` on stderr, invisible where nothing can move.
    pub(crate) fn bar(&self, prefix: String, batches: usize, done: usize) -> ProgressBar {
        if self.verbosity == Verbosity::Quiet || !Self::can_move() {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template(
            "{prefix}: {percent:>3}%|{bar:10}| {pos}/{len} [{elapsed}<{eta}, {rate}{msg}]",
        )
        .expect("the template is a constant")
        .with_key("rate", |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = write!(out, "{:.2}it/s", state.per_sec());
        })
        .with_key("elapsed", |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = out.write_str(&clock(state.elapsed().as_secs()));
        })
        .with_key("eta", |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = out.write_str(&clock(state.eta().as_secs()));
        })
        .progress_chars("█▉▊▋▌▍▎▏ ");
        let bar = ProgressBar::with_draw_target(Some(batches as u64), ProgressDrawTarget::stderr())
            .with_finish(ProgressFinish::Abandon);
        *self.bar.lock().unwrap_or_else(PoisonError::into_inner) = bar.downgrade();
        bar.set_style(style);
        bar.set_prefix(prefix);
        bar.set_position(done as u64);
        bar
    }
}

/// Text without control characters but line ends: a name of a file may hold some, and
/// a terminal would obey them.
pub fn printable(text: &str) -> String {
    let is_harmless = |c: char| !c.is_control() || c == '\n';
    text.chars()
        .map(|c| if is_harmless(c) { c.to_string() } else { c.escape_default().to_string() })
        .collect()
}

/// Seconds as `m:ss` or `h:mm:ss`.
fn clock(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes:02}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_spelt_out() {
        assert_eq!(printable("a é\n\u{1b}[31m\r\u{9b}"), "a é\n\\u{1b}[31m\\r\\u{9b}");
    }

    #[test]
    fn times_as_a_clock_shows_them() {
        assert_eq!(
            [0, 31, 61, 3600, 36_061].map(clock),
            ["00:00", "00:31", "01:01", "1:00:00", "10:01:01"]
        );
    }
}
