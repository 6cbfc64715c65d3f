//! One pass over the training part of the embedded sample, as PyTorch's
//! loaders would make it.
//!
//! `cargo run --release -p nin-dataset --example batches [DATA SET OR FOLDER]`

use std::error::Error;
use std::time::Instant;

use nin_dataset::{DataConfig, DatasetName, Loader, LoaderRng, Preparation, class_counts, load};

fn main() -> Result<(), Box<dyn Error>> {
    let dataset = match std::env::args_os().nth(1) {
        Some(name) => DatasetName::from_os_str(&name)?,
        None => DatasetName::FashionMnistSample,
    };
    let config = DataConfig { dataset, image_size: 32, ..DataConfig::default() };

    let started = Instant::now();
    let data = load(&config)?;
    println!("{} ({:.2} s)", data.source, started.elapsed().as_secs_f64());

    let seed = 42;
    let split = config.split(&data.train.labels, seed)?;
    for (part, indices) in [("train", &split.train), ("val", &split.val)] {
        let counts = class_counts(&data.train.labels, indices, config.num_classes);
        println!("{part}: {} pictures, of each class {counts:?}", indices.len());
    }

    let preparation = Preparation::resolve(&config, &data.train.images, &split.train)?;
    let loader = Loader::new(data.train, preparation, 32)?;

    let mut rng = LoaderRng::new(seed);
    let order = rng.begin_pass(split.train.len());
    let order = order.into_iter().map(|position| split.train[position as usize]).collect();
    let started = Instant::now();
    let (mut pictures, mut values, mut sum) = (0, 0, 0.0);
    for batch in loader.batches(order)? {
        let batch = batch?;
        if pictures == 0 {
            println!("first batch: N, H, W, C = {:?}, labels {:?}", batch.shape, batch.labels);
        }
        pictures += batch.len();
        values += batch.images.len();
        sum += batch.images.iter().map(|&value| f64::from(value)).sum::<f64>();
    }
    rng.end_pass(split.train.len());
    let mean = sum / values as f64;
    let seconds = started.elapsed().as_secs_f64();
    println!("{pictures} pictures in {seconds:.2} s, mean value {mean:.4}");
    Ok(())
}
