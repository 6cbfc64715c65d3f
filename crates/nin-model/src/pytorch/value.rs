//! The values of a pickle.
//!
//! They lie side by side in a few vectors and name one another by place. So a
//! value is copied at no cost, nothing is a tree that would have to be walked,
//! and memory is bounded by the bytes of the pickle, whatever it nests.

use super::callable::Callable;

/// A value, and what was in it as far as weights need that.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'a> {
    None,
    Bool,
    Int(i64),
    Float,
    Text(&'a str),
    Tuple(Tuple),
    /// Nothing about weights stands in a list: its items are passed over.
    List,
    Dict(Dict),
    Callable(Callable),
    /// What a storage is known by: the tuple given to `persistent_load`.
    Storage(Tuple),
    /// What a tensor is made of: the arguments of `_rebuild_tensor_v2`.
    Tensor(Tuple),
    /// Something of no interest, and what makes it in Python.
    Other(&'static str),
}

impl Value<'_> {
    /// What it is, in words.
    pub(super) fn kind(&self) -> String {
        let kind = match self {
            Self::None => "None",
            Self::Bool => "a bool",
            Self::Int(_) => "an int",
            Self::Float => "a float",
            Self::Text(_) => "a text",
            Self::Tuple(_) => "a tuple",
            Self::List => "a list",
            Self::Dict(_) => "a dictionary",
            Self::Callable(_) => "a class or function",
            Self::Storage(_) => "a storage",
            Self::Tensor(_) => "a tensor",
            Self::Other(maker) => return format!("made by {maker}"),
        };
        kind.to_owned()
    }
}

/// The place of a tuple's items.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tuple {
    start: usize,
    len: usize,
}

/// The number of a dictionary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Dict(usize);

/// Where tuples and dictionaries lie.
#[derive(Default)]
pub(super) struct Heap<'a> {
    items: Vec<Value<'a>>,
    dicts: usize,
    entries: Vec<(Dict, Value<'a>, Value<'a>)>,
}

impl<'a> Heap<'a> {
    pub(super) fn new_tuple(&mut self, items: &[Value<'a>]) -> Value<'a> {
        let start = self.items.len();
        self.items.extend_from_slice(items);
        Value::Tuple(Tuple { start, len: items.len() })
    }

    pub(super) fn items(&self, tuple: Tuple) -> &[Value<'a>] {
        &self.items[tuple.start..tuple.start + tuple.len]
    }

    pub(super) fn new_dict(&mut self) -> Value<'a> {
        self.dicts += 1;
        Value::Dict(Dict(self.dicts))
    }

    pub(super) fn insert(&mut self, dict: Dict, key: Value<'a>, value: Value<'a>) {
        self.entries.push((dict, key, value));
    }

    /// Keys and values in the order of insertion; of equal keys the last counts.
    pub(super) fn entries(&self, dict: Dict) -> impl Iterator<Item = (Value<'a>, Value<'a>)> {
        self.entries.iter().filter(move |entry| entry.0 == dict).map(|entry| (entry.1, entry.2))
    }
}
