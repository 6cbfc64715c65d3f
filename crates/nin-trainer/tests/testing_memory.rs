//! The memory of a test does not grow with the pictures, but for the pictures
//! themselves. Alone in its file: other tests in one process would disturb the
//! measurement.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a helper of tests may panic")]

#[path = "integration/common/mod.rs"]
mod common;

use std::fs;
use std::path::Path;

use common::{Runs, quiet, start};
use nin_trainer::{Interrupt, TestRequest, test};

/// The most memory of this process that was ever resident, in KiB.
fn peak_kib() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

const PIXELS: usize = 28 * 28;

/// Pictures of noise: the first 100 to train on, all to test on.
fn write_noise(folder: &Path, count: usize) {
    fs::create_dir_all(folder).unwrap();
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let pixels: Vec<u8> = (0..count * PIXELS).map(|_| noise()).collect();
    let labels: Vec<u8> = (0..count).map(|index| (index % 10) as u8).collect();
    for (part, count) in [("train", 100), ("t10k", count)] {
        let size = (count as u32).to_be_bytes();
        let header = [&[0, 0, 8, 3][..], &size, &[0, 0, 0, 28], &[0, 0, 0, 28]].concat();
        let images = [&header, &pixels[..count * PIXELS]].concat();
        fs::write(folder.join(format!("{part}-images-idx3-ubyte")), images).unwrap();
        let labels = [&[0, 0, 8, 1][..], &size, &labels[..count]].concat();
        fs::write(folder.join(format!("{part}-labels-idx1-ubyte")), labels).unwrap();
    }
}

#[test]
fn ten_thousand_pictures_take_no_more_than_two_thousand() {
    let runs = Runs::new();
    let mut config = runs.tiny("run");
    // As large as the maps of a batch are, those of all pictures would show at once:
    // 25 KiB a picture in a layer of 8 channels.
    (config.data.image_size, config.schedule.max_epoch) = (28, 1);
    start(&config).unwrap();
    // Written ahead, so that what writing takes is in both measurements.
    let folder = |count: usize| runs.path(&format!("{count} of noise"));
    for count in [2000, 10_000] {
        write_noise(&folder(count), count);
    }
    let peak = |count: usize| {
        let folder = folder(count);
        let request = TestRequest {
            model_path: runs.path("run"),
            dataset: Some(folder.display().to_string().parse().unwrap()),
            batch_size: Some(64),
            ..TestRequest::default()
        };
        let result = test(&request, &quiet(), &Interrupt::default()).unwrap();
        assert_eq!(result.samples as usize, count);
        peak_kib()
    };
    let few = peak(2000);
    let growth = peak(10_000) - few;
    // The pictures, and their files while they are read. Their maps would be 200 MiB.
    let data = 3 * 8000 * PIXELS / 1024;
    assert!(growth < data + 10 * 1024, "{growth} KiB for 8,000 pictures more");
}
