//! `cargo xtask compare`: training step and inference beside PyTorch, ONNX
//! Runtime, OpenVINO and candle's own operations, on one machine in one run.

mod agreement;
mod case_files;
mod contestant;
mod machine;
mod options;
mod process;
mod protocol;
mod record;
mod summary;
mod table;
#[cfg(test)]
mod testing;
mod turns;
mod words;

use std::path::Path;
use std::thread;

use anyhow::Result;

use crate::cuda;
use crate::executable::{self, MEASURED};
use crate::python::Environment;
use case_files::CaseFiles;
use contestant::Setting;
use machine::Machine;
pub(crate) use options::Options;
use record::{CaseResult, Record};
use summary::Row;
use turns::Contest;
use words::{Case, Device, Pass, word};

const ENVIRONMENT: Environment = Environment {
    task: "compare",
    packages: &["numpy", "onnx", "onnxruntime", "onnxscript", "openvino", "safetensors", "torch"],
    requirements: "benches/peers/requirements.txt",
};

/// What takes part on a card needs less.
const ON_A_CARD: Environment =
    Environment { packages: &["numpy", "safetensors", "torch"], ..ENVIRONMENT };

pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let environment = match options.device {
        Device::Cpu => ENVIRONMENT,
        Device::Cuda => ON_A_CARD,
    };
    environment.require(&options.python)?;
    let binary = match options.device {
        Device::Cpu => executable::build(MEASURED, "nin-benches", "contestant")?,
        Device::Cuda => cuda::build_for_card(root, MEASURED, "nin-benches", "contestant")?,
    };
    let setting = Setting {
        root: root.to_owned(),
        python: options.python.clone(),
        binary,
        device: options.device,
        batch: options.batch,
        threads: match options.threads {
            Some(threads) => threads,
            None => thread::available_parallelism()?.get(),
        },
        secs: options.secs.as_secs_f64(),
    };
    let mut record = Record {
        machine: Machine::read(root, &options.python, &environment)?,
        threads: setting.threads,
        rounds: options.rounds,
        secs_per_turn: setting.secs,
        results: Vec::new(),
    };
    let save = |record: &Record| match &options.json {
        Some(path) => record.write(path),
        None => Ok(()),
    };
    // Before the first minutes are spent, and after each part, so that what was
    // measured outlives a later failure.
    save(&record)?;
    for &case in &options.cases {
        let files = case_files::write(&setting, case, &options.passes)?;
        for &pass in &options.passes {
            record.results.push(compare(&setting, options, case, pass, &files)?);
            save(&record)?;
        }
    }
    Ok(())
}

/// Times one case and pass, and prints the table.
fn compare(
    setting: &Setting,
    options: &Options,
    case: Case,
    pass: Pass,
    files: &CaseFiles,
) -> Result<CaseResult> {
    let contest = Contest {
        case,
        pass,
        ours: &options.precision,
        folder: &files.folder,
        rounds: options.rounds,
    };
    let outcome = contest.run(setting)?;
    let rows: Vec<Row> =
        outcome.measured.iter().map(|measured| Row::new(measured, files.batch_size)).collect();
    println!(
        "\n{} {}: batch {}, parameters {}, threads {}, rounds {} of {} s\n",
        word(case),
        word(pass),
        files.batch_size,
        files.parameters,
        setting.threads,
        options.rounds,
        setting.secs
    );
    println!("{}", table::render(&rows, &outcome.absent, pass));
    Ok(CaseResult::new(case, pass, files, outcome, &rows))
}
