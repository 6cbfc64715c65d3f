use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::Network;
use crate::config::NormKind;
use crate::testing::{paper_mnist, small};

fn info(model: ModelConfig) -> ModelInfo {
    ModelInfo {
        model,
        image_size: [8, 6],
        class_names: vec!["T-shirt/top".to_owned(), "Øl \"1\"".to_owned(), String::new()],
        mean: vec![0.286_040_6],
        std: vec![f32::MIN_POSITIVE],
        contrast: "none".to_owned(),
        whitening: "none".to_owned(),
        transpose: false,
        average_flips: false,
        dataset: "Fashion-MNIST".to_owned(),
        epoch: 40,
        seed: u64::MAX,
        producer: "nin 0.1.0".to_owned(),
    }
}

fn checkpoint() -> (StateDict, ModelInfo) {
    let model = small(NormKind::Batch);
    let weights = Network::new(&model, [8, 6], 3).unwrap().initial_weights(42).unwrap();
    (weights, info(model))
}

fn values(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// A file with our metadata and one tensor "t".
fn file(dtype: Dtype, shape: &[usize], data: &[u8]) -> Vec<u8> {
    let view = TensorView::new(dtype, shape.to_vec(), data).unwrap();
    let metadata = HashMap::from([(METADATA_KEY.to_owned(), "null".to_owned())]);
    safetensors::serialize([("t", view)], Some(metadata)).unwrap()
}

/// A file with this metadata and no tensor.
fn with_metadata(key: &str, json: &str) -> Vec<u8> {
    let metadata = HashMap::from([(key.to_owned(), json.to_owned())]);
    safetensors::serialize(Vec::<(&str, TensorView<'_>)>::new(), Some(metadata)).unwrap()
}

fn error<I: DeserializeOwned>(bytes: &[u8]) -> String {
    from_bytes::<I>(bytes).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn what_is_written_is_read_back() {
    let (weights, info) = checkpoint();
    let bytes = to_bytes(&weights, &info).unwrap();
    let (read, read_info): (_, ModelInfo) = from_bytes(&bytes).unwrap();
    assert_eq!(read_info, info);
    assert!(read.keys().eq(weights.keys()));
    for (name, tensor) in &weights {
        assert_eq!(read[name].dims(), tensor.dims(), "{name}");
        assert_eq!(bits(&values(&read[name])), bits(&values(tensor)), "{name}");
    }
    assert_eq!(to_bytes(&read, &read_info).unwrap(), bytes, "equal checkpoints are equal files");
}

#[test]
fn a_view_is_written_in_its_order() {
    let rows = Tensor::new(&[[1_f32, 2., 3.], [4., 5., 6.]], &Device::Cpu).unwrap();
    let weights = StateDict::from([("t".to_owned(), rows.t().unwrap())]);
    let (read, ()) = from_bytes(&to_bytes(&weights, &()).unwrap()).unwrap();
    assert_eq!(read["t"].to_vec2::<f32>().unwrap(), [[1., 4.], [2., 5.], [3., 6.]]);
}

#[test]
fn every_bit_of_a_number_is_kept() {
    let odd = [-0.0, f32::MIN_POSITIVE / 8.0, f32::MAX, f32::NAN, f32::NEG_INFINITY];
    let weights = StateDict::from([("t".to_owned(), Tensor::new(&odd, &Device::Cpu).unwrap())]);
    let (read, ()) = from_bytes(&to_bytes(&weights, &()).unwrap()).unwrap();
    assert_eq!(bits(&values(&read["t"])), bits(&odd));
}

#[test]
fn other_float_types_become_f32() {
    let f64s = [1.5_f64, -2.0].map(f64::to_le_bytes).concat();
    let f16s = [0x3e00_u16, 0xc000].map(u16::to_le_bytes).concat();
    let bf16s = [0x3fc0_u16, 0xc000].map(u16::to_le_bytes).concat();
    for (dtype, data) in [(Dtype::F64, f64s), (Dtype::F16, f16s), (Dtype::BF16, bf16s)] {
        let (read, ()) = from_bytes(&file(dtype, &[2, 1], &data)).unwrap();
        assert_eq!(read["t"].dtype(), DType::F32);
        assert_eq!(read["t"].dims(), [2, 1]);
        assert_eq!(values(&read["t"]), [1.5, -2.0], "{dtype:?}");
    }
}

#[test]
fn other_types_are_refused_by_name() {
    for (dtype, len) in [(Dtype::I64, 8), (Dtype::U8, 1), (Dtype::BOOL, 1), (Dtype::F8_E4M3, 1)] {
        let error = error::<()>(&file(dtype, &[1], &vec![0; len]));
        assert_eq!(error, format!("tensor t is {dtype:?}, want F32, F16, BF16 or F64"));
    }
    let wide = Tensor::new(&[1_f64], &Device::Cpu).unwrap();
    let error = to_bytes(&StateDict::from([("w".to_owned(), wide)]), &()).unwrap_err();
    assert_eq!(error.to_string(), "tensor w is F64, want F32");
}

#[test]
fn empty_tensors_and_single_numbers_are_tensors() {
    for shape in [&[0_usize][..], &[3, 0, 2], &[]] {
        let data = vec![0; 4 * shape.iter().product::<usize>()];
        let (read, ()) = from_bytes(&file(Dtype::F32, shape, &data)).unwrap();
        assert_eq!(read["t"].dims(), shape);
    }
    let (read, ()) = from_bytes(&to_bytes(&StateDict::new(), &()).unwrap()).unwrap();
    assert!(read.is_empty());
}

/// Strides are products of sizes, and a size of 0 hides from the count of bytes
/// that these cannot be held.
#[test]
fn an_empty_tensor_of_sizes_without_a_product_is_refused() {
    let error = error::<()>(&file(Dtype::F32, &[0, 1 << 40, 1 << 40], &[]));
    assert_eq!(
        error,
        "tensor t has the sizes [0, 1099511627776, 1099511627776], whose product is too large"
    );
}

#[test]
fn metadata_must_be_ours() {
    let foreign = with_metadata("format", "pt");
    assert_eq!(
        error::<ModelInfo>(&foreign),
        "a safetensors file without the metadata \"nin\": it was not written by this program"
    );
    for json in ["", "{", "[]", "null", "{\"epoch\": 3}"] {
        let error = error::<ModelInfo>(&with_metadata(METADATA_KEY, json));
        assert!(error.starts_with("metadata \"nin\": "), "{error}");
    }
    // Nesting must not overflow the stack.
    for deep in ["[".repeat(500_000), "{\"a\":".repeat(100_000)] {
        assert!(error::<Value>(&with_metadata(METADATA_KEY, &deep)).contains("recursion limit"));
    }
}

#[test]
fn weights_need_no_metadata() {
    let counter = TensorView::new(Dtype::I64, vec![], &[0; 8]).unwrap();
    let weight = TensorView::new(Dtype::F32, vec![1], &[0, 0, 0x80, 0x3f]).unwrap();
    let names = ["net.1.num_batches_tracked", "num_batches_tracked", "net.1.weight"];
    let views = names.into_iter().zip([counter.clone(), counter.clone(), weight]);
    let (weights, info) = read_weights(&safetensors::serialize(views, None).unwrap()).unwrap();
    assert_eq!(info, None);
    assert!(weights.keys().eq(["net.1.weight"]));
    assert_eq!(values(&weights["net.1.weight"]), [1.0]);

    let steps = safetensors::serialize([("my_num_batches_tracked", counter)], None).unwrap();
    assert_eq!(
        read_weights(&steps).unwrap_err().to_string(),
        "tensor my_num_batches_tracked is I64, want F32, F16, BF16 or F64"
    );
    let error = read_weights(&with_metadata(METADATA_KEY, "7")).unwrap_err().to_string();
    assert!(error.starts_with("metadata \"nin\": "), "{error}");
}

#[test]
fn the_first_bytes_tell_who_wrote_weights() {
    let (weights, info) = checkpoint();
    let (_, read) = read_weights(&to_bytes(&weights, &info).unwrap()).unwrap();
    assert_eq!(read, Some(info));
    for (bytes, wanted) in [
        (&b"PK\x03\x04"[..], "PyTorch file that is truncated, incomplete or damaged"),
        (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19", "a PyTorch file in the format before 1.6"),
        (b"<!doctype html>", "looks like a web page, not a safetensors file"),
        (b"", "truncated or incomplete safetensors file"),
    ] {
        let error = read_weights(bytes).unwrap_err().to_string();
        assert!(error.starts_with(wanted), "{error}");
    }
}

#[test]
fn an_unknown_setting_of_the_network_is_refused() {
    let mut json = serde_json::to_value(info(paper_mnist())).unwrap();
    json["model"]["blocks"][0]["residual"] = true.into();
    let error = error::<ModelInfo>(&with_metadata(METADATA_KEY, &json.to_string()));
    assert!(error.contains("unknown field `residual`"), "{error}");
}

#[test]
fn any_info_can_go_along() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Momentum {
        of_step: u64,
    }
    let info = Momentum { of_step: 7 };
    let (_, read): (_, Momentum) =
        from_bytes(&to_bytes(&StateDict::new(), &info).unwrap()).unwrap();
    assert_eq!(read, info);
}

#[test]
fn a_cut_file_is_never_read() {
    let (weights, info) = checkpoint();
    let bytes = to_bytes(&weights, &info).unwrap();
    for len in 0..bytes.len() {
        let error = error::<ModelInfo>(&bytes[..len]);
        assert!(error.contains("truncated or incomplete"), "{len} bytes: {error}");
    }
    let longer = [&bytes[..], b"\0"].concat();
    assert!(error::<ModelInfo>(&longer).contains("bytes after its end"));
}

#[test]
fn other_kinds_of_file_are_named() {
    for (bytes, wanted) in [
        (&b"PK\x03\x04 and so on"[..], "looks like a PyTorch file"),
        (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19", "looks like a PyTorch file"),
        (b"<!doctype HTML>", "looks like a web page"),
        (b"<HTML><head>", "looks like a web page"),
        (b"<htm", "truncated or incomplete"),
        (b"12345678 plain text", "not a safetensors file: header too large"),
    ] {
        let error = error::<ModelInfo>(bytes);
        assert!(error.starts_with(wanted), "{error}");
    }
}

proptest! {
    #[test]
    fn damage_never_panics(
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let tensor = Tensor::new(&[[1_f32, 2.]], &Device::Cpu).unwrap();
        let weights = StateDict::from([("net.0.0.weight".to_owned(), tensor)]);
        let mut bytes = to_bytes(&weights, &info(small(NormKind::None))).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = from_bytes::<ModelInfo>(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        let _ = from_bytes::<ModelInfo>(&bytes);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..64), len in 0_u64..64) {
        let _ = from_bytes::<Value>(&bytes);
        let bytes = [&len.to_le_bytes()[..], &bytes].concat();
        prop_assert!(from_bytes::<Value>(&bytes).is_err());
    }
}
