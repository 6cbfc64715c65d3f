//! `cargo xtask cuda test`: what needs a card.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::cargo_with;
use super::check::features;
use super::stand_in;
use super::toolkit::Toolkit;
use crate::command;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Run them on stand-ins for driver, cuBLAS and cuDNN that compute on the CPU (Linux, g++):
    /// proves that the libraries are called as documented, not that they do what is documented
    #[arg(long)]
    stand_in: bool,
}

/// Packages with tests on a card.
const PACKAGES: [&str; 3] = ["nin-kernels-cuda", "nin-layers", "nin-trainer"];

pub(super) fn run(root: &Path, options: &Options) -> Result<()> {
    let stand_in = if options.stand_in { Some(stand_in::build(root)?) } else { None };
    match (&stand_in, cards()?) {
        (Some(_), _) => println!("no card is used, the tests run on stand-ins"),
        (None, Some(cards)) => println!("cards:\n{cards}"),
        (None, None) => {
            println!(
                "no card: no GPU test was run (nvidia-smi is not found or finds none). `cargo \
                 test --workspace` plays all kernels on the CPU, `cargo xtask cuda test \
                 --stand-in` the calls of the libraries too."
            );
            return Ok(());
        }
    }
    let toolkit = Toolkit::find(root)?;
    println!("compiler: {toolkit}");
    let mut test = cargo_with(&toolkit, root, "test --locked");
    for package in PACKAGES {
        test.args(["-p", package]);
    }
    test.arg("--features").arg(features(&PACKAGES));
    for name in ["kernels", "golden_networks", "golden_steps"] {
        test.args(["--test", name]);
    }
    if let Some(folder) = stand_in {
        test.env("LD_LIBRARY_PATH", folder);
    }
    // A test that finds no card then fails.
    test.arg("--lib").env("NIN_NEEDS_CARD", "1");
    command::run(&mut test)
}

/// The cards as `nvidia-smi` lists them; `None` without it or them.
pub(super) fn cards() -> Result<Option<String>> {
    let output = Command::new("nvidia-smi").arg("-L").stdin(Stdio::null()).output();
    match output {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).context("cannot start nvidia-smi"),
        Ok(output) => {
            let list = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            Ok((output.status.success() && !list.is_empty()).then_some(list))
        }
    }
}
