//! Sets whose files the user has unpacked.

use super::{LoadedDataset, class_names};
use crate::cancel::Cancelled;
use crate::source::{Attempt, Places};
use crate::unpacked_set::{UnpackedFolder, UnpackedSet};
use crate::{DataConfig, DatasetError, NotFound};

/// Loads `set` from the first place that has its files. A fault of its files
/// is an error in `dataset_path`, and elsewhere a reason to look further.
pub(super) fn load_unpacked(
    config: &DataConfig,
    set: &'static UnpackedSet,
    places: &Places,
    cancelled: Cancelled,
) -> Result<LoadedDataset, DatasetError> {
    let mut attempts = Vec::new();
    for place in places.of(config, None) {
        let read = || {
            let files = UnpackedFolder::find(&place.root, set)?;
            Ok((files.read(config.num_classes, cancelled)?, files.folder))
        };
        match read() {
            Ok(((train, test), folder)) => {
                let class_names = class_names(config, set.class_names);
                return Ok(LoadedDataset {
                    train,
                    test,
                    class_names,
                    source: (place.source)(folder),
                });
            }
            // Classes that do not fit here fit nowhere.
            Err(error @ (DatasetError::Label { .. } | DatasetError::Cancelled)) => {
                return Err(error);
            }
            Err(error) if config.dataset_path.is_some() => return Err(error),
            Err(error) => attempts.push(Attempt::new(place.root.display(), &error)),
        }
    }
    let reason = format!("{} is not fetched, its files have to be put there", set.title);
    attempts.push(Attempt { source: "download".into(), reason });
    Err(DatasetError::NotFound(NotFound::new(config, attempts)))
}
