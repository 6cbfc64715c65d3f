//! Pixels to numbers around zero.

use serde::{Deserialize, Serialize};

use crate::{DataConfig, DatasetError, Images, Measured, Statistic};

/// (x / 255 − mean) / std in f32, each channel with its own mean and std; or
/// (x − mean) / std where contrast normalisation or whitening came before, whose
/// values are no pixels any more.
///
/// # Source
///
/// torchvision's `ToTensor` and `Normalize`: the same operations in the same
/// order, so equal in every bit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Normalization {
    /// What is subtracted from each channel.
    pub mean: Vec<f32>,
    /// What each channel is divided by after that.
    pub std: Vec<f32>,
}

impl Normalization {
    /// The normalisation that `config` asks for; `"train"` statistics are
    /// measured over the pictures `train` of `images`, as they are stored. A
    /// measured deviation of 0 (constant pictures) becomes 1.
    ///
    /// # Errors
    ///
    /// A list with another length than the number of channels.
    pub fn resolve(
        config: &DataConfig,
        images: &Images,
        train: &[u32],
    ) -> Result<Self, DatasetError> {
        let measured = [&config.mean, &config.std]
            .iter()
            .any(|statistic| matches!(statistic, Statistic::Measured(_)))
            .then(|| measure(images, train));
        let resolve = |key, statistic: &Statistic, measured: Option<Vec<f32>>| match statistic {
            Statistic::Same(value) => Ok(vec![*value as f32; images.channels()]),
            Statistic::PerChannel(values) if values.len() != images.channels() => {
                let (wanted, found) = (images.channels(), values.len());
                let problem = format!("want {wanted} numbers, one a channel, found {found}");
                Err(DatasetError::config(key, problem))
            }
            Statistic::PerChannel(values) => Ok(values.iter().map(|&value| value as f32).collect()),
            Statistic::Measured(Measured::Train) => {
                Ok(measured.expect("measured above when asked for"))
            }
        };
        let (mean, std) = measured.unzip();
        Ok(Self {
            mean: resolve("mean", &config.mean, mean)?,
            std: resolve("std", &config.std, std)?,
        })
    }

    /// Normalises values that are no pixels any more, channels last.
    pub(crate) fn normalize(&self, values: &mut [f32]) {
        for pixel in values.chunks_exact_mut(self.mean.len()) {
            for ((value, mean), std) in pixel.iter_mut().zip(&self.mean).zip(&self.std) {
                *value = (*value - mean) / std;
            }
        }
    }

    /// The results for all 256 bytes, one table a channel.
    pub(crate) fn tables(&self) -> Vec<[f32; 256]> {
        let table = |(mean, std): (&f32, &f32)| {
            std::array::from_fn(|byte| (byte as f32 / 255.0 - mean) / std)
        };
        self.mean.iter().zip(&self.std).map(table).collect()
    }
}

/// A smaller deviation is rounding: one pixel in 10¹² that differs by 1 / 255
/// makes 4e-9.
const CONSTANT: f64 = 1e-9;

/// Mean and population standard deviation of each channel, exact to f64.
fn measure(images: &Images, indices: &[u32]) -> (Vec<f32>, Vec<f32>) {
    let channels = images.channels();
    let pixels = (indices.len() * images.height() * images.width()).max(1) as f64;
    let mut histograms = vec![[0_u64; 256]; channels];
    for &index in indices {
        for pixel in images.picture(index as usize).chunks_exact(channels) {
            for (histogram, &byte) in histograms.iter_mut().zip(pixel) {
                histogram[usize::from(byte)] += 1;
            }
        }
    }
    let moments = histograms.iter().map(|histogram| {
        let sum = |value: &dyn Fn(f64) -> f64| -> f64 {
            let terms = histogram.iter().enumerate();
            terms.map(|(byte, &count)| count as f64 * value(byte as f64 / 255.0)).sum()
        };
        let mean = sum(&|x| x) / pixels;
        let std = (sum(&|x| (x - mean).powi(2)) / pixels).sqrt();
        (mean as f32, if std > CONSTANT { std as f32 } else { 1.0 })
    });
    moments.unzip()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images() -> Images {
        // Two pictures of 1x2 pixels with two channels.
        Images::new(2, (1, 2, 2), vec![0, 9, 255, 9, 51, 9, 51, 9]).unwrap()
    }

    fn config(mean: Statistic, std: Statistic) -> DataConfig {
        DataConfig { mean, std, ..DataConfig::default() }
    }

    const TRAIN: Statistic = Statistic::Measured(Measured::Train);

    #[test]
    fn the_original_maps_bytes_to_minus_one_to_one() {
        let normalization = Normalization::resolve(&DataConfig::default(), &images(), &[]).unwrap();
        assert_eq!(normalization, Normalization { mean: vec![0.5; 2], std: vec![0.5; 2] });
        let tables = normalization.tables();
        assert_eq!(tables.len(), 2);
        assert_eq!((tables[0][0], tables[0][255]), (-1.0, 1.0));
        assert_eq!(tables[0][100], (100.0 / 255.0 - 0.5) / 0.5);
    }

    #[test]
    fn statistics_come_from_the_training_part_only() {
        let found = Normalization::resolve(&config(TRAIN, TRAIN), &images(), &[0]).unwrap();
        assert_eq!(found.mean, [0.5, 9.0 / 255.0]);
        // The second channel is constant.
        assert_eq!(found.std, [0.5, 1.0]);
        let found = Normalization::resolve(&config(TRAIN, TRAIN), &images(), &[1]).unwrap();
        assert_eq!(found.mean[0], 0.2);
        assert_eq!(found.std, [1.0, 1.0]);
    }

    #[test]
    fn a_list_has_a_number_for_each_channel() {
        let lists = config(Statistic::PerChannel(vec![0.1, 0.2]), Statistic::Same(2.0));
        let found = Normalization::resolve(&lists, &images(), &[]).unwrap();
        assert_eq!(found, Normalization { mean: vec![0.1, 0.2], std: vec![2.0, 2.0] });
        let lists = config(Statistic::Same(0.5), Statistic::PerChannel(vec![0.1; 3]));
        let error = Normalization::resolve(&lists, &images(), &[]).unwrap_err();
        assert_eq!(error.to_string(), "std: want 2 numbers, one a channel, found 3");
    }
}
