//! nin-dataset.
