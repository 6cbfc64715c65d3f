#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod exit;
mod logging;
mod signals;

pub use exit::exit_code;
pub use logging::install_logging;
pub use signals::listen_to_signals;
