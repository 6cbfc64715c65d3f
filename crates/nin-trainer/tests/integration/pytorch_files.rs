//! Weights as PyTorch programs save them, in `golden/checkpoints`.

use std::path::{Path, PathBuf};

use crate::common::{Runs, quiet};
use candle_core::Device;
use nin_layers::StateDict;
use nin_model::{ModelInfo, checkpoint};
use nin_trainer::{Config, Interrupt, Start, TestRequest, TestResult, TrainError, test, train};

/// The network of `plain.pt` and `plain.safetensors`.
const NETWORK: &str = r#"
[model]
norm = "batch"
blocks = [
  { layers = [{ channels = 8, kernel_size = 5, padding = 2 }, { channels = 7 }, { channels = 6 }],
    pool = { kind = "max", kernel_size = 3, stride = 2, rounding = "ceil" }, dropout = 0.0 },
  { layers = [{ channels = 9, kernel_size = 5, padding = 2 }, { channels = 8 }, { channels = 7 }],
    pool = { kind = "max", kernel_size = 3, stride = 2, rounding = "ceil" }, dropout = 0.0 },
  { layers = [{ channels = 8, kernel_size = 3, padding = 1 }, { channels = 8 },
              { channels = "classes" }] },
]

[optimizer]
lr = 1e-30
"#;

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden").join(name)
}

/// On forty pictures of 8×8 pixels, resized to the golden network's 20×20.
fn config(runs: &Runs) -> Config {
    let mut config: Config = toml::from_str(NETWORK).unwrap();
    config.run.model_base_path = Some(runs.path("run"));
    config.data.dataset = runs.tiny("run").data.dataset;
    (config.data.image_size, config.data.val) = (20, 0.25);
    config.schedule.max_epoch = 1;
    config
}

/// What PyTorch has in the network of `plain.pt`.
fn weights() -> StateDict {
    let path = golden("networks/batch_norm.safetensors");
    let tensors = candle_core::safetensors::load(path, &Device::Cpu).unwrap();
    let named = tensors.into_iter().filter_map(|(name, tensor)| {
        let name = name.strip_prefix("param.").or_else(|| name.strip_prefix("buffer_after."))?;
        Some((name.to_owned(), tensor))
    });
    named.collect()
}

fn run(request: &TestRequest) -> Result<TestResult, TrainError> {
    test(request, &quiet(), &Interrupt::default())
}

#[test]
fn a_pytorch_file_is_tested_as_ours_of_the_same_weights() {
    let runs = Runs::new();
    let config = config(&runs);
    let info = ModelInfo {
        model: config.model.clone(),
        image_size: [20, 20],
        class_names: (0..10).map(|class: usize| class.to_string()).collect(),
        mean: vec![0.5],
        std: vec![0.5],
        contrast: "none".to_owned(),
        whitening: "none".to_owned(),
        transpose: false,
        average_flips: false,
        dataset: config.data.dataset.to_string(),
        epoch: 3,
        seed: 42,
        producer: "a test".to_owned(),
    };
    let ours = runs.path("ours.safetensors");
    std::fs::write(&ours, checkpoint::to_bytes(&weights(), &info).unwrap()).unwrap();
    let wanted = run(&TestRequest { model_path: ours, ..TestRequest::default() }).unwrap();
    for name in ["checkpoints/plain.pt", "checkpoints/plain.safetensors"] {
        let request = TestRequest {
            model_path: golden(name),
            config: Some(config.clone()),
            ..TestRequest::default()
        };
        assert_eq!(run(&request).unwrap(), wanted, "{name}");
    }
}

#[test]
fn a_run_starts_from_the_weights_of_a_pytorch_file() {
    for name in ["checkpoints/plain.pt", "checkpoints/plain.safetensors"] {
        let runs = Runs::new();
        let start = Start::Weights(golden(name));
        train(&config(&runs), &start, &quiet(), &Interrupt::default()).unwrap();
        let path = runs.path("run/checkpoints/1.safetensors");
        let trained = candle_core::safetensors::load(path, &Device::Cpu).unwrap();
        // At this rate no weight moves.
        let wanted = &weights()["net.3.0.weight"];
        let values =
            |tensor: &candle_core::Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        assert_eq!(values(&trained["net.3.0.weight"]), values(wanted), "{name}");
    }
}

#[test]
fn without_a_configuration_a_file_is_taken_for_the_originals() {
    let runs = Runs::new();
    let config = config(&runs);
    let request = TestRequest {
        model_path: golden("checkpoints/plain.pt"),
        dataset: Some(config.data.dataset.clone()),
        ..TestRequest::default()
    };
    let error = run(&request).unwrap_err();
    assert_eq!(error.exit_code(), 3);
    assert!(error.to_string().contains("without --config the original program's"), "{error}");
}

#[test]
fn a_configuration_beside_a_file_that_has_one_is_refused() {
    let runs = Runs::new();
    let config = config(&runs);
    train(&config, &Start::New, &quiet(), &Interrupt::default()).unwrap();
    let model_path = runs.path("run");
    let request = TestRequest { model_path, config: Some(config), ..TestRequest::default() };
    let error = run(&request).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("does not say what its weights are for"), "{error}");
}
