//! The quick run of the README, from training to testing.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::command::{self, cargo};

/// What the quick run must reach, in percent.
const LEAST_ACCURACY: f64 = 85.0;

pub(super) fn check(root: &Path) -> Result<()> {
    // nin-train wants a folder that is absent or empty.
    let run = root.join("target/ci/quick-run");
    super::remove_folder(&run)?;
    let trained = command::run_and_read(
        cargo("run --release --locked --bin nin-train -- --config configs/quick.toml")
            .arg("--model-base-path")
            .arg(&run),
    )?;
    let trained = trained.last().context("nin-train printed nothing")?;
    let accuracy = test_accuracy(trained)
        .with_context(|| format!("nin-train's last line is no test accuracy: {trained:?}"))?;
    ensure!(
        accuracy >= LEAST_ACCURACY,
        "the quick run reached {accuracy:.2}%, less than {LEAST_ACCURACY:.2}%"
    );

    let tested = command::run_and_read(
        cargo("run --release --locked --bin nin-test --").arg("--model-path").arg(&run),
    )?;
    let tested = tested.last().context("nin-test printed nothing")?;
    ensure!(tested == trained, "nin-test says {tested:?}, nin-train said {trained:?}");
    Ok(())
}

/// The percentage in `Accuracy of the model on the 1000 test images: 87.02%`.
fn test_accuracy(line: &str) -> Option<f64> {
    let percent = line.strip_prefix("Accuracy of the model on the 1000 test images: ")?;
    percent.strip_suffix('%')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accuracy_is_read_from_its_line_only() {
        let line = "Accuracy of the model on the 1000 test images: 87.02%";
        assert_eq!(test_accuracy(line), Some(87.02));
        for other in [
            "",
            "Accuracy of the model on the 1000 test images: 87.02",
            "Accuracy of the model on the 10000 test images: 87.02%",
            "Accuracy of the model on the 1000 test images: good%",
        ] {
            assert_eq!(test_accuracy(other), None, "{other}");
        }
    }
}
