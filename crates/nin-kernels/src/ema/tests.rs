use proptest::prelude::*;

use super::{EmaDecay, TASK_LEN, reference, update};
use crate::testing::{max_error, random, same_at_every_level, widen};

#[test]
fn the_share_rises_to_its_value() {
    let decay = EmaDecay::new(0.9).unwrap();
    let shares = [0, 1, 8, 80, 81, 1_000_000, u64::MAX].map(|t| decay.at(t));
    assert_eq!(shares, [0.1, 2.0 / 11.0, 0.5, 0.9, 0.9, 0.9, 0.9]);
    assert_eq!(decay.get(), 0.9);
    assert_eq!(EmaDecay::NONE.at(1000), 0.0);
}

#[test]
fn three_updates_by_hand() {
    let mut average = [0.0];
    for (weight, wanted) in [(8.0, 4.0), (0.0, 2.0), (-4.0, -1.0)] {
        update(0.5, &mut average, &[weight]);
        assert_eq!(average, [wanted]);
    }
    update(0.0, &mut average, &[7.0]);
    assert_eq!(average, [7.0], "a share of 0 is the weight itself");
}

#[test]
fn shares_out_of_range_are_refused() {
    for wrong in [-0.1, 1.0, 1.5, f64::NAN, f64::INFINITY] {
        assert!(EmaDecay::new(wrong).is_err(), "{wrong}");
    }
}

#[test]
#[should_panic(expected = "length of the average")]
fn an_average_of_another_length_is_refused() {
    update(0.5, &mut [0.0; 2], &[0.0; 3]);
}

#[test]
fn every_level_gives_the_same_bits() {
    let weight = random(TASK_LEN + 37, 1);
    same_at_every_level(|| {
        let mut average = random(weight.len(), 2);
        update(0.99, &mut average, &weight);
        [average]
    });
}

proptest! {
    #[test]
    fn agrees_with_the_reference(
        len in prop_oneof![0_usize..20, TASK_LEN - 3..TASK_LEN + 4],
        decay in 0.0..1.0,
        seed in 0_u64..1000,
    ) {
        let mut average = random(len, seed);
        let mut truth = widen(&average);
        for i in 1..4 {
            let weight = random(len, seed + 1000 * i);
            update(decay, &mut average, &weight);
            for (average, &weight) in truth.iter_mut().zip(&weight) {
                reference::update(decay, average, f64::from(weight));
            }
        }
        // Three updates of a few roundings of numbers of order 1.
        prop_assert!(max_error(&average, &truth) < 1e-6);
    }
}
