//! The program as its user meets it.
//! One program: it is linked once, and while one test waits others run.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod cli;
mod common;
mod foreign_weights;
mod full_disk;
mod learning;
mod messages;
mod odd_data;
mod odd_paths;
#[cfg(unix)]
mod program;
mod refused_data;
mod repeatable;
mod run_folders;
mod signals;
mod terminal;
