//! Reading a file, good or bad, never takes much memory.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use nin_dataset::{CifarLayout, cifar, idx, svhn};

#[global_allocator]
static COUNTING: dhat::Alloc = dhat::Alloc;

/// Above what is held before a file is read.
const LIMIT_BYTES: usize = 64 << 20;

/// Every file of the test data of one file each.
fn files() -> Vec<PathBuf> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let folders = ["idx/good", "idx/bad", "gz", "cifar", "svhn"];
    let entries = folders.iter().flat_map(|folder| fs::read_dir(data.join(folder)).unwrap());
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn no_file_makes_a_reader_allocate_much() {
    let files = files();
    assert!(files.len() > 50, "only {} files", files.len());
    let _profiler = dhat::Profiler::builder().testing().build();
    let before = dhat::HeapStats::get();
    let mut read = 0;
    for path in &files {
        read += usize::from(idx::read_file(path).is_ok());
        for layout in [CifarLayout::OneLabel, CifarLayout::CoarseAndFineLabel] {
            read += usize::from(cifar::read_file(path, layout).is_ok());
        }
        read += usize::from(svhn::read_file(path).is_ok());
        let peak = dhat::HeapStats::get().max_bytes - before.curr_bytes;
        assert!(peak < LIMIT_BYTES, "{}: {peak} bytes", path.display());
    }
    assert!(read > 20, "only {read} files were read");
    assert!(dhat::HeapStats::get().total_blocks > before.total_blocks, "nothing is counted");
}
