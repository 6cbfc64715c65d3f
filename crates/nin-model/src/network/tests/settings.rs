//! Settings that make no network.

use super::*;
use crate::config::{Channels, LrnConfig, NormKind};
use crate::testing::small;

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
            |c| c.blocks[0].layers[0].decay_multiplier = -2.0,
            "model.blocks[0].layers[0].decay_multiplier: must be finite and at least 0, got -2",
        ),
        (
            |c| c.blocks[1].layers[0].bias_decay_multiplier = f64::INFINITY,
            "model.blocks[1].layers[0].bias_decay_multiplier: must be finite and at least 0, got \
             inf",
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
