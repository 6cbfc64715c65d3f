//! What a program leaves that ends while it writes a file.

use std::fs;
use std::path::Path;

use super::{CONFIG, room};
use crate::TrainError;
use crate::whole_file::TEMPORARY_SUFFIX;

/// Files of a run that are replaced as a whole, besides checkpoints and states.
const REPLACED: [&str; 5] = [CONFIG, "metrics.csv", "network.svg", "curves.svg", "curves.png"];

/// Whether this is the name of one of our files that was never finished. The user's
/// own files are none.
pub(super) fn is_leftover(name: &str) -> bool {
    let Some(whole) = name.strip_suffix(TEMPORARY_SUFFIX) else { return false };
    whole.ends_with(".safetensors") || room::is_trial(whole) || REPLACED.contains(&whole)
}

/// Removes what is left in a folder.
pub(super) fn remove_leftovers(folder: &Path) -> Result<(), TrainError> {
    for name in names(folder)?.iter().filter(|name| is_leftover(name)) {
        let path = folder.join(name);
        fs::remove_file(&path).map_err(TrainError::writing(&path))?;
    }
    Ok(())
}

/// The names of everything in a folder; one that is not UTF-8 is none of ours.
pub(super) fn names(folder: &Path) -> Result<Vec<String>, TrainError> {
    fs::read_dir(folder)
        .map_err(TrainError::reading(folder))?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_, _>>()
        .map_err(TrainError::reading(folder))
}
