//! nin-test.

fn main() {}
