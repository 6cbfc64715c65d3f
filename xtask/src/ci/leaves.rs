//! The leaf crates stay usable without candle.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::command::{self, cargo};

/// The crates that know no tensor library.
const LEAVES: [&str; 3] = ["nin-dataset", "nin-kernels", "nin-schedule"];

pub(super) fn check() -> Result<()> {
    for leaf in LEAVES {
        let dependencies = command::read(&mut tree(leaf))?;
        let candle = first_of_candle(&dependencies);
        ensure!(candle.is_none(), "{leaf} depends on {}", candle.unwrap_or_default());
    }
    Ok(())
}

fn tree(package: &str) -> Command {
    cargo(&format!("tree --locked --edges normal --prefix none --package {package}"))
}

fn first_of_candle(dependencies: &[String]) -> Option<&str> {
    dependencies.iter().map(String::as_str).find(|line| line.starts_with("candle"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candle_is_recognised() {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(first_of_candle(&lines("nin-kernels v0.1.0 (/x/candle)\ngemm v0.19.0")), None);
        let with = lines("nin-layers v0.1.0\ncandle-core v0.11.1\nrayon v1.12.0");
        assert_eq!(first_of_candle(&with), Some("candle-core v0.11.1"));
    }
}
