//! Checkpoints: safetensors with metadata.
//!
//! A change of the header's length makes a file of another kind, and the
//! metadata are JSON in a text in JSON. So data are also read with their length
//! put right, and data that begin as JSON does are put into a file as its
//! metadata.
//!
//! What is accepted is written and read back the same, and written again as the
//! same bytes.

#![no_main]

use std::collections::HashMap;

use libfuzzer_sys::fuzz_target;
use nin_model::{ModelInfo, checkpoint};
use safetensors::tensor::TensorView;
use serde::Serialize;
use serde::de::DeserializeOwned;

fuzz_target!(|data: &[u8]| {
    if data.starts_with(b"{") {
        let Ok(json) = str::from_utf8(data) else { return };
        return check(&with_metadata(json));
    }
    check(data);
    if let Some((_, header_and_numbers)) = data.split_at_checked(8) {
        let header_end = header_and_numbers.iter().rposition(|&byte| byte == b'}');
        let len = header_end.map_or(0, |at| at as u64 + 1).to_le_bytes();
        check(&[&len, header_and_numbers].concat());
    }
});

fn with_metadata(json: &str) -> Vec<u8> {
    let metadata = HashMap::from([("nin".to_owned(), json.to_owned())]);
    let no_tensors = Vec::<(&str, TensorView<'_>)>::new();
    safetensors::serialize(no_tensors, Some(metadata)).expect("a text is good metadata")
}

fn check(data: &[u8]) {
    let _ = checkpoint::read_weights(data);
    check_round_trip::<ModelInfo>(data);
    check_round_trip::<serde_json::Value>(data);
}

fn check_round_trip<I: Serialize + DeserializeOwned>(data: &[u8]) {
    let Ok((tensors, info)) = checkpoint::from_bytes::<I>(data) else { return };
    let written = checkpoint::to_bytes(&tensors, &info).expect("it was read");
    let (read_tensors, read_info) = checkpoint::from_bytes::<I>(&written).expect("we wrote it");
    assert!(read_tensors.keys().eq(tensors.keys()));
    let again = checkpoint::to_bytes(&read_tensors, &read_info).expect("it was read");
    assert!(again == written, "written twice, two files");
}
