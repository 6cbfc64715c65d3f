//! A small writer of pickles and of the archives around them.

use std::io::{Cursor, Write};

use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::pytorch::opcode;

/// A pickle in the making.
pub(super) struct Pickle(Vec<u8>);

/// A tensor as a view of a storage.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) storage: &'a str,
    pub(super) key: &'a str,
    pub(super) len: i64,
    pub(super) offset: i64,
    pub(super) sizes: &'a [i64],
    pub(super) strides: &'a [i64],
}

/// Two numbers, the whole of the f32 storage "0".
pub(super) const PAIR: View<'_> =
    View { storage: "FloatStorage", key: "0", len: 2, offset: 0, sizes: &[2], strides: &[1] };

impl Pickle {
    pub(super) fn new() -> Self {
        Self(vec![opcode::PROTO, 2])
    }

    pub(super) fn op(self, opcode: u8) -> Self {
        self.bytes(&[opcode])
    }

    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub(super) fn text(self, text: &str) -> Self {
        let len = u32::try_from(text.len()).unwrap();
        self.op(opcode::BINUNICODE).bytes(&len.to_le_bytes()).bytes(text.as_bytes())
    }

    pub(super) fn int(self, value: i64) -> Self {
        self.bytes(&[opcode::LONG1, 8]).bytes(&value.to_le_bytes())
    }

    pub(super) fn float(self, value: f64) -> Self {
        self.op(opcode::BINFLOAT).bytes(&value.to_be_bytes())
    }

    pub(super) fn ints(mut self, values: &[i64]) -> Self {
        self = self.op(opcode::MARK);
        for &value in values {
            self = self.int(value);
        }
        self.op(opcode::TUPLE)
    }

    pub(super) fn global(self, module: &str, name: &str) -> Self {
        self.op(opcode::GLOBAL).bytes(format!("{module}\n{name}\n").as_bytes())
    }

    pub(super) fn ordered_dict(self) -> Self {
        self.global("collections", "OrderedDict").op(opcode::EMPTY_TUPLE).op(opcode::REDUCE)
    }

    pub(super) fn storage(self, storage: &str, key: &str, len: i64) -> Self {
        self.op(opcode::MARK)
            .text("storage")
            .global("torch", storage)
            .text(key)
            .text("cuda:0")
            .int(len)
            .op(opcode::TUPLE)
            .op(opcode::BINPERSID)
    }

    /// The arguments of a tensor; what follows is open for more.
    pub(super) fn tensor_arguments(self, view: View<'_>) -> Self {
        self.op(opcode::MARK)
            .storage(view.storage, view.key, view.len)
            .int(view.offset)
            .ints(view.sizes)
            .ints(view.strides)
            .op(opcode::NEWFALSE)
            .ordered_dict()
    }

    pub(super) fn tensor(self, view: View<'_>) -> Self {
        self.global("torch._utils", "_rebuild_tensor_v2")
            .tensor_arguments(view)
            .op(opcode::TUPLE)
            .op(opcode::REDUCE)
    }

    /// The end, for a file to be made of it.
    pub(super) fn stop(self) -> Vec<u8> {
        self.op(opcode::STOP).0
    }
}

/// A dictionary with one tensor "t".
pub(super) fn one_tensor(view: View<'_>) -> Vec<u8> {
    let pickle = Pickle::new().op(opcode::EMPTY_DICT).text("t").tensor(view);
    pickle.op(opcode::SETITEM).stop()
}

/// An archive of these entries, not compressed.
pub(super) fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, data) in entries {
        zip.start_file(*name, options).unwrap();
        zip.write_all(data).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A file with this pickle and the storages "0", "1", ….
pub(super) fn file(pickle: &[u8], storages: &[&[u8]]) -> Vec<u8> {
    let names: Vec<_> = (0..storages.len()).map(|key| format!("archive/data/{key}")).collect();
    let storages = names.iter().map(String::as_str).zip(storages.iter().copied());
    let entries: Vec<_> = [("archive/data.pkl", pickle), ("archive/byteorder", &b"little"[..])]
        .into_iter()
        .chain(storages)
        .collect();
    archive(&entries)
}

/// Numbers as the bytes of a storage.
pub(super) fn floats(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}
