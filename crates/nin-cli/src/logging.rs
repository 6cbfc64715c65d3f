//! The log on stderr and in the run's folder.

use std::io::{self, Write, stderr};

use nin_trainer::Console;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt};

/// Logs to stderr, above any bars, and to the log of the console's run, at the level
/// of `RUST_LOG`, or `info` without it; in colour only on a terminal that is not dumb
/// and without `NO_COLOR`. To be called once.
pub fn install_logging(console: &Console) {
    let level = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into());
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let to_stderr = fmt::layer()
        .compact()
        .with_target(false)
        .with_ansi(!no_color && Console::can_move())
        .with_writer(AboveBars(console.clone()));
    let log = console.log();
    let to_file =
        fmt::layer().compact().with_target(false).with_ansi(false).with_writer(move || log.clone());
    tracing_subscriber::registry()
        .with(level.from_env_lossy())
        .with(to_stderr)
        .with(to_file)
        .init();
}

/// Stderr above the bars of a console.
#[derive(Clone)]
struct AboveBars(Console);

impl Write for AboveBars {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A reader that has gone away must not end the run.
        self.0.above_bars(|| drop(stderr().write_all(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for AboveBars {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
