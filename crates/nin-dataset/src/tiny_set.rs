//! A named set for tests: the 40 and 20 pictures of `tests/data/sets/tiny_ok`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::digest::{md5, sha256};
use crate::known_set::{FILE_NAMES, KnownDigest, KnownSet};

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sets/tiny_ok")
}

pub(crate) fn gz_folder() -> PathBuf {
    folder().with_file_name("tiny_ok_gz")
}

/// File number `file`, gzipped.
pub(crate) fn gzipped(file: usize) -> Vec<u8> {
    fs::read(gz_folder().join(format!("{}.gz", FILE_NAMES[file]))).unwrap()
}

/// File number `file`, unzipped.
pub(crate) fn unzipped(file: usize) -> Vec<u8> {
    fs::read(folder().join(FILE_NAMES[file])).unwrap()
}

/// The set, known by the digests of its unzipped files.
pub(crate) fn known() -> KnownSet {
    with_digests([0, 1, 2, 3].map(|file| KnownDigest::Unzipped(sha256(&unzipped(file)).into())))
}

/// The set, known by the digests of its gzipped files.
pub(crate) fn known_by_gzip() -> KnownSet {
    with_digests([0, 1, 2, 3].map(|file| KnownDigest::Gzipped(md5(&gzipped(file)).into())))
}

fn with_digests(digests: [KnownDigest; 4]) -> KnownSet {
    KnownSet {
        title: "Tiny",
        torchvision_folder: "TinySet",
        own_folder: None,
        keras_folder: Some("tiny-set"),
        debian: None,
        unzipped_limits: [0, 1, 2, 3].map(|file| unzipped(file).len() as u64),
        digests,
        mirrors: &[],
        class_names: ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"],
    }
}
