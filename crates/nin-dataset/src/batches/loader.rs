//! Pictures, their preparation and a batch size: what makes passes.

use super::worker::{Pass, spawn};
use super::{Batches, batch::Buffers};
use crate::preparation::Preparer;
use crate::{Augmentation, DatasetError, LabeledImages, Preparation, Recipe};

/// Makes the batches of passes over a set.
///
/// ```
/// use nin_dataset::{DataConfig, DatasetName, Loader, LoaderRng, Normalization, Preparation, load};
///
/// let config = DataConfig { dataset: DatasetName::FashionMnistSample, ..DataConfig::default() };
/// let data = load(&config)?;
/// let normalization = Normalization { mean: vec![0.5], std: vec![0.5] };
/// let preparation = Preparation::new((28, 28), normalization);
/// let loader = Loader::new(data.test, preparation, 32)?;
/// let order = LoaderRng::new(42).begin_pass(1000);
/// for batch in loader.batches(order)? {
///     let batch = batch?;
///     assert_eq!(batch.images.len(), batch.labels.len() * 28 * 28);
/// }
/// # Ok::<(), nin_dataset::DatasetError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Loader {
    data: LabeledImages,
    preparation: Preparation,
    batch_size: usize,
}

/// A pass whose pictures are prepared elsewhere.
#[derive(Debug)]
pub struct Described {
    /// What turns a stored picture into numbers.
    pub recipe: Recipe,
    /// Indices, labels and changes; without numbers.
    pub batches: Batches,
}

impl Loader {
    /// A loader of `data`; clones of `data` share their memory.
    ///
    /// # Errors
    ///
    /// A batch or picture size of 0, or a normalisation for another number of
    /// channels, or whitening for other pictures.
    pub fn new(
        data: LabeledImages,
        preparation: Preparation,
        batch_size: usize,
    ) -> Result<Self, DatasetError> {
        if batch_size == 0 {
            return Err(DatasetError::config("batch_size", "want at least 1, found 0"));
        }
        Preparer::new(&preparation, None, &data.images)?;
        Ok(Self { data, preparation, batch_size })
    }

    /// The pictures and labels.
    pub fn data(&self) -> &LabeledImages {
        &self.data
    }

    /// Number of batches of a pass over `pictures` pictures.
    pub fn batch_count(&self, pictures: usize) -> usize {
        pictures.div_ceil(self.batch_size)
    }

    /// The batches of a pass over the pictures `order`, in that order.
    ///
    /// # Errors
    ///
    /// An index that is no picture.
    pub fn batches(&self, order: Vec<u32>) -> Result<Batches, DatasetError> {
        self.pass(order, 0, self.preparation.clone(), None)
    }

    /// As [`Loader::batches`], with the pictures changed by `augmentation`, of its
    /// [`image_size`](Augmentation::image_size), and without the first
    /// `first_batch` batches: what is left of an interrupted pass.
    ///
    /// # Errors
    ///
    /// An index that is no picture; as [`AugmentConfig::validate`] for the
    /// shorter side of prepared pictures; smaller pictures with whitening, which
    /// is fitted to one size.
    ///
    /// [`AugmentConfig::validate`]: crate::AugmentConfig::validate
    pub fn training_batches(
        &self,
        order: Vec<u32>,
        first_batch: usize,
        augmentation: &Augmentation,
    ) -> Result<Batches, DatasetError> {
        let preparation = self.for_training(augmentation)?;
        let augmentation = augmentation.config.changes_training().then(|| augmentation.clone());
        self.pass(order, first_batch, preparation, augmentation)
    }

    /// As [`Loader::training_batches`], or without an augmentation as
    /// [`Loader::batches`], for a device that has the pictures' bytes: the batches
    /// say which pictures they are of and what is to be done to each.
    ///
    /// `None` where numbers and changes do not say it all: with contrast
    /// normalisation, whitening, or noise where pictures are erased.
    ///
    /// # Errors
    ///
    /// As for these two.
    pub fn described(
        &self,
        order: Vec<u32>,
        first_batch: usize,
        augmentation: Option<&Augmentation>,
    ) -> Result<Option<Described>, DatasetError> {
        let preparation = match augmentation {
            Some(augmentation) => self.for_training(augmentation)?,
            None => self.preparation.clone(),
        };
        let padding = augmentation.map(|augmentation| augmentation.config.shift_padding);
        let recipe = preparation.recipe(&self.data.images, padding.unwrap_or_default());
        let is_described = augmentation.is_none_or(Augmentation::is_described_by_changes);
        let Some(recipe) = recipe.filter(|_| is_described) else { return Ok(None) };
        self.check(&order)?;
        let changing = augmentation.filter(|augmentation| augmentation.config.changes_training());
        let (changing, size) = (changing.cloned(), preparation.image_size);
        let labels = self.data.labels.clone();
        let fill = move |buffers: &mut Buffers| {
            let indices = &buffers.indices;
            buffers.changes.clear();
            if let Some(augmentation) = &changing {
                buffers
                    .changes
                    .extend(indices.iter().map(|&index| augmentation.change(index, size)));
            }
            buffers.labels.clear();
            buffers.labels.extend(indices.iter().map(|&index| labels[index as usize]));
        };
        let batches = spawn(self.cut(order, first_batch, size), fill)?;
        Ok(Some(Described { recipe, batches }))
    }

    /// The preparation of a training pass.
    fn for_training(&self, augmentation: &Augmentation) -> Result<Preparation, DatasetError> {
        let (height, width) = self.preparation.image_size;
        augmentation.config.validate(height.min(width))?;
        let [height, width] = augmentation.image_size([height, width]);
        Ok(Preparation { image_size: (height, width), ..self.preparation.clone() })
    }

    /// Refuses an index that is no picture.
    fn check(&self, order: &[u32]) -> Result<(), DatasetError> {
        let count = self.data.len();
        match order.iter().find(|&&index| index as usize >= count) {
            Some(&index) => Err(DatasetError::OrderIndex { index, count }),
            None => Ok(()),
        }
    }

    fn cut(&self, order: Vec<u32>, first_batch: usize, (height, width): (usize, usize)) -> Pass {
        let picture_shape = [height, width, self.data.images.channels()];
        Pass { order, batch_size: self.batch_size, first_batch, picture_shape }
    }

    fn pass(
        &self,
        order: Vec<u32>,
        first_batch: usize,
        preparation: Preparation,
        augmentation: Option<Augmentation>,
    ) -> Result<Batches, DatasetError> {
        self.check(&order)?;
        let mut preparer = Preparer::new(&preparation, augmentation, &self.data.images)?;
        let LabeledImages { images, labels } = self.data.clone();
        let fill = move |buffers: &mut Buffers| {
            buffers.images.resize(buffers.indices.len() * preparer.values(), 0.0);
            preparer.prepare(&images, &buffers.indices, &mut buffers.images);
            buffers.labels.clear();
            buffers.labels.extend(buffers.indices.iter().map(|&index| labels[index as usize]));
        };
        spawn(self.cut(order, first_batch, preparation.image_size), fill)
    }
}
