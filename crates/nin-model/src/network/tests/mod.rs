//! Names, shapes and sizes of the networks of the literature.

mod module;
mod random;
mod settings;
mod start;

use std::collections::BTreeSet;

use candle_core::Tensor;

use super::*;
use crate::config::{LrnConfig, NormKind};
use crate::testing::{caffe_imagenet, paper_cifar, paper_mnist, small};

fn plan(config: &ModelConfig, image_size: [usize; 2], classes: usize) -> Network {
    Network::new(config, image_size, classes).unwrap()
}

fn parameters(config: &ModelConfig, image_size: usize, classes: usize) -> u64 {
    plan(config, [image_size; 2], classes).summary().unwrap().parameters()
}

/// The names of the layers that hold parameters.
fn names(network: &Network) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (name, _) in network.plan().parameters() {
        let (layer, _) = name.rsplit_once('.').unwrap();
        if names.last().is_none_or(|last| last != layer) {
            names.push(layer.to_owned());
        }
    }
    names
}

/// `net.{blocks}.{inner}` for each pair.
fn counted(blocks: &[usize], inner: &[usize]) -> Vec<String> {
    let pairs = blocks.iter().flat_map(|block| inner.iter().map(move |inner| (block, inner)));
    pairs.map(|(block, inner)| format!("net.{block}.{inner}")).collect()
}

#[test]
fn the_default_is_the_original_network() {
    let network = plan(&ModelConfig::default(), [224, 224], 10);
    assert_eq!(names(&network), counted(&[0, 2, 4, 7], &[0, 2, 4]));
    let others: Vec<_> = network.plan().layers().iter().map(|layer| &*layer.name).collect();
    for (position, name) in [(3, "net.1"), (7, "net.3"), (11, "net.5"), (12, "net.6")] {
        assert_eq!(others[position], name);
    }
    assert_eq!(others[16], "net.8");

    let summary = network.summary().unwrap();
    assert_eq!(summary.parameters(), 1_992_166);
    assert_eq!(summary.multiply_adds(), 762_297_352);
    let outputs: Vec<_> = summary.rows.iter().map(|row| row.output).collect();
    let mut wanted = Vec::new();
    for (channels, size, pooled) in [(96, 54, 26), (256, 26, 12), (384, 12, 5)] {
        wanted.extend([[channels, size, size]; 3]);
        wanted.push([channels, pooled, pooled]);
    }
    wanted.push([384, 5, 5]);
    wanted.extend([[10, 5, 5]; 3]);
    wanted.push([10, 1, 1]);
    assert_eq!(outputs, wanted);
    let parameters: Vec<_> = summary.rows.iter().map(|row| row.parameters).collect();
    let mut wanted = Vec::new();
    for (first, pointwise) in [(11_712, 9_312), (614_656, 65_792), (885_120, 147_840)] {
        wanted.extend([first, pointwise, pointwise, 0]);
    }
    wanted.extend([0, 34_570, 110, 110, 0]);
    assert_eq!(parameters, wanted);
}

#[test]
fn published_numbers_of_parameters() {
    assert_eq!(parameters(&paper_mnist(), 28, 10), 349_674);
    assert_eq!(parameters(&paper_cifar(3), 32, 10), 966_986);
    assert_eq!(parameters(&paper_cifar(3), 32, 100), 984_356);
    assert_eq!(parameters(&paper_cifar(1), 28, 10), 957_386);
    assert_eq!(parameters(&caffe_imagenet(), 224, 1000), 7_595_176);
}

#[test]
fn pooling_in_ceil_mode_keeps_the_papers_sizes() {
    let sizes = |image_size| -> Vec<usize> {
        let network = plan(&paper_cifar(3), [image_size; 2], 10);
        network.plan().outputs().iter().map(|output| output[1]).collect()
    };
    assert_eq!(sizes(32), [32, 32, 32, 16, 16, 16, 16, 16, 8, 8, 8, 8, 8, 1]);
    assert_eq!(sizes(28), [28, 28, 28, 14, 14, 14, 14, 14, 7, 7, 7, 7, 7, 1]);
    // The original pools in floor mode.
    let network = plan(&ModelConfig::default(), [224, 224], 10);
    assert_eq!(network.plan().outputs()[11], [384, 5, 5]);
}

#[test]
fn dropout_takes_a_number_after_each_pool() {
    let network = plan(&paper_mnist(), [28, 28], 10);
    assert_eq!(names(&network), counted(&[0, 3, 6], &[0, 2, 4]));
}

#[test]
fn batch_norm_stands_between_convolution_and_relu() {
    let config = ModelConfig { norm: NormKind::Batch, ..paper_mnist() };
    let network = plan(&config, [28, 28], 10);
    assert_eq!(names(&network), counted(&[0, 3, 6], &[0, 1, 3, 4, 6, 7]));
    let of_norm: Vec<_> = network
        .plan()
        .parameters()
        .filter_map(|(name, _)| name.strip_prefix("net.0.1.").map(str::to_owned))
        .collect();
    assert_eq!(of_norm, ["weight", "bias", "running_mean", "running_var"]);
}

#[test]
fn local_response_normalisation_takes_a_number_ahead_of_the_pool() {
    let mut config = paper_mnist();
    config.blocks[0].lrn = Some(LrnConfig::default());
    let network = plan(&config, [28, 28], 10);
    assert_eq!(names(&network), counted(&[0, 4, 7], &[0, 2, 4]));
    let layers = network.plan().layers();
    assert_eq!(layers[3].name, "net.1");
    assert!(matches!(layers[3].spec, nin_layers::LayerSpec::LocalResponseNorm(_)));
}

#[test]
fn an_input_too_small_names_the_layer() {
    let error =
        |config: &ModelConfig, size| Network::new(config, size, 10).unwrap_err().to_string();
    assert_eq!(
        error(&ModelConfig::default(), [5, 5]),
        "layer net.0.0 (conv2d): input of 5 × 5 pixels: window of 11 is larger than the input of \
         5 with padding 0"
    );
    assert_eq!(
        error(&paper_mnist(), [1, 1]),
        "layer net.1 (max pool): input of 1 × 1 pixels: window of 3 is larger than the input of 1 \
         with padding 0"
    );
    assert!(error(&ModelConfig::default(), [0, 0]).contains("net.0.0"));
    assert!(error(&ModelConfig::default(), [224, 10]).contains("224 × 10"));
}

#[test]
fn classes_follow_the_data_set() {
    for classes in [1, 2, 10, 47] {
        let network = plan(&ModelConfig::default(), [224, 224], classes);
        assert_eq!(network.plan().classes(), classes);
        assert_eq!(network.plan().outputs()[13], [classes, 5, 5]);
    }
}

#[test]
fn each_tensor_has_a_name_of_its_own() {
    for norm in [NormKind::None, NormKind::Batch] {
        let network = plan(&small(norm), [8, 8], 3);
        let weights = network.initial_weights(0).unwrap();
        let specs: Vec<_> = network.plan().parameters().collect();
        assert_eq!(specs.iter().map(|(name, _)| name).collect::<BTreeSet<_>>().len(), specs.len());
        assert_eq!(weights.len(), specs.len());
        let trained = specs.iter().filter(|(_, spec)| spec.role.is_trained());
        let numbers: usize = trained.map(|(name, _)| weights[name].elem_count()).sum();
        assert_eq!(numbers as u64, network.summary().unwrap().parameters());
        let per_conv = if norm == NormKind::Batch { 6 } else { 2 };
        assert_eq!(specs.len(), 6 * per_conv);
    }
}

fn values(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}
