//! The text of `metrics.csv`.
//!
//! What is accepted has its epochs in ascending order, and is written and read
//! back the same.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use nin_trainer::record::metrics;

fuzz_target!(|data: &[u8]| {
    let path = Path::new("metrics.csv");
    let Ok(records) = metrics::parse(data, path) else { return };
    assert!(records.is_sorted_by(|a, b| a.epoch < b.epoch));
    let written = metrics::text(&records);
    let read = metrics::parse(written.as_bytes(), path).expect("it was written by us");
    // Not the values: a number that is not one is unequal to itself.
    assert_eq!(metrics::text(&read), written);
});
