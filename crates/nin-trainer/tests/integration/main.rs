//! Trainings and tests, from configurations to what they leave behind.
//! One program: it is linked once, and while one test waits others run.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;
mod config;
mod config_files;
mod dead;
mod epochs;
mod golden_steps;
mod pytorch_files;
mod resume;
mod testing;
mod threads;
mod training;
