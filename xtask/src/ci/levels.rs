//! The kernels' tests at each instruction set that this CPU has, as `NIN_SIMD`
//! chooses it.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::{command, executable};

/// The names that `NIN_SIMD` takes, but for the widest that the CPU has, which
/// the other tests have run with. `tests` is the command that has built those: by
/// itself `nin-kernels` would be built anew, as fewer features of its dependencies
/// would be asked for.
pub(super) fn check(root: &Path, tests: &str) -> Result<()> {
    let program = executable::unit_tests(tests, "nin_kernels")?;
    for level in others() {
        let mut run = Command::new(&program);
        command::run(run.env("NIN_SIMD", level).current_dir(root.join("crates/nin-kernels")))?;
    }
    Ok(())
}

fn others() -> &'static [&'static str] {
    #[cfg(target_arch = "x86_64")]
    {
        let has_avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        if has_avx2 && is_x86_feature_detected!("avx512f") {
            return &["portable", "avx2"];
        }
        if has_avx2 {
            return &["portable"];
        }
    }
    &[]
}
