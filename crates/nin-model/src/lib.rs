//! nin-model.
