use super::*;
use crate::testing::{caffe_imagenet, paper_cifar, paper_mnist, small};

fn error(text: &str) -> String {
    toml::from_str::<ModelConfig>(text).unwrap_err().to_string()
}

#[test]
fn toml_keeps_every_setting() {
    let mut every_key = small(NormKind::Batch);
    every_key.last_relu = false;
    every_key.blocks[0].lrn =
        Some(LrnConfig { size: 3, divide_alpha: false, ..Default::default() });
    let conv = &mut every_key.blocks[1].layers[0];
    (conv.init_std, conv.lr_multiplier, conv.bias_lr_multiplier) = (Some(0.01), 0.1, 2.0);
    (conv.decay_multiplier, conv.bias_decay_multiplier) = (3.0, 0.0);
    let configs =
        [ModelConfig::default(), paper_mnist(), paper_cifar(3), caffe_imagenet(), every_key];
    for config in configs {
        let text = toml::to_string(&config).unwrap();
        assert_eq!(toml::from_str::<ModelConfig>(&text).unwrap(), config, "{text}");
    }
}

#[test]
fn nothing_said_is_the_original_network() {
    assert_eq!(toml::from_str::<ModelConfig>("").unwrap(), ModelConfig::default());
}

#[test]
fn a_network_in_words() {
    let config: ModelConfig = toml::from_str(
        r#"
        in_channels = 3
        norm = "batch"
        init = "normal"
        init_std = 0.05

        [[blocks]]
        layers = [{ channels = 192, kernel_size = 5, padding = 2 }, { channels = 96 }]
        lrn = { size = 3 }
        pool = { kind = "average", kernel_size = 3, stride = 2, rounding = "ceil" }
        dropout = 0.5

        [[blocks]]
        layers = [{ channels = "classes", lr_multiplier = 0.1 }]
        "#,
    )
    .unwrap();
    assert_eq!((config.in_channels, config.norm), (3, NormKind::Batch));
    assert_eq!((config.init, config.last_relu), (InitKind::Normal, true));
    let [first, last] = &config.blocks[..] else { panic!("{config:?}") };
    assert_eq!(first.layers[0].channels, Channels::Count(192));
    let sizes = |conv: &ConvConfig| [conv.kernel_size, conv.stride, conv.padding];
    assert_eq!(first.layers.iter().map(sizes).collect::<Vec<_>>(), [[5, 1, 2], [1, 1, 0]]);
    assert_eq!(first.lrn, Some(LrnConfig { size: 3, ..LrnConfig::default() }));
    let pool = first.pool.unwrap();
    assert_eq!((pool.kind, pool.rounding), (PoolKind::Average, PoolRounding::Ceil));
    assert_eq!((pool.padding, first.dropout), (0, Some(0.5)));
    assert_eq!(last.layers[0].channels.count(47), 47);
    assert_eq!((last.layers[0].lr_multiplier, last.layers[0].bias_lr_multiplier), (0.1, 1.0));
    assert_eq!((last.lrn, last.pool, last.dropout), (None, None, None));
}

#[test]
fn unknown_keys_are_refused_everywhere() {
    for text in [
        "norms = 1",
        "[[blocks]]\nlayers = []\nnorms = 1",
        "[[blocks]]\nlayers = [{ norms = 1 }]",
        "[[blocks]]\nlayers = []\nlrn = { norms = 1 }",
        "[[blocks]]\nlayers = []\npool = { kind = \"max\", kernel_size = 3, stride = 2, norms = 1 }",
    ] {
        assert!(error(text).contains("unknown field `norms`"), "{text}: {}", error(text));
    }
}

#[test]
fn values_of_another_kind_are_refused() {
    for (text, wanted) in [
        ("norm = \"layer\"", "unknown variant `layer`, expected `none` or `batch`"),
        ("init = \"he\"", "unknown variant `he`"),
        ("in_channels = -1", "invalid value: integer `-1`"),
        ("in_channels = 1.5", "invalid type: floating point `1.5`"),
        ("last_relu = 1", "invalid type: integer `1`, expected a boolean"),
        ("init_std = \"small\"", "invalid type: string \"small\""),
        ("[[blocks]]", "missing field `layers`"),
        ("[[blocks]]\nlayers = [{ channels = \"clases\" }]", "a number of channels or \"classes\""),
        ("[[blocks]]\nlayers = [{ channels = -3 }]", "a number of channels or \"classes\""),
        ("[[blocks]]\nlayers = []\npool = { kind = \"max\" }", "missing field `kernel_size`"),
        (
            "[[blocks]]\nlayers = []\npool = { kind = \"median\", kernel_size = 3, stride = 2 }",
            "unknown variant `median`, expected `max` or `average`",
        ),
    ] {
        assert!(error(text).contains(wanted), "{text}: {}", error(text));
    }
}

#[test]
fn a_convolution_without_channels_is_an_error() {
    let error = error("[[blocks]]\nlayers = [{ kernel_size = 3 }]");
    assert!(error.contains("missing field `channels`"), "{error}");
}
