//! The leaf crates stay usable without candle, and a plain build knows no CUDA.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::command::{self, cargo};

/// The crates that know no tensor library.
const LEAVES: [&str; 4] = ["nin-dataset", "nin-kernels", "nin-kernels-cuda", "nin-schedule"];

/// What people build who have no card.
const PROGRAMS: [&str; 2] = ["nin-train", "nin-test"];

pub(super) fn check() -> Result<()> {
    for (packages, unwanted) in
        [(&LEAVES[..], &["candle"][..]), (&PROGRAMS, &["cudarc", "nin-kernels-cuda"])]
    {
        for package in packages {
            let dependencies = command::read(&mut tree(package))?;
            let found = first_of(unwanted, &dependencies);
            ensure!(found.is_none(), "{package} depends on {}", found.unwrap_or_default());
        }
    }
    Ok(())
}

/// The crates that a package needs, itself first.
fn tree(package: &str) -> Command {
    let words = "tree --locked --edges normal,build --prefix none --package";
    let mut tree = cargo(words);
    tree.arg(package);
    tree
}

/// The first dependency whose name begins with one of `names`.
fn first_of<'a>(names: &[&str], dependencies: &'a [String]) -> Option<&'a str> {
    let mut lines = dependencies.iter().skip(1).map(String::as_str);
    lines.find(|line| names.iter().any(|name| line.starts_with(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn candle_is_recognised() {
        let without = lines("nin-kernels v0.1.0 (/x/candle)\ngemm v0.19.0");
        assert_eq!(first_of(&["candle"], &without), None);
        let with = lines("nin-layers v0.1.0\ncandle-core v0.11.1\nrayon v1.12.0");
        assert_eq!(first_of(&["candle"], &with), Some("candle-core v0.11.1"));
    }

    #[test]
    fn a_crate_is_not_its_own_dependency() {
        let tree = lines("nin-kernels-cuda v0.1.0\nnin-kernels v0.1.0\ncudarc v0.19.10");
        assert_eq!(first_of(&["nin-kernels-cuda"], &tree), None);
        assert_eq!(first_of(&["nin-kernels-cuda", "cudarc"], &tree), Some("cudarc v0.19.10"));
    }
}
