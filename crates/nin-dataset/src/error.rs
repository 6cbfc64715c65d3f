//! Everything that can go wrong, with what was wanted and what was found.

use std::path::PathBuf;

use crate::{CifarProblem, IdxProblem, MatProblem};

/// An error of this crate. [`DatasetError::kind`] says whose world it is in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// A setting with a value that cannot be used.
    #[error("{key}: {problem}")]
    Config {
        /// The configuration key, such as `val`.
        key: &'static str,
        /// What is wrong with the value.
        problem: String,
    },
    /// A file that is no good IDX file.
    #[error("{}: {problem}", path.display())]
    Idx {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: IdxProblem,
    },
    /// A file that has no good CIFAR records.
    #[error("{}: {problem}", path.display())]
    Cifar {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: CifarProblem,
    },
    /// A file that is no good MAT file of SVHN.
    #[error("{}: {problem}", path.display())]
    Svhn {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: MatProblem,
    },
    /// A folder that should hold data does not exist.
    #[error("{}: no such folder{hint}", path.display())]
    NoSuchFolder {
        /// The folder asked for.
        path: PathBuf,
        /// What it may have been meant to be; may be empty.
        hint: &'static str,
    },
    /// A path that should be a folder is something else.
    #[error("{}: not a folder", path.display())]
    NotAFolder {
        /// The path asked for.
        path: PathBuf,
    },
    /// A folder has none of the files of a set.
    #[error("{}: no {example} there or in {}", folder.display(), listed(below))]
    NoFiles {
        /// The folder that was searched.
        folder: PathBuf,
        /// One of the files that would do.
        example: &'static str,
        /// The folders below it that were searched too.
        below: Vec<PathBuf>,
    },
    /// A folder lacks one of the files of a set.
    #[error("{}: {name} is missing{also}", folder.display())]
    MissingFile {
        /// The folder that was searched.
        folder: PathBuf,
        /// The usual name of the file.
        name: &'static str,
        /// The other names that were looked for; may be empty.
        also: String,
    },
    /// A file of a named data set whose digest is not the known one.
    #[error("{}: wrong {algorithm}: want {wanted}, found {found}{hint}", path.display())]
    WrongDigest {
        /// The file.
        path: PathBuf,
        /// What was computed, such as `SHA-256 of the unzipped file`.
        algorithm: &'static str,
        /// The known digest in hexadecimal.
        wanted: String,
        /// The digest of the file in hexadecimal.
        found: String,
        /// A guess at what the file is instead; may be empty.
        hint: String,
    },
    /// Pictures or labels of an element type that is not used for them.
    #[error("{}: {what} of type {found} are not supported, want {wanted}", path.display())]
    ElementType {
        /// The file.
        path: PathBuf,
        /// `pictures` or `labels`.
        what: &'static str,
        /// The type in the file, such as `f32 (0x0D)`.
        found: String,
        /// The types that are read.
        wanted: &'static str,
    },
    /// Pictures without a single pixel.
    #[error("{}: zero-sized image: {height}x{width}", path.display())]
    ZeroSizedImage {
        /// The file.
        path: PathBuf,
        /// Rows of each picture.
        height: usize,
        /// Columns of each picture.
        width: usize,
    },
    /// Sizes that do not multiply to the number of bytes given.
    #[error("{found} bytes given for pictures that take {wanted}")]
    ImageBytes {
        /// count · height · width · channels.
        wanted: usize,
        /// Bytes given.
        found: usize,
    },
    /// More pictures than a 32-bit index or PyTorch's small permutation takes.
    #[error("{found} pictures in one set, at most {limit} are supported")]
    TooManyImages {
        /// The number of pictures.
        found: usize,
        /// The largest number supported.
        limit: usize,
    },
    /// Pictures and labels of one part differ in number.
    #[error("the {part} set has {images} pictures but {labels} labels")]
    CountMismatch {
        /// `train` or `test`.
        part: &'static str,
        /// Number of pictures.
        images: usize,
        /// Number of labels.
        labels: usize,
    },
    /// Training and test pictures differ in size.
    #[error("training pictures are {}x{} but test pictures are {}x{}", train.0, train.1, test.0, test.1)]
    SizeMismatch {
        /// Height and width of the training pictures.
        train: (usize, usize),
        /// Height and width of the test pictures.
        test: (usize, usize),
    },
    /// A part without pictures.
    #[error("empty {part} set")]
    EmptySet {
        /// `training` or `test`.
        part: &'static str,
    },
    /// A label outside of the classes.
    #[error("label {label} at index {index} of the {part} set, want 0..{}{hint}", num_classes - 1)]
    Label {
        /// The label found.
        label: i64,
        /// Position in the part, from 0.
        index: usize,
        /// `train` or `test`.
        part: &'static str,
        /// The number of classes configured.
        num_classes: usize,
        /// A guess at the cause; may be empty.
        hint: &'static str,
    },
    /// A split that would leave one of its parts empty.
    #[error("{part} would be empty: val = {val} of {count} pictures")]
    EmptyPart {
        /// `holdout` or `training part`.
        part: &'static str,
        /// The fraction asked for.
        val: f64,
        /// The number of pictures to split.
        count: usize,
    },
    /// An index of an order outside of the pictures.
    #[error("index {index} in the order of a pass, want 0..{}", count.saturating_sub(1))]
    OrderIndex {
        /// The index found.
        index: u32,
        /// The number of pictures.
        count: usize,
    },
    /// No source has the data set.
    #[error("{0}")]
    NotFound(crate::NotFound),
    /// A file or folder that cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The work was ended from outside.
    #[error("cancelled")]
    Cancelled,
    /// The thread that prepares batches ended early: a bug.
    #[error("the thread that prepares batches failed: {0}")]
    Worker(String),
}

fn listed(paths: &[PathBuf]) -> String {
    let paths: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
    paths.join(", ")
}

/// Whose world an error is in; a program may choose its exit code by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Usage or configuration.
    Usage,
    /// Data: missing, damaged or not what was asked for.
    Data,
    /// The system refused to write.
    Write,
    /// Ended from outside, as was asked for.
    Cancelled,
    /// A bug of the program.
    Bug,
}

impl DatasetError {
    /// Whose world this error is in.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Config { .. } => ErrorKind::Usage,
            Self::Write { .. } => ErrorKind::Write,
            Self::Cancelled => ErrorKind::Cancelled,
            Self::Worker(_) | Self::OrderIndex { .. } | Self::ImageBytes { .. } => ErrorKind::Bug,
            _ => ErrorKind::Data,
        }
    }

    pub(crate) fn config(key: &'static str, problem: impl Into<String>) -> Self {
        Self::Config { key, problem: problem.into() }
    }
}
