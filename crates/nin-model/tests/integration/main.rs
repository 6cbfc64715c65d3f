//! Networks and their files.
//! One program: it is linked once, and while one test waits others run.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod damaged_files;
mod foreign_weights;
mod pytorch;
