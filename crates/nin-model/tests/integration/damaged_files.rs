//! Files that are no checkpoint, as people have met them. Each is an error, at
//! once, whatever its header claims.

use std::path::Path;
use std::time::{Duration, Instant};

use nin_model::{ModelInfo, checkpoint};

/// What a file of this program's is refused for, and weights of any program.
fn errors(bytes: &[u8]) -> (String, Option<String>) {
    let start = Instant::now();
    let ours = checkpoint::from_bytes::<ModelInfo>(bytes).map(|_| ()).unwrap_err().to_string();
    let any = checkpoint::read_weights(bytes).map(|_| ()).err().map(|error| error.to_string());
    assert!(start.elapsed() < Duration::from_secs(1));
    (ours, any)
}

fn read(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    std::fs::read(folder.join(format!("{name}.safetensors"))).unwrap()
}

const CUT: &str = "truncated or incomplete safetensors file: ";
const LENGTH: &str =
    "safetensors file that is truncated or incomplete, or has bytes after its end: ";
const OTHER: &str = "not a safetensors file: ";
const FOREIGN: &str = "a safetensors file without the metadata \"nin\"";

/// The file, what its error begins with, and what else it says.
const FILES: [(&str, &str, &str); 26] = [
    ("empty_file", CUT, "too small"),
    ("seven_bytes", CUT, "too small"),
    ("header_cut", CUT, "length"),
    ("data_one_byte_short", LENGTH, ""),
    ("data_missing", LENGTH, ""),
    ("trailing_bytes", LENGTH, ""),
    ("length_2_pow_63", OTHER, "too large"),
    ("length_u64_max", OTHER, "too large"),
    ("length_100_000_001", OTHER, "too large"),
    ("torch_zip", "looks like a PyTorch file", ""),
    ("html", "looks like a web page", ""),
    ("header_not_json", OTHER, "JSON"),
    ("header_not_utf8", OTHER, "UTF-8"),
    ("header_is_array", OTHER, "JSON"),
    ("header_deep_json", OTHER, "JSON"),
    ("shape_vs_bytes", OTHER, "shape"),
    ("shape_overflow", OTHER, "overflow"),
    ("overlap", OTHER, "offset"),
    ("hole", OTHER, "offset"),
    ("offsets_reversed", OTHER, "offset"),
    ("offsets_negative", OTHER, "JSON"),
    ("dtype_unknown", OTHER, "Q3"),
    ("metadata_number", OTHER, "JSON"),
    ("good", FOREIGN, "not written by this program"),
    ("good_zero_size_tensor", FOREIGN, "not written by this program"),
    ("no_tensors", FOREIGN, "not written by this program"),
];

#[test]
fn each_file_has_an_error_that_fits() {
    for (name, beginning, word) in FILES {
        let (ours, any) = errors(&read(name));
        let fits = |error: &str| error.starts_with(beginning) && error.contains(word);
        assert!(fits(&ours), "{name}: {ours}");
        match (name, any) {
            ("good" | "good_zero_size_tensor" | "no_tensors", any) => assert_eq!(any, None),
            // A PyTorch file is read as one, and this one has an archive's beginning alone.
            ("torch_zip", Some(any)) => assert!(any.contains("PyTorch"), "{any}"),
            (_, any) => assert!(any.is_some_and(|any| fits(&any)), "{name}"),
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), FILES.len(), "a file is not looked at");
}

#[test]
fn good_files_hold_what_they_say() {
    let values = |name: &str| {
        let (tensors, info) = checkpoint::read_weights(&read(name)).unwrap();
        assert_eq!(info, None);
        let tensors = tensors.into_iter();
        let flat = |t: candle_core::Tensor| t.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        tensors.map(|(name, t)| (name, t.dims().to_vec(), flat(t))).collect::<Vec<_>>()
    };
    let weight = ("conv1.weight".to_owned(), vec![2, 1, 1, 1], vec![0.5, -0.5]);
    let bias = ("conv1.bias".to_owned(), vec![2], vec![0.0, 1.0]);
    assert_eq!(values("good"), [bias, weight.clone()]);
    assert_eq!(values("good_zero_size_tensor"), [weight, ("e".to_owned(), vec![0], vec![])]);
    assert_eq!(values("no_tensors"), []);
}

#[test]
fn deep_json_does_not_overflow_the_stack() {
    let depth = 10_000_000_usize;
    let bytes = [&depth.to_le_bytes()[..], &vec![b'['; depth]].concat();
    assert!(errors(&bytes).0.starts_with(OTHER));
}
