//! One configuration and seed, trained and tested.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::configuration::Configuration;
use super::machine::Machine;
use super::metrics;
use super::programs::Programs;
use super::record::SeedRecord;
use crate::test_accuracy::TestAccuracy;
use crate::whole_file::write_whole;
use crate::{command, folder, machine};

/// A run to be made, or to be gone on with.
pub(super) struct Training<'a> {
    pub(super) programs: &'a Programs,
    pub(super) configuration: &'a Configuration,
    pub(super) seed: u64,
    /// Of the configuration's runs.
    pub(super) folder: PathBuf,
    pub(super) dataset_path: Option<&'a Path>,
}

/// What is known of a run that has begun and is not recorded yet.
#[derive(Serialize, Deserialize)]
struct Begun {
    config_sha256: String,
    commits: Vec<String>,
}

impl Training<'_> {
    pub(super) fn run(&self) -> Result<SeedRecord> {
        let (mut train, commits) = match self.unfinished() {
            Some(begun) => self.resume(begun)?,
            None => self.start()?,
        };
        let printed = command::run_and_read(self.add_data(&mut train))?;
        // Over already, its result lost by an end within the test: the weights are there.
        let test = match result(&printed) {
            Some(test) => test,
            None => self.test()?,
        };
        let metrics = metrics::read(&self.run_folder().join("metrics.csv"))?;
        let [last_val, best_val] = match metrics.val_accuracy {
            Some(shares) => shares.map(|share| Some(100.0 * share)),
            None => [None; 2],
        };
        Ok(SeedRecord {
            seed: self.seed,
            test_accuracy_percent: test.percent,
            test_pictures: test.pictures,
            epochs: metrics.epochs,
            train_pictures: metrics.train_pictures,
            seconds: metrics.secs,
            last_val_accuracy_percent: last_val,
            best_val_accuracy_percent: best_val,
            config_sha256: self.configuration.sha256.clone(),
            commits,
            machine: Machine::of_run(&self.run_folder())?,
            date: machine::date()?,
        })
    }

    /// Ends what was begun: from here on the record stands for the run.
    pub(super) fn is_recorded(&self) -> Result<()> {
        fs::remove_file(self.begun_file())
            .with_context(|| format!("cannot remove {}", self.begun_file().display()))
    }

    fn run_folder(&self) -> PathBuf {
        self.folder.join(self.seed.to_string())
    }

    /// Beside the run's folder, which nin-train wants to be empty.
    fn begun_file(&self) -> PathBuf {
        self.folder.join(format!("{}.json", self.seed))
    }

    /// A run of this configuration that can be resumed.
    fn unfinished(&self) -> Option<Begun> {
        let begun = fs::read_to_string(self.begun_file()).ok()?;
        let begun: Begun = serde_json::from_str(&begun).ok()?;
        let mut checkpoints = fs::read_dir(self.run_folder().join("checkpoints")).ok()?;
        let has_state = checkpoints.any(|entry| {
            entry.is_ok_and(|entry| {
                let name = entry.file_name().to_string_lossy().into_owned();
                name.starts_with("state-") && name.ends_with(".safetensors")
            })
        });
        (has_state && begun.config_sha256 == self.configuration.sha256).then_some(begun)
    }

    fn start(&self) -> Result<(Command, Vec<String>)> {
        let run = self.run_folder();
        folder::remove(&run)?;
        self.configuration.check_unchanged()?;
        let commits = self.begin(vec![self.programs.commit.clone()])?;
        let mut train = Command::new(&self.programs.train);
        train.arg("--config").arg(&self.configuration.path);
        train.args(["--seed", &self.seed.to_string()]).arg("--model-base-path").arg(run);
        Ok((train, commits))
    }

    fn resume(&self, begun: Begun) -> Result<(Command, Vec<String>)> {
        let mut commits = begun.commits;
        if commits.last() != Some(&self.programs.commit) {
            commits.push(self.programs.commit.clone());
        }
        let commits = self.begin(commits)?;
        let mut train = Command::new(&self.programs.train);
        train.arg("--resume").arg(self.run_folder());
        Ok((train, commits))
    }

    fn begin(&self, commits: Vec<String>) -> Result<Vec<String>> {
        let begun = Begun { config_sha256: self.configuration.sha256.clone(), commits };
        write_whole(&self.begun_file(), &serde_json::to_string(&begun)?)?;
        Ok(begun.commits)
    }

    fn test(&self) -> Result<TestAccuracy> {
        let mut test = Command::new(&self.programs.test);
        test.arg("--model-path").arg(self.run_folder());
        let printed = command::run_and_read(self.add_data(&mut test))?;
        result(&printed).context("neither program printed a test accuracy")
    }

    fn add_data<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        if let Some(path) = self.dataset_path {
            command.arg("--dataset-path").arg(path);
        }
        command
    }
}

fn result(printed: &[String]) -> Option<TestAccuracy> {
    printed.iter().rev().find_map(|line| TestAccuracy::parse(line))
}
