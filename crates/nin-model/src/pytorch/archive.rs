//! The zip archive around a checkpoint.

use std::collections::HashMap;
use std::io;

use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::SAVE_WEIGHTS;
use super::printable::printable;
use crate::ModelError;

/// The most bytes of `data.pkl`: those of some 35,000 tensors. While it is read,
/// a byte may take up to a hundred in memory.
const LARGEST_PICKLE_BYTES: usize = 4 << 20;

const PICKLE: &str = "data.pkl";

/// The entries of an archive, each with the checksum that it should have.
pub(super) struct Archive<'a> {
    entries: HashMap<String, &'a [u8]>,
    /// The folder around all entries, with its slash.
    folder: String,
}

impl<'a> Archive<'a> {
    /// # Errors
    ///
    /// A damaged archive, one of something else, and entries that `torch.save`
    /// does not write: compressed, encrypted, of the same name, of the same
    /// bytes, with numbers of the other byte order.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, ModelError> {
        let mut zip = ZipArchive::new(io::Cursor::new(bytes)).map_err(damaged)?;
        if zip.has_duplicate_names() {
            return Err(ModelError::checkpoint("two entries of the archive have one name"));
        }
        let names = zip
            .file_names()
            .map(|name| Ok(name.map_err(damaged)?.into_owned()))
            .collect::<Result<Vec<_>, ModelError>>()?;
        let folder = folder(&names)?.to_owned();
        refuse_script(&names, &folder)?;
        // Entries that share bytes would make a small file a large one.
        if zip.has_overlapping_entries().map_err(damaged)? {
            return Err(ModelError::checkpoint("entries of the archive overlap"));
        }
        let mut entries = HashMap::with_capacity(names.len());
        for (index, name) in names.into_iter().enumerate() {
            let data = data(&mut zip, index, bytes).map_err(|problem| {
                ModelError::checkpoint(format!("entry {}: {problem}", printable(&name)))
            })?;
            entries.insert(name, data);
        }
        let archive = Self { entries, folder };
        archive.check_byte_order()?;
        Ok(archive)
    }

    /// An entry by its name within the folder.
    pub(super) fn entry(&self, name: &str) -> Option<&'a [u8]> {
        self.entries.get(&format!("{}{name}", self.folder)).copied()
    }

    /// The structure of what was saved.
    pub(super) fn pickle(&self) -> Result<&'a [u8], ModelError> {
        let pickle = self.entry(PICKLE).unwrap_or_default();
        if pickle.len() > LARGEST_PICKLE_BYTES {
            let len = pickle.len();
            return Err(ModelError::checkpoint(format!(
                "{PICKLE} has {len} bytes, at most {LARGEST_PICKLE_BYTES} are read"
            )));
        }
        Ok(pickle)
    }

    fn check_byte_order(&self) -> Result<(), ModelError> {
        match self.entry("byteorder").map(<[u8]>::trim_ascii) {
            None | Some(b"little") => Ok(()),
            Some(b"big") => Err(ModelError::checkpoint(
                "its numbers are big-endian, want little-endian: save it on another machine",
            )),
            Some(_) => {
                Err(ModelError::checkpoint("the entry byteorder says neither little nor big"))
            }
        }
    }
}

fn damaged(error: ZipError) -> ModelError {
    ModelError::checkpoint(format!(
        "PyTorch file that is truncated, incomplete or damaged: {error}"
    ))
}

/// The one folder with a `data.pkl`.
fn folder(names: &[String]) -> Result<&str, ModelError> {
    let mut folders = names
        .iter()
        .filter_map(|name| name.strip_suffix(PICKLE))
        .filter(|folder| folder.is_empty() || folder.ends_with('/'));
    match (folders.next(), folders.next()) {
        (Some(folder), None) => Ok(folder),
        (None, _) => Err(ModelError::checkpoint(format!(
            "a zip archive without {PICKLE}: torch.save did not write it"
        ))),
        (Some(_), Some(_)) => {
            Err(ModelError::checkpoint(format!("a zip archive with more than one {PICKLE}")))
        }
    }
}

fn refuse_script(names: &[String], folder: &str) -> Result<(), ModelError> {
    let is_script = names
        .iter()
        .filter_map(|name| name.strip_prefix(folder))
        .any(|name| name == "constants.pkl" || name.starts_with("code/"));
    if is_script {
        return Err(ModelError::checkpoint(format!(
            "a TorchScript program (torch.jit.save), not weights: {SAVE_WEIGHTS}"
        )));
    }
    Ok(())
}

type Zip<'a> = ZipArchive<io::Cursor<&'a [u8]>>;

/// An entry where it lies in the archive's `bytes`, its checksum found right.
fn data<'a>(zip: &mut Zip<'a>, index: usize, bytes: &'a [u8]) -> Result<&'a [u8], String> {
    let metadata = zip.metadata();
    let entry = metadata.entry(index).map_err(|error| error.to_string())?;
    if entry.compression() != CompressionMethod::Stored || entry.encrypted() {
        return Err("is compressed or encrypted, which torch.save never does".to_owned());
    }
    let mut file = zip.by_index(index).map_err(|error| error.to_string())?;
    io::copy(&mut file, &mut io::sink()).map_err(|error| error.to_string())?;
    file.data_start()
        .and_then(|start| {
            let start = usize::try_from(start).ok()?;
            bytes.get(start..start.checked_add(usize::try_from(file.size()).ok()?)?)
        })
        .ok_or_else(|| "is cut off".to_owned())
}
