use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;
use crate::digest::hex;
use crate::{ErrorKind, class_counts};

#[test]
fn the_split_of_60_000_equals_torch_random_split() {
    let Split { train, val } = holdout(60_000, 0.2, 42).unwrap();
    assert_eq!((train.len(), val.len()), (48_000, 12_000));
    let begin = [37542, 43087, 2992, 25810, 39634, 6425, 55768, 11034, 44310, 44384];
    assert_eq!(train[..10], begin);
    assert_eq!(train[47_995..], [28442, 20014, 33680, 4225, 40264]);
    assert_eq!(val[..5], [23397, 25097, 42606, 11313, 59045]);
    assert_eq!(val[11_995..], [44527, 54582, 28045, 16929, 22100]);
    let bytes: Vec<u8> = train.iter().chain(&val).flat_map(|index| index.to_le_bytes()).collect();
    let wanted = "7f455bbc8e543f082c5e5787a6f39d0569027ff6766e60bb3417c9c7e5ac124f";
    assert_eq!(hex(&Sha256::digest(bytes)), wanted);
}

#[test]
fn val_zero_makes_no_validation_part() {
    let split = holdout(40, 0.0, 1).unwrap();
    assert_eq!((split.train.len(), split.val.len()), (40, 0));
    let labels = [0; 40];
    let split = holdout_stratified(&labels, 0.0, 1).unwrap();
    assert_eq!((split.train.len(), split.val.len()), (40, 0));
}

#[test]
fn val_outside_of_its_range_is_a_usage_error() {
    for val in [1.0, -0.1, 1.5, f64::NAN, f64::INFINITY] {
        let error = holdout(40, val, 1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage, "{val}");
        assert_eq!(error.to_string(), format!("val: want a number in [0, 1), found {val}"));
        assert!(holdout_stratified(&[0; 40], val, 1).is_err());
    }
}

#[test]
fn empty_parts_are_errors() {
    let error = holdout(1, 0.1, 42).unwrap_err();
    assert_eq!(error.to_string(), "holdout would be empty: val = 0.1 of 1 pictures");
    assert_eq!(error.kind(), ErrorKind::Data);
    let error = holdout(0, 0.0, 42).unwrap_err();
    assert!(error.to_string().starts_with("training part would be empty"));
}

#[test]
fn a_stratified_quarter_of_four_each_is_one_each() {
    let labels: Vec<u32> = (0..40).map(|i| i / 4).collect();
    let split = holdout_stratified(&labels, 0.25, 1).unwrap();
    assert_eq!(class_counts(&labels, &split.val, 10), [1; 10]);
    assert_eq!(class_counts(&labels, &split.train, 10), [3; 10]);
}

#[test]
fn a_plain_holdout_of_sorted_data_is_mixed() {
    let labels: Vec<u32> = (0..40).map(|i| i / 4).collect();
    let split = holdout(40, 0.25, 1).unwrap();
    assert_eq!(split.val.len(), 10);
    let classes = class_counts(&labels, &split.val, 10).iter().filter(|&&count| count > 0).count();
    assert!(classes > 3, "{classes} classes");
}

#[test]
fn a_class_of_one_stays_in_the_training_part() {
    let mut labels = [0; 40];
    labels[17] = 9;
    let split = holdout_stratified(&labels, 0.25, 1).unwrap();
    assert_eq!(split.val.len(), 10);
    assert!(split.train.contains(&17));
}

proptest! {
    #[test]
    fn parts_are_disjoint_and_cover_everything(
        labels in proptest::collection::vec(0_u32..7, 2..200),
        val in 0.0_f64..1.0,
        seed: u64,
    ) {
        let n = labels.len();
        for split in [holdout(n, val, seed), holdout_stratified(&labels, val, seed)] {
            match split {
                Ok(Split { train, val: holdout }) => {
                    prop_assert_eq!(holdout.len(), (val * n as f64) as usize);
                    let mut all = [train, holdout].concat();
                    all.sort_unstable();
                    prop_assert_eq!(all, (0..n as u32).collect::<Vec<_>>());
                }
                Err(_) => prop_assert!(val * (n as f64) < 1.0),
            }
        }
    }

    #[test]
    fn stratified_shares_are_within_one_picture(
        labels in proptest::collection::vec(0_u32..7, 20..200),
        seed: u64,
    ) {
        let split = holdout_stratified(&labels, 0.3, seed).unwrap();
        let all: Vec<u32> = (0..labels.len() as u32).collect();
        let whole = class_counts(&labels, &all, 7);
        for (count, whole) in class_counts(&labels, &split.val, 7).into_iter().zip(whole) {
            prop_assert!((count as f64 - 0.3 * whole as f64).abs() <= 1.0);
        }
    }
}
