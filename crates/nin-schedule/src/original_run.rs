//! The original program's published run: lr 1e-3 in epochs 1–22, 1e-4 in 23–37, 1e-5 in
//! 38–40, then stop. Accuracies of epochs 1, 2 and 38–40 are its own, the rest is made up to
//! improve where the run went on and to stand still where it did not.

use crate::{RateChange, ScheduleConfig, StopReason};

const VAL_ACCURACY: [f64; 40] = [
    0.4236, 0.6703, 0.7110, 0.7352, 0.7539, 0.7684, 0.7791, 0.7883, 0.7968, 0.8039, //
    0.8102, 0.8158, 0.8207, 0.8251, 0.8290, 0.8324, 0.8353, 0.8377, 0.8396, 0.8391, //
    0.8380, 0.8396, 0.8571, 0.8602, 0.8625, 0.8644, 0.8661, 0.8676, 0.8689, 0.8701, //
    0.8712, 0.8722, 0.8735, 0.8747, 0.8741, 0.8744, 0.8747, 0.8736, 0.8743, 0.8745,
];

/// (epochs trained, the rate each was trained at, why it ended)
fn replay(config: &ScheduleConfig, metrics: &[f64]) -> (usize, Vec<f64>, Option<StopReason>) {
    let mut schedule = config.schedule(1e-3, 1500).unwrap();
    let mut stop = config.stop();
    let mut rates = Vec::new();
    for (epoch, &metric) in (1..).zip(metrics) {
        rates.push(schedule.lr());
        let change = schedule.step_epoch(metric);
        if let Some(reason) = stop.step_epoch(epoch, change) {
            return (epoch, rates, Some(reason));
        }
    }
    (metrics.len(), rates, None)
}

fn original() -> ScheduleConfig {
    ScheduleConfig { max_reduce: 3, ..Default::default() }
}

#[test]
fn it_is_cut_after_epochs_22_and_37_and_stops_after_40() {
    let (epochs, rates, reason) = replay(&original(), &VAL_ACCURACY);
    assert_eq!((epochs, reason), (40, Some(StopReason::Converged)));
    let second = 1e-3 * 0.1;
    let wanted = [&[1e-3; 22][..], &[second; 15], &[second * 0.1; 3]].concat();
    assert_eq!(rates, wanted);
}

#[test]
fn with_one_more_reduction_it_would_have_gone_on() {
    let config = ScheduleConfig { max_reduce: 4, ..original() };
    let (epochs, _, reason) = replay(&config, &VAL_ACCURACY);
    assert_eq!((epochs, reason), (40, None));
}

#[test]
fn an_epoch_limit_of_40_would_have_been_its_reason() {
    let config = ScheduleConfig { max_epoch: 40, ..original() };
    let (epochs, _, reason) = replay(&config, &VAL_ACCURACY);
    assert_eq!((epochs, reason), (40, Some(StopReason::EpochLimit)));
}

#[test]
fn the_best_epoch_is_the_last_improvement_of_the_second_rate() {
    let mut tracker = original().best_tracker();
    let bests = (1..).zip(VAL_ACCURACY).filter(|&(epoch, value)| tracker.observe(epoch, value));
    assert_eq!(bests.last(), Some((34, 0.8747)));
}

#[test]
fn a_stop_and_a_resume_after_any_epoch_change_nothing() {
    let config = original();
    for at in 0..40 {
        let mut schedule = config.schedule(1e-3, 1500).unwrap();
        let mut stop = config.stop();
        let (before, after) = VAL_ACCURACY.split_at(at);
        for (epoch, &metric) in (1..).zip(before) {
            let change = schedule.step_epoch(metric);
            assert_eq!(stop.step_epoch(epoch, change), None);
        }
        let saved = serde_json::to_string(&(schedule.state(), stop.state())).unwrap();

        let (schedule_state, stop_state) = serde_json::from_str(&saved).unwrap();
        let mut schedule = config.schedule(1e-3, 1500).unwrap();
        let mut stop = config.stop();
        schedule.restore(schedule_state).unwrap();
        stop.restore(stop_state);
        let reasons = (at + 1..).zip(after).map(|(epoch, &metric)| {
            let change: RateChange = schedule.step_epoch(metric);
            stop.step_epoch(epoch, change)
        });
        let first = reasons.enumerate().find(|(_, reason)| reason.is_some());
        assert_eq!(first, Some((39 - at, Some(StopReason::Converged))));
    }
}
