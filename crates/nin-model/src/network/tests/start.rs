//! The weights and factors that training starts with.

use super::*;
use crate::config::NormKind;
use crate::testing::{paper_cifar, small};

#[test]
fn factors_belong_to_a_convolution_and_its_norm() {
    let mut config = small(NormKind::Batch);
    let conv = &mut config.blocks[1].layers[1];
    (conv.lr_multiplier, conv.bias_lr_multiplier) = (0.25, 3.0);
    (conv.decay_multiplier, conv.bias_decay_multiplier) = (0.5, 0.0);
    let network = plan(&config, [8, 8], 3);
    for (name, wanted) in [
        ("net.3.3.weight", (0.25, 0.5)),
        ("net.3.3.bias", (3.0, 0.0)),
        ("net.3.4.weight", (0.25, 0.5)),
        ("net.3.4.bias", (3.0, 0.0)),
        ("net.3.0.weight", (1.0, 1.0)),
        ("net.3.6.bias", (1.0, 1.0)),
        ("net.0.3.weight", (1.0, 1.0)),
        ("net.3.3", (1.0, 1.0)),
        ("no such tensor", (1.0, 1.0)),
        ("", (1.0, 1.0)),
    ] {
        let UpdateScale { lr, weight_decay } = network.update_scale(name);
        assert_eq!((lr, weight_decay), wanted, "{name}");
    }
}

fn deviation(tensor: &Tensor) -> f64 {
    let values = values(tensor);
    let sum: f64 = values.iter().map(|&value| f64::from(value).powi(2)).sum();
    (sum / values.len() as f64).sqrt()
}

#[test]
fn equal_seeds_start_equal() {
    let network = plan(&small(NormKind::Batch), [8, 8], 3);
    let weights = |seed| -> Vec<_> {
        let weights = network.initial_weights(seed).unwrap();
        weights.iter().map(|(name, tensor)| (name.clone(), values(tensor))).collect()
    };
    assert_eq!(weights(42), weights(42));
    let (a, b) = (weights(42), weights(43));
    assert!(a.iter().zip(&b).any(|(a, b)| a != b));
    // The picture's size is no part of the weights.
    let larger = plan(&small(NormKind::Batch), [16, 16], 3).initial_weights(42).unwrap();
    assert!(a.iter().all(|(name, numbers)| values(&larger[name]) == *numbers));
}

#[test]
fn weights_start_with_the_deviations_of_the_original() {
    let network = plan(&ModelConfig::default(), [224, 224], 10);
    let weights = network.initial_weights(42).unwrap();
    for (name, wanted) in [
        ("net.0.0", 0.01312),
        ("net.0.2", 0.14434),
        ("net.2.0", 0.01768),
        ("net.2.4", 0.08839),
        ("net.4.0", 0.02406),
        ("net.4.2", 0.07217),
        ("net.7.0", 0.14907),
    ] {
        let deviation = deviation(&weights[&format!("{name}.weight")]);
        // At least 9,216 numbers: three standard errors are below 3 %.
        assert!((deviation / wanted - 1.0).abs() < 0.03, "{name}: {deviation}");
        assert!(values(&weights[&format!("{name}.bias")]).iter().all(|&bias| bias == 0.0));
    }
}

#[test]
fn a_layer_can_have_a_deviation_of_its_own() {
    let mut config = paper_cifar(3);
    for (layer, std) in [(0, 0.001), (1, 0.01), (2, 0.0)] {
        config.blocks[0].layers[layer].init_std = Some(std);
    }
    let weights = plan(&config, [32, 32], 100).initial_weights(7).unwrap();
    for (name, wanted) in [("net.0.0", 0.001), ("net.0.2", 0.01), ("net.3.0", 0.05)] {
        let deviation = deviation(&weights[&format!("{name}.weight")]);
        assert!((deviation / wanted - 1.0).abs() < 0.03, "{name}: {deviation}");
    }
    assert_eq!(deviation(&weights["net.0.4.weight"]), 0.0);
}

#[test]
fn each_kind_of_start_is_another() {
    let start = |init| {
        let config = ModelConfig { init, ..small(NormKind::None) };
        plan(&config, [8, 8], 3).initial_weights(1).unwrap()
    };
    let uniform = start(InitKind::PytorchDefault);
    let limit = 1.0 / 3.0; // 1 / √(1·3²)
    assert!(values(&uniform["net.0.0.weight"]).iter().all(|weight| weight.abs() <= limit));
    assert!(values(&uniform["net.0.0.bias"]).iter().any(|&bias| bias != 0.0));
    let xavier = start(InitKind::XavierUniform);
    let limit = (6.0_f32 / (9.0 + 36.0)).sqrt();
    assert!(values(&xavier["net.0.0.weight"]).iter().all(|weight| weight.abs() <= limit));
    assert!(values(&xavier["net.0.0.bias"]).iter().all(|&bias| bias == 0.0));
    assert!((deviation(&start(InitKind::Normal)["net.3.0.weight"]) / 0.05 - 1.0).abs() < 0.4);
}

#[test]
fn weights_of_convolutions_are_told_from_all_else() {
    let network = plan(&small(NormKind::Batch), [8, 8], 3);
    for (name, wanted) in [
        ("net.0.0.weight", true),
        ("net.3.6.weight", true),
        ("net.0.0.bias", false),
        ("net.0.1.weight", false),
        ("net.0.1.running_var", false),
        ("net.9.weight", false),
    ] {
        assert_eq!(network.is_conv_weight(name), wanted, "{name}");
    }
}

#[test]
fn biases_can_start_as_pytorchs_under_weights_of_another_kind() {
    let start = |bias_init| {
        let config =
            ModelConfig { init: InitKind::XavierUniform, bias_init, ..ModelConfig::default() };
        plan(&config, [224, 224], 10).initial_weights(5).unwrap()
    };
    let (zeros, drawn) = (start(BiasInitKind::Zeros), start(BiasInitKind::PytorchDefault));
    assert_eq!(values(&zeros["net.4.0.weight"]), values(&drawn["net.4.0.weight"]));
    let limit = 1.0 / (256.0_f64 * 9.0).sqrt();
    let biases = values(&drawn["net.4.0.bias"]);
    assert!(biases.iter().all(|&bias| f64::from(bias).abs() <= limit));
    // The deviation of 384 uniform numbers is within three standard errors, 7 %.
    let deviation = deviation(&drawn["net.4.0.bias"]) * 3.0_f64.sqrt() / limit;
    assert!((deviation - 1.0).abs() < 0.07, "{deviation}");
    assert!(values(&zeros["net.4.0.bias"]).iter().all(|&bias| bias == 0.0));
}
