//! Licences, sources and known faults of what is depended on.

use std::process::{Command, Stdio};

use anyhow::Result;

use crate::command::{self, cargo};

/// Runs `cargo deny check` where it is there to run: it is a tool of its own,
/// and its list of known faults comes from the network.
pub(super) fn check() -> Result<()> {
    let installed = Command::new("cargo")
        .args(["deny", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !installed {
        println!("\n=== cargo deny check\nskipped: cargo-deny is not installed");
        return Ok(());
    }
    command::run(&mut cargo("deny check"))
}
