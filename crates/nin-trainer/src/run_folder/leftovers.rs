//! What a program leaves that ends while it writes a file.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;

use super::{CONFIG, room};
use crate::TrainError;
use crate::whole_file::TEMPORARY_SUFFIX;

/// Files of a run that are replaced as a whole, besides checkpoints and states.
const REPLACED: [&str; 5] = [CONFIG, "metrics.csv", "network.svg", "curves.svg", "curves.png"];

/// Whether this is the name of one of our files that was never finished. The user's
/// own files are none.
pub(super) fn is_leftover(name: &OsStr) -> bool {
    let whole = name.to_str().and_then(|name| name.strip_suffix(TEMPORARY_SUFFIX));
    whole.is_some_and(|whole| {
        let epoch = whole
            .strip_suffix(".safetensors")
            .map(|stem| stem.strip_prefix("state-").unwrap_or(stem));
        let is_checkpoint =
            epoch.is_some_and(|epoch| epoch == "best" || epoch.parse::<u32>().is_ok());
        is_checkpoint || room::is_trial(whole) || REPLACED.contains(&whole)
    })
}

/// Removes what is left in a folder.
pub(super) fn remove_leftovers(folder: &Path) -> Result<(), TrainError> {
    for name in names(folder)?.iter().filter(|name| is_leftover(name)) {
        let path = folder.join(name);
        fs::remove_file(&path).map_err(TrainError::writing(&path))?;
    }
    Ok(())
}

/// The names of everything in a folder.
pub(super) fn names(folder: &Path) -> Result<Vec<OsString>, TrainError> {
    fs::read_dir(folder)
        .map_err(TrainError::reading(folder))?
        .map(|entry| Ok(entry?.file_name()))
        .collect::<Result<_, _>>()
        .map_err(TrainError::reading(folder))
}
