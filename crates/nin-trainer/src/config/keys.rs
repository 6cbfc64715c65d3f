//! Dotted keys: where they are in a value and in a text, and what a wrong one
//! may have been meant to be.

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use super::Config;

/// The place of `key` in `root`; tables on the way are made.
pub(super) fn slot<'a>(root: &'a mut Value, key: &str) -> Result<&'a mut Value, String> {
    // Far more than the longest key has; each makes a table within a table.
    if key.split('.').count() > 16 {
        return Err("want a key such as schedule.factor".to_owned());
    }
    key.split('.').try_fold(root, |outer, part| match outer {
        _ if part.is_empty() => Err("want a key such as schedule.factor".to_owned()),
        Value::Table(table) => Ok(table.entry(part).or_insert_with(|| Value::Table(Table::new()))),
        Value::Array(items) => {
            let count = items.len();
            let item = part.parse().ok().and_then(|index: usize| items.get_mut(index));
            item.ok_or_else(|| {
                format!("{part} is no number of an item, of which there are {count}, from 0")
            })
        }
        other => Err(format!("there is no {part} in {other}")),
    })
}

/// The value of a key.
pub(super) fn get<'a>(root: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(root, |outer, part| match outer {
        Value::Array(items) => items.get(part.parse::<usize>().ok()?),
        _ => outer.get(part),
    })
}

/// The line of a text, from 1, that byte `offset` is in.
pub(super) fn line_at(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().iter().take(offset);
    before.filter(|&&byte| byte == b'\n').count() + 1
}

/// The line of a TOML text, from 1, that a key is in.
pub(super) fn line_of(text: &str, path: &[&str]) -> Option<usize> {
    let document = DeTable::parse(text).ok()?;
    let offset = offset_in_table(document.get_ref(), path)?;
    Some(line_at(text, offset))
}

fn offset_in_table(table: &DeTable<'_>, path: &[&str]) -> Option<usize> {
    let (part, rest) = path.split_first()?;
    let (key, value) = table.iter().find(|(key, _)| key.get_ref() == part)?;
    if rest.is_empty() { Some(key.span().start) } else { offset_in_value(value, rest) }
}

fn offset_in_value(value: &Spanned<DeValue<'_>>, path: &[&str]) -> Option<usize> {
    match (path, value.get_ref()) {
        ([], _) => Some(value.span().start),
        (_, DeValue::Table(table)) => offset_in_table(table, path),
        ([part, rest @ ..], DeValue::Array(items)) => {
            offset_in_value(items.get(part.parse::<usize>().ok()?)?, rest)
        }
        _ => None,
    }
}

/// Says that the last part of `path` is no key, and what may have been meant:
/// a key of the same name elsewhere, the nearest of the `known` ones, or all
/// of them where none is near.
pub(super) fn unknown(path: &[&str], known: &[&str]) -> String {
    let Some((key, section)) = path.split_last() else { return "unknown key".to_owned() };
    let beside = |known: &str| section.iter().copied().chain([known]).collect::<Vec<_>>().join(".");
    let nearest = known
        .iter()
        .map(|known| (strsim::jaro_winkler(&key.to_lowercase(), known), beside(known)))
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .filter(|(likeness, _)| *likeness > 0.8);
    match elsewhere(key).or(nearest.map(|(_, known)| known)) {
        Some(meant) => format!("unknown key; did you mean {meant}?"),
        None => format!("unknown key; there are {}", known.join(", ")),
    }
}

/// A key of this name in any section.
fn elsewhere(key: &str) -> Option<String> {
    let Ok(Value::Table(sections)) = Value::try_from(Config::default()) else { return None };
    let found = sections.iter().find(|(_, section)| section.get(key).is_some());
    found.map(|(section, _)| format!("{section}.{key}"))
}
