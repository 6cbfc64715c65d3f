//! The network as a candle module.

use candle_core::{DType, Device, Var};
use candle_nn::{ModuleT, VarMap};

use super::*;
use crate::config::NormKind;
use crate::testing::{paper_mnist, small};

#[test]
fn without_the_last_relu_scores_can_be_negative() {
    for (norm, inner) in [(NormKind::None, vec![0, 2, 4]), (NormKind::Batch, vec![0, 1, 3, 4, 6])] {
        let config = ModelConfig { last_relu: false, ..small(norm) };
        let network = plan(&config, [8, 8], 3);
        let last: Vec<_> =
            names(&network).into_iter().filter(|name| name.starts_with("net.3")).collect();
        assert_eq!(last, counted(&[3], &inner), "neither ReLU nor norm follows");

        let mut weights = network.initial_weights(1).unwrap();
        let bias = format!("{}.bias", last.last().unwrap());
        weights.insert(bias, Tensor::new(&[-50_f32, -50., -50.], &Device::Cpu).unwrap());
        let scores = scores(&network, weights, [2, 1, 8, 8]);
        assert!(scores.iter().all(|score| *score < 0.0), "{scores:?}");
    }
}

/// What `module` makes of pictures of ones, in evaluation.
fn scores(network: &Network, weights: StateDict, images: [usize; 4]) -> Vec<f32> {
    let vb = VarBuilder::from_tensors(weights.into_iter().collect(), DType::F32, &Device::Cpu);
    let module = network.module(&vb, 0).unwrap();
    let images = Tensor::ones(&images[..], DType::F32, &Device::Cpu).unwrap();
    module.forward_t(&images, false).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

#[test]
fn pictures_need_not_be_square() {
    let network = plan(&paper_mnist(), [28, 20], 10);
    let weights = network.initial_weights(3).unwrap();
    assert_eq!(scores(&network, weights, [3, 1, 28, 20]).len(), 3 * 10);
    assert_eq!(network.plan().outputs()[8], [48, 7, 5]);
}

#[test]
fn the_module_learns_from_a_var_map() {
    let network = plan(&small(NormKind::Batch), [9, 7], 3);
    let vars = VarMap::new();
    for (name, tensor) in network.initial_weights(42).unwrap() {
        vars.data().lock().unwrap().insert(name, Var::from_tensor(&tensor).unwrap());
    }
    let vb = VarBuilder::from_varmap(&vars, DType::F32, &Device::Cpu);
    let module = network.module(&vb, 42).unwrap();
    let images = Tensor::ones((5, 1, 9, 7), DType::F32, &Device::Cpu).unwrap();
    let forward = |train| module.forward_t(&images, train).unwrap();
    assert_eq!(forward(true).dims(), [5, 3]);
    // Other masks of dropout before and after an evaluation, which has none.
    let first = values(&forward(true));
    assert_eq!(values(&forward(false)), values(&forward(false)));
    assert_ne!(values(&forward(true)), first);

    let grads = forward(true).sum_all().unwrap().backward().unwrap();
    let vars = vars.data().lock().unwrap();
    assert!(grads.get(&vars["net.3.6.bias"]).is_some());
}

#[test]
fn the_module_wants_every_tensor() {
    let network = plan(&small(NormKind::None), [8, 8], 3);
    let mut weights = network.initial_weights(0).unwrap();
    weights.remove("net.3.2.bias");
    let vb = VarBuilder::from_tensors(weights.into_iter().collect(), DType::F32, &Device::Cpu);
    let error = network.module(&vb, 0).unwrap_err().to_string();
    assert!(error.contains("net.3.2.bias is missing"), "{error}");
}
