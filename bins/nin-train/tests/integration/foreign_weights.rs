//! A run that is to begin with weights which are none.

use crate::common::Place;

#[test]
fn a_cut_checkpoint_is_named_and_leaves_no_run() {
    let place = Place::new();
    let none: [&str; 0] = [];
    place.train("tiny_ok", "run", &none).well();
    let whole = place.weights("run", 1);
    for length in [0, 7, 8, 100, whole.len() / 2, whole.len() - 1] {
        place.write("cut.safetensors", &whole[..length]);
        let refused = place.train("tiny_ok", "other", &["--resume-weights", "cut.safetensors"]);
        let refused = refused.badly(3, &["cut.safetensors: "]);
        assert!(refused.err.contains("truncated or incomplete"), "{length}: {}", refused.err);
        assert!(!place.has("other"));
    }
    place.write("whole.safetensors", &whole);
    place.train("tiny_ok", "other", &["--resume-weights", "whole.safetensors"]).well();
}
