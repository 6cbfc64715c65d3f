//! `cargo xtask cuda build`: the programs.

use std::path::Path;

use anyhow::Result;

use super::cargo_with;
use super::check::features;
use super::toolkit::Toolkit;
use crate::command;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// The lowest compute capability that the kernels run on, as 90 or 9.0; cards of later ones
    /// take the same PTX
    #[arg(long, value_name = "CAPABILITY", default_value = "75", value_parser = capability)]
    capability: u32,
    /// Programs to build
    #[arg(long = "bin", value_name = "NAME", value_parser = PROGRAMS)]
    bins: Vec<String>,
    /// The platform to build for, as rustc names it
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,
}

const PROGRAMS: [&str; 2] = ["nin-train", "nin-test"];

pub(super) fn run(root: &Path, options: &Options) -> Result<()> {
    let toolkit = Toolkit::find(root)?;
    println!("compiler: {toolkit}");
    let Options { capability, bins, target } = options;
    let bins: Vec<&str> =
        if bins.is_empty() { PROGRAMS.to_vec() } else { bins.iter().map(|bin| &**bin).collect() };
    let mut build = cargo_with(&toolkit, root, "build --release --locked --target-dir target/cuda");
    build.env("NIN_CUDA_CAPABILITY", capability.to_string());
    for bin in &bins {
        build.args(["-p", bin]);
    }
    build.arg("--features").arg(features(&bins));
    let mut folder = root.join("target/cuda");
    if let Some(target) = target {
        build.args(["--target", target]);
        folder.push(target);
    }
    command::run(&mut build)?;
    println!();
    for bin in bins {
        println!("{}", folder.join("release").join(bin).display());
    }
    println!("for cards of capability {}.{} and later", capability / 10, capability % 10);
    Ok(())
}

/// 90 from `90` or `9.0`.
fn capability(text: &str) -> Result<u32, String> {
    let digits = match text.split_once('.') {
        Some((major, minor)) if minor.len() == 1 => format!("{major}{minor}"),
        Some(_) => String::new(),
        None => text.to_owned(),
    };
    match digits.parse() {
        Ok(capability) if (50..1000).contains(&capability) => Ok(capability),
        _ => Err("want a compute capability such as 75, 90 or 12.1".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_are_taken_in_both_forms() {
        assert_eq!(capability("90"), Ok(90));
        assert_eq!(capability("9.0"), Ok(90));
        assert_eq!(capability("12.1"), Ok(121));
        for wrong in ["", "9", "9.", "9.00", "sm_90", "90a", "1.2.1"] {
            assert!(capability(wrong).is_err(), "{wrong}");
        }
    }
}
