//! Any configuration makes a network or an error.

use std::collections::HashSet;

use nin_layers::engine::UpdateScale;
use proptest::prelude::*;
use proptest::{collection, option};

use crate::config::*;
use crate::{ModelConfig, Network};

fn size() -> impl Strategy<Value = usize> {
    prop_oneof![
        16 => 1_usize..6,
        1 => Just(0),
        1 => Just(1 << 31),
        1 => any::<usize>(),
    ]
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![30 => 0.0..0.9_f64, 1 => any::<f64>(), 1 => Just(f64::NAN)]
}

fn channels() -> impl Strategy<Value = Channels> {
    prop_oneof![
        3 => size().prop_map(Channels::Count),
        1 => Just(Channels::Classes(ClassCount::Classes)),
    ]
}

fn conv() -> impl Strategy<Value = ConvConfig> {
    let padding = prop_oneof![20 => 0_usize..4, 1 => any::<usize>()];
    let factors = ([number(), number(), number(), number()], option::of(number()));
    (channels(), size(), size(), padding, factors).prop_map(
        |(
            channels,
            kernel_size,
            stride,
            padding,
            (
                [lr_multiplier, bias_lr_multiplier, decay_multiplier, bias_decay_multiplier],
                init_std,
            ),
        )| {
            ConvConfig {
                channels,
                kernel_size,
                stride,
                padding,
                init_std,
                lr_multiplier,
                bias_lr_multiplier,
                decay_multiplier,
                bias_decay_multiplier,
            }
        },
    )
}

fn lrn() -> impl Strategy<Value = LrnConfig> {
    (size(), number(), number(), number(), any::<bool>()).prop_map(
        |(size, alpha, beta, k, divide_alpha)| LrnConfig { size, alpha, beta, k, divide_alpha },
    )
}

fn pool() -> impl Strategy<Value = PoolConfig> {
    let kind = prop_oneof![Just(PoolKind::Max), Just(PoolKind::Average)];
    let rounding = prop_oneof![Just(PoolRounding::Floor), Just(PoolRounding::Ceil)];
    (kind, size(), size(), 0_usize..3, rounding).prop_map(
        |(kind, kernel_size, stride, padding, rounding)| PoolConfig {
            kind,
            kernel_size,
            stride,
            padding,
            rounding,
        },
    )
}

fn config() -> impl Strategy<Value = ModelConfig> {
    let parts = (option::of(lrn()), option::of(pool()), option::of(number()));
    let block = (collection::vec(conv(), 0..4), parts)
        .prop_map(|(layers, (lrn, pool, dropout))| BlockConfig { layers, lrn, pool, dropout });
    let norm = prop_oneof![Just(NormKind::None), Just(NormKind::Batch)];
    let init = prop_oneof![
        Just(InitKind::KaimingNormalFanOut),
        Just(InitKind::XavierUniform),
        Just(InitKind::Normal),
        Just(InitKind::PytorchDefault),
    ];
    let bias_init = prop_oneof![Just(BiasInitKind::Zeros), Just(BiasInitKind::PytorchDefault)];
    let first = (size(), norm, any::<bool>(), (init, bias_init), number());
    (first, collection::vec(block, 0..4), any::<bool>()).prop_map(
        |((in_channels, norm, last_relu, (init, bias_init), init_std), mut blocks, fits)| {
            // Most last layers would otherwise miss the number of classes.
            if let Some(last) = blocks.last_mut().and_then(|block| block.layers.last_mut())
                && fits
            {
                last.channels = Channels::Classes(ClassCount::Classes);
            }
            ModelConfig { in_channels, norm, last_relu, init, init_std, bias_init, blocks }
        },
    )
}

fn is_finite(config: &ModelConfig) -> bool {
    let of_conv = |conv: &ConvConfig| {
        let lr = [conv.lr_multiplier, conv.bias_lr_multiplier];
        let decay = [conv.decay_multiplier, conv.bias_decay_multiplier];
        [lr, decay, [conv.init_std.unwrap_or(0.0); 2]].concat()
    };
    let of_block = |block: &BlockConfig| {
        let lrn = block.lrn.unwrap_or_default();
        let own = [block.dropout.unwrap_or(0.0), lrn.alpha, lrn.beta, lrn.k];
        block.layers.iter().flat_map(of_conv).chain(own).collect::<Vec<_>>()
    };
    let mut numbers = config.blocks.iter().flat_map(of_block).chain([config.init_std]);
    numbers.all(f64::is_finite)
}

proptest! {
    #[test]
    fn any_configuration_is_a_network_or_an_error(
        config in config(),
        height in prop_oneof![9 => 1_usize..40, 1 => any::<usize>()],
        width in 0_usize..40,
        classes in size(),
    ) {
        match Network::new(&config, [height, width], classes) {
            Ok(network) => {
                prop_assert_eq!(network.plan().classes(), classes);
                let names: Vec<_> = network.plan().parameters().map(|(name, _)| name).collect();
                prop_assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
                for name in &names {
                    let UpdateScale { lr, weight_decay } = network.update_scale(name);
                    prop_assert!(lr.is_finite() && lr >= 0.0);
                    prop_assert!(weight_decay.is_finite() && weight_decay >= 0.0);
                }
                let summary = network.summary().unwrap();
                prop_assert!(summary.parameters() > 0 && summary.multiply_adds() > 0);
                prop_assert_eq!(summary.to_string().lines().count(), summary.rows.len() + 3);
                prop_assert!(summary.draw("").ends_with("</svg>\n"));
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }

    #[test]
    fn text_keeps_a_configuration_to_the_last_bit(config in config()) {
        prop_assume!(is_finite(&config));
        let json = serde_json::to_string(&config).unwrap();
        prop_assert_eq!(&serde_json::from_str::<ModelConfig>(&json).unwrap(), &config);
        // TOML's integers end at i64::MAX.
        if let Ok(text) = toml::to_string(&config) {
            prop_assert_eq!(&toml::from_str::<ModelConfig>(&text).unwrap(), &config);
        }
    }
}
