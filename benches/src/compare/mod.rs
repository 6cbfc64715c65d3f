//! Our side of the comparison with other programs: the networks, what the others
//! are told of them, and two contestants, this project's engine and candle's own
//! operations.

pub mod candle;
pub mod case;
pub mod contestant;
pub mod description;
pub mod folder;
pub mod ours;
pub mod turns;
