//! Finding a CUDA toolkit.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Where `setup --from-wheels` puts its environment, from the workspace's folder.
pub(super) const WHEELS: &str = "target/cuda-toolkit";

/// How to get one.
const HINT: &str = "install one (https://developer.nvidia.com/cuda-downloads), set CUDA_HOME to \
                    it, or run `cargo xtask cuda setup --from-wheels`, which needs Python only";

/// A toolkit whose compiler runs.
#[derive(Debug)]
pub(super) struct Toolkit {
    home: PathBuf,
    version: Version,
    /// What made us look there.
    found_by: String,
}

/// 13.0
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) major: u32,
    pub(super) minor: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl Toolkit {
    /// The first one of CUDA_HOME, PATH, the usual places and the wheels.
    ///
    /// # Errors
    ///
    /// None, or one of another version than 12 or 13; a CUDA_HOME without a compiler.
    pub(super) fn find(root: &Path) -> Result<Self> {
        if let Some(home) = std::env::var_os("CUDA_HOME").filter(|home| !home.is_empty()) {
            return Self::at(&PathBuf::from(home), "CUDA_HOME");
        }
        let candidates = on_path().into_iter().chain(usual_places()).chain(of_wheels(root));
        for (home, found_by) in candidates {
            if nvcc_in(&home).is_file() {
                return Self::at(&home, &found_by);
            }
        }
        bail!("no CUDA toolkit is found: {HINT}")
    }

    /// The toolkit in this folder.
    pub(super) fn at(home: &Path, found_by: &str) -> Result<Self> {
        let nvcc = nvcc_in(home);
        let output =
            Command::new(&nvcc).arg("--version").stdin(Stdio::null()).output().with_context(
                || format!("{} ({found_by}) does not start: {HINT}", nvcc.display()),
            )?;
        let text = String::from_utf8_lossy(&output.stdout);
        let version = version_in(&text).with_context(|| {
            format!("{} --version does not say a release: {text:?}", nvcc.display())
        })?;
        if !(12..=13).contains(&version.major) {
            let home = home.display();
            bail!("{home} ({found_by}) is CUDA {version}, version 12 or 13 is needed: {HINT}");
        }
        Ok(Self { home: home.to_owned(), version, found_by: found_by.to_owned() })
    }

    pub(super) fn home(&self) -> &Path {
        &self.home
    }

    pub(super) fn nvcc(&self) -> PathBuf {
        nvcc_in(&self.home)
    }
}

impl fmt::Display for Toolkit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CUDA {} in {} ({})", self.version, self.home.display(), self.found_by)
    }
}

fn nvcc_in(home: &Path) -> PathBuf {
    home.join("bin").join(format!("nvcc{}", std::env::consts::EXE_SUFFIX))
}

/// The folder above the one on PATH that has the compiler.
fn on_path() -> Option<(PathBuf, String)> {
    let path = std::env::var_os("PATH")?;
    let nvcc = std::env::split_paths(&path)
        .map(|folder| folder.join(format!("nvcc{}", std::env::consts::EXE_SUFFIX)))
        .find(|nvcc| nvcc.is_file())?;
    // A link leads to the toolkit.
    let nvcc = nvcc.canonicalize().unwrap_or(nvcc);
    Some((nvcc.parent()?.parent()?.to_owned(), "PATH".to_owned()))
}

/// Where toolkits are installed, the newest first.
fn usual_places() -> Vec<(PathBuf, String)> {
    let mut homes = vec![PathBuf::from("/usr/local/cuda"), PathBuf::from("/opt/cuda")];
    let mut versioned: Vec<_> = Path::new("/usr/local")
        .read_dir()
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("cuda-"))
        })
        .collect();
    versioned.sort();
    homes.extend(versioned.into_iter().rev());
    homes.into_iter().map(|home| (home, "a usual place".to_owned())).collect()
}

/// The folder that the wheels of an environment under target/ make up.
pub(super) fn of_wheels(root: &Path) -> Option<(PathBuf, String)> {
    let libraries = root.join(WHEELS).join("lib");
    let python = libraries.read_dir().ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let homes = python.map(|python| python.join("site-packages/nvidia/cu13"));
    Some((homes.into_iter().find(|home| nvcc_in(home).is_file())?, "Python wheels".to_owned()))
}

/// `release 13.0,` in what `nvcc --version` prints.
fn version_in(text: &str) -> Option<Version> {
    let (_, rest) = text.split_once("release ")?;
    let (major, rest) = rest.split_once('.')?;
    let minor: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some(Version { major: major.parse().ok()?, minor: minor.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_is_read() {
        let text = "nvcc: NVIDIA (R) Cuda compiler driver\nCuda compilation tools, release 12.4, V12.4.131\n";
        assert_eq!(version_in(text), Some(Version { major: 12, minor: 4 }));
        assert_eq!(version_in("gcc 12.2"), None);
        assert_eq!(version_in("release soon"), None);
    }

    /// A folder with a compiler that says it is of `release`.
    #[cfg(unix)]
    fn toolkit(release: &str) -> tempfile::TempDir {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("bin")).unwrap();
        let script = format!("#!/bin/sh\necho 'Cuda compilation tools, release {release}'\n");
        let nvcc = nvcc_in(home.path());
        std::fs::write(&nvcc, script).unwrap();
        std::fs::set_permissions(&nvcc, PermissionsExt::from_mode(0o755)).unwrap();
        home
    }

    #[test]
    #[cfg(unix)]
    fn versions_12_and_13_are_taken() {
        for (release, is_taken) in
            [("11.8,", false), ("12.0,", true), ("13.2,", true), ("14.0,", false)]
        {
            let home = toolkit(release);
            match Toolkit::at(home.path(), "CUDA_HOME") {
                Ok(toolkit) => assert!(is_taken, "{toolkit}"),
                Err(error) => {
                    assert!(!is_taken, "{error}");
                    assert!(error.to_string().contains("version 12 or 13 is needed"), "{error}");
                }
            }
        }
    }

    #[test]
    fn a_folder_without_a_compiler_is_named_with_what_helps() {
        let error = Toolkit::at(Path::new("/no/such/folder"), "CUDA_HOME").unwrap_err().to_string();
        assert!(
            error.starts_with("/no/such/folder/bin/nvcc (CUDA_HOME) does not start"),
            "{error}"
        );
        assert!(error.contains("cargo xtask cuda setup --from-wheels"), "{error}");
    }
}
