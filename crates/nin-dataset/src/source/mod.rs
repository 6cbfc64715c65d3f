//! Where data are looked for, and what was tried.

mod places;
mod report;

use std::fmt;
use std::path::PathBuf;

pub(crate) use places::{Place, Places};
pub use report::{Attempt, NotFound};

/// Where a data set came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The part of Fashion-MNIST in the program itself.
    Embedded,
    /// The folder that the user named.
    Given(PathBuf),
    /// A folder below `data/`.
    DataFolder(PathBuf),
    /// A folder below the user's cache folder.
    Cache(PathBuf),
    /// The folder of a Debian package.
    Debian(PathBuf),
    /// Fetched just now into this folder.
    Downloaded(PathBuf),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded => f.write_str("embedded sample"),
            Self::Given(folder) => write!(f, "{}", folder.display()),
            Self::DataFolder(folder) => write!(f, "data folder at {}", folder.display()),
            Self::Cache(folder) => write!(f, "cache folder at {}", folder.display()),
            Self::Debian(folder) => write!(f, "Debian package at {}", folder.display()),
            Self::Downloaded(folder) => write!(f, "downloaded to {}", folder.display()),
        }
    }
}
