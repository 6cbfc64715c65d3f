//! Whether data are there, without reading or fetching them.

use crate::known_set::KnownSet;
use crate::source::{Attempt, Places};
use crate::{DataConfig, DatasetError, DatasetName, NotFound, Source};

/// What [`locate`] finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// All four files are there; their content was not looked at.
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
    Ok(locate_in(config, KnownSet::of(&config.dataset), &Places::of_user()))
}

pub(super) fn locate_in(config: &DataConfig, set: Option<&KnownSet>, places: &Places) -> Location {
    let mut attempts = Vec::new();
    for place in places.of(config, set) {
        match place.find(set) {
            Ok(files) => return Location::Found((place.source)(files.folder)),
            Err(error) => attempts.push(Attempt::new(place.root.display(), &error)),
        }
    }
    Location::Missing(NotFound::new(config, attempts))
}
