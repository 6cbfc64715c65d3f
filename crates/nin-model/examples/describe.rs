//! The table of the original network, and a drawing of it.
//!
//! `cargo run -p nin-model --example describe -- network.svg`

use std::error::Error;
use std::path::PathBuf;

use nin_model::{ModelConfig, Network};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).map(PathBuf::from);
    let path = path.ok_or("want one argument: where to write the drawing, as network.svg")?;

    let network = Network::new(&ModelConfig::default(), [224, 224], 10)?;
    let summary = network.summary()?;
    println!("{summary}");

    std::fs::write(&path, summary.draw("Network In Network"))?;
    println!("\ndrawn in {}", path.display());
    Ok(())
}
