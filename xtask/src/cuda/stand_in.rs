//! Stand-ins for driver, cuBLAS and cuDNN, on machines without a card.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::command;

/// Source and name of each library.
const LIBRARIES: [(&[&str], &str); 3] = [
    (&["driver.cpp", "emulation.cpp"], "libcuda.so.1"),
    (&["cublas.cpp"], "libcublas.so.13"),
    (&["cudnn.cpp"], "libcudnn.so.9"),
];

/// Compiles the libraries; gives their folder.
pub(super) fn build(root: &Path) -> Result<PathBuf> {
    let sources = root.join("crates/nin-kernels-cuda/emulation");
    let folder = root.join("target/cuda/stand-in");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    for (files, name) in LIBRARIES {
        let mut compile = Command::new("g++");
        compile.args(["-std=c++17", "-O3", "-ffp-contract=off", "-fPIC", "-shared", "-w", "-o"]);
        compile.arg(folder.join(name)).args(files.iter().map(|file| sources.join(file)));
        command::run(&mut compile).context("a C++ compiler is needed (Debian: g++)")?;
    }
    Ok(folder)
}
