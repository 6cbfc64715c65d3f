//! Settings that make no network, each by its key.
//!
//! Sizes that do not fit together are found when the network is planned.

use crate::config::{BlockConfig, ConvConfig};
use crate::{ModelConfig, ModelError};

pub(super) fn check(config: &ModelConfig, classes: usize) -> Result<(), ModelError> {
    if classes == 0 {
        return Err(ModelError::NoClasses);
    }
    at_least_one("in_channels", config.in_channels)?;
    factor("init_std", config.init_std)?;
    for (index, block) in config.blocks.iter().enumerate() {
        check_block(&format!("blocks[{index}]"), block, classes)?;
    }
    match config.blocks.last().and_then(|block| block.layers.last()) {
        Some(last) if last.channels.count(classes) != classes => {
            let channels = last.channels.count(classes);
            let problem = format!("the last layer has {channels} channels for {classes} classes");
            Err(ModelError::config("blocks", problem))
        }
        Some(_) => Ok(()),
        None => Err(ModelError::config("blocks", "want at least one block")),
    }
}

fn check_block(path: &str, block: &BlockConfig, classes: usize) -> Result<(), ModelError> {
    if block.layers.is_empty() {
        return Err(ModelError::config(format!("{path}.layers"), "want at least one convolution"));
    }
    for (index, conv) in block.layers.iter().enumerate() {
        check_conv(&format!("{path}.layers[{index}]"), conv, classes)?;
    }
    if let Some(pool) = block.pool {
        at_least_one(&format!("{path}.pool.kernel_size"), pool.kernel_size)?;
        at_least_one(&format!("{path}.pool.stride"), pool.stride)?;
    }
    Ok(())
}

fn check_conv(path: &str, conv: &ConvConfig, classes: usize) -> Result<(), ModelError> {
    at_least_one(&format!("{path}.channels"), conv.channels.count(classes))?;
    at_least_one(&format!("{path}.kernel_size"), conv.kernel_size)?;
    at_least_one(&format!("{path}.stride"), conv.stride)?;
    factor(&format!("{path}.init_std"), conv.init_std.unwrap_or(0.0))?;
    factor(&format!("{path}.lr_multiplier"), conv.lr_multiplier)?;
    factor(&format!("{path}.bias_lr_multiplier"), conv.bias_lr_multiplier)
}

fn at_least_one(key: &str, size: usize) -> Result<(), ModelError> {
    if size == 0 { Err(ModelError::config(key, "must be at least 1, got 0")) } else { Ok(()) }
}

fn factor(key: &str, value: f64) -> Result<(), ModelError> {
    if value.is_finite() && value >= 0.0 {
        Ok(())
    } else {
        Err(ModelError::config(key, format!("must be finite and at least 0, got {value}")))
    }
}
