//! The folders in which a named set is looked for, in order.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::Source;
use crate::folder::FourFiles;
use crate::known_set::KnownSet;
use crate::{DataConfig, DatasetError, DatasetName};

/// The folders of this machine and user; tests have their own.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// Looked in first: `data` below the current folder.
    pub(crate) data: PathBuf,
    /// Looked in next, and the root of downloads; `None` without a home.
    pub(crate) cache: Option<PathBuf>,
    /// Whether the folder of the Debian package is looked in.
    pub(crate) debian: bool,
}

/// A folder to look in, and what it is when data are there.
pub(crate) struct Place {
    pub(crate) root: PathBuf,
    pub(crate) source: fn(PathBuf) -> Source,
}

impl Places {
    pub(crate) fn of_user() -> Self {
        let cache = etcetera::choose_base_strategy().ok();
        let cache = cache.map(|strategy| strategy.cache_dir().join("nin"));
        Self { data: "data".into(), cache, debian: true }
    }

    /// The places to look in for the data of `config`, in order; `set` is its
    /// set of four IDX files, if it is one.
    pub(crate) fn of(&self, config: &DataConfig, set: Option<&KnownSet>) -> Vec<Place> {
        let given = |root: &Path| vec![Place { root: root.into(), source: Source::Given }];
        match (&config.dataset, &config.dataset_path) {
            (DatasetName::Folder(root), _) => given(root),
            (_, Some(root)) => given(root),
            (_, None) => self.of_named(set.and_then(|set| set.debian)),
        }
    }

    fn of_named(&self, debian: Option<(&str, &str)>) -> Vec<Place> {
        let mut places = vec![Place { root: self.data.clone(), source: Source::DataFolder }];
        if let Some(cache) = &self.cache {
            places.push(Place { root: cache.clone(), source: Source::Cache });
        }
        if let Some((_, folder)) = debian.filter(|_| self.debian) {
            places.push(Place { root: folder.into(), source: Source::Debian });
        }
        places
    }

    /// The folder that `set` is downloaded to.
    pub(crate) fn download_folder(&self, set: &KnownSet) -> Option<PathBuf> {
        self.cache.as_ref().map(|cache| cache.join(set.download_folder()))
    }
}

impl Place {
    /// The four files in this place and in the usual folders below it, wherever all
    /// of them are; those of another set may be among them.
    pub(crate) fn find(&self, set: Option<&KnownSet>) -> Result<Vec<FourFiles>, DatasetError> {
        let below = set.map_or_else(|| vec!["raw".into()], folders_below_root);
        FourFiles::find_below(&self.root, &below)
    }
}

/// Where below a root the files may be: where they are downloaded to, and in
/// torchvision's layouts and Keras's.
fn folders_below_root(set: &KnownSet) -> Vec<PathBuf> {
    let torchvision = Path::new(set.torchvision_folder);
    let mut folders = vec![set.download_folder()];
    if set.own_folder.is_some() {
        folders.push(torchvision.join("raw"));
    }
    folders.extend([torchvision.into(), "raw".into()]);
    folders.extend(set.keras_folder.map(PathBuf::from));
    folders
}
