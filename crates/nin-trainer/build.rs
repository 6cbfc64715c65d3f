//! Hands the commit and candle's version to the program, where they can be found.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let workspace = Path::new("../..");
    // Asked for, as it lies elsewhere for a linked worktree.
    let head = rev_parse(&["--git-path", "logs/HEAD"]).filter(|head| Path::new(head).exists());
    if let Some(head) = head {
        println!("cargo::rerun-if-changed={head}");
    }
    let commit = rev_parse(&["--short=10", "HEAD"]).unwrap_or_else(|| "unknown".to_owned());
    println!("cargo::rustc-env=NIN_COMMIT={commit}");

    let lock = fs::read_to_string(workspace.join("Cargo.lock")).unwrap_or_default();
    let candle = lock.split("name = \"candle-core\"\nversion = \"").nth(1);
    let candle = candle.and_then(|rest| rest.split('"').next()).unwrap_or("unknown");
    println!("cargo::rustc-env=NIN_CANDLE={candle}");
    let profile = env::var("PROFILE").unwrap_or_default();
    println!("cargo::rustc-env=NIN_PROFILE={profile}");
}

/// What git says, where there is a git that knows this folder.
fn rev_parse(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("rev-parse").args(arguments).output().ok()?;
    let text = output.status.success().then(|| String::from_utf8(output.stdout))?.ok()?;
    Some(text.trim().to_owned())
}
