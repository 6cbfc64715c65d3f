//! nin-trainer.

pub mod record;
