//! Pictures and labels of a set, checked against each other.

use std::path::Path;

use crate::{DataConfig, DatasetError, IdxArray, IdxData, Images, LabeledImages, UncheckedImages};

/// Training and test pictures from four arrays; `path` names each of them.
pub(crate) fn labeled_images<'a>(
    arrays: [IdxArray; 4],
    path: impl Fn(usize) -> &'a Path,
    config: &DataConfig,
) -> Result<(LabeledImages, LabeledImages), DatasetError> {
    let [train_images, train_labels, test_images, test_labels] = arrays;
    let train_images = pictures(train_images, path(0), config)?;
    let train_labels = integers(train_labels, path(1))?;
    let test_images = pictures(test_images, path(2), config)?;
    let test_labels = integers(test_labels, path(3))?;
    let train = UncheckedImages { images: train_images, labels: train_labels };
    let test = UncheckedImages { images: test_images, labels: test_labels };
    let train = checked(train, Part::Train, config.num_classes)?;
    let test = checked(test, Part::Test, config.num_classes)?;
    same_size(&train.images, &test.images)?;
    Ok((train, test))
}

/// Fails unless training and test pictures have the same height and width.
pub(crate) fn same_size(train: &Images, test: &Images) -> Result<(), DatasetError> {
    let size = |images: &Images| (images.height(), images.width());
    if size(train) == size(test) {
        return Ok(());
    }
    Err(DatasetError::SizeMismatch { train: size(train), test: size(test) })
}

/// A part of a set as it is stored.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    Train,
    Test,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "test",
        }
    }
}

fn pictures(array: IdxArray, path: &Path, config: &DataConfig) -> Result<Images, DatasetError> {
    let array = array
        .expect_rank(3, "3 (pictures)")
        .map_err(|problem| DatasetError::Idx { path: path.into(), problem })?;
    let [count, height, width] = array.dims[..] else { unreachable!("the rank was checked") };
    let IdxData::U8(bytes) = array.data else {
        let found = array.data.type_name().into();
        let wanted = "u8 (0x08)";
        return Err(DatasetError::ElementType {
            path: path.into(),
            what: "pictures",
            found,
            wanted,
        });
    };
    if height == 0 || width == 0 {
        return Err(DatasetError::ZeroSizedImage { path: path.into(), height, width });
    }
    let images = Images::new(count, (height, width, 1), bytes)?;
    Ok(if config.transpose { images.transposed() } else { images })
}

fn integers(array: IdxArray, path: &Path) -> Result<Vec<i64>, DatasetError> {
    let array = array
        .expect_rank(1, "1 (labels)")
        .map_err(|problem| DatasetError::Idx { path: path.into(), problem })?;
    match array.data {
        IdxData::U8(labels) => Ok(labels.into_iter().map(i64::from).collect()),
        IdxData::I8(labels) => Ok(labels.into_iter().map(i64::from).collect()),
        IdxData::I16(labels) => Ok(labels.into_iter().map(i64::from).collect()),
        IdxData::I32(labels) => Ok(labels.into_iter().map(i64::from).collect()),
        floats @ (IdxData::F32(_) | IdxData::F64(_)) => Err(DatasetError::ElementType {
            path: path.into(),
            what: "labels",
            found: floats.type_name().into(),
            wanted: "an integer type",
        }),
    }
}

/// Pictures of which each has a label of a class; at least one.
pub(crate) fn checked(
    UncheckedImages { images, labels }: UncheckedImages,
    part: Part,
    num_classes: usize,
) -> Result<LabeledImages, DatasetError> {
    if images.count() != labels.len() {
        let (images, labels) = (images.count(), labels.len());
        return Err(DatasetError::CountMismatch { part: part.name(), images, labels });
    }
    if labels.is_empty() {
        let part = match part {
            Part::Train => "training",
            Part::Test => "test",
        };
        return Err(DatasetError::EmptySet { part });
    }
    let is_class = |label: i64| usize::try_from(label).is_ok_and(|label| label < num_classes);
    if let Some(index) = labels.iter().position(|&label| !is_class(label)) {
        let label = labels[index];
        let one_based = labels.iter().min() == Some(&1)
            && labels.iter().max().is_some_and(|&most| most == num_classes as i64);
        let hint = if one_based { " (the labels seem to start at 1)" } else { "" };
        return Err(DatasetError::Label { label, index, part: part.name(), num_classes, hint });
    }
    let labels = labels.into_iter().map(|label| label as u32).collect();
    Ok(LabeledImages { images: images.into(), labels })
}
