//! The engine of the CPU.

use crate::engine::{Images, KeptSet, Weights};

tests_on!(Device::Cpu);

#[path = "agreement.rs"]
mod agreement;
#[path = "averages.rs"]
mod averages;
#[path = "errors.rs"]
mod errors;
#[path = "steps.rs"]
mod steps;

#[test]
fn the_cpu_keeps_no_pictures() {
    let mut engine = engine(&plan(0.5));
    assert_eq!(engine.keep([9, 8, 2], &[0; 144]).unwrap(), None);
    let images = Images::Kept { set: KeptSet(0), indices: &[0], changes: &[] };
    let error = engine.evaluate(Batch { images, labels: &[0] }, Weights::Current).unwrap_err();
    assert_eq!(error.to_string(), "the engine of the CPU keeps no pictures");
}
