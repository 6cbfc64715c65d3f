//! The named data sets that the user unpacks: files, classes, where to get them.

mod folder;

use std::path::Path;

pub(crate) use folder::UnpackedFolder;

use crate::cifar::{CIFAR10_CLASSES, CIFAR100_CLASSES, CifarLayout};
use crate::{DatasetError, DatasetName, UncheckedImages, cifar, svhn};

/// A named data set that is read from the user's files and never fetched. No
/// digest of its files is published.
#[derive(Debug)]
pub(crate) struct UnpackedSet {
    /// As messages call it.
    pub(crate) title: &'static str,
    /// The folders in which its files usually lie.
    pub(crate) folders: &'static [&'static str],
    pub(crate) train_files: &'static [&'static str],
    pub(crate) test_files: &'static [&'static str],
    /// Pictures to train and to test on.
    pub(crate) counts: [usize; 2],
    /// How to get the files.
    pub(crate) way_out: &'static str,
    pub(crate) class_names: &'static [&'static str],
    /// Reads one of the files.
    pub(crate) read: fn(&Path) -> Result<UncheckedImages, DatasetError>,
}

impl UnpackedSet {
    /// The set of that name, if it is one of these.
    pub(crate) fn of(dataset: &DatasetName) -> Option<&'static Self> {
        match dataset {
            DatasetName::Cifar10 => Some(&CIFAR10),
            DatasetName::Cifar100 => Some(&CIFAR100),
            DatasetName::Svhn => Some(&SVHN),
            _ => None,
        }
    }
}

static CIFAR10: UnpackedSet = UnpackedSet {
    title: "CIFAR-10",
    folders: &["cifar-10-batches-bin"],
    train_files: &[
        "data_batch_1.bin",
        "data_batch_2.bin",
        "data_batch_3.bin",
        "data_batch_4.bin",
        "data_batch_5.bin",
    ],
    test_files: &["test_batch.bin"],
    counts: [50_000, 10_000],
    way_out: "unpack cifar-10-binary.tar.gz of https://www.cs.toronto.edu/~kriz/cifar.html in data",
    class_names: &CIFAR10_CLASSES,
    read: |path| cifar::read_file(path, CifarLayout::OneLabel),
};

static CIFAR100: UnpackedSet = UnpackedSet {
    title: "CIFAR-100",
    folders: &["cifar-100-binary"],
    train_files: &["train.bin"],
    test_files: &["test.bin"],
    counts: [50_000, 10_000],
    way_out: "unpack cifar-100-binary.tar.gz of https://www.cs.toronto.edu/~kriz/cifar.html in data",
    class_names: &CIFAR100_CLASSES,
    read: |path| cifar::read_file(path, CifarLayout::CoarseAndFineLabel),
};

static SVHN: UnpackedSet = UnpackedSet {
    title: "SVHN",
    folders: &["svhn", "SVHN"],
    train_files: &["train_32x32.mat"],
    test_files: &["test_32x32.mat"],
    counts: [73_257, 26_032],
    way_out: "put train_32x32.mat and test_32x32.mat of http://ufldl.stanford.edu/housenumbers/ in data",
    class_names: &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    read: svhn::read_file,
};
