//! Reads a TOML value into a configuration so that an error knows its key.
//!
//! Words that stand for the variants of an enum are read in any case, with
//! `-`, `_` or nothing between their parts.

use std::fmt;

use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer,
    MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;
use toml::Value;

/// What is wrong with one key.
#[derive(Debug, PartialEq)]
pub(super) struct KeyError {
    /// The key's parts, the innermost first; numbers count from 0.
    inside_out: Vec<String>,
    pub(super) problem: Problem,
}

/// What is wrong with a key.
#[derive(Debug, PartialEq)]
pub(super) enum Problem {
    /// A value that cannot be used.
    Value(String),
    /// A key that is none of these.
    UnknownKey(&'static [&'static str]),
}

/// Reads `value`.
pub(super) fn read<'de, T: Deserialize<'de>>(value: &'de Value) -> Result<T, KeyError> {
    T::deserialize(ValueReader(value))
}

impl KeyError {
    /// An error of the key `section.key`.
    pub(super) fn new(section: &str, key: &str, problem: impl Into<String>) -> Self {
        let inside_out = vec![key.to_owned(), section.to_owned()];
        Self { inside_out, problem: Problem::Value(problem.into()) }
    }

    /// The key's parts, the outermost first.
    pub(super) fn path(&self) -> Vec<&str> {
        self.inside_out.iter().rev().map(String::as_str).collect()
    }

    fn inside(mut self, part: impl fmt::Display) -> Self {
        self.inside_out.push(part.to_string());
        self
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problem = match &self.problem {
            Problem::Value(problem) => problem,
            Problem::UnknownKey(_) => "unknown key",
        };
        write!(f, "{}: {problem}", self.path().join("."))
    }
}

impl std::error::Error for KeyError {}

impl de::Error for KeyError {
    fn custom<T: fmt::Display>(problem: T) -> Self {
        Self { inside_out: Vec::new(), problem: Problem::Value(problem.to_string()) }
    }

    fn invalid_type(got: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::custom(format!("want {}, got {}", in_words(wanted), shown(got)))
    }

    fn invalid_value(got: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::invalid_type(got, wanted)
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        Self { inside_out: vec![field.to_owned()], problem: Problem::UnknownKey(known) }
    }

    fn missing_field(field: &'static str) -> Self {
        Self::custom(format!("the key {field} is missing"))
    }
}

/// What was wanted, where serde names a type of Rust.
fn in_words(wanted: &dyn Expected) -> String {
    let name = wanted.to_string();
    match name.as_str() {
        "usize" | "u64" | "u32" => "a whole number of at least 0".to_owned(),
        "f64" => "a number".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a sequence" => "a list".to_owned(),
        _ if name.starts_with("struct ") => "a table".to_owned(),
        _ => name,
    }
}

fn shown(got: Unexpected<'_>) -> String {
    match got {
        Unexpected::Bool(value) => value.to_string(),
        Unexpected::Signed(value) => value.to_string(),
        Unexpected::Float(value) => value.to_string(),
        Unexpected::Str(value) => format!("{value:?}"),
        Unexpected::Map => "a table".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        other => other.to_string(),
    }
}

struct ValueReader<'de>(&'de Value);

impl<'de> Deserializer<'de> for ValueReader<'de> {
    type Error = KeyError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, KeyError> {
        match self.0 {
            Value::String(value) => visitor.visit_borrowed_str(value),
            Value::Integer(value) => visitor.visit_i64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Boolean(value) => visitor.visit_bool(*value),
            Value::Datetime(_) => {
                Err(de::Error::invalid_type(Unexpected::Other("a date"), &visitor))
            }
            Value::Array(values) => visitor.visit_seq(Items(values.iter().enumerate())),
            Value::Table(table) => {
                visitor.visit_map(Entries { entries: table.iter(), current: None })
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, KeyError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, KeyError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, KeyError> {
        let wrong = |got: &dyn fmt::Display| {
            de::Error::custom(format!("want {}, got {got}", variants.join(" or ")))
        };
        let Value::String(text) = self.0 else { return Err(wrong(self.0)) };
        let found = variants.iter().find(|variant| folded(variant) == folded(text));
        visitor.visit_enum(Word(found.ok_or_else(|| wrong(self.0))?))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// A word without case, `-` and `_`.
fn folded(word: &str) -> String {
    word.replace(['-', '_'], "").to_lowercase()
}

/// The items of a list with their numbers.
struct Items<'de>(std::iter::Enumerate<std::slice::Iter<'de, Value>>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = KeyError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, KeyError> {
        let Some((index, value)) = self.0.next() else { return Ok(None) };
        seed.deserialize(ValueReader(value)).map(Some).map_err(|error| error.inside(index))
    }
}

/// The entries of a table.
struct Entries<'de> {
    entries: toml::map::Iter<'de, String, Value>,
    current: Option<(&'de str, &'de Value)>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = KeyError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, KeyError> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        self.current = Some((key, value));
        seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, KeyError> {
        let (key, value) = self.current.take().expect("serde asks for a key before its value");
        seed.deserialize(ValueReader(value)).map_err(|error| error.inside(key))
    }
}

/// The name of a variant without content.
struct Word(&'static str);

impl<'de> EnumAccess<'de> for Word {
    type Error = KeyError;
    type Variant = <StrDeserializer<'de, KeyError> as EnumAccess<'de>>::Variant;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self::Variant), KeyError> {
        let word: StrDeserializer<'de, KeyError> = self.0.into_deserializer();
        word.variant_seed(seed)
    }
}
