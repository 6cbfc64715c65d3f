//! Whole networks against PyTorch's results, on candle's tape and on the
//! planned engine.

use crate::golden::{self, Case, TOLERANCE, number, rounding, size, window};
use candle_core::{DType, Device, Tensor};
use candle_nn::{ModuleT, VarBuilder, VarMap};
use nin_layers::engine::{self, Batch, TrainStep, UpdateScale, Weights};
use nin_layers::{
    Activation, AlphaScaling, AvgPool2d, BatchNormSpec, Conv2dSpec, ConvSettings, Divisor,
    DropoutProbability, LabelSmoothing, LayerSpec, LocalResponseNorm, LrnParams, MaxPool2d,
    NamedLayer, ParameterRole, Plan, Sequential, SgdParams, StateDict, cross_entropy,
};
use serde_json::Value;

/// Allowed for a gradient that is exactly 0: that of a bias ahead of a batch
/// norm, of which f32 leaves up to 1e-7.
const ABSOLUTE_TOLERANCE: f64 = 1e-6;

#[test]
fn the_tape_agrees_with_pytorch() {
    for_each_network(tape);
}

#[test]
fn the_engine_agrees_with_pytorch() {
    for_each_network(|case, plan| planned(&engine::Device::Cpu, case, plan));
}

/// Its kernels are played on the CPU.
#[test]
#[cfg(target_os = "linux")]
fn the_engine_of_a_card_agrees_with_pytorch() {
    let device = engine::Device::Emulated(nin_kernels_cuda::Turn::Falling);
    for_each_network(|case, plan| planned(&device, case, plan));
}

#[test]
#[cfg(feature = "cuda")]
fn a_card_agrees_with_pytorch() {
    match engine::Device::cuda(0) {
        Ok(card) => for_each_network(|case, plan| planned(&card, case, plan)),
        Err(error) if std::env::var_os("NIN_NEEDS_CARD").is_some() => panic!("{error}"),
        Err(error) => eprintln!("nothing was run on a card: {error}"),
    }
}

fn for_each_network(check: impl Fn(&Case, Plan)) {
    let cases = golden::cases("networks");
    let names: Vec<_> = cases.iter().map(|case| case.name.clone()).collect();
    assert_eq!(names, ["batch_norm", "caffe_cifar", "lrn", "original", "paper"]);
    for case in cases {
        check(&case, plan(&case));
        let name = case.name.clone();
        println!("{name}: {:.1e}", case.finish());
    }
}

fn tape(case: &Case, plan: Plan) {
    let vars = VarMap::new();
    for (name, tensor) in weights(case, &plan) {
        let var = candle_core::Var::from_tensor(&tensor).unwrap();
        vars.data().lock().unwrap().insert(name, var);
    }
    let builder = VarBuilder::from_varmap(&vars, DType::F32, &Device::Cpu);
    let network = Sequential::new(&plan, &builder, 0).unwrap();

    let input = case.var("input");
    let logits = network.forward_t(&input, true).unwrap();
    case.check("logits", &logits, TOLERANCE);
    let loss = cross_entropy(&logits, &case.labels(), LabelSmoothing::NONE).unwrap();
    case.check("loss", &loss, TOLERANCE);
    let grads = loss.backward().unwrap();
    case.check("grad_input", grads.get(&input).unwrap(), TOLERANCE);
    let vars = vars.data().lock().unwrap().clone();
    check_gradients(case, &plan, |name| grads.get(&vars[name]).unwrap().clone());
    check_statistics(case, &plan, |name| vars[name].as_tensor().clone());
    case.check("logits_eval", &network.forward_t(&input, false).unwrap(), TOLERANCE);
}

fn planned(device: &engine::Device, case: &Case, plan: Plan) {
    let weights = weights(case, &plan);
    let scale = |_: &str| UpdateScale::default();
    let mut engine =
        engine::create(device, plan.clone(), ConvSettings::default(), &weights, scale).unwrap();

    let input = case.tensor("input").permute((0, 2, 3, 1)).unwrap();
    let images: Vec<f32> = input.flatten_all().unwrap().to_vec1().unwrap();
    let labels = case.labels();
    let batch = Batch::prepared(&images, &labels);
    // The first step stores the gradient as momentum, and no weight moves.
    let sgd = SgdParams { lr: 0.0, momentum: 0.9, ..SgdParams::default() };
    let result = engine.train_step(batch, &TrainStep { sgd, ..TrainStep::default() }).unwrap();

    let logits = |logits: &[f32]| Tensor::new(logits, &Device::Cpu).unwrap();
    let dims = (labels.len(), plan.classes());
    case.check("logits", &logits(engine.logits()).reshape(dims).unwrap(), TOLERANCE);
    let loss = result.loss_sum / result.samples as f64;
    case.check("loss", &Tensor::new(loss, &Device::Cpu).unwrap(), TOLERANCE);
    let gradients = engine.momentum().unwrap();
    check_gradients(case, &plan, |name| gradients[name].clone());
    let after = engine.weights().unwrap();
    check_statistics(case, &plan, |name| after[name].clone());
    engine.evaluate(batch, Weights::Current).unwrap();
    case.check("logits_eval", &logits(engine.logits()).reshape(dims).unwrap(), TOLERANCE);
    // An engine has no use for this one.
    case.tensor("grad_input");
}

/// Where the file keeps a parameter's value.
fn source(name: &str, role: ParameterRole) -> String {
    if role.is_trained() { format!("param.{name}") } else { format!("buffer.{name}") }
}

fn weights(case: &Case, plan: &Plan) -> StateDict {
    plan.parameters()
        .map(|(name, spec)| {
            let tensor = case.tensor(&source(&name, spec.role)).clone();
            (name, tensor)
        })
        .collect()
}

fn check_gradients(case: &Case, plan: &Plan, gradient: impl Fn(&str) -> Tensor) {
    let before_norm: Vec<_> = plan
        .layers()
        .windows(2)
        .filter(|pair| matches!(pair[1].spec, LayerSpec::BatchNorm2d(_)))
        .map(|pair| format!("{}.bias", pair[0].name))
        .collect();
    for (name, _) in plan.parameters().filter(|(_, spec)| spec.role.is_trained()) {
        let (wanted, gradient) = (format!("grad.{name}"), gradient(&name));
        if before_norm.contains(&name) {
            let error = case.difference(&wanted, &gradient);
            assert!(error <= ABSOLUTE_TOLERANCE, "{}: {wanted} is off by {error:e}", case.name);
        } else {
            case.check(&wanted, &gradient, TOLERANCE);
        }
    }
}

fn check_statistics(case: &Case, plan: &Plan, statistic: impl Fn(&str) -> Tensor) {
    for (name, _) in plan.parameters().filter(|(_, spec)| !spec.role.is_trained()) {
        case.check(&format!("buffer_after.{name}"), &statistic(&name), TOLERANCE);
    }
}

/// The file's structure under the names that PyTorch's `nn.Sequential` gives.
fn plan(case: &Case) -> Plan {
    let mut layers = Vec::new();
    let mut place = 0;
    let mut push = |name: String, spec| layers.push(NamedLayer { name, spec });
    for block in case.parameters["blocks"].as_array().unwrap() {
        let norm = match block["norm"].as_str() {
            Some("none") => false,
            Some("batch") => true,
            norm => panic!("{}: unknown norm {norm:?}", case.name),
        };
        let mut inner = 0;
        for layer in block["layers"].as_array().unwrap() {
            let activation = if norm { Activation::None } else { Activation::Relu };
            let conv = Conv2dSpec {
                out_channels: size(layer, "channels"),
                window: window(layer),
                activation,
            };
            push(format!("net.{place}.{inner}"), LayerSpec::Conv2d(conv));
            if norm {
                inner += 1;
                let spec = BatchNormSpec { activation: Activation::Relu, ..Default::default() };
                push(format!("net.{place}.{inner}"), LayerSpec::BatchNorm2d(spec));
            }
            // The ReLU takes a number.
            inner += 2;
        }
        let after = [lrn(&block["lrn"]), pool(&block["pool"]), dropout(&block["dropout"])];
        for spec in after.into_iter().flatten() {
            place += 1;
            push(format!("net.{place}"), spec);
        }
        place += 1;
    }
    push(format!("net.{place}"), LayerSpec::GlobalAvgPool2d);
    let input: Vec<usize> = serde_json::from_value(case.parameters["input"].clone()).unwrap();
    Plan::new(input.try_into().unwrap(), layers).unwrap()
}

fn lrn(structure: &Value) -> Option<LayerSpec> {
    structure.as_object()?;
    let [alpha, beta, k] = ["alpha", "beta", "k"].map(|key| number(structure, key));
    let scaling = AlphaScaling::DividedBySize;
    let params = LrnParams { size: size(structure, "size"), alpha, beta, k, scaling };
    Some(LayerSpec::LocalResponseNorm(LocalResponseNorm::new(params).unwrap()))
}

fn pool(structure: &Value) -> Option<LayerSpec> {
    structure.as_object()?;
    let (window, rounding) = (window(structure), rounding(structure));
    Some(match structure["kind"].as_str() {
        Some("max") => LayerSpec::MaxPool2d(MaxPool2d { window, rounding }),
        Some("average") => {
            let divisor = Divisor::WindowArea;
            LayerSpec::AvgPool2d(AvgPool2d { window, rounding, divisor })
        }
        kind => panic!("unknown pool {kind:?}"),
    })
}

fn dropout(there: &Value) -> Option<LayerSpec> {
    there.as_bool().unwrap().then(|| LayerSpec::Dropout(DropoutProbability::default()))
}
