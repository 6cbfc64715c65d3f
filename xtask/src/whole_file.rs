//! Files that are whole or not there.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Replaces a file, in a folder that need not exist: it is written beside the old
/// one and renamed, so that an end at any moment leaves the old one or the new.
pub(crate) fn write_whole(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(&name, text))
        .and_then(|()| fs::rename(&name, path))
        .with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_file_is_replaced_and_nothing_else_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.json");
        for text in ["old", "new"] {
            write_whole(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), 1);
        let error = write_whole(&folder.path().join("a"), "text").unwrap_err().to_string();
        assert!(error.starts_with("cannot write "), "{error}");
    }
}
