//! What the user sees: results on stdout, bars on stderr.

use std::fmt::Display;
use std::io::{IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::RunLog;

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
#[derive(Clone, Debug, Default)]
pub struct Console {
    verbosity: Verbosity,
    log: RunLog,
}

impl Console {
    /// A console that shows as much as asked for.
    pub fn new(verbosity: Verbosity) -> Self {
        Self { verbosity, log: RunLog::default() }
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
        // A reader that has gone away must not end the run.
        let _ = writeln!(std::io::stdout(), "{line}");
    }

    /// A bar of `batches` on stderr, invisible where that is no terminal.
    pub(crate) fn bar(&self, prefix: String, batches: usize, done: usize) -> ProgressBar {
        if self.verbosity == Verbosity::Quiet || !std::io::stderr().is_terminal() {
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
        let bar = ProgressBar::with_draw_target(Some(batches as u64), ProgressDrawTarget::stderr());
        bar.set_style(style);
        bar.set_prefix(prefix);
        bar.set_position(done as u64);
        bar
    }
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
    fn times_as_a_clock_shows_them() {
        assert_eq!(
            [0, 31, 61, 3600, 36_061].map(clock),
            ["00:00", "00:31", "01:01", "1:00:00", "10:01:01"]
        );
    }
}
