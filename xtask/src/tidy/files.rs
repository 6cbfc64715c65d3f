//! The project's text files.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::finding::{Finding, Severity};

/// A file that the checks look at.
pub(super) struct TextFile {
    /// Relative to the workspace.
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl TextFile {
    pub(super) fn has_extension(&self, extension: &str) -> bool {
        self.path.extension() == Some(OsStr::new(extension))
    }

    pub(super) fn finding(
        &self,
        severity: Severity,
        line: impl Into<Option<usize>>,
        message: impl Into<String>,
    ) -> Finding {
        Finding { severity, path: self.path.clone(), line: line.into(), message: message.into() }
    }

    pub(super) fn error(&self, line: impl Into<Option<usize>>, message: &str) -> Finding {
        self.finding(Severity::Error, line, message)
    }
}

/// Every `.rs`, `.toml` and `.md` file that git knows or would add; `None` where
/// there is no git checkout to ask, as in an unpacked archive.
pub(super) fn of_project(root: &Path) -> Result<Option<Vec<TextFile>>> {
    if !root.join(".git").exists() {
        return Ok(None);
    }
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .args(["--", "*.rs", "*.toml", "*.md"])
        .current_dir(root)
        .output()
        .context("cannot start git")?;
    let complaint = String::from_utf8_lossy(&listed.stderr);
    ensure!(listed.status.success(), "git ls-files: {}", complaint.trim_end());
    let paths = String::from_utf8(listed.stdout).context("a path is not UTF-8")?;
    let mut files = Vec::new();
    for path in paths.split_terminator('\0').map(PathBuf::from) {
        // A file deleted but not yet committed is still listed.
        if root.join(&path).exists() {
            let text = std::fs::read_to_string(root.join(&path))
                .with_context(|| format!("cannot read {}", path.display()))?;
            files.push(TextFile { path, text });
        }
    }
    Ok(Some(files))
}

/// The packages without a README.md.
pub(super) fn missing_readmes(files: &[TextFile]) -> Vec<Finding> {
    let paths: BTreeSet<&Path> = files.iter().map(|file| file.path.as_path()).collect();
    files
        .iter()
        .filter(|file| file.path.ends_with("Cargo.toml") && file.text.contains("[package]"))
        .filter(|file| !paths.contains(&*file.path.with_file_name("README.md")))
        .map(|file| file.error(None, "the package has no README.md"))
        .collect()
}

#[cfg(test)]
pub(super) fn file(path: &str, text: &str) -> TextFile {
    TextFile { path: path.into(), text: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_packages_need_a_readme() {
        let files = [
            file("Cargo.toml", "[workspace]\n"),
            file("crates/a/Cargo.toml", "[package]\n"),
            file("crates/b/Cargo.toml", "[package]\n"),
            file("crates/b/README.md", "# b\n"),
        ];
        let findings = missing_readmes(&files);
        assert_eq!(findings.len(), 1);
        assert_eq!(
            findings[0].to_string(),
            "error: crates/a/Cargo.toml: the package has no README.md"
        );
    }

    #[test]
    fn the_project_has_this_file() {
        let root = crate::root();
        if let Some(files) = of_project(root).unwrap() {
            assert!(files.iter().any(|file| file.path.ends_with("xtask/src/tidy/files.rs")));
        }
    }

    #[test]
    fn a_folder_without_git_is_not_an_error() {
        assert!(of_project(&crate::root().join("xtask")).unwrap().is_none());
    }
}
