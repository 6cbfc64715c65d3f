//! Checkpoints that fit, and those that do not.

use crate::common::{Entry, Place, Safetensors, bf16, ended, f16, numbers, result, set};

/// Changes a checkpoint.
type Change = fn(&mut Safetensors);

/// No accuracy may be shown for weights that cannot be used.
fn refused(place: &Place, checkpoint: &Safetensors, parts: &[&str]) {
    let ended = place.test(checkpoint).badly(3, &["changed.safetensors: "]).badly(3, parts);
    assert!(!ended.out.contains("Accuracy") && !ended.out.contains("Loss"), "{}", ended.out);
}

#[test]
fn a_test_repeats_itself_and_says_what_it_has_loaded() {
    let place = Place::with_run();
    let test = || ended(&mut place.nin_test("run")).well();
    let first = test();
    assert_eq!(first.out, test().out);
    let checkpoint = place.checkpoint();
    let count: usize = checkpoint.tensors.iter().map(|tensor| tensor.values().count()).sum();
    let line = format!("loaded {} tensors, {count} numbers", checkpoint.tensors.len());
    assert!(first.err.contains(&line), "{line:?} not in {}", first.err);
    // The run may lie elsewhere, and the file alone.
    std::fs::create_dir(place.path("else where")).unwrap();
    std::fs::rename(place.path("run"), place.path("else where/run")).unwrap();
    let moved = ended(&mut place.nin_test("else where/run")).well();
    assert_eq!(result(&moved), result(&first));
    let same = place.test(&checkpoint).well();
    assert_eq!(result(&same), result(&first));
}

#[test]
fn the_order_of_the_tensors_is_free() {
    let place = Place::with_run();
    let mut checkpoint = place.checkpoint();
    let first = place.test(&checkpoint).well();
    checkpoint.tensors.reverse();
    let other = place.test(&checkpoint).well();
    assert_eq!(result(&other), result(&first));
    checkpoint.tensors.rotate_left(1);
    assert_eq!(result(&place.test(&checkpoint).well()), result(&first));
}

#[test]
fn a_tensor_that_is_missing_or_too_many_or_of_another_shape_is_named() {
    let place = Place::with_run();
    let checkpoint = place.checkpoint();
    let name = |index: usize| checkpoint.tensors[index].name.clone();
    let last = checkpoint.tensors.len() - 1;
    let first_of_two = |index: usize| checkpoint.tensors[index].shape.len() == 4;
    let weight = (0..=last).find(|&index| first_of_two(index)).unwrap();
    let (first, weight_name, last) = (name(0), name(weight), name(last));
    assert_eq!(checkpoint.tensors[weight].shape, [8, 1, 14, 14]);
    let cases: [(Change, &[&str]); 5] = [
        (|file| drop(file.tensors.remove(0)), &[&first, "missing"]),
        (|file| drop(file.tensors.pop()), &[&last, "missing"]),
        (
            |file| {
                let mut more = file.tensors[0].clone();
                more.name = "net.9.9.weight".to_owned();
                file.tensors.push(more);
            },
            &["net.9.9.weight", "does not belong to the network"],
        ),
        (
            |file| weight_of(file).shape = vec![8, 1, 196, 1],
            &[&weight_name, "[8, 1, 196, 1]", "[8, 1, 14, 14]"],
        ),
        (
            |file| {
                let weight = weight_of(file);
                (weight.shape, weight.bytes) = (vec![8, 3, 14, 14], weight.bytes.repeat(3));
            },
            &[&weight_name, "[8, 3, 14, 14]", "[8, 1, 14, 14]", "3 input channels, not 1"],
        ),
    ];
    for (change, parts) in cases {
        let mut changed = checkpoint.clone();
        change(&mut changed);
        refused(&place, &changed, parts);
    }
}

/// The first kernel.
fn weight_of(file: &mut Safetensors) -> &mut Entry {
    file.tensors.iter_mut().find(|tensor| tensor.shape.len() == 4).unwrap()
}

#[test]
fn tensors_of_other_names_are_not_taken_for_ours() {
    let place = Place::with_run();
    let mut renamed = place.checkpoint();
    for tensor in &mut renamed.tensors {
        tensor.name.insert_str(0, "renamed_");
    }
    refused(&place, &renamed, &["net.0.0", "missing"]);
    let mut empty = place.checkpoint();
    empty.tensors.clear();
    refused(&place, &empty, &["net.0.0", "missing"]);
    // Without our metadata a prefix is free, but the network has to be said.
    place.write("foreign.safetensors", renamed.without_metadata().to_bytes());
    let mut command = place.nin_test("foreign.safetensors");
    let parts = ["foreign.safetensors: ", "without --config the original program's is assumed"];
    ended(command.arg("--dataset").arg(set("tiny_ok"))).badly(3, &parts);
}

#[test]
fn numbers_of_other_types_are_converted() {
    let place = Place::with_run();
    let checkpoint = place.checkpoint();
    let original = place.test(&checkpoint).well();
    let exact = checkpoint.clone().converted("F64", |value| f64::from(value).to_le_bytes());
    assert_eq!(result(&place.test(&exact).well()), result(&original));
    let (loss, correct) = numbers(&original);
    assert!(correct > 10.0, "{correct}: a guess, which any weights may be as good as");
    for half in [checkpoint.clone().converted("F16", f16), checkpoint.converted("BF16", bf16)] {
        let (half_loss, half_correct) = numbers(&place.test(&half).well());
        assert!((half_correct - correct).abs() <= 1.0, "{half_correct} {correct}");
        assert!((half_loss - loss).abs() < 0.05, "{half_loss} {loss}");
    }
}

#[test]
fn weights_of_zero_have_the_loss_of_a_guess() {
    let place = Place::with_run();
    let mut checkpoint = place.checkpoint();
    for tensor in &mut checkpoint.tensors {
        tensor.bytes.fill(0);
    }
    let ended = place.test(&checkpoint).well();
    assert!(result(&ended).starts_with("Loss: 2.302585\n"), "{}", ended.out);
    assert!(ended.out.ends_with("on the 20 test images: 10.00%\n"), "{}", ended.out);
}

#[test]
fn a_number_that_is_none_is_an_error_that_names_its_tensor() {
    let place = Place::with_run();
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut checkpoint = place.checkpoint();
        let weight = weight_of(&mut checkpoint);
        weight.set(3, value);
        let name = weight.name.clone();
        refused(&place, &checkpoint, &[&name, "not finite"]);
    }
}
