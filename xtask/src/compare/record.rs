//! Everything that was measured, as JSON.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

use super::case_files::CaseFiles;
use super::machine::Machine;
use super::protocol::Round;
use super::summary::{Peer, Row};
use super::turns::Outcome;
use super::words::{Case, Pass, word};

/// A run of the comparison.
#[derive(Serialize)]
pub(super) struct Record {
    #[serde(flatten)]
    pub(super) machine: Machine,
    pub(super) threads: usize,
    pub(super) rounds: usize,
    pub(super) secs_per_turn: f64,
    pub(super) results: Vec<CaseResult>,
}

/// One case and pass.
#[derive(Serialize)]
pub(super) struct CaseResult {
    case: String,
    pass: String,
    parameters: usize,
    batch_size: usize,
    contestants: Vec<ContestantRecord>,
    absent: Vec<AbsentRecord>,
}

#[derive(Serialize)]
struct ContestantRecord {
    name: &'static str,
    precision: String,
    secs_per_step: f64,
    images_per_sec: f64,
    peak_rss_bytes: u64,
    times_pytorch: Option<f64>,
    times_openvino: Option<f64>,
    largest_difference: f64,
    rounds: Vec<Round>,
}

#[derive(Serialize)]
struct AbsentRecord {
    name: &'static str,
    precision: String,
    why: String,
}

impl Record {
    /// Writes the file, in a folder that need not exist.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let json = serde_json::to_string_pretty(self)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(path, json + "\n"))
            .with_context(|| format!("cannot write {}", path.display()))
    }
}

impl CaseResult {
    pub(super) fn new(
        case: Case,
        pass: Pass,
        files: &CaseFiles,
        outcome: Outcome,
        rows: &[Row],
    ) -> Self {
        let contestants = outcome.measured.into_iter().zip(rows);
        Self {
            case: word(case),
            pass: word(pass),
            parameters: files.parameters,
            batch_size: files.batch_size,
            contestants: contestants
                .map(|(measured, row)| ContestantRecord {
                    name: row.contestant.program.name(),
                    precision: word(row.contestant.precision),
                    secs_per_step: row.secs_per_step,
                    images_per_sec: row.images_per_sec,
                    peak_rss_bytes: row.peak_rss_bytes,
                    times_pytorch: row.times_faster_than(Peer::PyTorch, rows),
                    times_openvino: row.times_faster_than(Peer::OpenVino, rows),
                    largest_difference: measured.largest_difference,
                    rounds: measured.rounds,
                })
                .collect(),
            absent: outcome
                .absent
                .into_iter()
                .map(|absent| AbsentRecord {
                    name: absent.contestant.program.name(),
                    precision: word(absent.contestant.precision),
                    why: absent.why,
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::contestant::{Contestant, Program};
    use super::super::testing::measured;
    use super::super::turns::Absent;
    use super::super::words::Precision::F32;
    use super::*;
    use serde_json::json;

    #[test]
    fn a_result_has_every_round_and_who_was_absent() {
        let files = CaseFiles { folder: "case".into(), parameters: 349_674, batch_size: 128 };
        let rows = [Row::new(&measured(Program::Ours, F32, &[0.5, 0.25, 1.0]), 128)];
        let contestant = Contestant { program: Program::Candle, precision: F32 };
        let outcome = Outcome {
            measured: vec![measured(Program::Ours, F32, &[0.5, 0.25, 1.0])],
            absent: vec![Absent { contestant, why: "why".to_owned() }],
        };
        let result = CaseResult::new(Case::PaperMnist, Pass::Train, &files, outcome, &rows);
        let json = serde_json::to_value(result).unwrap();
        assert_eq!(json["case"], "paper-mnist-28");
        assert_eq!(json["pass"], "train");
        let ours = &json["contestants"][0];
        assert_eq!(ours["name"], "ours");
        assert_eq!(ours["images_per_sec"], 256.0);
        assert_eq!(ours["times_pytorch"], json!(null));
        assert_eq!(ours["rounds"].as_array().unwrap().len(), 3);
        let absent = json!([{ "name": "candle", "precision": "f32", "why": "why" }]);
        assert_eq!(json["absent"], absent);
    }
}
