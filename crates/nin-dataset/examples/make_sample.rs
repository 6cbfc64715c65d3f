//! Makes the embedded sample again from the full Fashion-MNIST.
//!
//! `cargo run --release -p nin-dataset --example make_sample [FOLDER]` writes
//! the four files of `sample/` into FOLDER (`sample-again` if none is given).

use std::error::Error;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use flate2::{Compression, GzBuilder};
use nin_dataset::{DataConfig, LabeledImages, load};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "sample-again".into());
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    let data = load(&DataConfig { download: false, ..DataConfig::default() })?;
    println!("from {}", data.source);
    write_part(folder, "train", &data.train, 600)?;
    write_part(folder, "t10k", &data.test, 100)?;
    Ok(())
}

/// Writes the first `per_class` pictures of each class, in the order of `part`.
fn write_part(
    folder: &Path,
    name: &str,
    part: &LabeledImages,
    per_class: usize,
) -> Result<(), Box<dyn Error>> {
    let mut taken = [0; 10];
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    for (index, &label) in part.labels.iter().enumerate() {
        if taken[label as usize] < per_class {
            taken[label as usize] += 1;
            pixels.extend_from_slice(part.images.picture(index));
            labels.push(label as u8);
        }
    }
    let count = labels.len() as u32;
    let (height, width) = (part.images.height() as u32, part.images.width() as u32);
    let images_path = folder.join(format!("{name}-images-idx3-ubyte.gz"));
    write_idx(&images_path, &[count, height, width], &pixels)?;
    write_idx(&folder.join(format!("{name}-labels-idx1-ubyte.gz")), &[count], &labels)
}

fn write_idx(path: &Path, dims: &[u32], data: &[u8]) -> Result<(), Box<dyn Error>> {
    // Time and name are left out, so that the same data make the same file.
    let mut file = GzBuilder::new().write(File::create(path)?, Compression::best());
    file.write_all(&[0, 0, 0x08, dims.len() as u8])?;
    for dim in dims {
        file.write_all(&dim.to_be_bytes())?;
    }
    file.write_all(data)?;
    file.finish()?;
    println!("{}", path.display());
    Ok(())
}
