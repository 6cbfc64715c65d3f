//! A folder for a new run, taken before anybody else takes it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::ZonedDateTime;
use nin_dataset::DatasetName;

use super::leftovers::{is_leftover, names};
use super::lock::{FolderLock, LOCK_FILE};
use super::{CHECKPOINTS, CONFIG};
use crate::TrainError;

/// Takes a folder that the user has named: absent, or there and without a run in it.
pub(super) fn claim(path: &Path) -> Result<FolderLock, TrainError> {
    if path.as_os_str().is_empty() {
        return Err(TrainError::Usage("run.model_base_path is empty".to_owned()));
    }
    fs::create_dir_all(path).map_err(TrainError::writing(path))?;
    // Ahead of the lock, which would leave its file among those of the user.
    check_unused(path)?;
    let lock = FolderLock::take(path)?;
    check_unused(path)?;
    Ok(lock)
}

/// Makes `<base>/<dataset>/YYYY_MM_DD_HH_MM`, with a number behind it where that
/// is taken.
pub(super) fn dated(
    base: &Path,
    dataset: &DatasetName,
    now: &ZonedDateTime,
) -> Result<(PathBuf, FolderLock), TrainError> {
    let parent = base.join(safe_name(&dataset.to_string()));
    fs::create_dir_all(&parent).map_err(TrainError::writing(&parent))?;
    let minute = now.strftime("%Y_%m_%d_%H_%M").to_string();
    let names = std::iter::once(minute.clone()).chain((2..).map(|n| format!("{minute}_{n}")));
    for name in names {
        let path = parent.join(name);
        match fs::create_dir(&path) {
            Ok(()) => return FolderLock::take(&path).map(|lock| (path, lock)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => return Err(TrainError::Write { path, source }),
        }
    }
    unreachable!("the numbers do not end")
}

/// Fails unless a folder is empty, or holds only what a run leaves that ended
/// before its first state: nothing is lost when another one begins there.
fn check_unused(path: &Path) -> Result<(), TrainError> {
    let mut found = names(path)?;
    if found.iter().any(|name| name == LOCK_FILE) {
        found.retain(|name| ![LOCK_FILE, CONFIG, CHECKPOINTS].iter().any(|ours| name == ours));
        let checkpoints = path.join(CHECKPOINTS);
        if checkpoints.is_dir() {
            found.extend(names(&checkpoints)?);
        }
    }
    if found.iter().all(|name| is_leftover(name)) {
        return Ok(());
    }
    Err(TrainError::Usage(format!(
        "run.model_base_path: {} is not empty; name another folder, or continue with --resume",
        path.display()
    )))
}

/// The last part of a path, in letters that every system takes.
pub(super) fn safe_name(name: &str) -> String {
    let last = name.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
    let safe: String = last
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' })
        .take(64)
        .collect();
    if safe.trim_matches('.').is_empty() { "data".to_owned() } else { safe }
}
