//! The four files in a folder, under any of their usual names.

use std::fs;
use std::path::{Path, PathBuf};

use crate::known_set::FILE_NAMES;
use crate::{DatasetError, IdxArray};

/// The names by which each of the four files goes: with a dash, with a dot,
/// each unzipped or gzipped, in the order in which they are tried.
fn names(name: &str) -> [String; 4] {
    let dotted = dotted(name);
    [name.into(), dotted.clone(), format!("{name}.gz"), format!("{dotted}.gz")]
}

/// `train-images.idx3-ubyte` for `train-images-idx3-ubyte`.
fn dotted(name: &str) -> String {
    name.replace("-idx", ".idx")
}

/// A folder in which every one of the four files was found.
#[derive(Debug)]
pub(crate) struct FourFiles {
    pub(crate) folder: PathBuf,
    /// Of each file, the names present; at least one.
    candidates: [Vec<PathBuf>; 4],
}

impl FourFiles {
    /// Looks in the folder itself.
    pub(crate) fn find(folder: &Path) -> Result<Self, DatasetError> {
        check_folder(folder)?;
        let candidates = [0, 1, 2, 3].map(|file| Self::candidates(folder, file));
        if let Some(missing) = candidates.iter().position(Vec::is_empty) {
            let name = FILE_NAMES[missing];
            let also = format!(" (also looked for with .gz and as {})", dotted(name));
            return Err(DatasetError::MissingFile { folder: folder.into(), name, also });
        }
        Ok(Self { folder: folder.into(), candidates })
    }

    /// The names under which file number `file` is present in `folder`.
    pub(crate) fn candidates(folder: &Path, file: usize) -> Vec<PathBuf> {
        let paths = names(FILE_NAMES[file]).into_iter().map(|name| folder.join(name));
        paths.filter(|path| path.is_file()).collect()
    }

    /// Looks in `root` and then in each of the folders `below` it: those that have all
    /// of the files, at least one, else the error of the first that has some.
    pub(crate) fn find_below(root: &Path, below: &[PathBuf]) -> Result<Vec<Self>, DatasetError> {
        check_folder(root)?;
        let has_some =
            |folder: &PathBuf| (0..4).any(|file| !Self::candidates(folder, file).is_empty());
        let folders =
            std::iter::once(root.into()).chain(below.iter().map(|below| root.join(below)));
        let (mut found, mut first_error) = (Vec::new(), None);
        for folder in folders.filter(has_some) {
            match Self::find(&folder) {
                Ok(files) => found.push(files),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        if !found.is_empty() {
            return Ok(found);
        }
        Err(first_error.unwrap_or_else(|| {
            let example = "IDX file such as train-images-idx3-ubyte";
            DatasetError::NoFiles { folder: root.into(), example, below: below.into() }
        }))
    }

    /// Reads the four files. A damaged one is passed over when it is there
    /// under another name too, such as a cut file beside its whole .gz.
    pub(crate) fn read(
        &self,
        read: impl Fn(&Path, usize) -> Result<IdxArray, DatasetError>,
    ) -> Result<[IdxArray; 4], DatasetError> {
        let read_one = |file: usize| {
            let mut first_error = None;
            for path in &self.candidates[file] {
                match read(path, file) {
                    Ok(array) => return Ok(array),
                    Err(DatasetError::Cancelled) => return Err(DatasetError::Cancelled),
                    Err(error) => {
                        if self.candidates[file].len() > 1 {
                            tracing::warn!("{error}");
                        }
                        first_error.get_or_insert(error);
                    }
                }
            }
            Err(first_error.expect("at least one name of each file is present"))
        };
        Ok([read_one(0)?, read_one(1)?, read_one(2)?, read_one(3)?])
    }

    /// The path under which file number `file` is tried first.
    pub(crate) fn path(&self, file: usize) -> &Path {
        &self.candidates[file][0]
    }
}

/// Fails unless `path` is a folder.
pub(crate) fn check_folder(path: &Path) -> Result<(), DatasetError> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(_) => Err(DatasetError::NotAFolder { path: path.into() }),
        Err(_) => Err(DatasetError::NoSuchFolder { path: path.into(), hint: "" }),
    }
}
