//! Checkpoints: safetensors with metadata.
//!
//! What is accepted is written and read back the same, and written again as the
//! same bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nin_model::{ModelInfo, checkpoint};
use serde::Serialize;
use serde::de::DeserializeOwned;

fuzz_target!(|data: &[u8]| {
    let _ = checkpoint::read_weights(data);
    check_round_trip::<ModelInfo>(data);
    check_round_trip::<serde_json::Value>(data);
});

fn check_round_trip<I: Serialize + DeserializeOwned>(data: &[u8]) {
    let Ok((tensors, info)) = checkpoint::from_bytes::<I>(data) else { return };
    let written = checkpoint::to_bytes(&tensors, &info).expect("it was read");
    let (read_tensors, read_info) = checkpoint::from_bytes::<I>(&written).expect("we wrote it");
    assert!(read_tensors.keys().eq(tensors.keys()));
    let again = checkpoint::to_bytes(&read_tensors, &read_info).expect("it was read");
    assert!(again == written, "written twice, two files");
}
