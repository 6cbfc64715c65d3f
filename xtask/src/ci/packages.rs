//! Every published crate builds from its package alone.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::command::{self, cargo};

/// Packages all members but the unpublished ones, in the order of their
/// dependencies, and builds each from what was packed: a file outside a crate's
/// folder that it needs is found here. Uncommitted changes are packed too.
///
/// A package does not carry the workspace's profile. It is handed on here, so
/// that the builds share what `cargo test` has compiled, candle above all.
pub(super) fn check(root: &Path) -> Result<()> {
    let manifest = fs::read_to_string(root.join("Cargo.toml")).context("cannot read Cargo.toml")?;
    let profile = root.join("target/ci/profile.toml");
    fs::create_dir_all(root.join("target/ci")).context("cannot make target/ci")?;
    fs::write(&profile, dev_profile(&manifest)?).context("cannot write the profile")?;
    command::run(
        cargo("package --workspace --exclude xtask --exclude nin-benches --locked --allow-dirty")
            .arg("--config")
            .arg(profile),
    )
}

/// The profile `dev` of a manifest, as a configuration of cargo.
fn dev_profile(manifest: &str) -> Result<String> {
    let manifest: toml::Table = toml::from_str(manifest).context("Cargo.toml")?;
    let dev = manifest.get("profile").and_then(|profiles| profiles.get("dev"));
    let dev = dev.context("Cargo.toml has no [profile.dev]")?.clone();
    let profiles = toml::Table::from_iter([("dev".to_owned(), dev)]);
    let config = toml::Table::from_iter([("profile".to_owned(), profiles.into())]);
    Ok(toml::to_string(&config)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dev_profile_alone_is_handed_on() {
        let manifest = "[workspace]\n[profile.release]\nlto = true\n\
                        [profile.dev.package.gemm]\nopt-level = 3\n";
        let config: toml::Table = toml::from_str(&dev_profile(manifest).unwrap()).unwrap();
        let wanted = "[profile.dev.package.gemm]\nopt-level = 3\n";
        assert_eq!(config, toml::from_str(wanted).unwrap());
        assert!(dev_profile("[workspace]").is_err());
    }
}
