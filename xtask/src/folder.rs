//! Folders that a task makes anew.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Removes what an earlier run left, if it left anything.
pub(crate) fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    Ok(())
}
