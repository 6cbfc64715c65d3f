//! Compiles the kernels: for the card with nvcc, for tests with a C++ compiler.

fn main() {
    println!("cargo::rerun-if-changed=kernels");
    println!("cargo::rerun-if-changed=emulation");
    #[cfg(feature = "emulation")]
    compile_emulation();
    #[cfg(feature = "cuda")]
    ptx::compile();
}

/// Compiles the kernels with the header that plays them.
#[cfg(feature = "emulation")]
fn compile_emulation() {
    cc::Build::new()
        .cpp(true)
        .std("c++17")
        .file("emulation/emulation.cpp")
        // Each operation rounds by itself, as in the reference.
        .flag_if_supported("-ffp-contract=off")
        .opt_level(2)
        .compile("nin_emulation");
}

#[cfg(feature = "cuda")]
mod ptx {
    use std::env;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    /// The lowest capability that CUDA 13 knows: Turing, 2018. The driver compiles
    /// its PTX for whatever card there is, of later ones too.
    const CAPABILITY: &str = "75";

    /// Writes `kernels.ptx`.
    pub(crate) fn compile() {
        for variable in ["NVCC", "CUDA_HOME", "NIN_CUDA_CAPABILITY", "PATH"] {
            println!("cargo::rerun-if-env-changed={variable}");
        }
        let capability = env::var("NIN_CUDA_CAPABILITY").unwrap_or_else(|_| CAPABILITY.to_owned());
        let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
        let mut nvcc = Command::new(compiler());
        nvcc.arg("--ptx")
            .arg(format!("--gpu-architecture=compute_{capability}"))
            .args(["--std=c++17", "-O3", "--fmad=true", "kernels/all.cu", "-o"])
            .arg(out.join("kernels.ptx"));
        match nvcc.status() {
            Ok(status) if status.success() => {}
            Ok(status) => println!("cargo::error={nvcc:?} ended with {status}"),
            Err(error) => println!(
                "cargo::error=the feature `cuda` needs nvcc, which cannot be run: {error}; set \
                 CUDA_HOME to a CUDA toolkit, or NVCC to its compiler"
            ),
        }
    }

    fn compiler() -> PathBuf {
        if let Some(nvcc) = env::var_os("NVCC") {
            return nvcc.into();
        }
        match env::var_os("CUDA_HOME") {
            Some(home) => Path::new(&home).join("bin").join("nvcc"),
            None => "nvcc".into(),
        }
    }
}
