//! Files that are no checkpoint of this program.

use std::path::Path;

use crate::common::{Place, ended};

#[test]
fn a_cut_checkpoint_is_named() {
    let place = Place::with_run();
    let whole = place.read("run/checkpoints/5.safetensors");
    for length in [0, 7, 8, 100, whole.len() / 2, whole.len() - 1] {
        place.write("cut.safetensors", &whole[..length]);
        let refused = ended(&mut place.nin_test("cut.safetensors"));
        refused.badly(3, &["cut.safetensors: ", "truncated or incomplete"]);
    }
}

#[test]
fn files_of_other_kinds_are_named_with_what_they_look_like() {
    let place = Place::new();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/nin-model/tests/data");
    for (name, part) in [
        ("torch_zip", "PyTorch"),
        ("html", "looks like a web page"),
        ("empty_file", "truncated or incomplete"),
        ("header_deep_json", "not a safetensors file"),
        ("length_2_pow_63", "not a safetensors file"),
        ("shape_overflow", "not a safetensors file"),
        // Whole files, of nothing or of another network.
        ("no_tensors", "missing"),
        ("good", "without --config the original program's is assumed"),
        ("good_zero_size_tensor", "without --config the original program's is assumed"),
    ] {
        let file = format!("{name}.safetensors");
        let mut command = place.nin_test(data.join(&file));
        command.arg("--dataset=fashion-mnist-sample");
        let refused = ended(&mut command).badly(3, &[&file, part]);
        assert!(!refused.out.contains("Accuracy"), "{name}: {}", refused.out);
    }
}
