//! candle's own operations as a contestant, where they can run the network.

use anyhow::{Context, Result, bail};
use candle_core::{D, Module, Tensor};
use candle_nn::{Conv2d, Conv2dConfig};
use nin_layers::{
    Activation, Conv2dSpec, LayerSpec, NamedLayer, Plan, Rounding, StateDict, Window,
};

use super::case::Problem;
use super::contestant::{Contestant, Pass, Ready};
use crate::peer::from_channels_last;

/// Checks candle's operations on the problem and prepares their step.
///
/// # Errors
///
/// Of candle.
pub fn contestant(problem: &Problem, pass: Pass) -> Result<Contestant> {
    let plan = problem.network.plan();
    if let Some(what) = missing(plan, pass) {
        return Ok(Contestant::Unavailable(format!("candle has no {what}")));
    }
    let layers = layers(plan, &problem.weights)?;
    let [channels, height, width] = plan.input();
    let sizes = [problem.labels.len(), height, width, channels];
    let images = from_channels_last(&problem.images, sizes)?;
    let scores = forward(&layers, &images)?.flatten_all()?.to_vec1()?;
    let step = Box::new(move || {
        forward(&layers, &images)?;
        Ok(())
    });
    Ok(Contestant::Ready { ready: Ready { scores, trial: None }, step })
}

/// What the pass needs and candle does not have.
fn missing(plan: &Plan, pass: Pass) -> Option<&'static str> {
    let mut pools = plan.layers().iter().filter_map(|layer| match layer.spec {
        LayerSpec::MaxPool2d(pool) => Some(pool),
        _ => None,
    });
    match pass {
        // Where windows overlap it has none, else a wrong one.
        Pass::Train => Some("right gradient of max pooling"),
        Pass::Inference => pools
            .any(|pool| pool.rounding == Rounding::Ceil || pool.window.padding > 0)
            .then_some("max pooling with padding or in ceil mode"),
    }
}

/// A layer in candle's words; a ReLU is one of its own.
enum Layer {
    Conv2d(Conv2d),
    Relu,
    MaxPool2d(Window),
    GlobalAvgPool2d,
}

fn layers(plan: &Plan, weights: &StateDict) -> Result<Vec<Layer>> {
    let mut layers = Vec::new();
    for NamedLayer { name, spec } in plan.layers() {
        match spec {
            LayerSpec::Conv2d(spec) => {
                layers.push(Layer::Conv2d(conv(name, spec, weights)?));
                if spec.activation == Activation::Relu {
                    layers.push(Layer::Relu);
                }
            }
            LayerSpec::MaxPool2d(pool) => layers.push(Layer::MaxPool2d(pool.window)),
            LayerSpec::GlobalAvgPool2d => layers.push(Layer::GlobalAvgPool2d),
            // Does nothing in a forward pass.
            LayerSpec::Dropout(_) => {}
            other => bail!("{name}: no network that is compared has {other:?}"),
        }
    }
    Ok(layers)
}

fn conv(name: &str, spec: &Conv2dSpec, weights: &StateDict) -> Result<Conv2d> {
    let tensor = |part| {
        let name = format!("{name}.{part}");
        weights.get(&name).cloned().with_context(|| format!("no tensor {name}"))
    };
    let Window { stride, padding, .. } = spec.window;
    let config = Conv2dConfig { stride, padding, ..Conv2dConfig::default() };
    Ok(Conv2d::new(tensor("weight")?, Some(tensor("bias")?), config))
}

#[expect(clippy::disallowed_methods, reason = "the peer that is measured; nothing is trained")]
fn forward(layers: &[Layer], images: &Tensor) -> candle_core::Result<Tensor> {
    layers.iter().try_fold(images.clone(), |maps, layer| match layer {
        Layer::Conv2d(conv) => conv.forward(&maps),
        Layer::Relu => maps.relu(),
        Layer::MaxPool2d(window) => maps.max_pool2d_with_stride(window.kernel_size, window.stride),
        Layer::GlobalAvgPool2d => maps.mean((D::Minus2, D::Minus1)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::case::Case;

    #[test]
    fn what_candle_lacks_is_said() {
        for (case, pass, wanted) in [
            (Case::Original, Pass::Inference, None),
            (Case::Original, Pass::Train, Some("right gradient of max pooling")),
            (Case::PaperMnist, Pass::Inference, Some("max pooling with padding or in ceil mode")),
        ] {
            let problem = case.problem(None).unwrap();
            assert_eq!(missing(problem.network.plan(), pass), wanted, "{case:?} {pass:?}");
        }
    }
}
