//! IDX data, plain and gzipped.
//!
//! What is accepted is written back as the same bytes, and gzipped data are
//! read as the plain ones are.

#![no_main]

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use libfuzzer_sys::fuzz_target;
use nin_dataset::idx::{self, IdxArray, IdxData};

fuzz_target!(|data: &[u8]| {
    let plain = idx::read(data);
    if data.starts_with(&[0x1f, 0x8b]) {
        plain.as_ref().map(check_sizes).ok();
        return;
    }
    let zipped = idx::read(&*gzipped(data));
    match (plain, zipped) {
        (Ok(plain), Ok(zipped)) => {
            check_sizes(&plain);
            assert_eq!(written(&plain), data);
            assert_eq!(written(&zipped), data);
        }
        (Err(plain), Err(zipped)) => assert_eq!(plain.to_string(), zipped.to_string()),
        (plain, zipped) => panic!("plain: {plain:?}, zipped: {zipped:?}"),
    }
});

fn check_sizes(array: &IdxArray) {
    let len = match &array.data {
        IdxData::U8(values) => values.len(),
        IdxData::I8(values) => values.len(),
        IdxData::I16(values) => values.len(),
        IdxData::I32(values) => values.len(),
        IdxData::F32(values) => values.len(),
        IdxData::F64(values) => values.len(),
    };
    let wanted = if array.dims.contains(&0) { 0 } else { array.dims.iter().product() };
    assert_eq!(len, wanted);
}

fn written(array: &IdxArray) -> Vec<u8> {
    let (code, values): (u8, Vec<u8>) = match &array.data {
        IdxData::U8(values) => (0x08, values.clone()),
        IdxData::I8(values) => (0x09, values.iter().flat_map(|v| v.to_be_bytes()).collect()),
        IdxData::I16(values) => (0x0B, values.iter().flat_map(|v| v.to_be_bytes()).collect()),
        IdxData::I32(values) => (0x0C, values.iter().flat_map(|v| v.to_be_bytes()).collect()),
        IdxData::F32(values) => (0x0D, values.iter().flat_map(|v| v.to_be_bytes()).collect()),
        IdxData::F64(values) => (0x0E, values.iter().flat_map(|v| v.to_be_bytes()).collect()),
    };
    let mut bytes = vec![0, 0, code, array.dims.len() as u8];
    bytes.extend(array.dims.iter().flat_map(|&dim| (dim as u32).to_be_bytes()));
    bytes.extend(values);
    bytes
}

fn gzipped(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(data).expect("a vector takes all");
    encoder.finish().expect("a vector takes all")
}
