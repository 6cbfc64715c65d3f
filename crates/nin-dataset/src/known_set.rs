//! The named data sets of four IDX files: files, digests, addresses, classes.

use std::borrow::Cow;
use std::path::PathBuf;

use crate::digest::sha256;
use crate::{DataConfig, DatasetName};

/// The four files of a set, in this order everywhere.
pub(crate) const FILE_NAMES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

/// Room for a gzip file that is larger than what it unzips to.
const GZIP_OVERHEAD_BYTES: u64 = 1 << 16;

/// The most bytes of an unzipped file of which only the digest is known: 20
/// times the largest file of MNIST, and no more than a small machine holds.
const UNKNOWN_BYTES: u64 = 1 << 30;

/// What identifies a file.
#[derive(Clone, Debug)]
pub(crate) enum KnownDigest {
    /// SHA-256 of the unzipped file. Distributions compress it differently.
    Unzipped(Cow<'static, str>),
    /// MD5 of the gzipped file, where no other digest was published.
    Gzipped(Cow<'static, str>),
}

/// A named data set.
#[derive(Clone, Debug)]
pub(crate) struct KnownSet {
    /// As messages call it.
    pub(crate) title: &'static str,
    /// torchvision's folder; the files are in `raw` below it.
    pub(crate) torchvision_folder: &'static str,
    /// The folder for files of the user's own digests, which must not replace
    /// the real ones.
    pub(crate) own_folder: Option<String>,
    /// Keras's folder, if it has one.
    pub(crate) keras_folder: Option<&'static str>,
    /// The Debian package and its folder, if there is one.
    pub(crate) debian: Option<(&'static str, &'static str)>,
    /// The most bytes that each unzipped file may have.
    pub(crate) unzipped_limits: [u64; 4],
    pub(crate) digests: [KnownDigest; 4],
    /// Addresses of folders, https before http.
    pub(crate) mirrors: &'static [&'static str],
    pub(crate) class_names: [&'static str; 10],
}

impl KnownSet {
    /// The set of that name, if it is one of these.
    pub(crate) fn of(dataset: &DatasetName) -> Option<&'static Self> {
        match dataset {
            DatasetName::FashionMnist => Some(&FASHION_MNIST),
            DatasetName::Mnist => Some(&MNIST),
            DatasetName::Kmnist => Some(&KMNIST),
            _ => None,
        }
    }

    /// The set that `config` names, with its digests if it gives some.
    pub(crate) fn configured(config: &DataConfig) -> Option<Self> {
        let set = Self::of(&config.dataset)?.clone();
        Some(match <&[String; 4]>::try_from(config.sha256.as_slice()) {
            Ok(digests) => set.with_digests(digests),
            Err(_) => set,
        })
    }

    /// The set with these SHA-256 digests of the unzipped files.
    pub(crate) fn with_digests(self, digests: &[String; 4]) -> Self {
        let digests = digests.each_ref().map(|digest| digest.to_ascii_lowercase());
        let name = &sha256(digests.concat().as_bytes())[..8];
        Self {
            own_folder: Some(format!("{}-{name}", self.torchvision_folder)),
            digests: digests.map(|digest| KnownDigest::Unzipped(digest.into())),
            unzipped_limits: [UNKNOWN_BYTES; 4],
            ..self
        }
    }

    /// The folder that the set is downloaded to, below the root of downloads,
    /// in torchvision's layout.
    pub(crate) fn download_folder(&self) -> PathBuf {
        let folder = self.own_folder.as_deref().unwrap_or(self.torchvision_folder);
        PathBuf::from(folder).join("raw")
    }

    /// The most bytes that file number `file` takes, gzipped or not.
    pub(crate) fn stored_limit(&self, file: usize) -> u64 {
        self.unzipped_limits[file] + GZIP_OVERHEAD_BYTES
    }

    /// The title of the set that has a file with this digest.
    pub(crate) fn with_unzipped(sha256: &str) -> Option<&'static str> {
        let has = |set: &&Self| {
            let mut digests = set.digests.iter();
            digests.any(|digest| matches!(digest, KnownDigest::Unzipped(known) if *known == sha256))
        };
        [&FASHION_MNIST, &MNIST].into_iter().find(has).map(|set| set.title)
    }
}

const fn unzipped(sha256: &'static str) -> KnownDigest {
    KnownDigest::Unzipped(Cow::Borrowed(sha256))
}

const fn gzipped(md5: &'static str) -> KnownDigest {
    KnownDigest::Gzipped(Cow::Borrowed(md5))
}

const MNIST_BYTES: [u64; 4] = [47_040_016, 60_008, 7_840_016, 10_008];

pub(crate) const FASHION_CLASSES: [&str; 10] = [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
];

/// Source of the digests: the files of the Debian package, which unzip to the
/// same bytes as Zalando's, whose MD5 torchvision knows.
static FASHION_MNIST: KnownSet = KnownSet {
    title: "Fashion-MNIST",
    torchvision_folder: "FashionMNIST",
    own_folder: None,
    keras_folder: Some("fashion-mnist"),
    debian: Some(("dataset-fashion-mnist", "/usr/share/datasets/fashion-mnist")),
    unzipped_limits: MNIST_BYTES,
    digests: [
        unzipped("c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
        unzipped("bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
        unzipped("5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
        unzipped("0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
    ],
    mirrors: &[
        // Keras's own copy: the plain names there are Fashion-MNIST.
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ],
    class_names: FASHION_CLASSES,
};

static MNIST: KnownSet = KnownSet {
    title: "MNIST",
    torchvision_folder: "MNIST",
    own_folder: None,
    keras_folder: None,
    debian: None,
    unzipped_limits: MNIST_BYTES,
    digests: [
        unzipped("ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
        unzipped("65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
        unzipped("0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
        unzipped("ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
    ],
    mirrors: &[
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "http://yann.lecun.com/exdb/mnist/",
    ],
    class_names: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
};

/// Source of the digests: torchvision `datasets/mnist.py`.
static KMNIST: KnownSet = KnownSet {
    title: "KMNIST",
    torchvision_folder: "KMNIST",
    own_folder: None,
    keras_folder: None,
    debian: None,
    unzipped_limits: MNIST_BYTES,
    digests: [
        gzipped("bdb82020997e1d708af4cf47b453dcf7"),
        gzipped("e144d726b3acfaa3e44228e80efcd344"),
        gzipped("5c965bf0a639b31b8f53240b1b52f4d7"),
        gzipped("7320c461ea6c1c855c0b718fb2a4b134"),
    ],
    mirrors: &["http://codh.rois.ac.jp/kmnist/dataset/kmnist/"],
    class_names: ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
};
