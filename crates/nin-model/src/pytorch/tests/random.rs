//! Bytes by chance: any result will do, a panic will not.

use proptest::prelude::*;

use super::files::{PAIR, Pickle, View, file, floats};
use super::read_state_dict;
use crate::pytorch::opcode::*;

fn good_pickle() -> Vec<u8> {
    let turned = View { len: 6, key: "1", sizes: &[3, 2], strides: &[1, 3], ..PAIR };
    let pickle = Pickle::new().bytes(&[EMPTY_DICT, BINPUT, 0, MARK]).text("epoch").int(3);
    let pickle = pickle.text("model_state_dict").ordered_dict().op(MARK).text("a").tensor(PAIR);
    let pickle = pickle.text("b").tensor(turned).op(SETITEMS).text("loss").float(0.5);
    pickle.op(SETITEMS).stop()
}

fn with_numbers(pickle: &[u8]) -> Vec<u8> {
    file(pickle, &[&floats(&[1., 2.]), &floats(&[1., 2., 3., 4., 5., 6.])])
}

/// Bytes that are instructions more often than chance would have it.
fn code() -> impl Strategy<Value = u8> {
    let opcodes = vec![
        NONE,
        BININT1,
        SHORT_BINUNICODE,
        MARK,
        EMPTY_TUPLE,
        TUPLE,
        TUPLE1,
        TUPLE2,
        TUPLE3,
        EMPTY_LIST,
        APPEND,
        APPENDS,
        EMPTY_DICT,
        SETITEM,
        SETITEMS,
        BINPUT,
        MEMOIZE,
        BINGET,
        REDUCE,
        BUILD,
        BINPERSID,
        STOP,
        0,
        1,
    ];
    prop_oneof![4 => prop::sample::select(opcodes), 1 => any::<u8>()]
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        let _ = read_state_dict(&bytes);
        let _ = read_state_dict(&[b"PK\x03\x04", &bytes[..]].concat());
    }

    #[test]
    fn no_program_panics(code in prop::collection::vec(code(), 0..64)) {
        let calls = Pickle::new()
            .global("collections", "OrderedDict").bytes(&[BINPUT, 0])
            .global("torch._utils", "_rebuild_tensor_v2").bytes(&[BINPUT, 1])
            .storage("FloatStorage", "0", 2).bytes(&[BINPUT, 2])
            .bytes(&code)
            .stop();
        let _ = read_state_dict(&with_numbers(&calls));
    }

    #[test]
    fn no_changed_program_panics(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut pickle = good_pickle();
        for (at, byte) in changes {
            let at = at.index(pickle.len());
            pickle[at] = byte;
        }
        let _ = read_state_dict(&with_numbers(&pickle));
    }

    #[test]
    fn no_changed_file_panics(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = with_numbers(&good_pickle());
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = read_state_dict(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        let _ = read_state_dict(&bytes);
    }
}

#[test]
fn the_file_that_is_changed_is_good() {
    let weights = read_state_dict(&with_numbers(&good_pickle())).unwrap();
    assert_eq!(weights["b"].to_vec2::<f32>().unwrap(), [[1., 4.], [2., 5.], [3., 6.]]);
}
