//! Reading a file, good or bad, never takes much memory.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use nin_model::checkpoint;

#[global_allocator]
static COUNTING: dhat::Alloc = dhat::Alloc;

/// Above what is held before a file is read.
const LIMIT_BYTES: usize = 64 << 20;

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// A header of so many bytes that ends in nothing.
fn large_header(bytes: usize) -> Vec<u8> {
    [&(bytes as u64).to_le_bytes()[..], b"{", &b"\"a\":{},".repeat(bytes / 7)].concat()
}

#[test]
fn no_file_makes_a_reader_allocate_much() {
    let large = [1 << 20, 99_000_000].map(large_header);
    let files = files();
    assert!(files.len() > 20);
    let _profiler = dhat::Profiler::builder().testing().build();
    let before = dhat::HeapStats::get();
    let check = |name: &str| {
        let peak = dhat::HeapStats::get().max_bytes - before.curr_bytes;
        assert!(peak < LIMIT_BYTES, "{name}: {peak} bytes");
    };
    let mut read = 0;
    for path in files {
        read += usize::from(checkpoint::read_weights(&fs::read(&path).unwrap()).is_ok());
        check(&path.display().to_string());
    }
    for bytes in &large {
        assert!(checkpoint::read_weights(bytes).is_err());
        check("a large header");
    }
    assert!(read > 0, "no file was read");
    assert!(dhat::HeapStats::get().total_blocks > before.total_blocks, "nothing is counted");
}
