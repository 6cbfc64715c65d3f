//! Tensors of every type, order and making.

use candle_core::Tensor;

use super::files::{PAIR, Pickle, View, file, floats, one_tensor};
use super::{error, read_state_dict};
use crate::pytorch::opcode::*;

fn numbers(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// Shape and numbers of the tensor "t" in a file with one storage.
fn read(pickle: &[u8], storage: &[u8]) -> (Vec<usize>, Vec<f32>) {
    let mut weights = read_state_dict(&file(pickle, &[storage])).unwrap();
    let tensor = weights.remove("t").unwrap();
    assert!(weights.is_empty(), "{:?}", weights.keys());
    (tensor.dims().to_vec(), numbers(&tensor))
}

#[test]
fn every_float_type_becomes_f32() {
    let f64s = [1.5_f64, -2.0].map(f64::to_le_bytes).concat();
    let f16s = [0x3e00_u16, 0xc000].map(u16::to_le_bytes).concat();
    let bf16s = [0x3fc0_u16, 0xc000].map(u16::to_le_bytes).concat();
    for (storage, bytes) in [
        ("FloatStorage", floats(&[1.5, -2.0])),
        ("DoubleStorage", f64s),
        ("HalfStorage", f16s),
        ("BFloat16Storage", bf16s),
    ] {
        let read = read(&one_tensor(View { storage, ..PAIR }), &bytes);
        assert_eq!(read, (vec![2], vec![1.5, -2.0]), "{storage}");
    }
}

#[test]
fn other_types_are_refused_by_name() {
    let long = View { storage: "LongStorage", ..PAIR };
    assert_eq!(
        error(&file(&one_tensor(long), &[&[0; 16]])),
        "tensor t is in a torch.LongStorage, want Float, Double, Half or BFloat16Storage"
    );
    let bool = View { storage: "BoolStorage", ..PAIR };
    assert!(error(&file(&one_tensor(bool), &[&[0; 2]])).contains("torch.BoolStorage"));
    let newer = Pickle::new()
        .op(EMPTY_DICT)
        .text("t")
        .global("torch._utils", "_rebuild_tensor_v3")
        .op(EMPTY_TUPLE)
        .op(REDUCE)
        .op(SETITEM)
        .stop();
    assert!(
        error(&file(&newer, &[]))
            .contains("t is made by torch._utils._rebuild_tensor_v3, not a tensor")
    );
}

/// Offset, sizes and strides, and the numbers that they find.
type Case<'a> = (i64, &'a [i64], &'a [i64], &'a [f32]);

#[test]
fn views_are_read_in_their_own_order() {
    let storage: Vec<f32> = (0_u8..12).map(f32::from).collect();
    let cases: [Case<'_>; 10] = [
        (0, &[2, 3], &[3, 1], &[0., 1., 2., 3., 4., 5.]),
        (6, &[2, 3], &[3, 1], &[6., 7., 8., 9., 10., 11.]),
        // A transposed one, and one of every second column from the second row on.
        (0, &[3, 2], &[1, 3], &[0., 3., 1., 4., 2., 5.]),
        (4, &[2, 2], &[4, 2], &[4., 6., 8., 10.]),
        // Expanded: one number several times.
        (7, &[2, 2], &[0, 0], &[7., 7., 7., 7.]),
        // Channels last: sizes 1, 2, 2, 3.
        (0, &[1, 2, 2, 3], &[12, 1, 6, 2], &[0., 2., 4., 6., 8., 10., 1., 3., 5., 7., 9., 11.]),
        // The stride of a single element may be anything, also in a turned tensor.
        (1, &[1, 2, 1, 2], &[i64::MAX, 1, i64::MAX, 2], &[1., 3., 2., 4.]),
        (11, &[1, 1], &[i64::MAX, i64::MAX], &[11.]),
        (3, &[], &[], &[3.]),
        (12, &[2, 0], &[5, 1], &[]),
    ];
    for (offset, sizes, strides, wanted) in cases {
        let view = View { len: 12, offset, sizes, strides, ..PAIR };
        let (shape, numbers) = read(&one_tensor(view), &floats(&storage));
        assert!(shape.iter().map(|&size| size as i64).eq(sizes.iter().copied()));
        assert_eq!(numbers, wanted, "{sizes:?} {strides:?}");
    }
}

#[test]
fn every_bit_of_a_number_is_kept() {
    let odd = [-0.0, f32::MIN_POSITIVE / 8.0, f32::MAX, f32::NAN, f32::NEG_INFINITY];
    let view = View { len: 5, sizes: &[5], ..PAIR };
    let (_, read) = read(&one_tensor(view), &floats(&odd));
    assert!(read.into_iter().map(f32::to_bits).eq(odd.map(f32::to_bits)));
}

#[test]
fn parameters_and_tensors_with_attributes_are_tensors() {
    let begin = || Pickle::new().op(EMPTY_DICT).text("t");
    let parameter = begin()
        .global("torch._utils", "_rebuild_parameter")
        .tensor(PAIR)
        .op(NEWTRUE)
        .ordered_dict()
        .bytes(&[TUPLE3, REDUCE, SETITEM])
        .stop();
    let with_state = begin()
        .global("torch._utils", "_rebuild_parameter_with_state")
        .op(MARK)
        .tensor(PAIR)
        .op(NEWTRUE)
        .ordered_dict()
        .op(EMPTY_DICT)
        .bytes(&[TUPLE, REDUCE, SETITEM])
        .stop();
    let buffer = begin()
        .global("torch._tensor", "_rebuild_from_type_v2")
        .op(MARK)
        .global("torch._utils", "_rebuild_tensor_v2")
        .global("torch", "Tensor")
        .tensor_arguments(PAIR)
        .op(TUPLE)
        .op(EMPTY_DICT)
        .bytes(&[TUPLE, REDUCE, SETITEM])
        .stop();
    for pickle in [parameter, with_state, buffer] {
        assert_eq!(read(&pickle, &floats(&[1., 2.])), (vec![2], vec![1., 2.]));
    }
}

#[test]
fn a_negated_view_is_refused() {
    let pickle = Pickle::new()
        .op(EMPTY_DICT)
        .text("t")
        .global("torch._utils", "_rebuild_tensor_v2")
        .tensor_arguments(PAIR)
        .op(EMPTY_DICT)
        .text("neg")
        .op(NEWTRUE)
        .op(SETITEM)
        .bytes(&[TUPLE, REDUCE, SETITEM])
        .stop();
    assert_eq!(
        error(&file(&pickle, &[&[0; 8]])),
        "tensor t is negated or conjugated, save a copy: tensor.clone()"
    );
}

#[test]
fn tied_weights_share_a_storage() {
    let pickle = Pickle::new()
        .ordered_dict()
        .op(MARK)
        .text("a")
        .tensor(PAIR)
        .text("b")
        .tensor(View { offset: 1, sizes: &[1], ..PAIR })
        .op(SETITEMS)
        .stop();
    let weights = read_state_dict(&file(&pickle, &[&floats(&[1., 2.])])).unwrap();
    assert_eq!(numbers(&weights["a"]), [1., 2.]);
    assert_eq!(numbers(&weights["b"]), [2.]);
}

#[test]
fn newer_pickles_are_read_too() {
    let short = |text: &str| [&[SHORT_BINUNICODE, text.len() as u8], text.as_bytes()].concat();
    let pickle = Pickle::new()
        .bytes(&[PROTO, 4, FRAME, 9, 0, 0, 0, 0, 0, 0, 0, EMPTY_DICT, MEMOIZE])
        .bytes(&short("t"))
        .op(MEMOIZE)
        .bytes(&short("torch._utils"))
        .bytes(&short("_rebuild_tensor_v2"))
        .bytes(&[STACK_GLOBAL, MEMOIZE])
        .tensor_arguments(PAIR)
        .bytes(&[TUPLE, REDUCE, SETITEM, BINGET, 0, LONG_BINGET, 1, 0, 0, 0, BINGET, 2, TUPLE2])
        // Under it all the dictionary.
        .bytes(&[BINPUT, 3, TUPLE1, TUPLE1, BINGET, 0])
        .stop();
    assert_eq!(read(&pickle, &floats(&[1., 2.])).1, [1., 2.]);
}

#[test]
fn what_makes_no_tensor_is_refused_by_name() {
    let with = |view: View<'_>| error(&file(&one_tensor(view), &[&[0; 8]]));
    let outside = |error: String| {
        assert!(error.starts_with("tensor t of sizes "), "{error}");
        assert!(error.ends_with("does not lie in its storage of 2 numbers"), "{error}");
    };
    outside(with(View { offset: 1, ..PAIR }));
    outside(with(View { offset: i64::MAX, ..PAIR }));
    outside(with(View { strides: &[2], ..PAIR }));
    outside(with(View { strides: &[i64::MAX], sizes: &[3], offset: 2, ..PAIR }));
    outside(with(View { sizes: &[3], ..PAIR }));
    outside(with(View { sizes: &[i64::MAX, i64::MAX], strides: &[0, 0], ..PAIR }));
    // The product of the sizes is 2⁶⁴, and one of them 0.
    outside(with(View { sizes: &[1 << 32, 1 << 32], strides: &[0, 0], ..PAIR }));
    outside(with(View { sizes: &[0, 1 << 32, 1 << 32], strides: &[0, 0, 0], ..PAIR }));
    for view in [
        View { offset: -1, ..PAIR },
        View { sizes: &[-2], ..PAIR },
        View { strides: &[-1], offset: 1, ..PAIR },
    ] {
        assert!(with(view).contains("for an offset, size or stride"), "{}", with(view));
    }
    assert_eq!(
        with(View { strides: &[1, 1], ..PAIR }),
        "tensor t has 1 sizes and 2 strides, want as many, at most 64"
    );
    let many = [1; 65];
    assert!(with(View { sizes: &many, strides: &many, ..PAIR }).contains("at most 64"));
    assert_eq!(
        with(View { key: "7", ..PAIR }),
        "tensor t is in the entry data/7, which the file does not have"
    );
    for len in [1, 3, -2, i64::MAX] {
        assert_eq!(
            with(View { len, ..PAIR }),
            format!(
                "tensor t is in the entry data/0 of 8 bytes, which is no torch.FloatStorage of \
                 {len} numbers"
            )
        );
    }
}

#[test]
fn a_small_file_does_not_become_a_large_one() {
    let expanded = View { sizes: &[1 << 30], strides: &[0], ..PAIR };
    assert_eq!(
        error(&file(&one_tensor(expanded), &[&[0; 8]])),
        "tensor t and those before it have more numbers than such a file can hold"
    );
    let mut pickle = Pickle::new().op(EMPTY_DICT);
    for name in 0..100 {
        let view = View { sizes: &[1000], strides: &[0], ..PAIR };
        pickle = pickle.text(&name.to_string()).tensor(view).op(SETITEM);
    }
    let error = error(&file(&pickle.stop(), &[&[0; 8]]));
    assert!(error.contains("more numbers than such a file can hold"), "{error}");
}

#[test]
fn counters_of_batches_are_left_out() {
    let counter =
        View { storage: "LongStorage", len: 1, key: "1", sizes: &[], strides: &[], ..PAIR };
    let pickle = Pickle::new()
        .ordered_dict()
        .op(MARK)
        .text("net.1.num_batches_tracked")
        .tensor(counter)
        .text("t")
        .tensor(PAIR)
        .text("num_batches_tracked")
        .tensor(counter)
        .op(SETITEMS)
        .stop();
    let weights = read_state_dict(&file(&pickle, &[&floats(&[1., 2.]), &[0; 8]])).unwrap();
    assert!(weights.keys().eq(["t"]));
}
