//! Weights that PyTorch saved, against the golden networks that they are of.

use std::path::Path;

use candle_core::{DType, Device, Tensor};
use nin_layers::StateDict;
use nin_model::{ModelInfo, checkpoint, pytorch};

fn golden(file: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden");
    std::fs::read(folder.join(file)).unwrap()
}

/// The weights and statistics of a golden network.
fn network(name: &str) -> StateDict {
    let bytes = golden(&format!("networks/{name}.safetensors"));
    let tensors = candle_core::safetensors::load_buffer(&bytes, &Device::Cpu).unwrap();
    let named = tensors.into_iter().filter_map(|(name, tensor)| {
        let name = name.strip_prefix("param.").or_else(|| name.strip_prefix("buffer_after."))?;
        Some((name.to_owned(), tensor))
    });
    named.collect()
}

fn bits(tensor: &Tensor) -> Vec<u32> {
    assert_eq!(tensor.dtype(), DType::F32);
    let numbers = tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    numbers.into_iter().map(f32::to_bits).collect()
}

#[test]
fn each_file_gives_the_weights_of_its_network() {
    for (file, name, count) in [
        ("original.pt", "original", 24),
        ("plain.pt", "batch_norm", 54),
        ("plain.safetensors", "batch_norm", 54),
    ] {
        let (weights, info) =
            checkpoint::read_weights(&golden(&format!("checkpoints/{file}"))).unwrap();
        assert_eq!(info, None);
        let wanted = network(name);
        assert_eq!(wanted.len(), count, "{name}");
        assert!(weights.keys().eq(wanted.keys()), "{file}: {:?}", weights.keys());
        for (name, tensor) in &wanted {
            assert_eq!(weights[name].dims(), tensor.dims(), "{file}: {name}");
            assert_eq!(bits(&weights[name]), bits(tensor), "{file}: {name}");
        }
    }
}

#[test]
fn a_file_of_this_program_says_what_it_is_for() {
    let info = ModelInfo {
        model: toml::from_str("blocks = [{ layers = [{ channels = \"classes\" }] }]").unwrap(),
        image_size: [28, 28],
        class_names: vec!["a".to_owned(), "b".to_owned()],
        mean: vec![0.5],
        std: vec![0.25],
        contrast: "none".to_owned(),
        whitening: "none".to_owned(),
        transpose: false,
        average_flips: false,
        dataset: "letters".to_owned(),
        epoch: 2,
        seed: 42,
        producer: "test".to_owned(),
    };
    let weights = network("batch_norm");
    let bytes = checkpoint::to_bytes(&weights, &info).unwrap();
    let (read, read_info) = checkpoint::read_weights(&bytes).unwrap();
    assert_eq!(read_info, Some(info));
    assert!(read.keys().eq(weights.keys()));
    // Another program's state: its metadata are read, and are not these.
    let bytes = checkpoint::to_bytes(&weights, &7).unwrap();
    let error = checkpoint::read_weights(&bytes).unwrap_err().to_string();
    assert!(error.starts_with("metadata \"nin\": "), "{error}");
}

#[test]
fn counters_of_batches_stand_in_the_files_that_are_read_without_them() {
    for file in ["plain.pt", "plain.safetensors"] {
        let bytes = golden(&format!("checkpoints/{file}"));
        let name = b"net.0.1.num_batches_tracked";
        assert!(bytes.windows(name.len()).any(|window| window == name), "{file}");
    }
}

#[test]
fn a_cut_file_is_never_read() {
    let bytes = golden("checkpoints/plain.pt");
    // Each byte near the beginning and the end, some between.
    let len = bytes.len();
    for cut in (0..300).chain((300..len - 300).step_by(101)).chain(len - 300..len) {
        assert!(checkpoint::read_weights(&bytes[..cut]).is_err(), "{cut} of {len} bytes");
    }
}

#[test]
fn a_damaged_number_is_noticed() {
    let mut bytes = golden("checkpoints/plain.pt");
    let first = pytorch::read_state_dict(&bytes).unwrap()["net.0.0.weight"].clone();
    let first = bits(&first)[0].to_le_bytes();
    let at = bytes.windows(4).position(|window| window == first).unwrap();
    bytes[at] ^= 1;
    let error = pytorch::read_state_dict(&bytes).unwrap_err().to_string();
    assert!(error.starts_with("entry plain/data/0: ") && error.contains("checksum"), "{error}");
}
