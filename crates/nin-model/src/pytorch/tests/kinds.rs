//! What people save, and files of other kinds.

use super::files::{PAIR, Pickle, archive, file, floats, one_tensor};
use super::{error, read_state_dict};
use crate::pytorch::opcode::*;

fn names(pickle: &[u8]) -> Vec<String> {
    let weights = read_state_dict(&file(pickle, &[&floats(&[1., 2.])])).unwrap();
    weights.into_keys().collect()
}

/// A checkpoint's other entries, as many programs write them.
fn beside_the_weights(pickle: Pickle) -> Pickle {
    pickle
        .text("epoch")
        .bytes(&[BININT1, 3])
        .text("step")
        .bytes(&[BININT2, 0, 1])
        .text("seed")
        .bytes(&[BININT, 255, 255, 255, 255])
        .text("large")
        .bytes(&[LONG1, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1])
        .text("none")
        .bytes(&[LONG1, 0])
        .text("losses")
        .bytes(&[EMPTY_LIST, MARK])
        .float(0.5)
        .op(NONE)
        .op(NEWTRUE)
        .op(APPENDS)
        .bytes(&[NEWFALSE, APPEND])
        .text("optimizer_state_dict")
        .bytes(&[EMPTY_DICT, BININT1, 0, EMPTY_DICT])
        .text("momentum_buffer")
        .tensor(PAIR)
        .bytes(&[SETITEM, SETITEM])
        .text("size")
        .global("torch", "Size")
        .ints(&[1, 2])
        .bytes(&[TUPLE1, REDUCE])
        .text("type")
        .global("torch", "float32")
        .text("accuracy")
        .global("numpy._core.multiarray", "scalar")
        .global("numpy", "dtype")
        .text("f8")
        .bytes(&[TUPLE1, REDUCE, EMPTY_TUPLE, BUILD, NONE, TUPLE2, REDUCE])
        .text("counts")
        .global("collections", "defaultdict")
        .global("__builtin__", "dict")
        .bytes(&[TUPLE1, REDUCE, BININT1, 1, BININT1, 2, SETITEM])
}

/// A dictionary of weights with `_metadata`, as a module gives it.
fn state_dict(pickle: Pickle) -> Pickle {
    pickle
        .ordered_dict()
        .text("net.0.weight")
        .tensor(PAIR)
        .op(SETITEM)
        .op(EMPTY_DICT)
        .text("_metadata")
        .ordered_dict()
        .bytes(&[SETITEM, BUILD])
}

#[test]
fn weights_are_found_in_a_checkpoint() {
    assert_eq!(names(&state_dict(Pickle::new()).stop()), ["net.0.weight"]);
    for key in ["model_state_dict", "state_dict", "model"] {
        let pickle = Pickle::new().bytes(&[EMPTY_DICT, BINPUT, 0, MARK]);
        let pickle = state_dict(beside_the_weights(pickle).text(key)).op(SETITEMS).stop();
        assert_eq!(names(&pickle), ["net.0.weight"], "{key}");
    }
}

#[test]
fn the_most_usual_key_counts_and_a_name_is_no_model() {
    let pickle = Pickle::new().bytes(&[EMPTY_DICT, MARK]).text("model").text("nin");
    let pickle = pickle.text("state_dict").op(EMPTY_DICT).text("model_state_dict");
    assert_eq!(names(&state_dict(pickle).op(SETITEMS).stop()), ["net.0.weight"]);
    let pickle = Pickle::new().bytes(&[EMPTY_DICT, MARK]).text("model").text("nin");
    let pickle = state_dict(pickle.text("state_dict")).op(SETITEMS).stop();
    assert_eq!(names(&pickle), ["net.0.weight"]);
    // A tensor of that name is a tensor.
    let pickle = Pickle::new().op(EMPTY_DICT).text("model").tensor(PAIR).op(SETITEM).stop();
    assert_eq!(names(&pickle), ["model"]);
    // An entry that is set again has the last value.
    let pickle = Pickle::new().bytes(&[EMPTY_DICT, MARK]).text("model").text("nin");
    assert_eq!(names(&state_dict(pickle.text("model")).op(SETITEMS).stop()), ["net.0.weight"]);
}

#[test]
fn a_dictionary_without_weights_says_what_is_missing() {
    let pickle = Pickle::new().bytes(&[EMPTY_DICT, MARK]);
    assert_eq!(
        error(&file(&beside_the_weights(pickle).op(SETITEMS).stop(), &[&[0; 8]])),
        "neither a dictionary of tensors (epoch is an int, not a tensor) nor one that has such a \
         one as model_state_dict, state_dict or model"
    );
    let pickle = Pickle::new().op(EMPTY_DICT).text("model_state_dict").op(EMPTY_DICT);
    let pickle = pickle.text("a\n\u{1b}").op(EMPTY_LIST).bytes(&[SETITEM, SETITEM]).stop();
    assert_eq!(
        error(&file(&pickle, &[])),
        "in model_state_dict, a\\n\\u{1b} is a list, not a tensor"
    );
    let pickle = Pickle::new().op(EMPTY_DICT).int(7).tensor(PAIR).op(SETITEM).stop();
    assert!(error(&file(&pickle, &[&[0; 8]])).contains("(a key is an int, not a text)"));
    for (pickle, what) in [
        (Pickle::new().tensor(PAIR), "a tensor"),
        (Pickle::new().op(EMPTY_LIST), "a list"),
        (Pickle::new().storage("FloatStorage", "0", 2), "a storage"),
        (Pickle::new().global("torch", "Size"), "a class or function"),
    ] {
        let error = error(&file(&pickle.stop(), &[&[0; 8]]));
        assert!(error.starts_with(&format!("holds {what}, not a dictionary")), "{error}");
        assert!(error.contains("torch.save(model.state_dict(), path)"), "{error}");
    }
}

#[test]
fn whole_models_are_told_how_to_be_saved() {
    for (module, name) in [("__main__", "Nin"), ("torch.nn.modules.container", "Sequential")] {
        let pickle = Pickle::new().global(module, name).stop();
        assert_eq!(
            error(&file(&pickle, &[])),
            format!(
                "data.pkl, byte 2: a whole model, of the class {module}.{name}: save its weights \
                 in PyTorch: torch.save(model.state_dict(), path)"
            )
        );
    }
    let script = archive(&[("nin/data.pkl", b"."), ("nin/code/__torch__.py", b"")]);
    assert!(
        error(&script).starts_with("a TorchScript program (torch.jit.save), not weights: save")
    );
    let script = archive(&[("nin/data.pkl", b"."), ("nin/constants.pkl", b"")]);
    assert!(error(&script).starts_with("a TorchScript program"));
}

#[test]
fn other_kinds_of_file_are_named() {
    for (bytes, wanted) in [
        (
            &b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."[..],
            "a PyTorch file in the format before 1.6",
        ),
        (b"<!DOCTYPE html>", "looks like a web page, not a PyTorch file"),
        (b"\x02\0\0\0\0\0\0\0{}", "looks like a safetensors file, not a PyTorch file"),
        (b"", "not a PyTorch file: it is no zip archive"),
        (b"\x80\x04\x95", "not a PyTorch file: it is no zip archive"),
        (b"PK\x03\x04 and so on", "PyTorch file that is truncated, incomplete or damaged: "),
    ] {
        assert!(error(bytes).starts_with(wanted), "{}", error(bytes));
    }
    let other = archive(&[("word/document.xml", b"<xml/>")]);
    assert_eq!(error(&other), "a zip archive without data.pkl: torch.save did not write it");
}

#[test]
fn the_folder_may_have_any_name_and_the_byte_order_be_absent() {
    let pickle = one_tensor(PAIR);
    let numbers = floats(&[1., 2.]);
    for folder in ["", "best/", "a b/ü/"] {
        let names = [format!("{folder}data.pkl"), format!("{folder}data/0")];
        let bytes = archive(&[(&names[0], &pickle), (&names[1], &numbers)]);
        assert!(read_state_dict(&bytes).unwrap().keys().eq(["t"]), "{folder}");
    }
}

#[test]
fn other_byte_orders_are_refused() {
    for (order, wanted) in [
        (&b"big"[..], "its numbers are big-endian, want little-endian"),
        (b"middle", "the entry byteorder says neither little nor big"),
    ] {
        let bytes = archive(&[
            ("a/data.pkl", &one_tensor(PAIR)),
            ("a/byteorder", order),
            ("a/data/0", &floats(&[1., 2.])),
        ]);
        assert!(error(&bytes).starts_with(wanted), "{}", error(&bytes));
    }
}
