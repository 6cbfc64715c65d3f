//! Licences, sources and known faults of what is depended on.

use std::process::Stdio;

use anyhow::Result;

use crate::command::{self, cargo};

/// Runs `cargo deny check` where it is there to run, a tool of its own: licences,
/// sources and versions everywhere, known faults where their list can be fetched.
pub(super) fn check() -> Result<()> {
    if !succeeds("deny --version") {
        println!("\n=== cargo deny check\nskipped: cargo-deny is not installed");
        return Ok(());
    }
    command::run(&mut cargo("deny check bans licenses sources"))?;
    if !succeeds("deny fetch db") {
        println!("\n=== cargo deny check advisories\nskipped: their list cannot be fetched here");
        return Ok(());
    }
    command::run(&mut cargo("deny check advisories"))
}

fn succeeds(words: &str) -> bool {
    let status = cargo(words).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
