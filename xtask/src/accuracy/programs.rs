//! The programs that train and test, and the commit that they were built from.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::{executable, machine};

/// Copies of their own: another build meanwhile changes nothing for later seeds.
pub(super) struct Programs {
    pub(super) train: PathBuf,
    pub(super) test: PathBuf,
    pub(super) commit: String,
}

impl Programs {
    pub(super) fn build(root: &Path) -> Result<Self> {
        // Records and table change with each seed, and no program knows them.
        let no_records = [super::RECORDS, super::PAGE].map(|path| format!(":(exclude){path}"));
        let [records, page] = &no_records;
        Ok(Self {
            commit: machine::commit(root, &["--", ".", records, page])?,
            train: copy(root, "nin-train")?,
            test: copy(root, "nin-test")?,
        })
    }
}

fn copy(root: &Path, name: &str) -> Result<PathBuf> {
    let built = executable::build("release", name, name)?;
    let folder = root.join("target/accuracy/programs");
    let path = folder.join(name);
    fs::create_dir_all(&folder)
        .and_then(|()| fs::copy(&built, &path))
        .with_context(|| format!("cannot copy {} to {}", built.display(), path.display()))?;
    Ok(path)
}
