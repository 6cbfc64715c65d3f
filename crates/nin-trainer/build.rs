//! Hands the commit and candle's version to the program, where they can be found.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let workspace = Path::new("../..");
    let head = workspace.join(".git/logs/HEAD");
    if head.exists() {
        println!("cargo::rerun-if-changed={}", head.display());
    }
    let commit = Command::new("git").args(["rev-parse", "--short=10", "HEAD"]).output();
    let commit = commit.ok().filter(|output| output.status.success());
    let commit = commit.and_then(|output| String::from_utf8(output.stdout).ok());
    let commit = commit.map_or_else(|| "unknown".to_owned(), |text| text.trim().to_owned());
    println!("cargo::rustc-env=NIN_COMMIT={commit}");

    let lock = fs::read_to_string(workspace.join("Cargo.lock")).unwrap_or_default();
    let candle = lock.split("name = \"candle-core\"\nversion = \"").nth(1);
    let candle = candle.and_then(|rest| rest.split('"').next()).unwrap_or("unknown");
    println!("cargo::rustc-env=NIN_CANDLE={candle}");
    let profile = env::var("PROFILE").unwrap_or_default();
    println!("cargo::rustc-env=NIN_PROFILE={profile}");
}
