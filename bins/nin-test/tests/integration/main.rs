//! The program as its user meets it.
//! One program: it is linked once, and while one test waits others run.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod checkpoints;
mod cli;
mod common;
mod data;
mod foreign_files;
mod pretrained;
