//! From a file and flags to a configuration.

use std::path::Path;

use serde::Serialize;
use toml::{Table, Value};

use super::Config;
use super::keys;
use super::value::{self, KeyError, Problem};
use crate::TrainError;
use crate::input::read_at_most;

/// The recommended recipe.
const DEFAULT: &str = include_str!("../../default.toml");

/// The most bytes of a configuration, several hundred times the reference's.
const LARGEST_FILE_BYTES: u64 = 4 << 20;

/// A configuration in the making: one TOML file over the neutral defaults, and
/// what was set over it.
///
/// ```
/// use nin_trainer::ConfigSource;
///
/// let mut source = ConfigSource::embedded_default();
/// source.set("schedule.factor", "1.5")?;
/// let error = source.resolve().unwrap_err();
/// assert_eq!(error.to_string(), "--set schedule.factor: allowed is (0, 1), got 1.5");
/// # Ok::<(), nin_trainer::TrainError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ConfigSource {
    /// The file's name in messages.
    origin: String,
    /// The file's text; empty where there is none.
    text: String,
    /// The file over the neutral defaults, and what was set over both.
    root: Value,
    /// The keys that were set, and what a message about one begins with.
    set: Vec<(String, String)>,
}

impl ConfigSource {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or is no TOML.
    pub fn read(path: &Path) -> Result<Self, TrainError> {
        let origin = path.display().to_string();
        let bytes = read_at_most(path, LARGEST_FILE_BYTES)
            .map_err(|error| TrainError::Usage(format!("{origin}: {error}")))?;
        let text = String::from_utf8(bytes)
            .map_err(|error| TrainError::Usage(format!("{origin}: not UTF-8: {error}")))?;
        Self::parse(origin, text)
    }

    /// The recommended recipe, `configs/default.toml`.
    pub fn embedded_default() -> Self {
        Self::parse("configs/default.toml (embedded)", DEFAULT)
            .expect("a test reads the embedded file")
    }

    /// A configuration that is there already; `origin` names it in messages.
    pub fn from_config(config: &Config, origin: impl Into<String>) -> Self {
        Self { origin: origin.into(), text: String::new(), root: as_value(config), set: Vec::new() }
    }

    /// Reads the text of a file; `origin` names it in messages.
    ///
    /// # Errors
    ///
    /// A text that is no TOML.
    pub fn parse(origin: impl Into<String>, text: impl Into<String>) -> Result<Self, TrainError> {
        let (origin, text) = (origin.into(), text.into());
        let file: Table = toml::from_str(&text).map_err(|error| {
            let line = error.span().map(|span| format!(":{}", keys::line_at(&text, span.start)));
            TrainError::Usage(format!("{origin}{}: {}", line.unwrap_or_default(), error.message()))
        })?;
        let mut root = as_value(&Config::default());
        lay_over(&mut root, Value::Table(file));
        Ok(Self { origin, text, root, set: Vec::new() })
    }

    /// Sets `key`, such as `schedule.factor` or `model.blocks.0.dropout`, to
    /// `text`: a value of TOML, or else a string.
    ///
    /// # Errors
    ///
    /// A key that leads through something that has no keys.
    pub fn set(&mut self, key: &str, text: &str) -> Result<(), TrainError> {
        let value = text.parse().unwrap_or_else(|_| Value::String(text.to_owned()));
        self.put("--set ".to_owned(), key, value)
    }

    /// Sets `key` to `value`; messages about it begin with `flag`.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set).
    pub fn set_value(
        &mut self,
        flag: &str,
        key: &str,
        value: impl Into<Value>,
    ) -> Result<(), TrainError> {
        self.put(format!("{flag}: "), key, value.into())
    }

    /// Sets `key` to a path.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set), and a path that is not UTF-8: the run's
    /// `config.toml` could not hold it.
    pub fn set_path(&mut self, flag: &str, key: &str, path: &Path) -> Result<(), TrainError> {
        let text = path.to_str().ok_or_else(|| {
            TrainError::Usage(format!("{flag}: {}: want a path in UTF-8", path.display()))
        })?;
        self.set_value(flag, key, text)
    }

    fn put(&mut self, prefix: String, key: &str, value: Value) -> Result<(), TrainError> {
        let slot = keys::slot(&mut self.root, key)
            .map_err(|problem| TrainError::Usage(format!("{prefix}{key}: {problem}")))?;
        *slot = value;
        self.set.push((key.to_owned(), prefix));
        Ok(())
    }

    /// The configuration, checked as far as it can be without data.
    ///
    /// # Errors
    ///
    /// The first key that is unknown or has a value that cannot be used, with
    /// the flag or the file and line that it comes from.
    pub fn resolve(&self) -> Result<Config, TrainError> {
        let config: Config = value::read(&self.root).map_err(|error| self.usage(&error))?;
        config.check().map_err(|error| self.usage(&error))?;
        Ok(config)
    }

    fn usage(&self, error: &KeyError) -> TrainError {
        let path = error.path();
        let problem = match &error.problem {
            Problem::Value(problem) => self.worded(&path, problem),
            Problem::UnknownKey(known) => keys::unknown(&path, known),
        };
        TrainError::Usage(format!("{}{}: {problem}", self.place(&path), path.join(".")))
    }

    /// Where the value of a key comes from.
    fn place(&self, path: &[&str]) -> String {
        let key = path.join(".");
        let below = |inner: &str, outer: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let setter = |of_key: &dyn Fn(&str) -> bool| {
            let found = self.set.iter().rev().find(|(set, _)| of_key(set));
            found.map(|(_, prefix)| prefix.clone())
        };
        setter(&|set| below(&key, set))
            .or_else(|| {
                let line = keys::line_of(&self.text, path)?;
                Some(format!("{}:{line}: ", self.origin))
            })
            .or_else(|| setter(&|set| below(set, &key)))
            .unwrap_or_else(|| format!("{}: ", self.origin))
    }

    /// The problem without the key that its text may begin with, and with the
    /// value where its text is nothing but serde's description of what it wants.
    fn worded(&self, path: &[&str], problem: &str) -> String {
        let key = path.last().copied().unwrap_or_default();
        let rest = problem.strip_prefix(key);
        let rest =
            rest.and_then(|rest| rest.strip_prefix(": ").or_else(|| rest.strip_prefix(" = ")));
        if let Some(rest) = rest {
            return rest.to_owned();
        }
        match keys::get(&self.root, path) {
            Some(got) if problem.starts_with("a ") => format!("want {problem}, got {got}"),
            _ => problem.to_owned(),
        }
    }
}

/// Lays `over` over `base`, table by table; everything else is replaced.
fn lay_over(base: &mut Value, over: Value) {
    match (base, over) {
        (Value::Table(base), Value::Table(over)) => {
            for (key, value) in over {
                match base.get_mut(&key) {
                    Some(slot) => lay_over(slot, value),
                    None => drop(base.insert(key, value)),
                }
            }
        }
        (base, over) => *base = over,
    }
}

fn as_value(config: &impl Serialize) -> Value {
    Value::try_from(config).expect("every configuration can be written as TOML")
}
