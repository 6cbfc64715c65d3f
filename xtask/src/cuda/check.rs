//! `cargo xtask cuda check`: all of it compiles.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use super::cargo_with;
use super::toolkit::Toolkit;
use crate::command;

/// The lowest capability that the kernels are kept for: Turing, 2018, the lowest of
/// CUDA 13.
const LOWEST: u32 = 75;

pub(super) fn run(root: &Path) -> Result<()> {
    let toolkit = Toolkit::find(root)?;
    println!("compiler: {toolkit}");
    let known = command::read(Command::new(toolkit.nvcc()).arg("--list-gpu-arch"))?;
    let capabilities = capabilities(&known);
    ensure!(
        !capabilities.is_empty(),
        "nvcc --list-gpu-arch names none from {LOWEST} on: {known:?}"
    );
    let out = root.join("target/cuda/check");
    std::fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
    println!("\ncapability   PTX KiB   machine code KiB   seconds");
    for capability in capabilities {
        let started = Instant::now();
        let sizes = ["ptx", "cubin"].map(|kind| compile(&toolkit, root, &out, capability, kind));
        let [ptx, cubin] = sizes;
        let (ptx, cubin, seconds) = (ptx?, cubin?, started.elapsed().as_secs_f64());
        println!("{capability:>10}   {ptx:>7}   {cubin:>16}   {seconds:>7.1}");
    }
    let check = "check --locked -p nin-kernels-cuda -p nin-layers -p nin-trainer -p nin-train -p \
                 nin-test --all-targets --features";
    command::run(cargo_with(&toolkit, root, check).arg(features(&[
        "nin-kernels-cuda",
        "nin-layers",
        "nin-trainer",
        "nin-train",
        "nin-test",
    ])))
}

/// The feature of each of these packages.
pub(super) fn features(packages: &[&str]) -> String {
    packages.iter().map(|package| format!("{package}/cuda")).collect::<Vec<_>>().join(",")
}

/// From `compute_75`, `compute_80`, …
fn capabilities(known: &[String]) -> Vec<u32> {
    let numbers =
        known.iter().filter_map(|line| line.trim().strip_prefix("compute_")?.parse().ok());
    numbers.filter(|&capability| capability >= LOWEST).collect()
}

/// Compiles all kernels; the size of what comes out in KiB.
fn compile(toolkit: &Toolkit, root: &Path, out: &Path, capability: u32, kind: &str) -> Result<u64> {
    let output = out.join(format!("{capability}.{kind}"));
    let architecture = if kind == "ptx" { "compute" } else { "sm" };
    let mut nvcc = Command::new(toolkit.nvcc());
    nvcc.arg(format!("--{kind}"))
        .arg(format!("--gpu-architecture={architecture}_{capability}"))
        .args(["--std=c++17", "-O3", "--Werror", "all-warnings"])
        .arg(root.join("crates/nin-kernels-cuda/kernels/all.cu"))
        .arg("-o")
        .arg(&output);
    let status = nvcc.status().with_context(|| format!("cannot start {nvcc:?}"))?;
    ensure!(status.success(), "{nvcc:?} ended with {status}");
    let metadata = output.metadata().with_context(|| format!("no {}", output.display()))?;
    Ok(metadata.len().div_ceil(1 << 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_are_those_from_turing_on() {
        let lines = ["compute_50", "compute_75", "compute_90", "compute_121", "other", ""];
        assert_eq!(capabilities(&lines.map(str::to_owned)), [75, 90, 121]);
    }

    #[test]
    fn the_feature_is_asked_of_each_package() {
        assert_eq!(features(&["nin-train", "nin-test"]), "nin-train/cuda,nin-test/cuda");
    }
}
