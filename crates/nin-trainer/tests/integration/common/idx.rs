//! Data sets made on the spot.

use std::fs;
use std::path::Path;

/// A folder of IDX files: `train` and `test` pictures of 8 × 8 pixels, a bright
/// square in one of ten places, which is the class.
pub(crate) fn write_idx(folder: &Path, train: u32, test: u32) {
    fs::create_dir_all(folder).unwrap();
    for (part, count) in [("train", train), ("t10k", test)] {
        let mut images = vec![0, 0, 8, 3];
        let mut labels = vec![0, 0, 8, 1];
        for size in [count, 8, 8] {
            images.extend(u32::to_be_bytes(size));
        }
        labels.extend(u32::to_be_bytes(count));
        for index in 0..count {
            let class = index % 10;
            labels.push(class as u8);
            images.extend((0..64).map(|pixel| {
                let noise = (pixel * 7 + index * 13) % 40;
                if pixel / 6 == class { 200 + noise as u8 } else { noise as u8 }
            }));
        }
        fs::write(folder.join(format!("{part}-images-idx3-ubyte")), images).unwrap();
        fs::write(folder.join(format!("{part}-labels-idx1-ubyte")), labels).unwrap();
    }
}
