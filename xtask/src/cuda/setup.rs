//! `cargo xtask cuda setup`: what there is to build with, or getting it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::test::cards;
use super::toolkit::{self, Toolkit, WHEELS};
use crate::command;

/// NVIDIA's packages with their versions.
const PACKAGES: &str = include_str!("wheels.txt");

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Install NVIDIA's compiler from its Python wheels into target/cuda-toolkit (0.3 GB)
    #[arg(long)]
    from_wheels: bool,
    /// The Python interpreter that makes the environment
    #[arg(long, value_name = "PATH", default_value = "python3", requires = "from_wheels")]
    python: PathBuf,
}

pub(super) fn run(root: &Path, options: &Options) -> Result<()> {
    let toolkit = if options.from_wheels {
        from_wheels(root, &options.python)?
    } else {
        Toolkit::find(root)?
    };
    println!("compiler: {toolkit}");
    println!(
        "stubs to link with: none needed, driver and libraries are loaded when a card is asked for"
    );
    match cards()? {
        Some(cards) => println!("cards:\n{cards}"),
        None => println!(
            "cards: none (nvidia-smi is not found or finds none); the programs can be built here \
             and run on a CPU"
        ),
    }
    println!(
        "to run on a card a machine needs its driver (libcuda.so.1) and cuBLAS (libcublas.so.12 or \
         .13); cuDNN 9 (libcudnn.so.9) is used where it is found"
    );
    Ok(())
}

fn from_wheels(root: &Path, python: &Path) -> Result<Toolkit> {
    let folder = root.join(WHEELS);
    let packages = PACKAGES.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let venv = command::run(Command::new(python).args(["-m", "venv"]).arg(&folder));
    venv.context("no environment: Python 3 with its module venv is needed (Debian: python3-venv)")?;
    let pip = folder.join(if cfg!(windows) { "Scripts/pip" } else { "bin/pip" });
    let install =
        command::run(Command::new(pip).args(["install", "--quiet", "--no-deps"]).args(packages));
    install.context("the wheels cannot be installed: is PyPI reachable?")?;
    let Some((home, found_by)) = toolkit::of_wheels(root) else {
        bail!("no nvcc in {} after the installation", folder.display());
    };
    Toolkit::at(&home, &found_by)
}
