//! The section `[data]` of a configuration.

mod dataset;
mod idx;
mod preprocessing;
mod statistic;
#[cfg(test)]
mod tests;
mod train_mode;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use dataset::DatasetName;
pub use preprocessing::{Contrast, Whitening};
pub use statistic::{Measured, Statistic};
pub use train_mode::TrainMode;

use crate::split::check_val;
use crate::{DatasetError, Split, Zca, holdout, holdout_stratified};

/// Which data, and how they are divided and prepared.
///
/// The defaults are those of the original program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DataConfig {
    /// A named data set, or a folder of the user's own IDX files.
    pub dataset: DatasetName,
    /// Where a named data set lies; nowhere else is looked then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dataset_path: Option<PathBuf>,
    /// Height and width in pixels that pictures are resized to.
    pub image_size: usize,
    /// Number of classes; labels are 0..num_classes − 1.
    pub num_classes: usize,
    /// Fraction of the training set to validate on, in [0, 1); 0 for none.
    pub val: f64,
    /// How the validation part is chosen.
    pub train_mode: TrainMode,
    /// Contrast normalisation of each picture.
    pub contrast: Contrast,
    /// Whitening over the training set.
    pub whitening: Whitening,
    /// What is subtracted: from pixels in [0, 1], or from the values that
    /// contrast normalisation and whitening make of pixels in [0, 255].
    pub mean: Statistic,
    /// What is divided by after that.
    pub std: Statistic,
    /// Whether a named data set that is not on the machine is fetched.
    pub download: bool,
    /// Addresses to fetch from in place of the known ones, in turn; the file
    /// name is appended to each.
    pub mirrors: Vec<String>,
    /// SHA-256 digests of the four unzipped files in place of the known ones:
    /// train images, train labels, test images, test labels. Empty for the
    /// known ones.
    pub sha256: Vec<String>,
    /// Whether the pictures of IDX files are stored column by column, as
    /// EMNIST's are, and are transposed as they are read.
    pub transpose: bool,
}

impl Default for DataConfig {
    fn default() -> Self {
        Self {
            dataset: DatasetName::FashionMnist,
            dataset_path: None,
            image_size: 224,
            num_classes: 10,
            val: 0.2,
            train_mode: TrainMode::Holdout,
            contrast: Contrast::None,
            whitening: Whitening::None,
            mean: Statistic::Same(0.5),
            std: Statistic::Same(0.5),
            download: true,
            mirrors: Vec::new(),
            sha256: Vec::new(),
            transpose: false,
        }
    }
}

impl DataConfig {
    /// Checks what can be checked without data; [`load`](crate::load) and
    /// [`locate`](crate::locate) do so too.
    ///
    /// # Errors
    ///
    /// [`DatasetError::Config`] for the first key with a bad value.
    pub fn validate(&self) -> Result<(), DatasetError> {
        if self.image_size == 0 {
            return Err(DatasetError::config("image_size", "want at least 1, found 0"));
        }
        if self.num_classes == 0 {
            return Err(DatasetError::config("num_classes", "want at least 1, found 0"));
        }
        check_val(self.val)?;
        self.mean.check("mean", |value| value.is_finite(), "finite")?;
        self.std.check("std", |value| value.is_finite() && value > 0.0, "finite and above 0")?;
        self.check_preprocessing()?;
        self.check_sha256()?;
        self.check_transpose()?;
        match (&self.dataset, &self.dataset_path) {
            (DatasetName::Folder(_), Some(_)) => Err(DatasetError::config(
                "dataset_path",
                "says where a named data set lies, but `dataset` is a folder already",
            )),
            (DatasetName::FashionMnistSample, Some(_)) => {
                Err(DatasetError::config("dataset_path", "the sample is embedded in the program"))
            }
            (_, Some(path)) if path.as_os_str().is_empty() => {
                Err(DatasetError::config("dataset_path", "empty path"))
            }
            _ => Ok(()),
        }
    }

    /// Whether values are no pixels any more when they are normalised.
    pub(crate) fn has_preprocessing(&self) -> bool {
        self.contrast != Contrast::None || self.whitening != Whitening::None
    }

    fn check_preprocessing(&self) -> Result<(), DatasetError> {
        if self.whitening == Whitening::Zca {
            // The number of channels, at least 1, is not known yet.
            Zca::check_values(self.image_size.saturating_mul(self.image_size))?;
        }
        for (key, statistic) in [("mean", &self.mean), ("std", &self.std)] {
            if self.has_preprocessing() && matches!(statistic, Statistic::Measured(_)) {
                let problem = "\"train\" is measured over pixels, want numbers where `contrast` or \
                               `whitening` is not none (mean 0 and std 1 change nothing)";
                return Err(DatasetError::config(key, problem));
            }
        }
        Ok(())
    }

    /// Divides the training set with these labels as configured, and warns of
    /// classes that a part lacks.
    ///
    /// # Errors
    ///
    /// As [`holdout`].
    pub fn split(&self, labels: &[u32], seed: u64) -> Result<Split, DatasetError> {
        let split = match self.train_mode {
            TrainMode::Holdout => holdout(labels.len(), self.val, seed),
            TrainMode::HoldoutStratified => holdout_stratified(labels, self.val, seed),
        }?;
        for (part, indices) in [("training", &split.train), ("validation", &split.val)] {
            let absent = self.absent_classes(labels, indices);
            if !indices.is_empty() && !absent.is_empty() {
                tracing::warn!("the {part} part has no picture of the classes {absent:?}");
            }
        }
        Ok(split)
    }

    /// The classes that none of the pictures `indices` has.
    fn absent_classes(&self, labels: &[u32], indices: &[u32]) -> Vec<usize> {
        let has = |class: usize| indices.iter().any(|&i| labels[i as usize] as usize == class);
        (0..self.num_classes).filter(|&class| !has(class)).collect()
    }
}
