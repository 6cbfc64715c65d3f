//! Traces of PyTorch 2.15.0 and the policy's corners.

use proptest::prelude::*;

use super::*;

/// The formulas are the same in the same order; only `cos` may differ in the last bits.
const RELATIVE_TOLERANCE: f64 = 1e-12;

fn rates(max_lr: f64, settings: OneCycleSettings, iterations: usize) -> Vec<f64> {
    let length = TrainingLength { epochs: 1, iterations_per_epoch: iterations };
    let mut schedule = OneCycle::new(max_lr, settings, length).unwrap();
    let mut next = |_| {
        let lr = schedule.lr();
        schedule.step_iteration();
        lr
    };
    (0..iterations).map(&mut next).collect()
}

fn assert_close(got: &[f64], wanted: &[f64]) {
    assert_eq!(got.len(), wanted.len());
    for (step, (got, wanted)) in got.iter().zip(wanted).enumerate() {
        // The last rate of a straight line is a small difference of large numbers.
        let tolerance = RELATIVE_TOLERANCE * wanted.abs().max(1e-3);
        assert!((got - wanted).abs() <= tolerance, "step {step}: {got} is not {wanted}");
    }
}

#[test]
fn cosine_equals_pytorch() {
    let wanted = [
        0.0040000000000000036,
        0.052000000000000005,
        0.1,
        0.09504846320134738,
        0.0811745653949763,
        0.06112620219362893,
        0.03887419780637107,
        0.0188258346050237,
        0.004951936798652629,
        4e-07,
    ];
    assert_close(&rates(0.1, OneCycleSettings::default(), 10), &wanted);
}

#[test]
fn linear_equals_pytorch() {
    let wanted = [
        0.004,
        0.052000000000000005,
        0.1,
        0.08571434285714286,
        0.07142868571428572,
        0.05714302857142858,
        0.042857371428571434,
        0.028571714285714284,
        0.014286057142857148,
        3.999999999976245e-07,
    ];
    let settings = OneCycleSettings { anneal: Anneal::Linear, ..Default::default() };
    assert_close(&rates(0.1, settings, 10), &wanted);
}

#[test]
fn a_peak_between_two_steps_equals_pytorch() {
    let wanted = [
        0.03999999999999998,
        0.3977683990797807,
        0.3466637639915993,
        0.24465968260447163,
        0.12720486333159428,
        0.03511749289166426,
        0.0004,
    ];
    let settings = OneCycleSettings {
        pct_start: 0.25,
        div_factor: 10.0,
        final_div_factor: 100.0,
        ..Default::default()
    };
    assert_close(&rates(0.4, settings, 7), &wanted);
}

#[test]
fn only_a_fall_and_only_a_rise_equal_pytorch() {
    let settings = |pct_start| OneCycleSettings {
        pct_start,
        div_factor: 4.0,
        final_div_factor: 10.0,
        anneal: Anneal::Cos,
    };
    let fall =
        [0.36275831390311475, 0.2652583139031148, 0.14474168609688529, 0.04724168609688527, 0.01];
    assert_close(&rates(0.4, settings(0.0), 5), &fall);
    let rise = [0.09999999999999998, 0.14393398282201786, 0.25, 0.35606601717798214, 0.4];
    assert_close(&rates(0.4, settings(1.0), 5), &rise);
}

#[test]
fn a_rise_of_one_step_is_the_peak() {
    let settings = OneCycleSettings { pct_start: 0.2, ..Default::default() };
    assert_eq!(rates(0.4, settings, 5)[0], 0.4);
}

#[test]
fn after_the_end_the_rate_stays() {
    let length = TrainingLength { epochs: 2, iterations_per_epoch: 5 };
    let schedule = OneCycle::new(0.1, OneCycleSettings::default(), length).unwrap();
    assert_eq!(schedule.lr_at(10), schedule.lr_at(9));
    assert_eq!(schedule.lr_at(usize::MAX), schedule.lr_at(9));
}

#[test]
fn settings_outside_their_range_are_refused_by_name() {
    let length = TrainingLength { epochs: 1, iterations_per_epoch: 10 };
    let good = OneCycleSettings::default();
    let cases = [
        ("pct_start", OneCycleSettings { pct_start: 1.1, ..good.clone() }),
        ("pct_start", OneCycleSettings { pct_start: f64::NAN, ..good.clone() }),
        ("div_factor", OneCycleSettings { div_factor: 0.5, ..good.clone() }),
        ("final_div_factor", OneCycleSettings { final_div_factor: f64::INFINITY, ..good.clone() }),
    ];
    for (key, settings) in cases {
        let error = OneCycle::new(0.1, settings, length).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{key} = ")), "{error}");
    }
    let error =
        OneCycle::new(0.1, good.clone(), TrainingLength { epochs: 0, ..length }).unwrap_err();
    assert!(error.to_string().starts_with("max_epoch = 0"));
    let error =
        OneCycle::new(0.1, good, TrainingLength { iterations_per_epoch: 0, ..length }).unwrap_err();
    assert!(error.to_string().starts_with("iterations_per_epoch = 0"));
}

proptest! {
    #[test]
    fn it_starts_peaks_and_ends_where_it_should(
        max_lr in 1e-4..10.0, iterations in 20_usize..500, part in 2_usize..20,
        linear in any::<bool>(),
    ) {
        // The peak falls on a step when pct_start * iterations is whole.
        let pct_start = part as f64 / iterations as f64;
        let anneal = if linear { Anneal::Linear } else { Anneal::Cos };
        let settings = OneCycleSettings { pct_start, anneal, ..Default::default() };
        let rates = rates(max_lr, settings, iterations);

        let close = |got: f64, wanted: f64| (got - wanted).abs() <= 1e-9 * max_lr;
        prop_assert!(close(rates[0], max_lr / 25.0));
        prop_assert!(close(rates[part - 1], max_lr));
        prop_assert!(close(rates[iterations - 1], max_lr / 25.0 / 1e4));
        prop_assert!(rates[..part].windows(2).all(|pair| pair[0] <= pair[1]));
        prop_assert!(rates[part - 1..].windows(2).all(|pair| pair[0] >= pair[1]));
    }
}
