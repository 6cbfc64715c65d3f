//! The kernels' tests at each instruction set that this CPU has, as `NIN_SIMD`
//! chooses it.

use anyhow::Result;

use crate::command::{self, cargo};

/// The names that `NIN_SIMD` takes, but for the widest that the CPU has, which
/// the other tests have run with.
pub(super) fn check() -> Result<()> {
    for level in others() {
        command::run(cargo("test -p nin-kernels --lib").env("NIN_SIMD", level))?;
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
