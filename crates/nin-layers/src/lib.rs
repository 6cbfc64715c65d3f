//! nin-layers.
