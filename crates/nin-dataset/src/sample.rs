//! The part of Fashion-MNIST that is embedded in the program.

use std::path::Path;

use crate::known_set::FILE_NAMES;
use crate::{DatasetError, IdxArray, idx};

/// The first 600 training and 100 test pictures of each class, gzipped IDX in
/// the order of [`FILE_NAMES`]. See `sample/README.md`.
const FILES: [&[u8]; 4] = [
    include_bytes!("../sample/train-images-idx3-ubyte.gz"),
    include_bytes!("../sample/train-labels-idx1-ubyte.gz"),
    include_bytes!("../sample/t10k-images-idx3-ubyte.gz"),
    include_bytes!("../sample/t10k-labels-idx1-ubyte.gz"),
];

/// Decodes the four files.
pub(crate) fn read() -> Result<[IdxArray; 4], DatasetError> {
    let read = |file: usize| {
        idx::read(FILES[file])
            .map_err(|problem| DatasetError::Idx { path: path(file).into(), problem })
    };
    Ok([read(0)?, read(1)?, read(2)?, read(3)?])
}

/// What messages call an embedded file.
pub(crate) fn path(file: usize) -> &'static Path {
    Path::new(FILE_NAMES[file])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::sha256;
    use crate::{DataConfig, DatasetName, class_counts, load};

    #[test]
    fn the_sample_is_unchanged() {
        let wanted = [
            "cf313073c7eb485392848071d5c433571d7166043e971e3345b095cc30518084",
            "097b93fbcf9bd5bc648b1a457ddc55c9e4ab49afb33f9ecae8ce068399a75e3a",
            "7cee33c3c6414b1b86c25e665a6c4f41584269de3b7cc9768b1d351922845eef",
            "3128d790775889812b73c4f13923559c8b9e281d112c6ea7862acf60a206a909",
        ];
        for (file, wanted) in FILES.iter().zip(wanted) {
            assert_eq!(sha256(&idx::unzipped(*file, u64::MAX).unwrap()), wanted);
        }
    }

    #[test]
    fn every_class_has_600_and_100_pictures() {
        let config =
            DataConfig { dataset: DatasetName::FashionMnistSample, ..DataConfig::default() };
        let data = load(&config).unwrap();
        for (part, count) in [(&data.train, 600), (&data.test, 100)] {
            assert_eq!((part.images.height(), part.images.width()), (28, 28));
            let all: Vec<u32> = (0..part.len() as u32).collect();
            assert_eq!(class_counts(&part.labels, &all, 10), [count; 10]);
        }
        // The first labels of the full set, whose order the sample keeps.
        assert_eq!(data.train.labels[..10], [9, 0, 0, 3, 0, 2, 7, 2, 5, 5]);
        assert_eq!(data.test.labels[..10], [9, 2, 1, 1, 6, 1, 4, 6, 5, 7]);
        assert_eq!(data.class_names[9], "Ankle boot");
        assert_eq!(data.source.to_string(), "embedded sample");
    }
}
