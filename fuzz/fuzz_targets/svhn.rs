//! MAT files of SVHN.
//!
//! An array that is accepted is also accepted where it stands compressed, and
//! is the same.

#![no_main]

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
    let zipped = zlib(element);
    [&15_u32.to_le_bytes(), &(zipped.len() as u32).to_le_bytes(), zipped.as_slice()].concat()
}

/// A zlib stream of one stored block: an encoder made anew for each input takes
/// most of the time.
fn zlib(data: &[u8]) -> Vec<u8> {
    let len = u16::try_from(data.len()).expect("inputs are short");
    // Adler-32.
    let (a, b) = data.iter().fold((1, 0), |(a, b): (u32, u32), &byte| {
        let a = (a + u32::from(byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    let header = [0x78, 0x01, 1];
    let (len, not_len) = (len.to_le_bytes(), (!len).to_le_bytes());
    [&header, &len[..], &not_len, data, &(b << 16 | a).to_be_bytes()].concat()
}
