//! What the benchmarks share: the networks' layers, the columns of a
//! comparison, the check before the clock starts, and the machine's rate.
#![forbid(unsafe_code)]

pub mod check;
pub mod columns;
pub mod layers;
pub mod numbers;
pub mod peer;
pub mod rate;
