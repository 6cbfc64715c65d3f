//! Reading, writing and checking the section.

use super::*;
use crate::{
    Cosine, CosineSettings, Direction, OneCycle, RateChange, Schedule, ScheduleError, StepDecay,
    StepDecaySettings, TrainingLength,
};

fn read(text: &str) -> ScheduleConfig {
    toml::from_str(text).unwrap()
}

fn refused(text: &str) -> String {
    read(text).validate(0.1).unwrap_err().to_string()
}

#[test]
fn an_empty_section_is_the_default_and_holds() {
    assert_eq!(read(""), ScheduleConfig::default());
    assert_eq!(read("").validate(0.001), Ok(()));
}

#[test]
fn toml_and_json_keep_every_key() {
    let mut config = read("kind = 'step'\nmilestones = [3, 5]\nmilestone_unit = 'iterations'");
    config.factor = 0.1 + 0.2;
    let text = toml::to_string(&config).unwrap();
    assert_eq!(text.lines().count(), 19);
    assert_eq!(read(&text), config);
}

#[test]
fn kinds_are_read_in_every_spelling() {
    for text in ["reduce-lr-on-plateau", "ReduceLROnPlateau", "REDUCE_LR_ON_PLATEAU"] {
        assert_eq!(read(&format!("kind = '{text}'")).kind, ScheduleKind::ReduceLrOnPlateau);
    }
    for text in ["one-cycle", "OneCycle", "one_cycle", "onecycle"] {
        assert_eq!(read(&format!("kind = '{text}'")).kind, ScheduleKind::OneCycle);
    }
    for &kind in ScheduleKind::ALL {
        assert_eq!(kind.to_string().parse(), Ok(kind));
    }
}

#[test]
fn unknown_keys_and_names_and_negative_counts_are_errors() {
    let error = |text: &str| toml::from_str::<ScheduleConfig>(text).unwrap_err().to_string();
    assert!(error("patiense = 3").contains("unknown field `patiense`"));
    assert!(error("kind = 'exponential'").contains("allowed is reduce-lr-on-plateau, one-cycle"));
    assert!(
        error("anneal = 'cubic'")
            .contains("anneal = \"cubic\" is not known: allowed is cos, linear")
    );
    assert!(error("patience = -1").contains("-1"));
    assert!(error("max_epoch = -1").contains("-1"));
}

#[test]
fn every_key_is_checked_whatever_the_kind() {
    for kind in ["constant", "cosine", "one-cycle", "reduce-lr-on-plateau"] {
        let wrong = [
            ("factor", "1.0"),
            ("factor", "0.0"),
            ("factor", "nan"),
            ("threshold", "-0.1"),
            ("min_lr", "-0.1"),
            ("eps", "inf"),
            ("milestones", "[2, 1]"),
            ("gamma", "1.5"),
            ("pct_start", "-0.1"),
            ("div_factor", "0.0"),
            ("final_div_factor", "0.0"),
        ];
        for (key, value) in wrong {
            let error = refused(&format!("kind = '{kind}'\n{key} = {value}"));
            assert!(error.starts_with(&format!("{key} = ")), "{kind} {key}: {error}");
            assert!(error.contains("allowed is "), "{error}");
        }
    }
}

#[test]
fn keys_that_one_kind_needs_are_checked_for_it() {
    assert!(refused("kind = 'step'").starts_with("milestones = []"));
    assert!(refused("kind = 'cosine'\nmin_lr = 0.1").starts_with("min_lr = 0.1"));
    assert!(refused("min_lr = 0.1").starts_with("min_lr = 0.1"));
    assert!(refused("kind = 'cosine'\nwarmup_epochs = 100").starts_with("warmup_epochs = 100"));
    assert!(refused("kind = 'one-cycle'\nmax_epoch = 0").starts_with("max_epoch = 0"));
    assert!(refused("kind = 'cosine'\nmax_epoch = 0").starts_with("max_epoch = 0"));
}

#[test]
fn the_rate_is_checked_for_every_kind() {
    for &kind in ScheduleKind::ALL {
        let config = ScheduleConfig { kind, milestones: vec![1], ..Default::default() };
        for lr in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let error = config.validate(lr).unwrap_err();
            assert!(matches!(error, ScheduleError::OutOfRange { key: "lr", .. }), "{error}");
        }
    }
}

#[test]
fn a_run_without_an_end_is_refused() {
    let both =
        "max_epoch = 0 means no limit, and so does max_reduce = 0: allowed is max_epoch >= 1";
    assert_eq!(refused("max_epoch = 0\nmax_reduce = 0"), both);
    assert!(
        refused("kind = 'constant'\nmax_epoch = 0").contains("kind = constant has no other end")
    );
    assert!(refused("kind = 'step'\nmilestones = [1]\nmax_epoch = 0").contains("kind = step"));

    let forever = read("max_epoch = 0\nmax_reduce = 6").validate(0.001).unwrap_err();
    assert!(
        forever.to_string().contains("from lr = 0.001 only 5 of max_reduce = 6 cuts"),
        "{forever}"
    );
    assert_eq!(read("max_epoch = 0\nmax_reduce = 5").validate(0.001), Ok(()));
    assert_eq!(read("max_epoch = 0\nmax_reduce = 6").validate(0.01), Ok(()));
    assert_eq!(read("max_epoch = 7\nmax_reduce = 0").validate(0.001), Ok(()));
}

#[test]
fn every_plateau_key_reaches_the_schedule() {
    let keys = "monitor = 'val_loss'\npatience = 0\nfactor = 0.5\nthreshold = 0.1\n\
                threshold_mode = 'abs'\ncooldown = 1\nmin_lr = 0.03\neps = 0.01";
    let mut schedule = read(keys).schedule(0.1, 10).unwrap();
    // 9.5 is better by 0.1, though not by a tenth. Then a cut, a cooldown, and the lowest rate.
    let rates = [10.0, 9.5, 9.45, 9.45, 9.45, 9.45].map(|loss| {
        let _: RateChange = schedule.step_epoch(loss);
        schedule.lr()
    });
    assert_eq!(rates, [0.1, 0.1, 0.05, 0.05, 0.03, 0.03]);
    // From 0.035 a cut to 0.03 is smaller than eps.
    let mut schedule = read(keys).schedule(0.035, 10).unwrap();
    assert_eq!([1.0; 3].map(|loss| schedule.step_epoch(loss)), [RateChange::Kept; 3]);
}

#[test]
fn the_keys_of_the_other_kinds_reach_their_schedules() {
    let equal = |text: &str, wanted: Schedule| {
        assert_eq!(read(text).schedule(0.1, 10), Ok(wanted), "{text}");
    };
    let length = TrainingLength { epochs: 100, iterations_per_epoch: 10 };

    let settings = OneCycleSettings {
        pct_start: 0.4,
        div_factor: 2.0,
        final_div_factor: 3.0,
        anneal: Anneal::Linear,
    };
    let keys = "kind = 'one-cycle'\npct_start = 0.4\ndiv_factor = 2.0\n\
                final_div_factor = 3.0\nanneal = 'linear'";
    equal(keys, Schedule::OneCycle(OneCycle::new(0.1, settings, length).unwrap()));

    let settings = CosineSettings { min_lr: 0.01, warmup_epochs: 5 };
    let keys = "kind = 'cosine'\nmin_lr = 0.01\nwarmup_epochs = 5";
    equal(keys, Schedule::Cosine(Cosine::new(0.1, &settings, length).unwrap()));

    let settings = StepDecaySettings {
        milestones: vec![3, 5],
        milestone_unit: MilestoneUnit::Iterations,
        gamma: 0.5,
    };
    let keys = "kind = 'step'\nmilestones = [3, 5]\nmilestone_unit = 'iterations'\ngamma = 0.5";
    equal(keys, Schedule::Step(StepDecay::new(0.1, settings).unwrap()));
}

#[test]
fn the_best_follows_the_monitor() {
    assert_eq!(read("monitor = 'val_loss'").best_tracker().direction(), Direction::Min);
    assert_eq!(read("").best_tracker().direction(), Direction::Max);
}
