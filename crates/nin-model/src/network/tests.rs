use std::collections::BTreeSet;

use candle_core::{DType, Device, Tensor, Var};
use candle_nn::{ModuleT, VarBuilder, VarMap};
use nin_layers::StateDict;

use super::*;
use crate::config::{Channels, LrnConfig, NormKind};
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
fn pictures_need_not_be_square() {
    let network = plan(&paper_mnist(), [28, 20], 10);
    let weights = network.initial_weights(3).unwrap();
    assert_eq!(scores(&network, weights, [3, 1, 28, 20]).len(), 3 * 10);
    assert_eq!(network.plan().outputs()[8], [48, 7, 5]);
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

#[test]
fn a_factor_of_the_learning_rate_belongs_to_a_convolution_and_its_norm() {
    let mut config = small(NormKind::Batch);
    let conv = &mut config.blocks[1].layers[1];
    (conv.lr_multiplier, conv.bias_lr_multiplier) = (0.25, 3.0);
    let network = plan(&config, [8, 8], 3);
    for (name, wanted) in [
        ("net.3.3.weight", 0.25),
        ("net.3.3.bias", 3.0),
        ("net.3.4.weight", 0.25),
        ("net.3.4.bias", 3.0),
        ("net.3.0.weight", 1.0),
        ("net.3.6.bias", 1.0),
        ("net.0.3.weight", 1.0),
        ("net.3.3", 1.0),
        ("no such tensor", 1.0),
        ("", 1.0),
    ] {
        assert_eq!(network.lr_multiplier(name), wanted, "{name}");
    }
}

fn values(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
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

type Change = fn(&mut ModelConfig);

#[test]
fn settings_that_make_no_network_are_named() {
    let cases: &[(Change, &str)] = &[
        (|c| c.blocks.clear(), "model.blocks: want at least one block"),
        (|c| c.blocks[1].layers.clear(), "model.blocks[1].layers: want at least one convolution"),
        (
            |c| c.blocks[1].layers[2].channels = Channels::Count(7),
            "model.blocks: the last layer has 7 channels for 3 classes",
        ),
        (|c| c.in_channels = 0, "model.in_channels: must be at least 1, got 0"),
        (|c| c.init_std = f64::NAN, "model.init_std: must be finite and at least 0, got NaN"),
        (|c| c.init_std = -0.1, "model.init_std: must be finite and at least 0, got -0.1"),
        (
            |c| c.blocks[0].layers[1].init_std = Some(f64::INFINITY),
            "model.blocks[0].layers[1].init_std: must be finite and at least 0, got inf",
        ),
        (
            |c| c.blocks[0].layers[1].lr_multiplier = f64::NAN,
            "model.blocks[0].layers[1].lr_multiplier: must be finite and at least 0, got NaN",
        ),
        (
            |c| c.blocks[0].layers[0].bias_lr_multiplier = -2.0,
            "model.blocks[0].layers[0].bias_lr_multiplier: must be finite and at least 0, got -2",
        ),
        (
            |c| c.blocks[0].layers[0].kernel_size = 0,
            "model.blocks[0].layers[0].kernel_size: must be at least 1, got 0",
        ),
        (
            |c| c.blocks[1].layers[0].stride = 0,
            "model.blocks[1].layers[0].stride: must be at least 1, got 0",
        ),
        (
            |c| c.blocks[0].layers[0].channels = Channels::Count(0),
            "model.blocks[0].layers[0].channels: must be at least 1, got 0",
        ),
        (
            |c| c.blocks[0].pool.as_mut().unwrap().kernel_size = 0,
            "model.blocks[0].pool.kernel_size: must be at least 1, got 0",
        ),
        (
            |c| c.blocks[0].pool.as_mut().unwrap().stride = 0,
            "model.blocks[0].pool.stride: must be at least 1, got 0",
        ),
        (
            |c| c.blocks[0].pool.as_mut().unwrap().padding = 2,
            "layer net.1 (max pool): input of 8 × 8 pixels: pooling padding 2 is more than half \
             the window of 3",
        ),
        (
            |c| c.blocks[0].pool.as_mut().unwrap().kernel_size = 17,
            "layer net.1 (max pool): input of 8 × 8 pixels: pooling window of 17 is larger than \
             the largest supported, 16",
        ),
        (
            |c| c.blocks[0].lrn = Some(LrnConfig { size: 0, ..LrnConfig::default() }),
            "model.blocks[0].lrn: lrn size must be at least 1, got 0",
        ),
        (
            |c| c.blocks[0].dropout = Some(1.0),
            "model.blocks[0].dropout: dropout probability must be at least 0 and below 1, got 1",
        ),
        (
            |c| c.blocks[0].dropout = Some(-0.5),
            "model.blocks[0].dropout: dropout probability must be at least 0 and below 1, got -0.5",
        ),
        (
            |c| c.blocks[0].dropout = Some(f64::NAN),
            "model.blocks[0].dropout: dropout probability must be at least 0 and below 1, got NaN",
        ),
    ];
    for (change, wanted) in cases {
        let mut config = small(NormKind::None);
        change(&mut config);
        let error = Network::new(&config, [8, 8], 3).unwrap_err();
        assert_eq!(error.to_string(), *wanted);
    }
    let error = Network::new(&small(NormKind::None), [8, 8], 0).unwrap_err();
    assert_eq!(error.to_string(), "a network needs at least one class");
}

#[test]
fn no_blocks_are_no_network_even_where_channels_equal_classes() {
    let config = ModelConfig { blocks: Vec::new(), ..ModelConfig::default() };
    assert!(Network::new(&config, [8, 8], 1).is_err());
}

#[test]
fn huge_sizes_are_refused() {
    let error = |change: Change, image_size| {
        let mut config = small(NormKind::None);
        change(&mut config);
        Network::new(&config, image_size, 3).unwrap_err().to_string()
    };
    let channels = |config: &mut ModelConfig, count| {
        config.blocks[0].layers[1].channels = Channels::Count(count);
    };
    assert!(error(|c| c.blocks[0].layers[0].padding = usize::MAX, [8, 8]).contains("overflow"));
    assert!(error(|c| c.in_channels = usize::MAX, [8, 8]).contains("overflow"));
    assert!(error(|_| (), [usize::MAX, 8]).contains("overflow"));
    assert_eq!(error(|_| (), [1 << 16, 1 << 16]), "the input: more than 2147483648 numbers");
    assert_eq!(
        error(|c| c.blocks[0].layers[0].channels = Channels::Count(1 << 26), [8, 8]),
        "the output of layer net.0.0: more than 2147483648 numbers"
    );
    let mut config = small(NormKind::None);
    channels(&mut config, 1 << 20);
    config.blocks[0].layers[2].channels = Channels::Count(1 << 12);
    assert_eq!(
        Network::new(&config, [8, 8], 3).unwrap_err().to_string(),
        "all parameters together: more than 2147483648 numbers"
    );
    // Each of these is within the range of usize, their sum is not.
    channels(&mut config, 1 << 32);
    config.blocks[0].layers[0].channels = Channels::Count(1 << 31);
    config.blocks[0].layers[2].channels = Channels::Count(1 << 31);
    assert!(Network::new(&config, [3, 3], 3).is_err());
    assert!(Network::new(&small(NormKind::None), [8, 8], usize::MAX).is_err());
}
