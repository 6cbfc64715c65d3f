//! The log on stderr.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// Logs to stderr at the level of `RUST_LOG`, or `info` without it; in colour
/// only on a terminal and without `NO_COLOR`. To be called once.
pub fn install_logging() {
    let level = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into());
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    tracing_subscriber::fmt()
        .compact()
        .with_env_filter(level.from_env_lossy())
        .with_target(false)
        .with_ansi(!no_color && stderr().is_terminal())
        .with_writer(stderr)
        .init();
}
