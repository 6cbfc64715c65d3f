//! The format of safetensors files, plain enough to write wrong ones.

use serde_json::{Value, json};

/// A file in its parts.
#[derive(Clone)]
pub(crate) struct Safetensors {
    metadata: Option<Value>,
    pub(crate) tensors: Vec<Entry>,
}

/// A tensor in the order of the file.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) dtype: &'static str,
    pub(crate) shape: Vec<usize>,
    pub(crate) bytes: Vec<u8>,
}

impl Safetensors {
    /// Reads a file whose tensors are all f32.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let (length, rest) = bytes.split_first_chunk().unwrap();
        let (header, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
        let mut header: serde_json::Map<String, Value> = serde_json::from_slice(header).unwrap();
        let metadata = header.remove("__metadata__");
        let number = |value: &Value| value.as_u64().unwrap() as usize;
        let mut tensors: Vec<(usize, Entry)> = Vec::new();
        for (name, entry) in header {
            assert_eq!(entry["dtype"], "F32");
            let shape = entry["shape"].as_array().unwrap().iter().map(number).collect();
            let [begin, end] = [0, 1].map(|index| number(&entry["data_offsets"][index]));
            let bytes = data[begin..end].to_vec();
            tensors.push((begin, Entry { name, dtype: "F32", shape, bytes }));
        }
        tensors.sort_by_key(|(begin, _)| *begin);
        Self { metadata, tensors: tensors.into_iter().map(|(_, entry)| entry).collect() }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut entries = Vec::new();
        if let Some(metadata) = &self.metadata {
            entries.push(format!("\"__metadata__\":{metadata}"));
        }
        let mut data = Vec::new();
        for Entry { name, dtype, shape, bytes } in &self.tensors {
            let begin = data.len();
            data.extend(bytes);
            let offsets = [begin, data.len()];
            let entry = json!({ "dtype": dtype, "shape": shape, "data_offsets": offsets });
            entries.push(format!("{}:{entry}", json!(name)));
        }
        let mut header = format!("{{{}}}", entries.join(",")).into_bytes();
        // The data begin at a multiple of 8 bytes.
        header.resize(header.len().next_multiple_of(8), b' ');
        [&(header.len() as u64).to_le_bytes()[..], &header, &data].concat()
    }

    /// The file as a program that knows nothing of this one would write it.
    pub(crate) fn without_metadata(mut self) -> Self {
        self.metadata = None;
        self
    }

    /// Every number in another type.
    pub(crate) fn converted<const N: usize>(
        mut self,
        dtype: &'static str,
        convert: fn(f32) -> [u8; N],
    ) -> Self {
        for tensor in &mut self.tensors {
            tensor.dtype = dtype;
            tensor.bytes = tensor.values().flat_map(convert).collect();
        }
        self
    }
}

impl Entry {
    pub(crate) fn values(&self) -> impl Iterator<Item = f32> {
        let (numbers, rest) = self.bytes.as_chunks();
        assert!(rest.is_empty());
        numbers.iter().map(|&bytes| f32::from_le_bytes(bytes))
    }

    pub(crate) fn set(&mut self, index: usize, value: f32) {
        self.bytes[4 * index..][..4].copy_from_slice(&value.to_le_bytes());
    }
}

/// The upper half of an f32, rounded to nearest.
pub(crate) fn bf16(value: f32) -> [u8; 2] {
    let bits = value.to_bits();
    let to_even = 0x7fff + (bits >> 16 & 1);
    (((bits + to_even) >> 16) as u16).to_le_bytes()
}

/// Cut to ten bits of fraction; what is too small for a normal f16 becomes 0.
pub(crate) fn f16(value: f32) -> [u8; 2] {
    let bits = value.to_bits();
    let sign = bits >> 16 & 0x8000;
    let exponent = (bits >> 23 & 0xff) as i32 - 127 + 15;
    assert!(exponent < 31, "{value} is too large");
    let magnitude = if exponent > 0 { (exponent as u32) << 10 | bits >> 13 & 0x3ff } else { 0 };
    ((sign | magnitude) as u16).to_le_bytes()
}
