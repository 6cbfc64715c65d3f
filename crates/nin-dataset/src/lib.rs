//! Small image data sets, from files on disk to prepared batches.
//!
//! * [`idx`]: a reader of IDX files, plain or gzipped, that trusts nothing;
//! * [`cifar`] and [`svhn`]: readers of these sets' files, as careful;
//! * [`load`]: Fashion-MNIST, MNIST, KMNIST, an embedded sample, or a folder of
//!   the user's own IDX files; verified by digest, fetched if need be; and
//!   CIFAR-10, CIFAR-100 or SVHN from files that the user has unpacked;
//! * [`holdout`] and [`LoaderRng`]: PyTorch's split and order, bit for bit;
//! * [`Resizer`] and [`Normalization`]: Pillow's bilinear resize and
//!   torchvision's normalisation, equal in every bit;
//! * [`Contrast`] and [`Zca`]: pylearn2's preprocessing of CIFAR and SVHN; ZCA
//!   whitening needs the cargo feature `whitening`;
//! * [`Augmentation`]: mirrored, shifted and partly erased pictures to train
//!   on, which depend on a seed, the epoch and the picture alone;
//! * [`Loader`]: batches prepared by a thread of their own.
//!
//! Pictures are N, H, W, C (channels-last) everywhere. The crate knows no
//! model and no tensor library.

#![forbid(unsafe_code)]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExample;

mod augment;
mod batches;
mod cancel;
mod check;
pub mod cifar;
mod config;
mod contrast;
mod digest;
mod download;
mod error;
mod folder;
pub mod idx;
mod images;
mod known_set;
mod load;
mod normalization;
mod order;
mod permutation;
mod preparation;
mod resize;
mod sample;
mod source;
mod split;
pub mod svhn;
#[cfg(test)]
mod tiny_set;
mod unpacked_set;
mod verify;
mod whitening;
mod words;

pub use augment::{
    AugmentConfig, Augmentation, Change, EraseFill, Flip, Rectangle, ShiftPadding,
    flip_horizontally,
};
pub use batches::{Batch, Batches, Described, Loader};
pub use cifar::{CifarLayout, CifarProblem};
pub use config::{Contrast, DataConfig, DatasetName, Measured, Statistic, TrainMode, Whitening};
pub use error::{DatasetError, ErrorKind};
pub use idx::{IdxArray, IdxData, IdxProblem};
pub use images::{Images, LabeledImages, UncheckedImages, class_counts};
pub use load::{LoadedDataset, Location, load, load_unless, locate};
pub use normalization::Normalization;
pub use order::{LoaderRng, LoaderRngState};
pub use preparation::{Preparation, Recipe};
pub use resize::{ResizeWindow, Resizer};
pub use source::{Attempt, NotFound, Source};
pub use split::{Split, holdout, holdout_stratified};
pub use svhn::MatProblem;
pub use whitening::Zca;
