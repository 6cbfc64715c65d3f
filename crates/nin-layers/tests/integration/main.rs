//! Layers and networks, on candle's tape and on the planned engine.
//! One program: it is linked once, and while one test waits others run.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod golden;
mod golden_layers;
mod golden_networks;
mod shapes;
mod tape;
