//! Trains a small network on the embedded sample, resumes and tests it.
//!
//! `cargo run --release -p nin-trainer --example train_sample`

use std::error::Error;

use nin_trainer::{Config, Console, Interrupt, Start, TestRequest, test, train};

const CONFIG: &str = r#"
[data]
dataset = "fashion-mnist-sample"
image_size = 28

[model]
norm = "batch"
last_relu = false
blocks = [
  { layers = [
    { channels = 16, kernel_size = 5, padding = 2 }, { channels = 16 }, { channels = 16 },
  ], pool = { kind = "max", kernel_size = 3, stride = 2, rounding = "ceil" } },
  { layers = [
    { channels = 32, kernel_size = 3, padding = 1 }, { channels = 32 }, { channels = "classes" },
  ] },
]

[optimizer]
batch_size = 64
lr = 0.1
momentum = 0.9

[schedule]
max_epoch = 2
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let run = folder.path().join("run");
    let mut config: Config = toml::from_str(CONFIG)?;
    config.run.model_base_path = Some(run.clone());
    let (console, interrupt) = (Console::default(), Interrupt::default());

    train(&config, &Start::New, &console, &interrupt)?;
    config.schedule.max_epoch = 3;
    train(&config, &Start::Resume(run.clone()), &console, &interrupt)?;
    test(&TestRequest { model_path: run, ..TestRequest::default() }, &console, &interrupt)?;
    Ok(())
}
