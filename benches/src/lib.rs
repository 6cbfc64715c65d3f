//! What the benchmarks share: the networks' layers, the columns of a row, the
//! check before the clock starts, and the machine's rate; and our side of the
//! comparison with other programs.
#![forbid(unsafe_code)]

pub mod check;
pub mod columns;
pub mod compare;
pub mod layers;
pub mod numbers;
pub mod peer;
pub mod rate;
