//! Settings that make no network, each by its key, and networks too large for
//! any machine.
//!
//! Sizes that do not fit together are found when the network is planned.

use nin_layers::Plan;

use crate::config::{BlockConfig, ConvConfig};
use crate::{ModelConfig, ModelError};

/// Most numbers in all parameters, and in one picture's map: 8 GiB of f32,
/// hundreds of times what the networks of the literature have. Without a limit, a
/// slip of the pen ends in an allocation that fails, which aborts the program.
const MOST_NUMBERS: usize = 1 << 31;

/// Refuses a network whose parameters or maps could not be held.
pub(super) fn check_sizes(plan: &Plan) -> Result<(), ModelError> {
    let too_large = |what: String| Err(ModelError::TooLarge { what, most: MOST_NUMBERS });
    let map_len = |map: [usize; 3]| map.into_iter().fold(1, usize::saturating_mul);
    if map_len(plan.input()) > MOST_NUMBERS {
        return too_large("the input".to_owned());
    }
    for (layer, &output) in plan.layers().iter().zip(plan.outputs()) {
        if map_len(output) > MOST_NUMBERS {
            return too_large(format!("the output of layer {}", layer.name));
        }
    }
    let parameters = plan.parameters().map(|(_, spec)| spec.len());
    if parameters.fold(0, usize::saturating_add) > MOST_NUMBERS {
        return too_large("all parameters together".to_owned());
    }
    Ok(())
}

/// Refuses settings that make no network.
pub(super) fn check_settings(config: &ModelConfig, classes: usize) -> Result<(), ModelError> {
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
    factor(&format!("{path}.bias_lr_multiplier"), conv.bias_lr_multiplier)?;
    factor(&format!("{path}.decay_multiplier"), conv.decay_multiplier)?;
    factor(&format!("{path}.bias_decay_multiplier"), conv.bias_decay_multiplier)
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
