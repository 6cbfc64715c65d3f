//! How batches come to an engine: prepared by a thread of the CPU, or as a
//! description of what to do to pictures that the engine keeps.

use nin_dataset::{Augmentation, Batches, Described, Loader, ShiftPadding, flip_horizontally};
use nin_layers::LayerError;
use nin_layers::engine::{
    Batch, Change, Engine, Images, KeptSet, MovePadding, Recipe, ResizeWindow,
};

use crate::TrainError;

/// A set of pictures and, where the engine keeps them, its name for them.
pub(crate) struct Feed {
    loader: Loader,
    kept: Option<KeptSet>,
}

impl Feed {
    /// Gives the pictures to the engine, if it keeps any.
    pub(crate) fn new(engine: &mut dyn Engine, loader: &Loader) -> Result<Self, LayerError> {
        let images = &loader.data().images;
        let shape = [images.height(), images.width(), images.channels()];
        let kept = engine.keep(shape, images.bytes())?;
        Ok(Self { loader: loader.clone(), kept })
    }

    /// A pass over the pictures `order` without the first `done` batches, changed by
    /// an augmentation in training.
    pub(crate) fn pass(
        &self,
        engine: &mut dyn Engine,
        order: Vec<u32>,
        done: usize,
        augmentation: Option<&Augmentation>,
    ) -> Result<Pass, TrainError> {
        if self.kept.is_some() {
            let described = self.loader.described(order.clone(), done, augmentation)?;
            if let Some(Described { recipe, batches }) = described {
                engine.set_recipe(&for_engine(recipe))?;
                return Ok(Pass { batches, kept: self.kept });
            }
        }
        let batches = match augmentation {
            Some(augmentation) => self.loader.training_batches(order, done, augmentation)?,
            None => self.loader.batches(order)?,
        };
        Ok(Pass { batches, kept: None })
    }
}

/// The batches of a pass in order.
pub(crate) struct Pass {
    batches: Batches,
    kept: Option<KeptSet>,
}

impl Iterator for Pass {
    type Item = Result<FedBatch, TrainError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = match self.batches.next()? {
            Ok(batch) => batch,
            Err(error) => return Some(Err(error.into())),
        };
        let changes = batch.changes.iter().map(change).collect();
        Some(Ok(FedBatch { batch, changes, kept: self.kept }))
    }
}

/// A batch in either form.
pub(crate) struct FedBatch {
    batch: nin_dataset::Batch,
    changes: Vec<Change>,
    kept: Option<KeptSet>,
}

impl FedBatch {
    /// As the engine takes it.
    pub(crate) fn get(&self) -> Batch<'_> {
        let images = match self.kept {
            Some(set) => Images::Kept { set, indices: &self.batch.indices, changes: &self.changes },
            None => Images::Prepared(&self.batch.images),
        };
        Batch { images, labels: &self.batch.labels }
    }

    pub(crate) fn labels(&self) -> &[u32] {
        &self.batch.labels
    }

    /// Mirrors pictures that are neither moved nor erased, left to right.
    pub(crate) fn mirror(&mut self) {
        match self.kept {
            Some(_) => {
                self.changes.resize(self.batch.len(), Change::default());
                self.changes.iter_mut().for_each(|change| change.mirrored ^= true);
            }
            None => flip_horizontally(&mut self.batch.images, self.batch.shape),
        }
    }
}

fn change(change: &nin_dataset::Change) -> Change {
    let nin_dataset::Change { mirrored, down, right, erased } = *change;
    let erased = erased.map(|part| [part.top, part.left, part.height, part.width]);
    Change { mirrored, down, right, erased }
}

fn for_engine(recipe: nin_dataset::Recipe) -> Recipe {
    let nin_dataset::Recipe { stored, columns, rows, tables, padding } = recipe;
    let windows = |windows: Vec<nin_dataset::ResizeWindow>| {
        let window = |nin_dataset::ResizeWindow { first, weights }| ResizeWindow { first, weights };
        windows.into_iter().map(window).collect()
    };
    let padding = match padding {
        ShiftPadding::Zeros => MovePadding::Zeros,
        ShiftPadding::Reflect => MovePadding::Reflect,
    };
    Recipe { stored, columns: windows(columns), rows: windows(rows), tables, padding }
}
