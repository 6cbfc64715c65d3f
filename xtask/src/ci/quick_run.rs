//! The quick run of the README, from training to testing.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::command::{self, cargo};
use crate::folder;
use crate::test_accuracy::TestAccuracy;

/// What the quick run must reach, in percent.
const LEAST_ACCURACY: f64 = 85.0;

pub(super) fn check(root: &Path) -> Result<()> {
    // nin-train wants a folder that is absent or empty.
    let run = root.join("target/ci/quick-run");
    folder::remove(&run)?;
    let trained = command::run_and_read(
        cargo("run --release --locked --bin nin-train -- --config configs/quick.toml")
            .arg("--model-base-path")
            .arg(&run),
    )?;
    let trained = trained.last().context("nin-train printed nothing")?;
    let accuracy = TestAccuracy::parse(trained)
        .with_context(|| format!("nin-train's last line is no test accuracy: {trained:?}"))?
        .percent;
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
