//! `cargo xtask accuracy`: configurations, trained with several seeds, and what
//! they come to on the test set.

mod configuration;
mod machine;
mod metrics;
mod options;
mod page;
mod programs;
mod record;
mod table;
#[cfg(test)]
#[cfg(unix)]
mod tests;
mod training;

use std::path::Path;

use anyhow::{Context, Result};

use configuration::Configuration;
pub(crate) use options::{ABOUT, Options};
use programs::Programs;
use training::Training;

/// The folder of the records, one file a configuration.
const RECORDS: &str = "docs/accuracy";
/// The page with the table of all records.
const PAGE: &str = "docs/accuracy.md";

/// Trains what is not recorded yet; records and table are written after each seed.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let configurations = configuration::read_all(&options.configs)?;
    // First, so that a page without a place for the table costs no hours.
    page::update(root)?;
    let mut is_done = true;
    for configuration in &configurations {
        is_done &= seeds_to_train(root, options, configuration)?.is_empty();
    }
    if is_done {
        println!("every seed is recorded already; --again trains anew");
        return Ok(());
    }
    let programs = Programs::build(root)?;
    measure(root, options, &configurations, &programs)
}

fn measure(
    root: &Path,
    options: &Options,
    configurations: &[Configuration],
    programs: &Programs,
) -> Result<()> {
    for configuration in configurations {
        for seed in seeds_to_train(root, options, configuration)? {
            let name = &configuration.name;
            let training = Training {
                programs,
                configuration,
                seed,
                folder: root.join("target/accuracy").join(name),
                dataset_path: options.dataset_path.as_deref(),
            };
            let record = training.run().with_context(|| format!("{name}, seed {seed}"))?;
            record::put(&configuration.record(root), record)?;
            training.is_recorded()?;
            page::update(root)?;
        }
    }
    println!("\nsee {}", root.join(PAGE).display());
    Ok(())
}

fn seeds_to_train(
    root: &Path,
    options: &Options,
    configuration: &Configuration,
) -> Result<Vec<u64>> {
    let records = record::read(&configuration.record(root))?;
    Ok(options.seeds_to_train(&records, &configuration.sha256))
}
