//! Files of `torch.save`: a zip archive with a pickle.
//!
//! A checksum stands before whatever lies in the archive. So data that are no
//! archive are taken for a pickle and put into one, beside two storages.
//!
//! The tensors of what is accepted can be saved as a checkpoint, and take no
//! more memory than the reader's documentation says.

#![no_main]

use std::io::{Cursor, Write};

use libfuzzer_sys::fuzz_target;
use nin_model::{checkpoint, pytorch};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

fuzz_target!(|data: &[u8]| {
    if data.starts_with(b"PK") { check(data) } else { check(&archive(data)) }
});

fn check(file: &[u8]) {
    let Ok(tensors) = pytorch::read_state_dict(file) else { return };
    let numbers: usize = tensors.values().map(|tensor| tensor.elem_count()).sum();
    assert!(numbers <= 4 * file.len(), "{numbers} numbers of {} bytes", file.len());
    let written = checkpoint::to_bytes(&tensors, &()).expect("its tensors are f32");
    let (read, ()) = checkpoint::from_bytes(&written).expect("we wrote it");
    assert!(read.keys().eq(tensors.keys()));
}

fn archive(pickle: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let entries = [("data.pkl", pickle), ("data/0", &[0; 8]), ("data/1", &[1; 24])];
    for (name, content) in entries {
        zip.start_file(name, stored).expect("the name is short");
        zip.write_all(content).expect("a vector takes all");
    }
    zip.finish().expect("a vector takes all").into_inner()
}
