//! One case and pass: everyone starts, agrees, and takes turns.

use std::path::Path;

use anyhow::{Context, Result};

use super::agreement;
use super::contestant::{Contestant, REFERENCE, Setting, contestants};
use super::process::{Process, Started};
use super::protocol::{Ready, Round};
use super::words::{Case, Pass, Precision};

/// Who takes part in what.
pub(super) struct Contest<'a> {
    pub(super) case: Case,
    pub(super) pass: Pass,
    /// The precisions of ours.
    pub(super) ours: &'a [Precision],
    /// The case's files.
    pub(super) folder: &'a Path,
    pub(super) rounds: usize,
}

/// How it went.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) measured: Vec<Measured>,
    pub(super) absent: Vec<Absent>,
}

/// A contestant's turns.
pub(super) struct Measured {
    pub(super) contestant: Contestant,
    /// From the reference, of scores and trial: the largest difference as a share
    /// of the largest value.
    pub(super) largest_difference: f64,
    pub(super) rounds: Vec<Round>,
}

/// A contestant that cannot take part.
pub(super) struct Absent {
    pub(super) contestant: Contestant,
    pub(super) why: String,
}

impl Contest<'_> {
    /// Starts everyone, checks that all compute the same, and lets them take
    /// turns in each round, so that a noisy moment of the machine hits all alike.
    pub(super) fn run(&self, setting: &Setting) -> Result<Outcome> {
        let mut outcome = Outcome::default();
        let mut ready = Vec::new();
        for contestant in contestants(setting.device, self.pass, self.ours) {
            println!("starting {}", contestant.name());
            let mut command = contestant.command(setting, self.case, self.pass, self.folder);
            match Process::start(&mut command).with_context(|| contestant.name())? {
                Started::Ready(process, results) => ready.push((contestant, process, results)),
                Started::Unavailable(why) => outcome.absent.push(Absent { contestant, why }),
            }
        }
        outcome.measured =
            agree(ready.iter().map(|(contestant, _, results)| (*contestant, results)))?;
        for round in 1..=self.rounds {
            println!("round {round} of {}", self.rounds);
            for ((contestant, process, _), measured) in ready.iter_mut().zip(&mut outcome.measured)
            {
                measured.rounds.push(process.round().with_context(|| contestant.name())?);
            }
        }
        Ok(outcome)
    }
}

/// Holds everyone's results against the reference's.
fn agree<'a>(
    ready: impl Iterator<Item = (Contestant, &'a Ready)> + Clone,
) -> Result<Vec<Measured>> {
    let (_, reference) = ready
        .clone()
        .find(|(contestant, _)| *contestant == REFERENCE)
        .with_context(|| format!("{} does not take part", REFERENCE.name()))?;
    ready
        .map(|(contestant, results)| {
            let largest_difference = agreement::check(reference, results, contestant.precision)
                .with_context(|| {
                    format!(
                        "{} computes something else than {}",
                        contestant.name(),
                        REFERENCE.name()
                    )
                })?;
            println!("{} agrees to {largest_difference:.0e}", contestant.name());
            Ok(Measured { contestant, largest_difference, rounds: Vec::new() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::contestant::Program;
    use super::*;

    #[test]
    fn who_differs_is_named() {
        let ours = Contestant { program: Program::Ours, precision: Precision::F32 };
        let results = |score| Ready { scores: vec![score], trial: None };
        let (one, two) = (results(1.0), results(2.0));
        let measured = agree([(ours, &one), (REFERENCE, &one)].into_iter()).unwrap();
        assert_eq!(measured.len(), 2);
        let error = agree([(ours, &two), (REFERENCE, &one)].into_iter()).err().unwrap();
        assert_eq!(error.to_string(), "ours f32 computes something else than PyTorch f32");
        let error = agree([(ours, &one)].into_iter()).err().unwrap();
        assert_eq!(error.to_string(), "PyTorch f32 does not take part");
    }
}
