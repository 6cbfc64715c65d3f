//! MAT files of SVHN.
//!
//! An array that is accepted is also accepted where it stands compressed, and
//! is the same.

#![no_main]

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use libfuzzer_sys::fuzz_target;
use nin_dataset::svhn;

const HEADER_BYTES: usize = 128;

fuzz_target!(|data: &[u8]| {
    let plain = svhn::read(data);
    if let Ok(set) = &plain {
        let images = &set.images;
        assert_eq!((images.height(), images.width(), images.channels()), (32, 32, 3));
        assert_eq!(images.bytes().len(), images.count() * 3072);
        assert!(set.labels.iter().all(|&label| label != 10));
    }
    // The first element compressed, ahead of all of them: it is the one that counts.
    if let Some((header, elements)) = data.split_at_checked(HEADER_BYTES) {
        let zipped = svhn::read(&*[header, &compressed(elements), elements].concat());
        if let Ok(plain) = plain {
            assert_eq!(zipped.expect("its plain form was accepted"), plain);
        }
    }
});

fn compressed(element: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(element).expect("a vector takes all");
    let zipped = encoder.finish().expect("a vector takes all");
    [&15_u32.to_le_bytes(), &(zipped.len() as u32).to_le_bytes(), zipped.as_slice()].concat()
}
