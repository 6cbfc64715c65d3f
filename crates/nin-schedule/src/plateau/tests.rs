//! Traces of PyTorch 2.15.0, equal to the last bit, and cases that people have reported.

use proptest::prelude::*;

use super::RateChange::{Cut, Kept};
use super::*;

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

/// 1, 0.1, 0.01, … as repeated products by 0.1 round.
const L0: f64 = 1.0;
const L1: f64 = 0.1;
const L2: f64 = 0.010000000000000002;
const L3: f64 = 0.0010000000000000002;
const L4: f64 = 0.00010000000000000003;

fn min(patience: usize) -> PlateauSettings {
    PlateauSettings { patience, ..Default::default() }
}

fn max(patience: usize) -> PlateauSettings {
    PlateauSettings { direction: Direction::Max, ..min(patience) }
}

/// The rate after each epoch.
fn trace(lr: f64, settings: PlateauSettings, metrics: &[f64]) -> Vec<f64> {
    let mut schedule = ReduceLrOnPlateau::new(lr, settings).unwrap();
    let mut step = |&metric: &f64| {
        let before = schedule.lr();
        let change = schedule.step(metric);
        assert_eq!(change == Cut, schedule.lr() < before);
        schedule.lr()
    };
    metrics.iter().map(&mut step).collect()
}

const RISING_AND_FLAT: [f64; 12] =
    [0.5, 0.6, 0.6, 0.59, 0.58, 0.6, 0.6, 0.6, 0.6, 0.60005, 0.60007, 0.7];

#[test]
fn max_with_patience_2() {
    let rates = trace(1.0, max(2), &RISING_AND_FLAT);
    assert_eq!(rates, [L0, L0, L0, L0, L1, L1, L1, L2, L2, L2, L2, L2]);
}

#[test]
fn max_with_patience_2_and_cooldown_2() {
    let settings = PlateauSettings { cooldown: 2, ..max(2) };
    let rates = trace(1.0, settings, &RISING_AND_FLAT);
    assert_eq!(rates, [L0, L0, L0, L0, L1, L1, L1, L1, L1, L2, L2, L2]);
}

#[test]
fn min_with_patience_0() {
    let rates = trace(1.0, min(0), &[1.0, 1.0, 1.0, 0.5, 0.5, 0.6]);
    assert_eq!(rates, [L0, L1, L2, L2, L3, L4]);
}

#[test]
fn the_lowest_rate_holds() {
    let settings = PlateauSettings { min_lr: 0.05, ..min(0) };
    assert_eq!(trace(1.0, settings, &[1.0; 5]), [1.0, 0.1, 0.05, 0.05, 0.05]);
    let settings = PlateauSettings { min_lr: 0.03, factor: 0.5, ..min(0) };
    assert_eq!(trace(0.1, settings, &[1.0; 6]), [0.1, 0.05, 0.03, 0.03, 0.03, 0.03]);
}

#[test]
fn ten_zeros() {
    let rates = trace(0.1, min(2), &[0.0; 10]);
    assert_eq!(rates, [L1, L1, L1, L2, L2, L2, L3, L3, L3, L4]);
    let rates = trace(0.1, PlateauSettings { cooldown: 1, ..min(2) }, &[0.0; 10]);
    assert_eq!(rates, [L1, L1, L1, L2, L2, L2, L2, L3, L3, L3]);
}

#[test]
fn a_flat_loss() {
    assert_eq!(trace(1.0, min(2), &[1.0; 8]), [L0, L0, L0, L1, L1, L1, L2, L2]);
    assert_eq!(trace(1.0, min(0), &[1.0; 5]), [L0, L1, L2, L3, L4]);
    let cooldown = PlateauSettings { cooldown: 2, ..min(1) };
    let rates = trace(1.0, cooldown, &[1.0; 12]);
    assert_eq!(rates, [L0, L0, L1, L1, L1, L1, L2, L2, L2, L2, L3, L3]);
}

#[test]
fn nan_is_bad_and_never_the_best() {
    let metrics = [1.0, NAN, NAN, NAN, 0.5, 0.4];
    assert_eq!(trace(1.0, min(2), &metrics), [L0, L0, L0, L1, L1, L1]);

    let mut schedule = ReduceLrOnPlateau::new(1.0, min(2)).unwrap();
    let best = metrics.map(|metric| {
        let _ = schedule.step(metric);
        schedule.state().best
    });
    assert_eq!(best, [1.0, 1.0, 1.0, 1.0, 0.5, 0.4]);

    assert_eq!(trace(1.0, min(0), &[NAN, NAN, 1.0]), [L1, L2, L2]);
}

#[test]
fn infinities() {
    assert_eq!(trace(1.0, min(0), &[INF, INF, 1.0, -INF, -INF]), [L1, L2, L2, L2, L3]);
}

#[test]
fn a_negative_flat_metric_is_cut_only_with_an_absolute_threshold() {
    assert_eq!(trace(1.0, min(2), &[-1.0; 8]), [1.0; 8]);
    let absolute = PlateauSettings { threshold_mode: ThresholdMode::Abs, ..min(2) };
    assert_eq!(trace(1.0, absolute, &[-1.0; 8]), [L0, L0, L0, L1, L1, L1, L2, L2]);
    let metrics = [-1.0, -0.99995, -0.99985, -1.0, -1.0];
    assert_eq!(trace(1.0, max(0), &metrics), [L0, L0, L0, L1, L2]);
}

#[test]
fn the_threshold_must_be_beaten() {
    let equal = [1.0, 0.99995, 0.9999, 0.9999];
    assert_eq!(trace(1.0, min(2), &equal), [L0, L0, L0, L1]);
    let beaten = [1.0, 0.99995, 0.99989, 0.99989, 0.99989, 0.99989];
    assert_eq!(trace(1.0, min(2), &beaten), [L0, L0, L0, L0, L0, L1]);
}

#[test]
fn absolute_thresholds() {
    let absolute = |settings| PlateauSettings {
        threshold: 0.1,
        threshold_mode: ThresholdMode::Abs,
        ..settings
    };
    let falling = [1.0, 0.95, 0.9, 0.9, 0.84, 0.8];
    assert_eq!(trace(1.0, absolute(min(0)), &falling), [L0, L1, L2, L3, L3, L4]);
    let rising = [0.5, 0.55, 0.6, 0.65, 0.7, 0.81];
    assert_eq!(trace(1.0, absolute(max(0)), &rising), [L0, L1, L2, L2, L3, L3]);
}

#[test]
fn the_reference_is_the_best_and_not_the_last_value() {
    let rates = trace(1.0, min(2), &[1.0, 1.2, 1.1, 1.2, 1.1, 1.2, 1.1, 1.2]);
    assert_eq!(rates, [L0, L0, L0, L1, L1, L1, L2, L2]);
}

#[test]
fn a_loss_of_exactly_0_is_a_value() {
    assert_eq!(trace(1.0, min(2), &[0.5, 0.0, 0.0, 0.0, 0.0]), [L0, L0, L0, L0, L1]);
}

#[test]
fn a_falling_loss_is_never_cut_in_min_and_always_in_max() {
    let falling = [3.0, 2.0, 1.0, 0.5, 0.25, 0.125];
    assert_eq!(trace(1.0, min(0), &falling), [1.0; 6]);
    assert_eq!(trace(1.0, max(0), &falling)[..5], [L0, L1, L2, L3, L4]);
}

#[test]
fn a_cut_below_eps_is_not_made_but_forgets_the_bad_epochs() {
    let rates = trace(1.0, min(0), &[1.0; 12]);
    assert_eq!(
        rates[7..],
        [
            1.0000000000000005e-07,
            1.0000000000000005e-08,
            1.0000000000000005e-08,
            1.0000000000000005e-08,
            1.0000000000000005e-08
        ]
    );

    let mut schedule =
        ReduceLrOnPlateau::new(1e-9, PlateauSettings { cooldown: 3, ..min(1) }).unwrap();
    let changes = [1.0; 3].map(|metric| schedule.step(metric));
    assert_eq!(changes, [Kept; 3]);
    assert_eq!((schedule.state().bad_epochs, schedule.state().cooldown_left), (0, 3));
}

#[test]
fn a_cut_of_exactly_eps_is_not_made() {
    let settings = PlateauSettings { factor: 0.5, eps: 0.25, ..min(0) };
    assert_eq!(trace(1.0, settings, &[1.0; 4]), [1.0, 0.5, 0.5, 0.5]);
}

#[test]
fn settings_outside_their_range_are_refused_by_name() {
    let refused = |lr, settings, wanted: &str| {
        let error = ReduceLrOnPlateau::new(lr, settings).unwrap_err().to_string();
        assert_eq!(error, wanted);
    };
    for (factor, got) in [(1.0, "1"), (1.5, "1.5"), (0.0, "0"), (-1.0, "-1"), (NAN, "NaN")] {
        let wanted = format!("factor = {got} is out of range: allowed is (0, 1)");
        refused(1.0, PlateauSettings { factor, ..min(0) }, &wanted);
    }
    for (lr, got) in [(0.0, "0"), (-1.0, "-1"), (NAN, "NaN"), (INF, "inf")] {
        refused(lr, min(0), &format!("lr = {got} is out of range: allowed is a finite number > 0"));
    }
    let number = "is out of range: allowed is a finite number >= 0";
    refused(1.0, PlateauSettings { eps: -1.0, ..min(0) }, &format!("eps = -1 {number}"));
    refused(1.0, PlateauSettings { min_lr: NAN, ..min(0) }, &format!("min_lr = NaN {number}"));
    let relative = "threshold = 1 is out of range: allowed is [0, 1) when relative";
    refused(1.0, PlateauSettings { threshold: 1.0, ..min(0) }, relative);
    let absolute = PlateauSettings { threshold: INF, threshold_mode: ThresholdMode::Abs, ..min(0) };
    refused(1.0, absolute, &format!("threshold = inf {number}"));
    let too_high = "min_lr = 0.1 is out of range: allowed is [0, lr), with lr = 0.1";
    refused(0.1, PlateauSettings { min_lr: 0.1, ..min(0) }, too_high);
}

#[test]
fn impossible_states_are_refused() {
    let mut schedule = ReduceLrOnPlateau::new(1.0, min(0)).unwrap();
    let good = schedule.state().clone();
    assert!(schedule.restore(PlateauState { lr: NAN, ..good.clone() }).is_err());
    assert!(schedule.restore(PlateauState { lr: -1.0, ..good.clone() }).is_err());
    assert!(schedule.restore(PlateauState { best: NAN, ..good.clone() }).is_err());
    assert_eq!(*schedule.state(), good);
}

#[test]
fn a_fresh_state_is_written_with_its_infinity() {
    let schedule = ReduceLrOnPlateau::new(0.1, max(0)).unwrap();
    let json = serde_json::to_string(schedule.state()).unwrap();
    assert_eq!(json, r#"{"lr":"0.1","best":"-inf","bad_epochs":0,"cooldown_left":0,"epoch":0}"#);
}

fn settings() -> impl Strategy<Value = PlateauSettings> {
    let direction = prop::sample::select(Direction::ALL);
    let mode = prop::sample::select(ThresholdMode::ALL);
    (direction, 0.01..0.99, 0_usize..4, 0.0..0.1, mode, 0_usize..4, 0.0..0.1).prop_map(
        |(direction, factor, patience, threshold, threshold_mode, cooldown, min_lr)| {
            PlateauSettings {
                direction,
                factor,
                patience,
                threshold,
                threshold_mode,
                cooldown,
                min_lr,
                eps: 1e-8,
            }
        },
    )
}

fn metrics() -> impl Strategy<Value = Vec<f64>> {
    let metric = prop_oneof![8 => -1.0..1.0, 1 => Just(NAN), 1 => Just(INF), 1 => Just(-INF)];
    prop::collection::vec(metric, 0..60)
}

proptest! {
    #[test]
    fn the_rate_never_rises_and_never_passes_the_lowest(settings in settings(), metrics in metrics()) {
        let rates = trace(0.5, settings.clone(), &metrics);
        prop_assert!(rates.windows(2).all(|pair| pair[1] <= pair[0]));
        prop_assert!(rates.iter().all(|&lr| lr >= settings.min_lr && lr <= 0.5));
    }

    #[test]
    fn cuts_are_at_least_patience_and_cooldown_apart(settings in settings(), metrics in metrics()) {
        let mut schedule = ReduceLrOnPlateau::new(0.5, settings.clone()).unwrap();
        let cuts: Vec<usize> = (0..metrics.len()).filter(|&i| schedule.step(metrics[i]) == Cut).collect();
        let apart = settings.patience + 1 + settings.cooldown;
        prop_assert!(cuts.windows(2).all(|pair| pair[1] - pair[0] >= apart));
    }

    #[test]
    fn a_restored_schedule_goes_on_as_if_never_stopped(
        settings in settings(), metrics in metrics(), at in 0_usize..60,
    ) {
        let (before, after) = metrics.split_at(at.min(metrics.len()));
        let mut whole = ReduceLrOnPlateau::new(0.5, settings.clone()).unwrap();
        for &metric in before {
            let _ = whole.step(metric);
        }
        let json = serde_json::to_string(whole.state()).unwrap();
        let mut resumed = ReduceLrOnPlateau::new(0.3, settings.clone()).unwrap_or_else(|_| whole.clone());
        resumed.restore(serde_json::from_str(&json).unwrap()).unwrap();
        prop_assert_eq!(&resumed, &whole);
        for &metric in after {
            prop_assert_eq!(resumed.step(metric), whole.step(metric));
            prop_assert_eq!(resumed.lr().to_bits(), whole.lr().to_bits());
        }
    }
}
