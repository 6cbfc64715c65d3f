//! nin-trainer.
