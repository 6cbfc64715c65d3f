//! Every published crate builds from its package alone.

use anyhow::Result;

use crate::command::{self, cargo};

/// Packages all members but the unpublished ones, in the order of their
/// dependencies, and builds each from what was packed: a file outside a crate's
/// folder that it needs is found here. Uncommitted changes are packed too.
pub(super) fn check() -> Result<()> {
    command::run(&mut cargo(
        "package --workspace --exclude xtask --exclude nin-benches --locked --allow-dirty",
    ))
}
