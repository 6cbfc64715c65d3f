//! Who takes part, and how each is started.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::words::{Case, Device, Pass, Precision, word};

/// A program in one precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Contestant {
    pub(super) program: Program,
    pub(super) precision: Precision,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    Ours,
    PyTorch(Layout),
    OnnxRuntime,
    OpenVino,
    Candle,
}

/// PyTorch's memory format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    Default,
    ChannelsLast,
}

/// What everyone works with.
pub(super) struct Setting {
    /// The workspace's folder.
    pub(super) root: PathBuf,
    pub(super) python: PathBuf,
    /// The binary of the benchmarks.
    pub(super) binary: PathBuf,
    pub(super) threads: usize,
    pub(super) device: Device,
    /// Pictures of a batch, where it is not the configuration's.
    pub(super) batch: Option<usize>,
    /// Length of a turn.
    pub(super) secs: f64,
}

/// What the libraries read their number of threads from.
const THREAD_VARIABLES: [&str; 4] =
    ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS", "CANDLE_NUM_THREADS"];

/// Whose results the others must share.
pub(super) const REFERENCE: Contestant =
    Contestant { program: Program::PyTorch(Layout::Default), precision: Precision::F32 };

/// Everyone who may take part in `pass`, in the table's order; ours in the given
/// precisions. Who cannot, says so when started.
pub(super) fn contestants(device: Device, pass: Pass, ours: &[Precision]) -> Vec<Contestant> {
    use Precision::{Bf16, F32, Tf32};
    let mut all: Vec<_> = ours.iter().map(|&precision| (Program::Ours, precision)).collect();
    let precisions = match device {
        Device::Cpu => &[F32, Bf16][..],
        Device::Cuda => &[F32, Tf32, Bf16],
    };
    for &precision in precisions {
        all.push((Program::PyTorch(Layout::Default), precision));
        all.push((Program::PyTorch(Layout::ChannelsLast), precision));
    }
    if device == Device::Cpu {
        all.extend(others(pass));
    }
    all.into_iter().map(|(program, precision)| Contestant { program, precision }).collect()
}

/// Those who compute on the CPU only.
fn others(pass: Pass) -> Vec<(Program, Precision)> {
    use Precision::{Bf16, F32};
    let mut all = Vec::new();
    if pass == Pass::Inference {
        // ONNX Runtime's kernels for processors have no bf16 convolution.
        all.extend([
            (Program::OnnxRuntime, F32),
            (Program::OpenVino, F32),
            (Program::OpenVino, Bf16),
        ]);
    }
    // candle cannot convolve bf16 numbers on a processor.
    all.push((Program::Candle, F32));
    all
}

impl Contestant {
    /// Program and precision.
    pub(super) fn name(self) -> String {
        format!("{} {}", self.program.name(), word(self.precision))
    }

    /// The process that takes the turns; `folder` holds the case's files.
    pub(super) fn command(
        self,
        setting: &Setting,
        case: Case,
        pass: Pass,
        folder: &Path,
    ) -> Command {
        let precision = ["--precision".to_owned(), word(self.precision)];
        let case = ["--case".to_owned(), word(case)];
        let pass = ["--pass".to_owned(), word(pass)];
        let device = ["--device".to_owned(), word(setting.device)];
        let script = |name| {
            let mut command = setting.script(name);
            command.arg("--folder").arg(folder).args(&precision);
            command
        };
        let mut command = match self.program {
            Program::Ours => {
                let mut command = Command::new(&setting.binary);
                command.arg("ours").args(case).args(pass).args(&precision).args(device);
                command.args(setting.batch());
                command
            }
            Program::Candle => {
                let mut command = Command::new(&setting.binary);
                command.arg("candle").args(case).args(pass).args(setting.batch());
                command
            }
            Program::PyTorch(layout) => {
                let mut command = script("run_pytorch.py");
                command.args(pass).args(["--layout", layout.word()]).args(device);
                command
            }
            Program::OnnxRuntime => script("run_onnxruntime.py"),
            Program::OpenVino => script("run_openvino.py"),
        };
        let threads = setting.threads.to_string();
        command.args(["--threads", &threads, "--secs", &setting.secs.to_string()]);
        // Ours runs at the best level, whatever the shell asks for.
        command.env_remove("NIN_SIMD");
        // Some read these before they read their arguments.
        for name in THREAD_VARIABLES {
            command.env(name, &threads);
        }
        command
    }
}

impl Program {
    /// The name in the table.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::PyTorch(Layout::Default) => "PyTorch",
            Self::PyTorch(Layout::ChannelsLast) => "PyTorch, channels-last",
            Self::OnnxRuntime => "ONNX Runtime",
            Self::OpenVino => "OpenVINO",
            Self::Candle => "candle",
        }
    }
}

impl Layout {
    /// As `run_pytorch.py` calls it.
    fn word(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::ChannelsLast => "channels-last",
        }
    }
}

impl Setting {
    /// What tells our binary the size of a batch.
    pub(super) fn batch(&self) -> Vec<String> {
        let words = |size: usize| vec!["--batch".to_owned(), size.to_string()];
        self.batch.map(words).unwrap_or_default()
    }

    /// One of the scripts beside the benchmarks.
    pub(super) fn script(&self, name: &str) -> Command {
        let mut command = Command::new(&self.python);
        command.arg(self.root.join("benches/peers").join(name));
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(contestant: Contestant, pass: Pass) -> String {
        let setting = Setting {
            root: "/root".into(),
            python: "python3".into(),
            binary: "contestant".into(),
            threads: 2,
            device: Device::Cpu,
            batch: None,
            secs: 0.5,
        };
        let command = contestant.command(&setting, Case::PaperMnist, pass, Path::new("case"));
        let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
        let set = command.get_envs().filter(|(_, value)| value.is_some()).count();
        assert_eq!(set, THREAD_VARIABLES.len());
        assert!(command.get_envs().any(|(name, value)| name == "NIN_SIMD" && value.is_none()));
        words.join(" ")
    }

    #[test]
    fn everyone_gets_the_same_threads_and_turns() {
        let ours = Contestant { program: Program::Ours, precision: Precision::Bf16 };
        assert_eq!(
            arguments(ours, Pass::Train),
            "ours --case paper-mnist-28 --pass train --precision bf16 --device cpu --threads 2 \
             --secs 0.5"
        );
        let program = Program::PyTorch(Layout::ChannelsLast);
        assert_eq!(
            arguments(Contestant { program, precision: Precision::F32 }, Pass::Inference),
            "/root/benches/peers/run_pytorch.py --folder case --precision f32 --pass inference \
             --layout channels-last --device cpu --threads 2 --secs 0.5"
        );
    }

    #[test]
    fn programs_that_cannot_train_stay_out_of_training() {
        let names = |pass, ours: &[Precision]| -> Vec<String> {
            contestants(Device::Cpu, pass, ours).into_iter().map(Contestant::name).collect()
        };
        let f32 = [Precision::F32];
        let train = [
            "ours f32",
            "PyTorch f32",
            "PyTorch, channels-last f32",
            "PyTorch bf16",
            "PyTorch, channels-last bf16",
            "candle f32",
        ];
        assert_eq!(names(Pass::Train, &f32), train);
        assert!(names(Pass::Inference, &f32).contains(&"OpenVINO bf16".to_owned()));
        assert_eq!(names(Pass::Train, &[]), train[1..]);
        assert!(contestants(Device::Cpu, Pass::Train, &[]).contains(&REFERENCE));
    }

    #[test]
    fn on_a_card_pytorch_is_the_only_other() {
        let ours = [Precision::F32, Precision::Tf32];
        for pass in [Pass::Train, Pass::Inference] {
            let all = contestants(Device::Cuda, pass, &ours);
            assert!(all.contains(&REFERENCE));
            let is_known = |contestant: &Contestant| {
                matches!(contestant.program, Program::Ours | Program::PyTorch(_))
            };
            assert!(all.iter().all(is_known), "{all:?}");
            assert_eq!(all.len(), 2 + 6);
        }
    }
}
