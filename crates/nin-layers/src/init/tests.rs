//! Moments, limits and independence of initial values.

use super::*;
use crate::{BatchNormSpec, Conv2dSpec, Window};

/// Parameters of a convolution, by full name.
fn conv(name: &str, kernel_size: usize, inputs: usize, outputs: usize) -> Parameters {
    let window = Window { kernel_size, stride: 1, padding: 0 };
    let spec = Conv2dSpec { window, ..Conv2dSpec::cccp(outputs) };
    named(name, spec.parameters(inputs))
}

type Parameters = Vec<(String, ParameterSpec)>;

fn named(name: &str, specs: Vec<ParameterSpec>) -> Parameters {
    specs.into_iter().map(|spec| (format!("{name}.{}", spec.name), spec)).collect()
}

fn draw(parameters: Parameters, init: Init, seed: u64) -> StateDict {
    state_dict(parameters, |_| init, seed).unwrap()
}

fn numbers(state: &StateDict, name: &str) -> Vec<f32> {
    state[name].flatten_all().unwrap().to_vec1().unwrap()
}

/// Mean and standard deviation are those wanted, within five standard errors.
#[track_caller]
fn assert_moments(values: &[f32], std: f64) {
    let count = values.len() as f64;
    let mean = values.iter().map(|&x| f64::from(x)).sum::<f64>() / count;
    let variance = values.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / count;
    assert!(mean.abs() < 5.0 * std / count.sqrt(), "mean {mean} of {count}");
    let error = (variance.sqrt() - std).abs();
    assert!(error < 5.0 * std / (2.0 * count).sqrt(), "std {}, wanted {std}", variance.sqrt());
}

/// All values lie within ±limit, evenly: some are near it.
#[track_caller]
fn assert_uniform(values: &[f32], limit: f64) {
    let largest = values.iter().fold(0.0_f64, |a, &b| a.max(f64::from(b).abs()));
    assert!(largest <= limit * (1.0 + 1e-7), "{largest} is above {limit}");
    assert!(largest > 0.99 * limit, "{largest} is far below {limit}");
    assert_moments(values, limit / 3.0_f64.sqrt());
}

#[test]
fn kaiming_gives_the_deviations_of_the_original_program() {
    // Kernel size, inputs, outputs; √(2 / (outputs · k²)) to five places.
    for (k, inputs, outputs, std) in [
        (11, 1, 96, 0.01312),
        (1, 96, 96, 0.14434),
        (5, 96, 256, 0.01768),
        (1, 256, 256, 0.08839),
        (3, 256, 384, 0.02406),
        (1, 384, 384, 0.07217),
        (3, 384, 10, 0.14907),
        (1, 10, 10, 0.44721),
    ] {
        let state = draw(conv("conv", k, inputs, outputs), Init::KaimingNormalFanOut, 1);
        assert_moments(&numbers(&state, "conv.weight"), std);
        assert_eq!(numbers(&state, "conv.bias"), vec![0.0; outputs]);
    }
}

#[test]
fn normal_has_the_deviation_asked_for() {
    let state = draw(conv("conv", 5, 96, 128), Init::Normal { std: 0.05 }, 1);
    assert_moments(&numbers(&state, "conv.weight"), 0.05);
    assert_eq!(numbers(&state, "conv.bias"), [0.0; 128]);
    let state = draw(conv("conv", 1, 2, 3), Init::Normal { std: 0.0 }, 1);
    assert!(numbers(&state, "conv.weight").iter().all(|&value| value == 0.0));
}

#[test]
fn xavier_is_uniform_up_to_its_limit() {
    let state = draw(conv("conv", 5, 96, 256), Init::XavierUniform, 1);
    assert_uniform(&numbers(&state, "conv.weight"), (6.0 / (25.0 * (96.0 + 256.0_f64))).sqrt());
    assert_eq!(numbers(&state, "conv.bias"), [0.0; 256]);
}

#[test]
fn the_default_of_pytorch_draws_biases_too() {
    let state = draw(conv("conv", 3, 16, 2000), Init::PytorchDefault, 1);
    let limit = 1.0 / 144.0_f64.sqrt();
    assert_uniform(&numbers(&state, "conv.weight"), limit);
    assert_uniform(&numbers(&state, "conv.bias"), limit);
}

#[test]
fn norms_start_as_the_identity() {
    for init in [Init::KaimingNormalFanOut, Init::PytorchDefault, Init::Normal { std: 1.0 }] {
        let mut parameters = conv("conv", 3, 2, 4);
        parameters.extend(named("norm", BatchNormSpec::parameters(4)));
        let state = draw(parameters, init, 1);
        for (name, value) in
            [("weight", 1.0), ("bias", 0.0), ("running_mean", 0.0), ("running_var", 1.0)]
        {
            assert_eq!(numbers(&state, &format!("norm.{name}")), [value; 4], "{name}");
        }
    }
}

#[test]
fn values_depend_on_seed_and_place_alone() {
    let parameters = || [conv("a", 3, 2, 4), conv("b", 3, 2, 4)].concat();
    let first = draw(parameters(), Init::PytorchDefault, 1);
    let again = draw(parameters(), Init::PytorchDefault, 1);
    let other = draw(parameters(), Init::PytorchDefault, 2);
    // Another size of `b`, and a layer behind it.
    let longer = [conv("a", 3, 2, 4), conv("b", 5, 4, 9), conv("c", 3, 2, 4)].concat();
    let longer = draw(longer, Init::PytorchDefault, 1);
    for (name, sibling) in [("a.weight", "b.weight"), ("a.bias", "b.bias")] {
        assert_eq!(numbers(&again, name), numbers(&first, name));
        assert_eq!(numbers(&longer, name), numbers(&first, name));
        assert_ne!(numbers(&other, name), numbers(&first, name));
        assert_ne!(numbers(&first, sibling), numbers(&first, name));
    }
}

#[test]
fn each_tensor_can_have_its_own_init() {
    let parameters = [conv("a", 1, 3, 3), conv("b", 1, 3, 3)].concat();
    let init = |name: &str| match name {
        "a.weight" => Init::Normal { std: 0.0 },
        _ => Init::KaimingNormalFanOut,
    };
    let state = state_dict(parameters, init, 1).unwrap();
    assert!(numbers(&state, "a.weight").iter().all(|&value| value == 0.0));
    assert!(numbers(&state, "b.weight").iter().all(|&value| value != 0.0));
}

#[test]
fn a_var_map_gets_the_same_values() {
    let parameters = conv("conv", 3, 2, 4);
    let state = draw(parameters.clone(), Init::XavierUniform, 9);
    let vars = VarMap::new();
    fill_var_map(&vars, parameters, Init::XavierUniform, 9).unwrap();
    let vars = vars.data().lock().unwrap();
    assert_eq!(vars.len(), 2);
    let weight = vars["conv.weight"].flatten_all().unwrap().to_vec1::<f32>().unwrap();
    assert_eq!(weight, numbers(&state, "conv.weight"));
}

#[test]
fn deviations_that_are_none_are_errors() {
    for std in [f64::NAN, -0.1, f64::INFINITY] {
        let error = state_dict(conv("conv", 1, 2, 2), |_| Init::Normal { std }, 0).unwrap_err();
        let wanted = format!("init std must be finite and at least 0, got {std}");
        assert_eq!(error.to_string(), wanted);
    }
}

#[test]
fn sizes_that_hold_nothing_or_too_much_are_errors() {
    for init in [Init::KaimingNormalFanOut, Init::XavierUniform, Init::PytorchDefault] {
        for (sizes, wanted) in [
            ([0, 2, 2], "tensor conv.weight is empty: [2, 2, 0, 0]"),
            ([1, 0, 2], "tensor conv.weight is empty: [2, 0, 1, 1]"),
            ([1, 2, 0], "tensor conv.weight is empty: [0, 2, 1, 1]"),
        ] {
            let [kernel_size, inputs, outputs] = sizes;
            let parameters = conv("conv", kernel_size, inputs, outputs);
            assert_eq!(state_dict(parameters, |_| init, 0).unwrap_err().to_string(), wanted);
        }
        let error = state_dict(conv("conv", usize::MAX / 2, 1, 1), |_| init, 0).unwrap_err();
        assert!(error.to_string().starts_with("tensor conv.weight is too large"), "{error}");
    }
}
