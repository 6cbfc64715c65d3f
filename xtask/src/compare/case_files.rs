//! A case as files, from which the others build what ours has.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::contestant::Setting;
use super::words::{Case, Device, Pass, word};
use crate::command;

/// What a folder of files holds.
pub(super) struct CaseFiles {
    pub(super) folder: PathBuf,
    pub(super) parameters: usize,
    pub(super) batch_size: usize,
}

/// The part of `case.json` that matters here.
#[derive(Deserialize)]
struct Description {
    parameters: usize,
    batch_size: usize,
}

/// Writes the case and, for inference on a CPU, the network as PyTorch exports it.
pub(super) fn write(setting: &Setting, case: Case, passes: &[Pass]) -> Result<CaseFiles> {
    let folder = setting.root.join("target/compare").join(word(case));
    let mut write = Command::new(&setting.binary);
    write.args(["write", "--case", &word(case)]).args(setting.batch());
    command::run(write.arg("--folder").arg(&folder))?;
    if passes.contains(&Pass::Inference) && setting.device == Device::Cpu {
        command::run(setting.script("export_onnx.py").arg("--folder").arg(&folder))?;
    }
    let path = folder.join("case.json");
    let json =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let Description { parameters, batch_size } =
        serde_json::from_str(&json).with_context(|| path.display().to_string())?;
    Ok(CaseFiles { folder, parameters, batch_size })
}
