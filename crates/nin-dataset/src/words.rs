//! Settings that are one word of a few.

/// Reads and writes an enum as words: `by_word!(Type, "key", "word" => Variant, …)`.
///
/// Words are read in any case, with dashes, underscores or nothing between
/// their parts. Gives `FromStr`, `Display` and the two conversions that serde
/// takes as `try_from = "String", into = "String"`.
macro_rules! by_word {
    ($type:ident, $key:literal, $($word:literal => $variant:ident),+ $(,)?) => {
        impl std::str::FromStr for $type {
            type Err = $crate::DatasetError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::words::find($key, text, &[$(($word, Self::$variant)),+])
            }
        }

        impl TryFrom<String> for $type {
            type Error = $crate::DatasetError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(match self {
                    $(Self::$variant => $word,)+
                })
            }
        }

        impl From<$type> for String {
            fn from(value: $type) -> Self {
                value.to_string()
            }
        }
    };
}
pub(crate) use by_word;

use crate::DatasetError;

/// The value of the word that `text` is.
pub(crate) fn find<T: Copy>(
    key: &'static str,
    text: &str,
    words: &[(&str, T)],
) -> Result<T, DatasetError> {
    let plain = without_separators(text);
    match words.iter().find(|(word, _)| without_separators(word) == plain) {
        Some(&(_, value)) => Ok(value),
        None => {
            let known: Vec<_> = words.iter().map(|&(word, _)| word).collect();
            let problem = format!("want {}, found {text:?}", known.join(" or "));
            Err(DatasetError::config(key, problem))
        }
    }
}

/// `text` in lower case without dashes and underscores.
pub(crate) fn without_separators(text: &str) -> String {
    text.replace(['-', '_'], "").to_ascii_lowercase()
}
