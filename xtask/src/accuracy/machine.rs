//! What trained a run.

use std::env;
use std::fs;
use std::path::Path;
use std::thread;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::machine;

/// The processor, and how much of it was used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Machine {
    pub(super) cpu: String,
    /// That the program may use.
    pub(super) cores: usize,
    pub(super) threads: usize,
}

impl Machine {
    /// This machine, with the threads of the run in a folder.
    pub(super) fn of_run(run: &Path) -> Result<Self> {
        let cores = thread::available_parallelism()?.get();
        let path = run.join("config.toml");
        let reading = || format!("cannot read {}", path.display());
        let config: toml::Table =
            fs::read_to_string(&path).with_context(reading)?.parse().with_context(reading)?;
        let environment = env::var("RAYON_NUM_THREADS").ok();
        let threads = threads(&config, environment.as_deref()).unwrap_or(cores);
        Ok(Self { cpu: machine::cpu()?, cores, threads })
    }
}

/// The threads that a configuration asks for, or else the environment; `None` for
/// as many as there are cores.
fn threads(config: &toml::Table, environment: Option<&str>) -> Option<usize> {
    let configured = config.get("compute").and_then(|compute| compute.get("threads")?.as_integer());
    let configured = configured.and_then(|threads| usize::try_from(threads).ok());
    let is_some = |&threads: &usize| threads > 0;
    configured.filter(is_some).or_else(|| environment?.parse().ok().filter(is_some))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_comes_before_the_environment() {
        for (config, environment, wanted) in [
            ("[compute]\nthreads = 3", Some("2"), Some(3)),
            ("[compute]\nthreads = 0", Some("2"), Some(2)),
            ("[compute]\nthreads = 0", Some("0"), None),
            ("[compute]", Some("many"), None),
            ("", None, None),
        ] {
            let config = config.parse().unwrap();
            assert_eq!(threads(&config, environment), wanted, "{config} {environment:?}");
        }
    }
}
