use std::path::PathBuf;

use proptest::prelude::*;

use super::CifarLayout::{CoarseAndFineLabel, OneLabel};
use super::*;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cifar").join(name)
}

/// Red ends its first row with 255; green is 10 and blue 20 everywhere.
fn check_picture(images: &Images) {
    assert_eq!((images.height(), images.width(), images.channels()), (32, 32, 3));
    let pixel = |row: usize, column: usize| &images.picture(0)[(row * 32 + column) * 3..][..3];
    assert_eq!(pixel(0, 31), [255, 10, 20]);
    assert_eq!(pixel(0, 0), [0, 10, 20]);
    assert!(images.picture(0).chunks_exact(3).all(|pixel| pixel[1..] == [10, 20]));
}

#[test]
fn one_record_of_each_layout() {
    for (name, layout, label) in
        [("cifar10_one.bin", OneLabel, 6), ("cifar100_one.bin", CoarseAndFineLabel, 77)]
    {
        let found = read_file(&data(name), layout).unwrap();
        assert_eq!(found.labels, [label], "{name}");
        check_picture(&found.images);
    }
}

#[test]
fn files_that_are_no_records_are_refused() {
    let refused = |name, layout| {
        let error = read_file(&data(name), layout).unwrap_err().to_string();
        let path = data(name).display().to_string();
        error.strip_prefix(&path).unwrap_or_else(|| panic!("{error}")).to_owned()
    };
    assert_eq!(
        refused("cifar10_short.bin", OneLabel),
        ": 3072 bytes are no multiple of 3073, the bytes of a record"
    );
    assert_eq!(
        refused("cifar100_one.bin", OneLabel),
        ": 3074 bytes are no multiple of 3073, the bytes of a record \
         (this may be a file of CIFAR-100)"
    );
    assert_eq!(
        refused("cifar10_one.bin", CoarseAndFineLabel),
        ": 3073 bytes are no multiple of 3074, the bytes of a record (this may be a file of CIFAR-10)"
    );
    assert!(refused("none.bin", OneLabel).starts_with(": cannot read: "));
    let empty = read([].as_slice(), OneLabel).unwrap_err();
    assert_eq!(empty.to_string(), "empty file, want records of 3073 bytes");
}

#[test]
fn data_without_end_are_refused() {
    // No multiple of a record, so the limit is what refuses it.
    let error = read(std::io::repeat(0), OneLabel).unwrap_err();
    assert_eq!(error.to_string(), "too large: want at most 268435456 bytes");
}

#[test]
fn there_is_a_name_for_each_label() {
    assert_eq!((CIFAR10_CLASSES[0], CIFAR10_CLASSES[6]), ("airplane", "frog"));
    assert_eq!((CIFAR100_CLASSES[0], CIFAR100_CLASSES[77]), ("apple", "snail"));
    assert!(CIFAR100_CLASSES.is_sorted());
}

proptest! {
    #[test]
    fn records_come_back_pixel_by_pixel(
        count in 1_usize..4,
        fine in any::<bool>(),
        seed in any::<u32>(),
    ) {
        let layout = if fine { CoarseAndFineLabel } else { OneLabel };
        let byte = |i: usize| (i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed).to_le_bytes()[3];
        let bytes: Vec<u8> = (0..count * layout.record_bytes()).map(byte).collect();
        let found = read(bytes.as_slice(), layout).unwrap();
        for (n, record) in bytes.chunks_exact(layout.record_bytes()).enumerate() {
            let before = layout.label_bytes();
            prop_assert_eq!(found.labels[n], i64::from(record[before - 1]));
            for (position, pixel) in found.images.picture(n).chunks_exact(3).enumerate() {
                let plane = |channel: usize| record[before + channel * 1024 + position];
                prop_assert_eq!(pixel, [plane(0), plane(1), plane(2)]);
            }
        }
    }
}
