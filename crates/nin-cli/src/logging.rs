//! The log on stderr and in the run's folder.

use std::io::{IsTerminal, stderr};

use nin_trainer::RunLog;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt};

/// Logs to stderr and to `log` at the level of `RUST_LOG`, or `info` without it;
/// in colour only on a terminal and without `NO_COLOR`. To be called once.
pub fn install_logging(log: RunLog) {
    let level = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into());
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let to_stderr = fmt::layer()
        .compact()
        .with_target(false)
        .with_ansi(!no_color && stderr().is_terminal())
        .with_writer(stderr);
    let to_file =
        fmt::layer().compact().with_target(false).with_ansi(false).with_writer(move || log.clone());
    tracing_subscriber::registry()
        .with(level.from_env_lossy())
        .with(to_stderr)
        .with(to_file)
        .init();
}
