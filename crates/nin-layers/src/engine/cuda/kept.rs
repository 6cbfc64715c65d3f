//! Pictures kept on the device, and how batches are made of them.

use nin_kernels_cuda::pictures::{self, Padding, Pictures, Preparation, Scratch};
use nin_kernels_cuda::{Device, ViewMut};

use crate::LayerError;
use crate::engine::{Change, KeptSet, MovePadding, Recipe, ResizeWindow};

pub(super) struct Kept<D: Device> {
    sets: Vec<Pictures<D>>,
    preparation: Option<Preparation<D>>,
    changes: Vec<pictures::Change>,
    scratch: Scratch<D>,
}

impl<D: Device> Default for Kept<D> {
    fn default() -> Self {
        let (sets, changes) = (Vec::new(), Vec::new());
        Self { sets, preparation: None, changes, scratch: Scratch::default() }
    }
}

impl<D: Device> Kept<D> {
    pub(super) fn add(
        &mut self,
        device: &D,
        shape: [usize; 3],
        bytes: &[u8],
    ) -> Result<KeptSet, LayerError> {
        let one = shape.iter().try_fold(1_usize, |len, &size| len.checked_mul(size));
        if one.is_none_or(|one| one == 0 || !bytes.len().is_multiple_of(one)) {
            return Err(wrong(format!("{} bytes are no whole pictures of {shape:?}", bytes.len())));
        }
        self.sets.push(Pictures::new(device, shape, bytes)?);
        Ok(KeptSet(self.sets.len() - 1))
    }

    pub(super) fn set_recipe(&mut self, device: &D, recipe: &Recipe) -> Result<(), LayerError> {
        let Recipe { stored, columns, rows, tables, padding } = recipe;
        let [height, width, channels] = *stored;
        let ends = |windows: &[ResizeWindow]| {
            windows.iter().map(|window| window.first + window.weights.len()).max()
        };
        let reach = (ends(rows).unwrap_or(0), ends(columns).unwrap_or(0));
        let is_empty = rows.is_empty() || columns.is_empty();
        if is_empty || reach.0 > height || reach.1 > width || tables.len() != channels {
            return Err(wrong(format!("a recipe that is not for pictures of {stored:?}")));
        }
        let [columns, rows] = [columns, rows].map(|windows| {
            windows.iter().map(|window| (window.first, &*window.weights)).collect::<Vec<_>>()
        });
        let padding = match padding {
            MovePadding::Zeros => Padding::Zeros,
            MovePadding::Reflect => Padding::Reflect,
        };
        let preparation = Preparation::new(device, *stored, [&columns, &rows], tables, padding)?;
        self.preparation = Some(preparation);
        Ok(())
    }

    /// Numbers of a prepared picture.
    pub(super) fn picture_len(&self) -> Result<usize, LayerError> {
        match &self.preparation {
            Some(preparation) => Ok(preparation.picture_len()),
            None => Err(wrong("kept pictures need a recipe".to_owned())),
        }
    }

    /// Prepares the pictures `indices` of a set; `changes` are none or one each.
    pub(super) fn prepare(
        &mut self,
        device: &D,
        set: KeptSet,
        indices: &[u32],
        changes: &[Change],
        output: ViewMut<'_, f32, D>,
    ) -> Result<(), LayerError> {
        let Some(preparation) = &mut self.preparation else {
            return Err(wrong("kept pictures need a recipe".to_owned()));
        };
        let KeptSet(number) = set;
        let pictures =
            self.sets.get(number).ok_or_else(|| wrong(format!("no set {number} is kept")))?;
        let last = indices.iter().max().map_or(0, |&index| index as usize);
        if last >= pictures.count() || pictures.shape() != preparation.stored() {
            let (count, shape) = (pictures.count(), pictures.shape());
            return Err(wrong(format!(
                "picture {last} of {count} of {shape:?}, or another recipe"
            )));
        }
        if !changes.is_empty() && changes.len() != indices.len() {
            let (changes, pictures) = (changes.len(), indices.len());
            return Err(wrong(format!("{changes} changes of {pictures} pictures")));
        }
        self.changes.clear();
        self.changes.extend(changes.iter().map(raw));
        if !self.changes.iter().all(|change| preparation.can(change)) {
            return Err(wrong("a picture is moved further than its size".to_owned()));
        }
        let changes = (!changes.is_empty()).then_some(&*self.changes);
        Ok(preparation.apply(device, pictures, indices, changes, output, &mut self.scratch)?)
    }
}

fn raw(change: &Change) -> pictures::Change {
    let Change { mirrored, down, right, erased } = *change;
    // What is behind a picture is not erased either.
    let size = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
    let [top, left, height, width] = erased.unwrap_or_default().map(size);
    pictures::Change { down, right, mirrored: u32::from(mirrored), top, left, height, width }
}

fn wrong(what: String) -> LayerError {
    LayerError::Batch(what)
}
