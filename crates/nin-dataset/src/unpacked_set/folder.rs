//! The files of an unpacked set in a folder.

use std::path::{Path, PathBuf};

use super::UnpackedSet;
use crate::cancel::{Cancelled, proceed_unless};
use crate::check::{Part, checked, same_size};
use crate::folder::check_folder;
use crate::{DatasetError, LabeledImages, UncheckedImages};

/// A folder in which every file of a set was found.
#[derive(Debug)]
pub(crate) struct UnpackedFolder {
    pub(crate) folder: PathBuf,
    set: &'static UnpackedSet,
}

impl UnpackedFolder {
    /// Looks in `root` and then in the usual folders below it; the first that
    /// has at least one of the files is the one, and must have them all.
    pub(crate) fn find(root: &Path, set: &'static UnpackedSet) -> Result<Self, DatasetError> {
        check_folder(root)?;
        let names = || set.train_files.iter().chain(set.test_files);
        let has = |folder: &Path, name: &str| folder.join(name).is_file();
        let below: Vec<PathBuf> = set.folders.iter().map(PathBuf::from).collect();
        let mut folders =
            std::iter::once(root.into()).chain(below.iter().map(|below| root.join(below)));
        let found = folders.find(|folder: &PathBuf| names().any(|name| has(folder, name)));
        let Some(folder) = found else {
            let example = set.train_files[0];
            return Err(DatasetError::NoFiles { folder: root.into(), example, below });
        };
        match names().find(|name| !has(&folder, name)) {
            Some(name) => Err(DatasetError::MissingFile { folder, name, also: String::new() }),
            None => Ok(Self { folder, set }),
        }
    }

    /// Reads all files: training and test pictures.
    pub(crate) fn read(
        &self,
        num_classes: usize,
        cancelled: Cancelled,
    ) -> Result<(LabeledImages, LabeledImages), DatasetError> {
        let UnpackedSet { title, counts, .. } = self.set;
        tracing::warn!(
            "{}: the files of {title} are taken as they are, no digest of them is known",
            self.folder.display()
        );
        let train =
            checked(self.read_part(self.set.train_files, cancelled)?, Part::Train, num_classes)?;
        let test =
            checked(self.read_part(self.set.test_files, cancelled)?, Part::Test, num_classes)?;
        same_size(&train.images, &test.images)?;
        let found = [train.len(), test.len()];
        if found != *counts {
            tracing::warn!(
                "{title} has {} pictures to train and {} to test on, found {} and {}",
                counts[0],
                counts[1],
                found[0],
                found[1]
            );
        }
        Ok((train, test))
    }

    /// The pictures of some files, one after the other.
    fn read_part(
        &self,
        files: &[&str],
        cancelled: Cancelled,
    ) -> Result<UncheckedImages, DatasetError> {
        let mut files = files.iter().map(|name| {
            proceed_unless(cancelled)?;
            (self.set.read)(&self.folder.join(name))
        });
        let mut all = files.next().expect("each part has a file")?;
        for part in files {
            all.append(part?)?;
        }
        Ok(all)
    }
}
