//! Every published crate builds from its package alone.

use anyhow::Result;

use crate::command::{self, cargo};

/// The workspace's own profile for dependencies, which no package carries: with
/// it the builds share what `cargo test` has compiled, candle above all, and
/// take seconds in place of many minutes.
const SAME_PROFILE: &str = "profile.dev.package.\"*\".opt-level=3";

/// Packages all members but the unpublished ones, in the order of their
/// dependencies, and builds each from what was packed: a file outside a crate's
/// folder that it needs is found here. Uncommitted changes are packed too.
pub(super) fn check() -> Result<()> {
    command::run(
        cargo("package --workspace --exclude xtask --exclude nin-benches --locked --allow-dirty")
            .args(["--config", SAME_PROFILE]),
    )
}
