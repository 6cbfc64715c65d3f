//! Every kind behind the one interface.

use proptest::prelude::*;

use super::*;
use crate::{ScheduleConfig, ScheduleKind};

const ITERATIONS_PER_EPOCH: usize = 3;
const EPOCHS: usize = 5;

fn schedule(kind: ScheduleKind) -> Schedule {
    let config = ScheduleConfig {
        kind,
        patience: 0,
        max_epoch: EPOCHS,
        milestones: vec![2, 4],
        ..Default::default()
    };
    config.schedule(0.1, ITERATIONS_PER_EPOCH).unwrap()
}

/// One optimiser step; the last of an epoch also ends the epoch, with a flat metric.
fn step(schedule: &mut Schedule, iteration: usize) -> (f64, RateChange) {
    let lr = schedule.lr();
    schedule.step_iteration();
    let last = (iteration + 1).is_multiple_of(ITERATIONS_PER_EPOCH);
    let change = if last { schedule.step_epoch(0.5) } else { RateChange::Kept };
    (lr, change)
}

#[test]
fn the_plateau_counts_epochs_and_not_batches() {
    let mut plateau = schedule(ScheduleKind::ReduceLrOnPlateau);
    (0..100).for_each(|_| plateau.step_iteration());
    assert_eq!(plateau.lr(), 0.1);
    assert_eq!(plateau.step_epoch(0.5), RateChange::Kept);
    assert_eq!(plateau.step_epoch(0.5), RateChange::Cut);
    let ScheduleState::ReduceLrOnPlateau(state) = plateau.state() else { panic!("wrong kind") };
    assert_eq!(state.epoch, 2);
}

#[test]
fn only_the_plateau_cuts() {
    for &kind in ScheduleKind::ALL {
        let mut schedule = schedule(kind);
        let steps = (0..EPOCHS * ITERATIONS_PER_EPOCH).map(|i| step(&mut schedule, i));
        let cuts = steps.filter(|step| step.1 == RateChange::Cut).count();
        let wanted = if kind == ScheduleKind::ReduceLrOnPlateau { EPOCHS - 1 } else { 0 };
        assert_eq!(cuts, wanted, "{kind}");
    }
}

#[test]
fn the_cycles_change_with_each_step_and_the_milestones_with_their_epochs() {
    let rates = |kind| -> Vec<f64> {
        let mut schedule = schedule(kind);
        (0..EPOCHS * ITERATIONS_PER_EPOCH).map(|i| step(&mut schedule, i).0).collect()
    };
    for kind in [ScheduleKind::OneCycle, ScheduleKind::Cosine] {
        assert!(rates(kind).windows(2).all(|pair| pair[0] != pair[1]), "{kind}");
    }
    let (first, second, third) = (0.1, 0.1 * 0.1, 0.1 * 0.1 * 0.1);
    let wanted: Vec<f64> =
        [first, first, second, second, third].iter().flat_map(|&lr| [lr; 3]).collect();
    assert_eq!(rates(ScheduleKind::Step), wanted);
    assert_eq!(rates(ScheduleKind::Constant), [0.1; 15]);
}

#[test]
fn a_state_of_another_kind_is_refused() {
    for &kind in ScheduleKind::ALL {
        for &other in ScheduleKind::ALL.iter().filter(|&&other| other != kind) {
            let error = schedule(kind).restore(schedule(other).state()).unwrap_err();
            let wanted =
                ScheduleError::StateOfAnotherKind { wanted: kind.name(), got: other.name() };
            assert_eq!(error, wanted);
        }
    }
}

#[test]
fn a_state_names_its_kind() {
    for &kind in ScheduleKind::ALL {
        let json = serde_json::to_value(schedule(kind).state()).unwrap();
        assert_eq!(json["kind"], kind.name());
    }
}

proptest! {
    #[test]
    fn a_restored_schedule_goes_on_as_if_never_stopped(at in 0..EPOCHS * ITERATIONS_PER_EPOCH) {
        for &kind in ScheduleKind::ALL {
            let mut whole = schedule(kind);
            for i in 0..at {
                let _ = step(&mut whole, i);
            }
            let json = serde_json::to_string(&whole.state()).unwrap();
            let mut resumed = schedule(kind);
            resumed.restore(serde_json::from_str(&json).unwrap()).unwrap();
            prop_assert_eq!(&resumed, &whole);
            for i in at..EPOCHS * ITERATIONS_PER_EPOCH {
                prop_assert_eq!(step(&mut resumed, i), step(&mut whole, i));
            }
        }
    }
}
