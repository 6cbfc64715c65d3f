//! What the benchmarks share: the networks' layers, the columns of a row, the
//! check before the clock starts, and the machine's peak; and our side of the
//! comparison with other programs.
#![forbid(unsafe_code)]

pub mod check;
pub mod columns;
pub mod compare;
pub mod convolution;
pub mod layers;
pub mod numbers;
pub mod peak;
pub mod peer;
