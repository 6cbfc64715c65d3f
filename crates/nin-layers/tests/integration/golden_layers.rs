//! Every layer against PyTorch's results, through candle's tape.

use std::collections::BTreeMap;

use crate::golden::{self, Case, TOLERANCE, number, rounding, size, window};
use candle_core::{DType, Device, Module, Result, Tensor, Var};
use candle_nn::{ModuleT, VarBuilder, VarMap};
use nin_layers::{
    Activation, AlphaScaling, AvgPool2d, BatchNorm2d, BatchNormSpec, Conv2d, Conv2dSpec,
    ConvMethod, ConvSettings, Divisor, GlobalAvgPool2d, LabelSmoothing, LocalResponseNorm,
    LrnParams, MaxPool2d, MlpConv, cross_entropy,
};

#[test]
fn every_layer_agrees_with_pytorch() {
    let mut worst = BTreeMap::<String, f64>::new();
    for case in golden::cases("layers") {
        let op = case.parameters["op"].as_str().unwrap().to_owned();
        match &*op {
            "conv2d" => conv2d(&case),
            "mlpconv" => mlpconv(&case),
            "max_pool" => check_layer(&case, &max_pool(&case)),
            "avg_pool" => check_layer(&case, &avg_pool(&case)),
            "global_avg_pool" => global_avg_pool(&case),
            "lrn" => lrn(&case),
            "batch_norm" => batch_norm(&case),
            "cross_entropy" => loss(&case),
            op => panic!("{}: unknown op {op}", case.name),
        }
        .unwrap();
        let error = case.finish();
        worst.entry(op).and_modify(|worst| *worst = worst.max(error)).or_insert(error);
    }
    worst.iter().for_each(|(op, error)| println!("{op}: {error:.1e}"));
    let ops: Vec<_> = worst.keys().map(String::as_str).collect();
    let all = [
        "avg_pool",
        "batch_norm",
        "conv2d",
        "cross_entropy",
        "global_avg_pool",
        "lrn",
        "max_pool",
        "mlpconv",
    ];
    assert_eq!(ops, all);
}

/// Forward, then backward from loss = Σ output · grad_output; checks output,
/// the input's gradient and those of `parameters`, each beside its gradient's
/// name.
fn check(
    case: &Case,
    tolerance: f64,
    forward: impl Fn(&Tensor) -> Result<Tensor>,
    parameters: &[(String, Var)],
) -> Result<()> {
    let input = case.var("input");
    let output = forward(&input)?;
    case.check("output", &output, tolerance);
    let grads = (output * case.tensor("grad_output"))?.sum_all()?.backward()?;
    case.check("grad_input", grads.get(&input).unwrap(), TOLERANCE);
    for (name, parameter) in parameters {
        case.check(name, grads.get(parameter).unwrap(), TOLERANCE);
    }
    Ok(())
}

fn check_layer(case: &Case, layer: &impl Module) -> Result<()> {
    check(case, TOLERANCE, |input| layer.forward(input), &[])
}

fn activation(case: &Case) -> Activation {
    if case.parameters["relu"].as_bool().unwrap() { Activation::Relu } else { Activation::None }
}

fn conv2d(case: &Case) -> Result<()> {
    let spec = Conv2dSpec {
        out_channels: size(&case.parameters, "out_channels"),
        window: window(&case.parameters),
        activation: activation(case),
    };
    let (weight, bias) = (case.var("weight"), case.var("bias"));
    let layer = Conv2d::from_tensors(spec, weight.as_tensor().clone(), bias.as_tensor().clone())?;
    let parameters = [("grad_weight".to_owned(), weight), ("grad_bias".to_owned(), bias)];
    for method in [ConvMethod::Exact, ConvMethod::Fast] {
        let settings = ConvSettings { method, ..ConvSettings::default() };
        let layer = layer.clone().with_settings(settings);
        check(case, TOLERANCE, |input| layer.forward(input), &parameters)?;
    }
    Ok(())
}

fn mlpconv(case: &Case) -> Result<()> {
    let channels = case.parameters["channels"].as_array().unwrap();
    let mut specs: Vec<_> =
        channels.iter().map(|count| Conv2dSpec::cccp(count.as_u64().unwrap() as usize)).collect();
    specs[0].window = window(&case.parameters);

    let in_channels = case.tensor("input").dim(1)?;
    let parameters: Vec<_> = MlpConv::parameters(in_channels, &specs)
        .into_iter()
        .map(|(name, _)| (format!("grad.{name}"), name))
        .map(|(grad, name)| (grad, case.var(&format!("param.{name}")), name))
        .collect();
    let vars = VarMap::new();
    for (_, var, name) in &parameters {
        vars.data().lock().unwrap().insert(name.clone(), var.clone());
    }
    let builder = VarBuilder::from_varmap(&vars, DType::F32, &Device::Cpu);
    let layer = MlpConv::new(in_channels, &specs, &builder)?;
    let parameters: Vec<_> = parameters.into_iter().map(|(grad, var, _)| (grad, var)).collect();
    check(case, TOLERANCE, |input| layer.forward(input), &parameters)
}

fn max_pool(case: &Case) -> MaxPool2d {
    MaxPool2d { window: window(&case.parameters), rounding: rounding(&case.parameters) }
}

fn avg_pool(case: &Case) -> AvgPool2d {
    let divisor = match case.parameters["count_include_pad"].as_bool().unwrap() {
        true => Divisor::WindowArea,
        false => Divisor::CoveredPixels,
    };
    let MaxPool2d { window, rounding } = max_pool(case);
    AvgPool2d { window, rounding, divisor }
}

fn global_avg_pool(case: &Case) -> Result<()> {
    check(case, TOLERANCE, |input| GlobalAvgPool2d.forward(input)?.flatten_from(1), &[])
}

fn lrn(case: &Case) -> Result<()> {
    let [alpha, beta, k] = ["alpha", "beta", "k"].map(|key| number(&case.parameters, key));
    let scaling = match case.parameters["divided"].as_bool().unwrap() {
        true => AlphaScaling::DividedBySize,
        false => AlphaScaling::Undivided,
    };
    let size = size(&case.parameters, "size");
    let layer = LocalResponseNorm::new(LrnParams { size, alpha, beta, k, scaling })?;
    // A value beside nothing but its channel neighbours: hardly any sum to round.
    check(case, 1e-6, |input| layer.forward(input), &[])
}

fn batch_norm(case: &Case) -> Result<()> {
    let spec = BatchNormSpec {
        eps: number(&case.parameters, "eps"),
        momentum: number(&case.parameters, "momentum"),
        activation: activation(case),
    };
    let vars = VarMap::new();
    for name in ["weight", "bias", "running_mean", "running_var"] {
        vars.data().lock().unwrap().insert(name.to_owned(), case.var(name));
    }
    let parameters = ["weight", "bias"]
        .map(|name| (format!("grad_{name}"), vars.data().lock().unwrap()[name].clone()));
    let channels = case.tensor("weight").elem_count();
    let builder = VarBuilder::from_varmap(&vars, DType::F32, &Device::Cpu);
    let layer = BatchNorm2d::new(channels, spec, &builder)?;
    let train = match case.parameters["mode"].as_str() {
        Some("train") => true,
        Some("eval") => false,
        mode => panic!("{}: unknown mode {mode:?}", case.name),
    };
    check(case, TOLERANCE, |input| layer.forward_t(input, train), &parameters)?;
    case.check("running_mean_after", layer.running_mean(), TOLERANCE);
    case.check("running_var_after", layer.running_var(), TOLERANCE);
    Ok(())
}

fn loss(case: &Case) -> Result<()> {
    let logits = case.var("logits");
    let smoothing = LabelSmoothing::new(number(&case.parameters, "label_smoothing")).unwrap();
    let loss = cross_entropy(&logits, &case.labels(), smoothing)?;
    case.check("loss", &loss, TOLERANCE);
    case.check("grad_logits", loss.backward()?.get(&logits).unwrap(), TOLERANCE);
    Ok(())
}
