//! What was tried when nothing was found.

use std::fmt;

use crate::known_set::KnownSet;
use crate::unpacked_set::UnpackedSet;
use crate::{DataConfig, DatasetError};

/// A source that was tried, and why it has no data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// A folder or an address.
    pub source: String,
    /// Why it failed.
    pub reason: String,
}

/// Every source that was tried, and the ways out. Shown on several lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFound {
    /// The data set, such as `Fashion-MNIST`.
    pub dataset: String,
    /// What was tried, in order.
    pub attempts: Vec<Attempt>,
    /// What the user can do.
    pub ways_out: Vec<String>,
}

impl Attempt {
    /// The error without the source when it begins with it.
    pub(crate) fn new(source: impl fmt::Display, error: &DatasetError) -> Self {
        let (source, reason) = (source.to_string(), error.to_string());
        let shorter = reason.strip_prefix(&format!("{source}: ")).map(String::from);
        Self { source, reason: shorter.unwrap_or(reason) }
    }
}

impl NotFound {
    pub(crate) fn new(config: &DataConfig, attempts: Vec<Attempt>) -> Self {
        let sample = "--dataset fashion-mnist-sample, which is embedded in the program";
        if let Some(UnpackedSet { title, way_out, .. }) = UnpackedSet::of(&config.dataset) {
            let folder = "--dataset-path FOLDER, where the files of this data set lie";
            let ways_out = [way_out, folder, sample].map(String::from).into();
            return Self { dataset: (*title).into(), attempts, ways_out };
        }
        let Some(set) = KnownSet::of(&config.dataset) else {
            let folder = "--dataset FOLDER, where the four IDX files lie";
            let ways_out = [folder, sample].map(String::from).into();
            return Self { dataset: config.dataset.to_string(), attempts, ways_out };
        };
        let mut ways_out: Vec<String> =
            set.debian.iter().map(|(package, _)| format!("apt-get install {package}")).collect();
        ways_out.push("--dataset-path FOLDER, where the four files of this data set lie".into());
        ways_out.push(sample.into());
        Self { dataset: set.title.into(), attempts, ways_out }
    }
}

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was not found. Tried:", self.dataset)?;
        for Attempt { source, reason } in &self.attempts {
            write!(f, "\n  {source}: {reason}")?;
        }
        f.write_str("\nWays out:")?;
        for way_out in &self.ways_out {
            write!(f, "\n  {way_out}")?;
        }
        Ok(())
    }
}
