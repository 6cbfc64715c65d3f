//! Files of CIFAR-10 and CIFAR-100.
//!
//! What is accepted is written back as the same bytes, but for the coarse
//! labels, which are not kept.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nin_dataset::{CifarLayout, UncheckedImages, cifar};

fuzz_target!(|data: &[u8]| {
    for (layout, label_bytes) in [(CifarLayout::OneLabel, 1), (CifarLayout::CoarseAndFineLabel, 2)]
    {
        let record_bytes = label_bytes + 3 * 1024;
        match cifar::read(data, layout) {
            Ok(found) => {
                let records: Vec<&[u8]> = data.chunks(record_bytes).collect();
                assert_eq!(found.images.count(), records.len());
                assert_eq!(found.labels.len(), records.len());
                for (n, record) in records.into_iter().enumerate() {
                    assert_eq!(written(&found, n), record[label_bytes - 1..]);
                }
            }
            Err(_) => assert!(data.is_empty() || data.len() % record_bytes != 0),
        }
    }
});

/// A record from its last label byte on.
fn written(set: &UncheckedImages, n: usize) -> Vec<u8> {
    let mut record = vec![u8::try_from(set.labels[n]).expect("a label is a byte")];
    for channel in 0..3 {
        let pixels = set.images.picture(n).chunks_exact(3);
        record.extend(pixels.map(|pixel| pixel[channel]));
    }
    record
}
