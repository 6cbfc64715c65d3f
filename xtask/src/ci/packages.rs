//! Every published crate compiles from its package alone.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::command::{self, cargo};
use crate::folder;

/// Packages all members but the unpublished ones and checks each from what was
/// packed: a file outside a crate's folder that it needs is found here, and so is a
/// feature that it has only by way of another crate. Uncommitted changes are packed
/// too.
///
/// The packages are unpacked into a workspace of their own, in which they stand
/// in for their published namesakes. `cargo package` would verify them too, but
/// it takes the dependencies among them from copies that an earlier run left in
/// cargo's home, under the same version, whatever has changed since.
///
/// The code is what the tests have run: the compiler's checks are enough. They
/// share what clippy and `cargo doc` have made of the dependencies: hence the same
/// profile and the same target folder.
pub(super) fn check(root: &Path) -> Result<()> {
    let packed = root.join("target/package");
    folder::remove(&packed)?;
    command::run(&mut cargo(
        "package --workspace --exclude xtask --exclude nin-benches --locked --allow-dirty \
         --no-verify",
    ))?;

    let unpacked = root.join("target/ci/packages");
    folder::remove(&unpacked)?;
    fs::create_dir_all(&unpacked).context("cannot make target/ci/packages")?;
    let packages = unpack_all(&packed, &unpacked)?;
    ensure!(!packages.is_empty(), "nothing was packed");
    let manifest = fs::read_to_string(root.join("Cargo.toml")).context("cannot read Cargo.toml")?;
    fs::write(unpacked.join("Cargo.toml"), workspace(&manifest, &packages)?)
        .context("cannot write the packages' workspace")?;
    fs::copy(root.join("Cargo.lock"), unpacked.join("Cargo.lock"))
        .context("cannot copy Cargo.lock")?;
    for package in &packages {
        command::run(
            cargo("check --package")
                .arg(package)
                .arg("--target-dir")
                .arg(root.join("target"))
                .current_dir(&unpacked),
        )?;
    }
    Ok(())
}

/// Unpacks the archives of a folder, each into a folder of its package's name,
/// and returns the names in order.
fn unpack_all(packed: &Path, unpacked: &Path) -> Result<Vec<String>> {
    let mut packages = Vec::new();
    for entry in
        fs::read_dir(packed).with_context(|| format!("cannot list {}", packed.display()))?
    {
        let archive = entry?.path();
        if archive.extension().is_none_or(|extension| extension != "crate") {
            continue;
        }
        let stem = archive.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (name, _version) = stem.rsplit_once('-').context("an archive without a version")?;
        let folder = unpacked.join(name);
        fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        // The archive's times are all the same and old. Those of unpacking tell
        // cargo that the files are new.
        command::run(
            Command::new("tar")
                .args(["-xzm", "--strip-components=1", "-f"])
                .arg(&archive)
                .arg("-C")
                .arg(&folder),
        )?;
        packages.push(name.to_owned());
    }
    packages.sort_unstable();
    Ok(packages)
}

/// The manifest of a workspace of `packages`, with the profiles of `manifest`.
fn workspace(manifest: &str, packages: &[String]) -> Result<String> {
    let manifest: toml::Table = toml::from_str(manifest).context("Cargo.toml")?;
    let profiles = manifest.get("profile").context("Cargo.toml has no profiles")?;
    let profiles = toml::Table::from_iter([("profile".to_owned(), profiles.clone())]);
    let mut workspace = format!("[workspace]\nmembers = {packages:?}\nresolver = \"3\"\n");
    workspace += "[patch.crates-io]\n";
    for name in packages {
        workspace += &format!("{name} = {{ path = \"{name}\" }}\n");
    }
    Ok(workspace + &toml::to_string(&profiles)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_stand_in_for_their_published_namesakes() {
        let manifest = "[workspace]\nmembers = [\"xtask\"]\n\
                        [profile.dev.package.gemm]\nopt-level = 3\n";
        let packages = ["nin-a".to_owned(), "nin-b".to_owned()];
        let made: toml::Table = toml::from_str(&workspace(manifest, &packages).unwrap()).unwrap();
        let wanted = "[workspace]\nmembers = [\"nin-a\", \"nin-b\"]\nresolver = \"3\"\n\
                      [patch.crates-io]\nnin-a = { path = \"nin-a\" }\nnin-b = { path = \"nin-b\" }\n\
                      [profile.dev.package.gemm]\nopt-level = 3\n";
        assert_eq!(made, toml::from_str(wanted).unwrap());
        assert!(workspace("[workspace]", &packages).is_err());
    }
}
