//! nin-train.

fn main() {}
