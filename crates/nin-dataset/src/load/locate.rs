//! Whether data are there, without reading or fetching them.

use std::path::PathBuf;

use crate::known_set::KnownSet;
use crate::source::{Attempt, Place, Places};
use crate::unpacked_set::{UnpackedFolder, UnpackedSet};
use crate::{DataConfig, DatasetError, DatasetName, NotFound, Source};

/// What [`locate`] finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// All files are there; their content was not looked at.
    Found(Source),
    /// The data are not on this machine.
    Missing(NotFound),
    /// A data set that this crate does not read, wherever it may be.
    NotRead,
}

/// Where the data of `config` are. Reads no file and fetches nothing.
///
/// # Errors
///
/// [`DatasetError::Config`] only; data that are missing are no error.
pub fn locate(config: &DataConfig) -> Result<Location, DatasetError> {
    config.validate()?;
    if matches!(config.dataset, DatasetName::NotRead(_)) {
        return Ok(Location::NotRead);
    }
    if config.dataset == DatasetName::FashionMnistSample {
        return Ok(Location::Found(Source::Embedded));
    }
    let places = Places::of_user();
    Ok(match UnpackedSet::of(&config.dataset) {
        Some(set) => locate_unpacked(config, set, &places),
        None => locate_in(config, KnownSet::configured(config).as_ref(), &places),
    })
}

pub(super) fn locate_unpacked(
    config: &DataConfig,
    set: &'static UnpackedSet,
    places: &Places,
) -> Location {
    locate_with(config, places.of(config, None), |place| {
        UnpackedFolder::find(&place.root, set).map(|files| files.folder)
    })
}

pub(super) fn locate_in(config: &DataConfig, set: Option<&KnownSet>, places: &Places) -> Location {
    locate_with(config, places.of(config, set), |place| {
        place.find(set).map(|found| found[0].folder.clone())
    })
}

/// The first of the places in which `find` finds a folder with all files.
fn locate_with(
    config: &DataConfig,
    places: Vec<Place>,
    find: impl Fn(&Place) -> Result<PathBuf, DatasetError>,
) -> Location {
    let mut attempts = Vec::new();
    for place in places {
        match find(&place) {
            Ok(folder) => return Location::Found((place.source)(folder)),
            Err(error) => attempts.push(Attempt::new(place.root.display(), &error)),
        }
    }
    Location::Missing(NotFound::new(config, attempts))
}
