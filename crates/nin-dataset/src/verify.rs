//! Whether a file is the known file of a named set.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::digest::{md5, sha256};
use crate::idx;
use crate::known_set::{KnownDigest, KnownSet};
use crate::{DatasetError, IdxArray, IdxProblem};

/// Reads file number `file` of `set`, gzipped or not, from `path` and checks
/// its digest.
///
/// Where only the digest of the gzipped file is known, an unzipped one is
/// taken as it is, unless it is known to belong to another set.
pub(crate) fn read_verified(
    path: &Path,
    set: &KnownSet,
    file: usize,
) -> Result<IdxArray, DatasetError> {
    let mut stored = Vec::new();
    File::open(path)
        .and_then(|source| source.take(set.stored_limit(file) + 1).read_to_end(&mut stored))
        .map_err(|error| DatasetError::Idx { path: path.into(), problem: error.into() })?;
    verified(&stored, path, set, file)
}

/// As [`read_verified`], for bytes that `path` only names.
pub(crate) fn verified(
    stored: &[u8],
    path: &Path,
    set: &KnownSet,
    file: usize,
) -> Result<IdxArray, DatasetError> {
    let idx_problem = |problem| DatasetError::Idx { path: path.into(), problem };
    let limit = set.unzipped_limits[file] + 1;
    let bytes = idx::unzipped(stored, limit).map_err(|problem| match problem {
        IdxProblem::CorruptGzip(_) => corrupt(&problem, stored, path, &set.digests[file]),
        other => idx_problem(other),
    })?;
    // Read before the digest is compared: "truncated" says more than a digest.
    let array = idx::read(bytes.as_slice()).map_err(idx_problem)?;
    let gzipped = bytes != stored;
    let unzipped_digest = sha256(&bytes);
    let other = KnownSet::with_unzipped(&unzipped_digest).filter(|&title| title != set.title);
    let (algorithm, wanted, found) = match &set.digests[file] {
        KnownDigest::Unzipped(wanted) => ("SHA-256 of the unzipped file", wanted, unzipped_digest),
        KnownDigest::Gzipped(wanted) if gzipped => ("MD5 of the .gz file", wanted, md5(stored)),
        KnownDigest::Gzipped(wanted) if other.is_some() => {
            ("content (the MD5 of the .gz file is known)", wanted, unzipped_digest)
        }
        KnownDigest::Gzipped(_) => {
            tracing::warn!(
                "{}: taken as it is, only the digest of the .gz file is known",
                path.display()
            );
            return Ok(array);
        }
    };
    if found == *wanted {
        return Ok(array);
    }
    let hint = other.map_or_else(String::new, |title| format!(" (this is a file of {title})"));
    let wanted = wanted.to_string();
    Err(DatasetError::WrongDigest { path: path.into(), algorithm, wanted, found, hint })
}

/// A file that does not unzip, with the digest that it should have.
fn corrupt(problem: &IdxProblem, stored: &[u8], path: &Path, digest: &KnownDigest) -> DatasetError {
    let (algorithm, wanted) = match digest {
        KnownDigest::Unzipped(wanted) => ("SHA-256 of the unzipped file", wanted),
        KnownDigest::Gzipped(wanted) => ("MD5 of the .gz file", wanted),
    };
    let found = match digest {
        KnownDigest::Unzipped(_) => format!("none: {problem}"),
        KnownDigest::Gzipped(_) => md5(stored),
    };
    let hint = format!(" (the file has the SHA-256 {} as it is)", sha256(stored));
    let path = path.into();
    DatasetError::WrongDigest { path, algorithm, wanted: wanted.to_string(), found, hint }
}
