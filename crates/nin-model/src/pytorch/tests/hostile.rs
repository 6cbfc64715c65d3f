//! Files made to do harm.

use std::time::{Duration, Instant};

use super::files::{PAIR, Pickle, archive, file, floats, one_tensor};
use super::{error, read_state_dict};
use crate::pytorch::opcode::*;

/// Why the pickle is not read, found without delay.
fn pickle_error(pickle: &[u8]) -> String {
    let start = Instant::now();
    let error = error(&file(pickle, &[&[0; 8]]));
    assert!(start.elapsed() < Duration::from_secs(5), "{error}");
    error
}

#[test]
fn a_function_is_refused_by_its_name_alone() {
    for (module, name) in [
        ("os", "system"),
        ("posix", "system"),
        ("nt", "system"),
        ("subprocess", "Popen"),
        ("builtins", "eval"),
        ("builtins", "exec"),
        ("builtins", "getattr"),
        ("__builtin__", "getattr"),
        ("torch", "load"),
        ("torch.hub", "load"),
        ("torch._utils", "_rebuild_tensor_v2 "),
        ("collections", "OrderedDict.fromkeys"),
        ("torch.storage", "_load_from_bytes"),
        ("torch.serialization", "FloatStorage"),
        ("numpy", "load"),
        ("pickle", "loads"),
        ("models.nin", "Nin"),
        ("", ""),
    ] {
        let wanted =
            format!("the file wants to call {module}.{name}, which a checkpoint has no need of");
        // It is named, never called, and what stands behind it is not looked at.
        let old = Pickle::new().global(module, name).bytes(&[0xff; 4]).stop();
        let new = Pickle::new().text(module).text(name).op(STACK_GLOBAL).bytes(&[0xff; 4]).stop();
        // Called, and the result thrown away: the weights are good.
        let called =
            Pickle::new().global(module, name).text("true").bytes(&[TUPLE1, REDUCE]).stop();
        for pickle in [old, new, called] {
            let error = pickle_error(&pickle);
            assert!(error.starts_with("data.pkl, byte ") && error.contains(&wanted), "{error}");
        }
    }
}

#[test]
fn a_name_in_a_message_is_short_and_on_one_line() {
    let name = format!("\u{1b}[2J{}", "x".repeat(100_000));
    let error = pickle_error(&Pickle::new().global("os", &name).stop());
    assert!(error.len() < 400 && !error.contains('\u{1b}'), "{error}");
    assert!(error.contains("os.\\u{1b}[2Jxxx") && error.contains("…"), "{error}");
}

#[test]
fn only_what_is_on_the_list_is_called() {
    for (pickle, wanted) in [
        (Pickle::new().text("print").op(EMPTY_TUPLE).op(REDUCE), "a call of a text"),
        (Pickle::new().global("torch", "Size").bytes(&[NONE, REDUCE]), "a call of a class"),
        (
            Pickle::new().global("torch", "FloatStorage").op(EMPTY_TUPLE).op(REDUCE),
            "a call of torch.FloatStorage",
        ),
        (
            Pickle::new().global("collections", "OrderedDict").ints(&[1]).op(REDUCE),
            "an OrderedDict with arguments",
        ),
        (
            Pickle::new().global("torch._utils", "_rebuild_parameter").ints(&[1]).op(REDUCE),
            "a parameter that is no tensor",
        ),
        (Pickle::new().global("torch", "Size").bytes(&[NONE, BUILD]), "attributes of a class"),
        (Pickle::new().bytes(&[NONE, BINPERSID]), "None in place of a storage"),
        (Pickle::new().bytes(&[NONE, NONE, STACK_GLOBAL]), "a function that is no text"),
    ] {
        let error = pickle_error(&pickle.stop());
        assert!(error.contains(wanted), "{error}");
    }
}

#[test]
fn nesting_does_not_overflow_the_stack() {
    let deep = 1_000_000;
    let tuples = Pickle::new().op(EMPTY_TUPLE).bytes(&vec![TUPLE1; deep]);
    assert!(pickle_error(&tuples.stop()).starts_with("holds a tuple"));
    let lists = Pickle::new().bytes(&vec![EMPTY_LIST; deep]).bytes(&vec![APPEND; deep - 1]);
    assert!(pickle_error(&lists.stop()).starts_with("holds a list"));
    let dicts =
        Pickle::new().bytes(&[EMPTY_DICT, NONE].repeat(deep)).op(NONE).bytes(&vec![SETITEM; deep]);
    assert!(pickle_error(&dicts.stop()).contains("a key is None, not a text"));
    let marks = Pickle::new().bytes(&vec![MARK; deep]).bytes(&vec![TUPLE; deep]);
    assert!(pickle_error(&marks.stop()).starts_with("holds a tuple"));
}

#[test]
fn a_billion_laughs_are_one() {
    // Each tuple has the one before it twice: 2¹⁰⁰⁰⁰⁰ items in all.
    let mut pickle = Pickle::new().op(EMPTY_TUPLE);
    for _ in 0..100_000 {
        pickle = pickle.bytes(&[BINPUT, 0, BINGET, 0, TUPLE2]);
    }
    assert!(pickle_error(&pickle.stop()).starts_with("holds a tuple"));
}

#[test]
fn what_holds_itself_is_not_followed() {
    let list = Pickle::new().bytes(&[EMPTY_LIST, BINPUT, 0, BINGET, 0, APPEND]).stop();
    assert!(pickle_error(&list).starts_with("holds a list"));
    let dict = Pickle::new()
        .bytes(&[EMPTY_DICT, BINPUT, 0])
        .text("model_state_dict")
        .bytes(&[BINGET, 0, SETITEM])
        .stop();
    assert_eq!(
        pickle_error(&dict),
        "in model_state_dict, model_state_dict is a dictionary, not a tensor"
    );
}

#[test]
fn a_large_index_takes_no_memory() {
    let pickle = Pickle::new().bytes(&[EMPTY_DICT, LONG_BINPUT, 255, 255, 255, 255]).text("t");
    let pickle = pickle.tensor(PAIR).op(SETITEM).bytes(&[LONG_BINGET, 255, 255, 255, 255]).stop();
    assert!(read_state_dict(&file(&pickle, &[&floats(&[1., 2.])])).unwrap().keys().eq(["t"]));
}

#[test]
fn a_wrong_program_is_refused_where_it_is_wrong() {
    let few = "there are too few values for this instruction";
    for (code, at, wanted) in [
        (&[][..], 2, "the pickle ends too early"),
        (&[NONE], 3, "the pickle ends too early"),
        (&[STOP], 2, few),
        (&[NONE, STOP, NONE], 3, "the pickle goes on behind its end"),
        (&[PROTO, 1], 2, "pickle protocol 1, want 2 to 5"),
        (&[PROTO, 6], 2, "pickle protocol 6, want 2 to 5"),
        (&[0xff], 2, "opcode 0xff, which torch.save does not write"),
        // INST, NEWOBJ, EXT1, PERSID and BYTEARRAY8.
        (b"i", 2, "opcode 0x69, which torch.save does not write"),
        (&[0x81], 2, "opcode 0x81, which torch.save does not write"),
        (&[0x82], 2, "opcode 0x82, which torch.save does not write"),
        (b"P", 2, "opcode 0x50, which torch.save does not write"),
        (&[0x96], 2, "opcode 0x96, which torch.save does not write"),
        (&[TUPLE], 2, "no mark stands before this instruction"),
        (&[TUPLE1], 2, few),
        (&[NONE, TUPLE2], 3, few),
        (&[NONE, NONE, TUPLE3], 4, few),
        // Values below a mark are not to be had.
        (&[NONE, MARK, TUPLE1], 4, few),
        (&[EMPTY_LIST, MARK, APPEND], 4, few),
        (&[EMPTY_LIST, MARK, NONE, APPEND], 5, few),
        (&[EMPTY_DICT, NONE, MARK, NONE, SETITEM], 6, few),
        (&[EMPTY_DICT, MARK, NONE, NONE, SETITEM], 6, few),
        (&[MARK, SETITEMS], 3, few),
        (&[MARK, NONE, APPENDS], 4, few),
        (&[MARK, BUILD], 3, few),
        (&[NONE, MARK, REDUCE], 4, few),
        (&[NONE, NONE, APPEND], 4, "items for None"),
        (&[NONE, NONE, NONE, SETITEM], 5, "keys for None"),
        (&[EMPTY_DICT, MARK, NONE, SETITEMS], 5, "a key without a value"),
        (&[BINPUT, 0], 2, few),
        (&[MEMOIZE], 2, few),
        (&[BINGET, 0], 2, "there is no value number 0"),
        (&[NONE, BINPUT, 1, BINGET, 0], 5, "there is no value number 0"),
        (&[BININT, 0], 2, "the pickle ends too early"),
        (&[BINUNICODE, 255, 255, 255, 255], 2, "the pickle ends too early"),
        (&[SHORT_BINUNICODE, 1, 255], 2, "invalid utf-8"),
        (&[GLOBAL, b'o', b's'], 2, "a line without an end"),
    ] {
        let pickle = [&[PROTO, 2], code].concat();
        let error = pickle_error(&pickle);
        assert!(error.starts_with(&format!("data.pkl, byte {at}: {wanted}")), "{code:?}: {error}");
    }
}

#[test]
fn every_beginning_of_a_pickle_is_refused() {
    let pickle = one_tensor(PAIR);
    for len in 0..pickle.len() {
        let error = pickle_error(&pickle[..len]);
        assert!(error.starts_with("data.pkl, byte "), "{len}: {error}");
    }
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let bytes = file(&one_tensor(PAIR), &[&floats(&[1., 2.])]);
    read_state_dict(&bytes).unwrap();
    for len in 4..bytes.len() {
        let error = error(&bytes[..len]);
        assert!(error.starts_with("PyTorch file that is truncated"), "{len}: {error}");
    }
}

#[test]
fn large_pickles_are_refused_unread() {
    let error = pickle_error(&vec![NONE; (4 << 20) + 1]);
    assert_eq!(error, "data.pkl has 4194305 bytes, at most 4194304 are read");
}

/// The bytes with `by` wherever `pattern` stands.
fn replace(bytes: &[u8], pattern: &[u8], by: &[u8]) -> Vec<u8> {
    assert_eq!(pattern.len(), by.len());
    let mut replaced = bytes.to_vec();
    let places: Vec<_> =
        (0..bytes.len() - pattern.len()).filter(|&at| bytes[at..].starts_with(pattern)).collect();
    assert!(!places.is_empty());
    for at in places {
        replaced[at..at + by.len()].copy_from_slice(by);
    }
    replaced
}

#[test]
fn archives_that_torch_does_not_write_are_refused() {
    let pickle = one_tensor(PAIR);
    let numbers = floats(&[1., 2.]);
    let entries: [(&str, &[u8]); 3] =
        [("a/data.pkl", &pickle), ("a/data/0", &numbers), ("a/data/1", &numbers)];
    let bytes = archive(&entries);
    read_state_dict(&bytes).unwrap();

    let twice = replace(&bytes, b"a/data/1", b"a/data/0");
    assert_eq!(error(&twice), "two entries of the archive have one name");
    let two = archive(&[("a/data.pkl", &pickle), ("b/data.pkl", &pickle)]);
    assert_eq!(error(&two), "a zip archive with more than one data.pkl");

    // The central directory's header of the second entry: compression method
    // at byte 10, flags at 8, place of the local header at 42.
    let central = |name: &[u8]| {
        let at = bytes.windows(name.len()).rposition(|window| window == name).unwrap() - 46;
        assert!(bytes[at..].starts_with(b"PK\x01\x02"));
        at
    };
    let at = central(b"a/data/0");
    for (offset, value) in [(10, 8), (10, 99), (8, 1)] {
        let mut changed = bytes.clone();
        changed[at + offset] |= value;
        assert_eq!(
            error(&changed),
            "entry a/data/0: is compressed or encrypted, which torch.save never does"
        );
    }
    let mut shared = bytes.clone();
    let other = central(b"a/data/1");
    let place = shared[at + 42..at + 46].to_vec();
    shared[other + 42..other + 46].copy_from_slice(&place);
    assert_eq!(error(&shared), "entries of the archive overlap");
}
