//! From a configuration to pictures and labels.

mod locate;
#[cfg(test)]
mod tests;
mod unpacked;

use std::path::Path;

pub use locate::{Location, locate};
use unpacked::load_unpacked;

use crate::cancel::{Cancelled, proceed_unless};
use crate::check::labeled_images;
use crate::download::Fetcher;
use crate::folder::FourFiles;
use crate::known_set::{FASHION_CLASSES, KnownSet};
use crate::source::{Attempt, Places};
use crate::unpacked_set::UnpackedSet;
use crate::verify::read_verified;
use crate::{
    DataConfig, DatasetError, DatasetName, IdxArray, LabeledImages, NotFound, Source, idx, sample,
};

/// A data set in memory, as stored: nothing is resized yet.
#[derive(Clone, Debug)]
pub struct LoadedDataset {
    /// The training set, which [`DataConfig::split`] divides.
    pub train: LabeledImages,
    /// The test set.
    pub test: LabeledImages,
    /// A name for each of the `num_classes` classes.
    pub class_names: Vec<String>,
    /// Where the files were.
    pub source: Source,
}

/// Reads the data set that `config` names, fetching it if need be and allowed.
///
/// A named set is looked for in `dataset_path` if given and nowhere else, else
/// in `data`, the user's cache folder, the folder of the Debian package, and
/// the mirrors. Its files must have the known digests: a wrong one is an error
/// in `dataset_path`, and elsewhere a reason to look further. CIFAR-10,
/// CIFAR-100 and SVHN are not fetched, and their files, of which no digest is
/// known, are taken as they are.
///
/// # Errors
///
/// Any [`DatasetError`] about configuration, data or writing.
pub fn load(config: &DataConfig) -> Result<LoadedDataset, DatasetError> {
    load_unless(config, &|| false)
}

/// As [`load`], until `cancelled` says true. It is asked between files, and
/// several times a second while the network or a pause is waited for.
///
/// # Errors
///
/// As [`load`], and [`DatasetError::Cancelled`].
pub fn load_unless(
    config: &DataConfig,
    cancelled: &(dyn Fn() -> bool + Sync),
) -> Result<LoadedDataset, DatasetError> {
    config.validate()?;
    config.dataset.check_is_read()?;
    if config.dataset == DatasetName::FashionMnistSample {
        let found = (sample::read()?, Source::Embedded);
        return finish(config, found, sample::path, &FASHION_CLASSES);
    }
    let places = Places::of_user();
    if let Some(set) = UnpackedSet::of(&config.dataset) {
        return load_unpacked(config, set, &places, cancelled);
    }
    load_from(config, KnownSet::configured(config).as_ref(), &places, &Fetcher::from_env(cancelled))
}

/// Loads the data set `set`, or a folder of the user's own files when `None`.
fn load_from(
    config: &DataConfig,
    set: Option<&KnownSet>,
    places: &Places,
    fetcher: &Fetcher,
) -> Result<LoadedDataset, DatasetError> {
    let given = set.is_none() || config.dataset_path.is_some();
    let mut attempts = Vec::new();
    for place in places.of(config, set) {
        match read_first(place.find(set), set, fetcher.cancelled) {
            Ok((arrays, files)) => {
                let source = (place.source)(files.folder.clone());
                return finish_files(config, set, (arrays, source), &files);
            }
            Err(error @ DatasetError::Cancelled) => return Err(error),
            Err(error) if given => return Err(with_hint(error, config)),
            Err(error) => attempts.push(Attempt::new(place.root.display(), &error)),
        }
    }
    let set = set.expect("a folder is a given place, which was returned from above");
    if let Some(files) = download(config, set, places, fetcher, &mut attempts)? {
        match read(&files, Some(set), fetcher.cancelled) {
            Ok(arrays) => {
                let found = (arrays, Source::Downloaded(files.folder.clone()));
                return finish_files(config, Some(set), found, &files);
            }
            Err(error @ DatasetError::Cancelled) => return Err(error),
            Err(error) => attempts.push(Attempt::new(files.folder.display(), &error)),
        }
    }
    Err(DatasetError::NotFound(NotFound::new(config, attempts)))
}

/// The first of the folders found whose files can be read, else the first error.
fn read_first(
    found: Result<Vec<FourFiles>, DatasetError>,
    set: Option<&KnownSet>,
    cancelled: Cancelled,
) -> Result<([IdxArray; 4], FourFiles), DatasetError> {
    let mut first_error = None;
    for files in found? {
        match read(&files, set, cancelled) {
            Ok(arrays) => return Ok((arrays, files)),
            Err(error @ DatasetError::Cancelled) => return Err(error),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    Err(first_error.expect("at least one folder was found"))
}

fn read(
    files: &FourFiles,
    set: Option<&KnownSet>,
    cancelled: Cancelled,
) -> Result<[IdxArray; 4], DatasetError> {
    files.read(|path, file| {
        proceed_unless(cancelled)?;
        match set {
            Some(set) => read_verified(path, set, file),
            None => idx::read_file(path),
        }
    })
}

/// Fetches what is missing: the folder that has all files then, or why it has not,
/// behind the `attempts` that were made before.
fn download(
    config: &DataConfig,
    set: &KnownSet,
    places: &Places,
    fetcher: &Fetcher,
    attempts: &mut Vec<Attempt>,
) -> Result<Option<FourFiles>, DatasetError> {
    let not_fetched = |reason: &str| Attempt { source: "download".into(), reason: reason.into() };
    if !config.download {
        attempts.push(not_fetched("switched off by download = false"));
    } else if let Some(folder) = places.download_folder(set) {
        let mirrors: Vec<&str> = match config.mirrors.as_slice() {
            [] => set.mirrors.into(),
            own => own.iter().map(String::as_str).collect(),
        };
        attempts.extend(fetcher.fetch_set(set, &mirrors, &folder)?);
        return Ok(FourFiles::find(&folder).ok());
    } else {
        attempts.push(not_fetched("no home folder to keep the files in"));
    }
    Ok(None)
}

fn finish_files(
    config: &DataConfig,
    set: Option<&KnownSet>,
    found: ([IdxArray; 4], Source),
    files: &FourFiles,
) -> Result<LoadedDataset, DatasetError> {
    let names = set.map_or::<&[&str], _>(&[], |set| &set.class_names);
    finish(config, found, |file| files.path(file), names)
}

fn finish<'a>(
    config: &DataConfig,
    (arrays, source): ([IdxArray; 4], Source),
    path: impl Fn(usize) -> &'a Path,
    names: &[&str],
) -> Result<LoadedDataset, DatasetError> {
    if config.transpose {
        tracing::info!("Pictures are transposed as they are read (transpose = true)");
    }
    let (train, test) = labeled_images(arrays, path, config)?;
    let class_names = class_names(config, names);
    Ok(LoadedDataset { train, test, class_names, source })
}

/// The names of the classes; those that `names` lacks are called by number.
fn class_names(config: &DataConfig, names: &[&str]) -> Vec<String> {
    let name =
        |class: usize| names.get(class).map_or_else(|| class.to_string(), |&name| name.into());
    (0..config.num_classes).map(name).collect()
}

/// A misspelt name is taken for a folder; its error says so.
fn with_hint(error: DatasetError, config: &DataConfig) -> DatasetError {
    match (error, &config.dataset) {
        (DatasetError::NoSuchFolder { path, .. }, DatasetName::Folder(_)) => {
            let hint = ", nor a data set (fashion-mnist, mnist, kmnist, fashion-mnist-sample, \
                        cifar10, cifar100, svhn)";
            DatasetError::NoSuchFolder { path, hint }
        }
        (error, _) => error,
    }
}
