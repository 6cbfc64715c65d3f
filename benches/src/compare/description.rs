//! A problem in words that programs in other languages build it from.

use nin_layers::{
    Activation, AlphaScaling, Divisor, LayerSpec, NamedLayer, Plan, Rounding, Window,
};
use serde::Serialize;

use super::case::Problem;
use super::contestant::TRIAL_LR;

/// What stands in `case.json`.
#[derive(Debug, Serialize)]
pub struct Description {
    case: &'static str,
    parameters: usize,
    batch_size: usize,
    /// C, H, W.
    input: [usize; 3],
    optimizer: Optimizer,
    /// The learning rate of the trial step.
    trial_lr: f64,
    layers: Vec<Layer>,
}

/// SGD as PyTorch has it.
#[derive(Debug, Serialize)]
struct Optimizer {
    lr: f64,
    momentum: f64,
    weight_decay: f64,
}

/// A layer; `name` is the prefix of its tensors' names.
#[derive(Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Layer {
    Conv {
        name: String,
        in_channels: usize,
        out_channels: usize,
        #[serde(flatten)]
        window: Sizes,
        relu: bool,
    },
    BatchNorm {
        name: String,
        channels: usize,
        eps: f64,
        momentum: f64,
        relu: bool,
    },
    MaxPool {
        #[serde(flatten)]
        window: Sizes,
        ceil_mode: bool,
    },
    AvgPool {
        #[serde(flatten)]
        window: Sizes,
        ceil_mode: bool,
        count_include_pad: bool,
    },
    GlobalAvgPool,
    /// `alpha` is divided by `size`.
    Lrn {
        size: usize,
        alpha: f64,
        beta: f64,
        k: f64,
    },
    Dropout {
        p: f64,
    },
}

/// The sizes of a window in pixels.
#[derive(Debug, PartialEq, Serialize)]
struct Sizes {
    kernel_size: usize,
    stride: usize,
    padding: usize,
}

impl Description {
    /// Describes the problem.
    pub fn new(problem: &Problem) -> Self {
        let plan = problem.network.plan();
        let sgd = problem.sgd;
        Self {
            case: problem.name,
            parameters: problem.weights.values().map(|tensor| tensor.elem_count()).sum(),
            batch_size: problem.labels.len(),
            input: plan.input(),
            optimizer: Optimizer {
                lr: sgd.lr,
                momentum: sgd.momentum,
                weight_decay: sgd.weight_decay,
            },
            trial_lr: TRIAL_LR,
            layers: layers(plan),
        }
    }
}

fn layers(plan: &Plan) -> Vec<Layer> {
    let channels = |index| plan.layer_input(index)[0];
    let layers = plan.layers().iter().enumerate();
    layers.map(|(index, layer)| describe(layer, channels(index))).collect()
}

fn describe(layer: &NamedLayer, in_channels: usize) -> Layer {
    let name = layer.name.clone();
    match layer.spec {
        LayerSpec::Conv2d(spec) => Layer::Conv {
            name,
            in_channels,
            out_channels: spec.out_channels,
            window: sizes(spec.window),
            relu: spec.activation == Activation::Relu,
        },
        LayerSpec::BatchNorm2d(spec) => Layer::BatchNorm {
            name,
            channels: in_channels,
            eps: spec.eps,
            momentum: spec.momentum,
            relu: spec.activation == Activation::Relu,
        },
        LayerSpec::MaxPool2d(pool) => Layer::MaxPool {
            window: sizes(pool.window),
            ceil_mode: pool.rounding == Rounding::Ceil,
        },
        LayerSpec::AvgPool2d(pool) => Layer::AvgPool {
            window: sizes(pool.window),
            ceil_mode: pool.rounding == Rounding::Ceil,
            count_include_pad: pool.divisor == Divisor::WindowArea,
        },
        LayerSpec::GlobalAvgPool2d => Layer::GlobalAvgPool,
        LayerSpec::LocalResponseNorm(lrn) => {
            let params = lrn.params();
            let factor = match params.scaling {
                AlphaScaling::DividedBySize => 1.0,
                AlphaScaling::Undivided => params.size as f64,
            };
            let alpha = params.alpha * factor;
            Layer::Lrn { size: params.size, alpha, beta: params.beta, k: params.k }
        }
        LayerSpec::Dropout(p) => Layer::Dropout { p: p.get() },
    }
}

fn sizes(Window { kernel_size, stride, padding }: Window) -> Sizes {
    Sizes { kernel_size, stride, padding }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::case::Case;
    use serde_json::json;

    #[test]
    fn a_network_in_words() {
        let description = Description::new(&Case::Original.problem(None).unwrap());
        let json = serde_json::to_value(description).unwrap();
        assert_eq!(json["parameters"], 1_992_166);
        assert_eq!(json["input"], json!([1, 224, 224]));
        let layers = json["layers"].as_array().unwrap();
        assert_eq!(layers.len(), 12 + 3 + 1 + 1);
        let conv = json!({
            "kind": "conv", "name": "net.0.0", "in_channels": 1, "out_channels": 96,
            "kernel_size": 11, "stride": 4, "padding": 0, "relu": true
        });
        assert_eq!(layers[0], conv);
        let pool = json!({
            "kind": "max_pool", "kernel_size": 3, "stride": 2, "padding": 0, "ceil_mode": false
        });
        assert_eq!(layers[3], pool);
        assert_eq!(layers[12], json!({ "kind": "dropout", "p": 0.5 }));
        assert_eq!(layers[16], json!({ "kind": "global_avg_pool" }));
    }
}
