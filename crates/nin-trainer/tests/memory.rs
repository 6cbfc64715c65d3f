//! Memory does not grow with the epochs. Alone in its file: other tests in one
//! process would disturb the measurement.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a helper of tests may panic")]

#[path = "integration/common/mod.rs"]
mod common;

use common::{Runs, resume, start};

/// Memory of this process that is resident, in KiB.
fn resident_kib() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn fifty_epochs_take_no_more_than_five() {
    let runs = Runs::new();
    let mut config = runs.tiny("run");
    // Large enough that a pass's activations, kept, would show at once.
    (config.data.image_size, config.schedule.max_epoch) = (24, 5);
    start(&config).unwrap();
    let after_5 = resident_kib();
    config.schedule.max_epoch = 50;
    resume(&config, &runs.path("run")).unwrap();
    let growth = resident_kib() - after_5;
    assert!(growth < 10 * 1024, "{growth} KiB between epochs 5 and 50");
}
