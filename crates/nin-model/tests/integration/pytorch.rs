//! Names, shapes and results of whole networks, against files that PyTorch
//! wrote.

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::{DType, Device, Tensor};
use candle_nn::{ModuleT, VarBuilder};
use nin_layers::engine::{self, UpdateScale};
use nin_layers::{ConvSettings, LayerError, StateDict};
use nin_model::{ModelConfig, Network, checkpoint};
use safetensors::SafeTensors;
use serde_json::{Value, json};

/// Allowed difference, as a share of the largest score: f32 results of other
/// summation orders differ by up to a tenth of it.
const TOLERANCE: f64 = 1e-5;

struct Case {
    network: Network,
    tensors: StateDict,
}

/// Each network of the folder `golden/networks`.
fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden/networks");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let cases: Vec<_> = paths.iter().map(|path| case(&std::fs::read(path).unwrap())).collect();
    assert_eq!(cases.len(), 5);
    cases
}

fn case(bytes: &[u8]) -> Case {
    let (_, header) = SafeTensors::read_metadata(bytes).unwrap();
    let structure: Value =
        serde_json::from_str(&header.metadata().as_ref().unwrap()["case"]).unwrap();
    let size = |index: usize| structure["input"][index].as_u64().unwrap() as usize;
    let network = Network::new(&config(&structure), [size(1), size(2)], 10).unwrap();
    let tensors = candle_core::safetensors::load_buffer(bytes, &Device::Cpu).unwrap();
    Case { network, tensors: tensors.into_iter().collect() }
}

/// The structure in the words of a configuration, where the norm belongs to the
/// network and dropout is a number.
fn config(structure: &Value) -> ModelConfig {
    let mut blocks = structure["blocks"].clone();
    let norm = blocks[0]["norm"].clone();
    for block in blocks.as_array_mut().unwrap() {
        let block = block.as_object_mut().unwrap();
        block.remove("norm");
        let dropout = block["dropout"].as_bool().unwrap();
        block.insert("dropout".to_owned(), if dropout { json!(0.5) } else { Value::Null });
    }
    let config = json!({ "in_channels": structure["input"][0], "norm": norm, "blocks": blocks });
    serde_json::from_value(config).unwrap()
}

impl Case {
    /// What PyTorch calls `state_dict`, but for the counters of batches, at the
    /// time of `logits_eval`.
    fn state_dict(&self) -> StateDict {
        let named = self.tensors.iter().filter_map(|(name, tensor)| {
            let name =
                name.strip_prefix("param.").or_else(|| name.strip_prefix("buffer_after."))?;
            Some((name.to_owned(), tensor.clone()))
        });
        named.collect()
    }
}

#[test]
fn checkpoints_have_pytorchs_names_and_shapes() {
    for Case { network, tensors } in cases() {
        let wanted: BTreeMap<_, _> = Case { network: network.clone(), tensors }
            .state_dict()
            .into_iter()
            .map(|(name, tensor)| (name, tensor.dims().to_vec()))
            .collect();
        let weights = network.initial_weights(42).unwrap();
        let bytes = checkpoint::to_bytes(&weights, &()).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let found: BTreeMap<_, _> =
            file.iter().map(|(name, view)| (name.to_owned(), view.shape().to_vec())).collect();
        assert_eq!(found, wanted);
        for (name, view) in file.iter() {
            let numbers = weights[name].flatten_all().unwrap().to_vec1::<f32>().unwrap();
            let numbers: Vec<u8> = numbers.into_iter().flat_map(f32::to_le_bytes).collect();
            assert_eq!(view.data(), numbers, "{name}: PyTorch's order, little-endian");
        }
    }
}

#[test]
fn weights_of_pytorch_give_its_scores() {
    for case in cases() {
        let bytes = checkpoint::to_bytes(&case.state_dict(), &()).unwrap();
        let (weights, ()) = checkpoint::from_bytes(&bytes).unwrap();
        let vb = VarBuilder::from_tensors(weights.into_iter().collect(), DType::F32, &Device::Cpu);
        let module = case.network.module(&vb, 0).unwrap();
        let scores = module.forward_t(&case.tensors["input"], false).unwrap();
        let (scores, wanted) = (numbers(&scores), numbers(&case.tensors["logits_eval"]));
        assert_eq!(scores.len(), wanted.len());
        let largest = wanted.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
        for (score, wanted) in scores.iter().zip(&wanted) {
            assert!((score - wanted).abs() <= TOLERANCE * largest, "{score} for {wanted}");
        }
    }
}

fn numbers(tensor: &Tensor) -> Vec<f64> {
    tensor.flatten_all().unwrap().to_dtype(DType::F64).unwrap().to_vec1().unwrap()
}

/// What an engine of the network says to these weights, through a file.
fn load(network: &Network, weights: &StateDict) -> Result<(), LayerError> {
    let bytes = checkpoint::to_bytes(weights, &()).unwrap();
    let (weights, ()) = checkpoint::from_bytes(&bytes).unwrap();
    let scale = |_: &str| UpdateScale::default();
    engine::create(
        &engine::Device::Cpu,
        network.plan().clone(),
        ConvSettings::default(),
        &weights,
        scale,
    )
    .map(|_| ())
}

#[test]
fn weights_of_another_network_are_refused_by_name() {
    let network = &cases()[0].network;
    let good = network.initial_weights(0).unwrap();
    load(network, &good).unwrap();
    let error = |change: &dyn Fn(&mut StateDict)| {
        let mut weights = good.clone();
        change(&mut weights);
        load(network, &weights).unwrap_err().to_string()
    };
    let zeros = |shape: &[usize]| Tensor::zeros(shape, DType::F32, &Device::Cpu).unwrap();
    let name = "net.0.0.weight";
    assert_eq!(error(&|weights| drop(weights.remove(name))), "tensor net.0.0.weight is missing");
    assert_eq!(
        error(&|weights| drop(weights.insert("net.9.weight".to_owned(), zeros(&[1])))),
        "tensor net.9.weight does not belong to the network"
    );
    assert_eq!(
        error(&|weights| drop(weights.insert(name.to_owned(), zeros(&[8, 3, 5, 5])))),
        "tensor net.0.0.weight has shape [8, 3, 5, 5], wanted [8, 1, 5, 5]: it is for 3 input \
         channels, not 1"
    );
    let not_finite = (zeros(&[8]) / 0.0).unwrap();
    assert_eq!(
        error(&|weights| drop(weights.insert("net.0.0.bias".to_owned(), not_finite.clone()))),
        "tensor net.0.0.bias is not finite"
    );
    let renamed = |weights: &mut StateDict| {
        let names: Vec<_> = weights.keys().cloned().collect();
        *weights =
            names.iter().map(|name| format!("model.{name}")).zip(good.values().cloned()).collect();
    };
    assert!(error(&renamed).contains("is missing"));
    assert!(error(&|weights| weights.clear()).contains("is missing"));
}
