use std::fs;
use std::path::PathBuf;

use super::*;

fn record(epoch: u32) -> EpochRecord {
    EpochRecord {
        epoch,
        lr: 1e-5,
        train_loss: 0.1 + 0.2,
        train_accuracy: 1.0,
        val_loss: Some(f64::NAN),
        val_accuracy: Some(0.875),
        seconds: 31.0,
        images_per_second: 1548.387,
    }
}

fn epochs(path: &Path) -> Vec<u32> {
    let records = metrics::read(path).unwrap();
    records.iter().map(|record| record.epoch).collect()
}

fn metrics_file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.csv");
    (folder, path)
}

#[test]
fn metrics_are_written_as_documented() {
    let (_folder, path) = metrics_file();
    let mut file = MetricsFile::create(&path).unwrap();
    file.append(&record(1)).unwrap();
    let without_val = EpochRecord { val_loss: None, val_accuracy: None, ..record(2) };
    file.append(&without_val).unwrap();
    let wanted = "\
epoch,lr,train_loss,train_accuracy,val_loss,val_accuracy,seconds,images_per_second
1,1e-5,0.30000000000000004,1.0,NaN,0.875,31.0,1548.387
2,1e-5,0.30000000000000004,1.0,,,31.0,1548.387
";
    assert_eq!(fs::read_to_string(&path).unwrap(), wanted);
    assert_eq!(metrics::read(&path).unwrap()[1], without_val);
    assert!(MetricsFile::create(&path).is_err(), "an old file is not overwritten");
}

#[test]
fn every_number_reads_back_the_same() {
    let (_folder, path) = metrics_file();
    let mut file = MetricsFile::create(&path).unwrap();
    let numbers = [5e-324, f64::MAX, -0.0, 1.0 / 3.0, f64::INFINITY, f64::NEG_INFINITY];
    for (epoch, lr) in (1..).zip(numbers) {
        file.append(&EpochRecord { lr, ..record(epoch) }).unwrap();
    }
    let read = metrics::read(&path).unwrap();
    let bits: Vec<u64> = read.iter().map(|record| record.lr.to_bits()).collect();
    assert_eq!(bits, numbers.map(f64::to_bits));
    assert!(read[0].val_loss.unwrap().is_nan());
}

#[test]
fn resumes_neither_lose_nor_double_rows() {
    let (_folder, path) = metrics_file();
    let mut file = MetricsFile::create(&path).unwrap();
    for epoch in 1..=3 {
        file.append(&record(epoch)).unwrap();
    }
    let (mut file, kept) = MetricsFile::resume(&path, 3).unwrap();
    assert_eq!(kept.len(), 3);
    for epoch in 4..=6 {
        file.append(&record(epoch)).unwrap();
    }

    // A crash between the row of epoch 6 and its checkpoint, amid a row.
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}7,0.1,0.0")).unwrap();
    assert_eq!(epochs(&path), [1, 2, 3, 4, 5, 6]);
    let (mut file, kept) = MetricsFile::resume(&path, 5).unwrap();
    assert_eq!(kept.last().unwrap().epoch, 5);
    assert_eq!(epochs(&path), [1, 2, 3, 4, 5]);
    for epoch in 6..=7 {
        file.append(&record(epoch)).unwrap();
    }
    assert_eq!(epochs(&path), [1, 2, 3, 4, 5, 6, 7]);
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.matches("epoch").count(), 1);
}

#[test]
fn a_missing_or_half_header_starts_anew() {
    let (_folder, path) = metrics_file();
    assert_eq!(MetricsFile::resume(&path, 4).unwrap().1, []);
    fs::write(&path, "epoch,l").unwrap();
    let (mut file, kept) = MetricsFile::resume(&path, 4).unwrap();
    assert_eq!(kept, []);
    file.append(&record(5)).unwrap();
    assert_eq!(epochs(&path), [5]);
}

#[test]
fn a_damaged_file_is_an_error_that_names_the_line() {
    let (_folder, path) = metrics_file();
    fs::write(&path, format!("{}\n1,x\n", metrics::HEADER)).unwrap();
    let error = MetricsFile::resume(&path, 9).unwrap_err().to_string();
    assert!(error.contains("metrics.csv, line 2: got \"1,x\""), "{error}");
    fs::write(&path, "a,b\n").unwrap();
    assert!(metrics::read(&path).is_err());
}

#[test]
fn rows_need_no_file() {
    let records = [record(1), EpochRecord { val_loss: None, ..record(7) }];
    let text = metrics::text(&records);
    assert!(text.starts_with(metrics::HEADER));
    // Not the values: a number that is not one is unequal to itself.
    let read = metrics::parse(text.as_bytes(), Path::new("m.csv")).unwrap();
    assert_eq!(metrics::text(&read), text);
    let error = metrics::parse(b"a\n", Path::new("m.csv")).unwrap_err().to_string();
    assert!(error.starts_with("m.csv, line 1: got \"a\", wanted epoch,lr,"), "{error}");
}

#[test]
fn a_later_row_of_the_same_epoch_wins() {
    let (_folder, path) = metrics_file();
    let mut file = MetricsFile::create(&path).unwrap();
    for epoch in [1, 2, 3, 2] {
        file.append(&record(epoch)).unwrap();
    }
    assert_eq!(epochs(&path), [1, 2]);
}
