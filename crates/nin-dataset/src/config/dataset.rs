//! The names of data sets.

use std::ffi::OsStr;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::DatasetError;
use crate::words::without_separators;

/// A data set by name, or a folder of IDX files.
///
/// Names are read in any case, with dashes, underscores or neither, so
/// `FashionMNIST` is `fashion-mnist`. Everything that is no name is a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DatasetName {
    /// Fashion-MNIST, 60,000 and 10,000 pictures of clothes.
    FashionMnist,
    /// MNIST, 60,000 and 10,000 handwritten digits.
    Mnist,
    /// Kuzushiji-MNIST, 60,000 and 10,000 handwritten characters.
    Kmnist,
    /// 6,000 and 1,000 pictures of Fashion-MNIST embedded in the program.
    FashionMnistSample,
    /// CIFAR-10, 50,000 and 10,000 pictures in colour.
    Cifar10,
    /// CIFAR-100, as many pictures with their fine classes.
    Cifar100,
    /// The cropped digits of Street View House Numbers, 73,257 and 26,032
    /// without the part `extra`.
    Svhn,
    /// A data set that is known by name, so that a network for it can be
    /// described, but that this crate does not read.
    NotRead(String),
    /// A folder of the user's own IDX files.
    Folder(PathBuf),
}

const NAMES: [(&str, DatasetName); 7] = [
    ("fashion-mnist", DatasetName::FashionMnist),
    ("mnist", DatasetName::Mnist),
    ("kmnist", DatasetName::Kmnist),
    ("fashion-mnist-sample", DatasetName::FashionMnistSample),
    ("cifar10", DatasetName::Cifar10),
    ("cifar100", DatasetName::Cifar100),
    ("svhn", DatasetName::Svhn),
];

/// Data sets that other programs know by these names.
const NOT_READ: [&str; 2] = ["imagenet", "emnist"];

impl DatasetName {
    /// The error of a data set that cannot be read.
    pub(crate) fn check_is_read(&self) -> Result<(), DatasetError> {
        let Self::NotRead(name) = self else { return Ok(()) };
        let known = NAMES.map(|(name, _)| name).join(", ");
        let problem = format!("{name} cannot be read; want {known}, or a folder of IDX files");
        Err(DatasetError::config("dataset", problem))
    }

    /// As [`FromStr`], for an argument that may be a path outside of UTF-8.
    pub fn from_os_str(text: &OsStr) -> Result<Self, DatasetError> {
        text.to_str().map_or_else(|| Ok(Self::Folder(text.into())), str::parse)
    }
}

impl FromStr for DatasetName {
    type Err = DatasetError;

    fn from_str(text: &str) -> Result<Self, DatasetError> {
        let plain = without_separators(text);
        if text.is_empty() {
            return Err(DatasetError::config("dataset", "empty name"));
        }
        if let Some(name) = NOT_READ.into_iter().find(|&name| name == plain) {
            return Ok(Self::NotRead(name.into()));
        }
        let named = NAMES.into_iter().find(|(name, _)| without_separators(name) == plain);
        Ok(named.map_or_else(|| Self::Folder(text.into()), |(_, dataset)| dataset))
    }
}

impl fmt::Display for DatasetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => path.display().fmt(f),
            Self::NotRead(name) => f.write_str(name),
            named => {
                let named = NAMES.iter().find(|(_, dataset)| dataset == named);
                f.write_str(named.expect("every other variant is in the list").0)
            }
        }
    }
}

impl TryFrom<String> for DatasetName {
    type Error = DatasetError;

    fn try_from(text: String) -> Result<Self, DatasetError> {
        text.parse()
    }
}

impl From<DatasetName> for String {
    fn from(dataset: DatasetName) -> Self {
        dataset.to_string()
    }
}
