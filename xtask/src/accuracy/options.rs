//! The command line.

#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "these comments are the help text, where brackets hold defaults"
)]

use std::path::PathBuf;

use super::record::SeedRecord;

/// What `--help` says ahead of the options.
pub(crate) const ABOUT: &str = "\
Trains each configuration with each seed, records the accuracy on the test set in \
docs/accuracy/NAME.json, and writes mean and deviation over the seeds to docs/accuracy.md.

A seed that is recorded with the same settings is kept; a configuration whose settings have \
changed, and not only its comments, loses its records. The runs lie in \
target/accuracy/NAME/SEED; one that was interrupted is resumed.";

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Configuration files
    #[arg(value_name = "CONFIG", required = true)]
    pub(super) configs: Vec<PathBuf>,
    /// Seeds, one run each [42,1,2]
    #[arg(long, value_name = "N,…", value_delimiter = ',')]
    #[arg(default_values_t = [42, 1, 2], hide_default_value = true)]
    pub(super) seeds: Vec<u64>,
    /// Train these seeds anew, recorded or not
    #[arg(long)]
    pub(super) again: bool,
    /// Where a named data set lies [where nin-train looks for it]
    #[arg(long, value_name = "DIR")]
    pub(super) dataset_path: Option<PathBuf>,
}

impl Options {
    /// The seeds that a configuration's records leave to be trained, in order and
    /// each once.
    pub(super) fn seeds_to_train(&self, records: &[SeedRecord], config_sha256: &str) -> Vec<u64> {
        let is_recorded = |seed: u64| {
            records
                .iter()
                .any(|record| record.seed == seed && record.config_sha256 == config_sha256)
        };
        let mut seeds: Vec<u64> = Vec::new();
        for &seed in &self.seeds {
            if !seeds.contains(&seed) && (self.again || !is_recorded(seed)) {
                seeds.push(seed);
            }
        }
        seeds
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::record::testing::record;
    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    fn options(words: &str) -> Options {
        Line::try_parse_from(format!("accuracy {words}").split(' ')).unwrap().options
    }

    #[test]
    fn three_seeds_unless_told_otherwise() {
        let options = options("a.toml b.toml");
        assert_eq!(options.configs, ["a.toml", "b.toml"].map(PathBuf::from));
        assert_eq!(options.seeds, [42, 1, 2]);
        assert!(!options.again);
        assert!(Line::try_parse_from(["accuracy"]).is_err());
    }

    #[test]
    fn recorded_seeds_of_the_same_configuration_are_kept() {
        let records = [record(1, 90.0), record(7, 91.0)];
        let digest = &records[0].config_sha256;
        for (words, config_sha256, wanted) in [
            ("a.toml", digest.as_str(), &[42, 2][..]),
            ("a.toml --seeds 1,7", digest, &[]),
            ("a.toml --seeds 3,7,3", digest, &[3]),
            ("a.toml", "another", &[42, 1, 2]),
            ("a.toml --again", digest, &[42, 1, 2]),
            ("--seeds 7,7 --again a.toml", digest, &[7]),
        ] {
            let seeds = options(words).seeds_to_train(&records, config_sha256);
            assert_eq!(seeds, wanted, "{words}");
        }
    }
}
