//! What each seed came to, as JSON.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::RECORDS;
use super::machine::Machine;
use crate::whole_file::write_whole;

/// A run with one seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedRecord {
    pub(super) seed: u64,
    pub(super) test_accuracy_percent: f64,
    pub(super) test_pictures: u32,
    pub(super) epochs: u32,
    /// In an epoch.
    pub(super) train_pictures: u64,
    /// Of the training passes together.
    pub(super) seconds: f64,
    /// `None` without a validation part, as the best.
    pub(super) last_val_accuracy_percent: Option<f64>,
    pub(super) best_val_accuracy_percent: Option<f64>,
    /// Of the configuration's settings.
    pub(super) config_sha256: String,
    /// Of the programs that trained, in order: more than one if a later program
    /// resumed. Each ends in `-dirty` with changes that were not committed.
    pub(super) commits: Vec<String>,
    pub(super) machine: Machine,
    /// Of the end: UTC, to the second.
    pub(super) date: String,
}

/// A configuration's records; none where there is no file.
pub(super) fn read(path: &Path) -> Result<Vec<SeedRecord>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no record", path.display()))
}

/// Adds a record, or puts it in the place of the same seed's. Those of other
/// settings go: they are figures of something else.
pub(super) fn put(path: &Path, record: SeedRecord) -> Result<()> {
    let mut records = read(path)?;
    records.retain(|other| other.config_sha256 == record.config_sha256);
    match records.iter_mut().find(|other| other.seed == record.seed) {
        Some(other) => *other = record,
        None => records.push(record),
    }
    write_whole(path, &(serde_json::to_string_pretty(&records)? + "\n"))
}

/// Every configuration's name and records, in the order of the names.
pub(super) fn read_all(root: &Path) -> Result<Vec<(String, Vec<SeedRecord>)>> {
    let folder = root.join(RECORDS);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let reading = || format!("cannot read {}", folder.display());
    let mut all = Vec::new();
    for entry in fs::read_dir(&folder).with_context(reading)? {
        let path = entry.with_context(reading)?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            all.push((name, read(&path)?));
        }
    }
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(all)
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    /// A record of this seed and accuracy.
    pub(in super::super) fn record(seed: u64, test_accuracy_percent: f64) -> SeedRecord {
        SeedRecord {
            seed,
            test_accuracy_percent,
            test_pictures: 10_000,
            epochs: 2,
            train_pictures: 54_000,
            seconds: 60.5,
            last_val_accuracy_percent: Some(91.125),
            best_val_accuracy_percent: None,
            config_sha256: "0a".to_owned(),
            commits: vec!["0123456789abcdef".to_owned()],
            machine: Machine { cpu: "AMD EPYC".to_owned(), cores: 4, threads: 2 },
            date: "2026-11-27T10:20:30Z".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::record;
    use super::*;

    #[test]
    fn records_are_read_as_they_were_written() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join(RECORDS).join("fast.json");
        assert_eq!(read(&path).unwrap(), []);
        assert!(read_all(root.path()).unwrap().is_empty());
        let (first, second) = (record(42, 93.19), record(1, 0.1 + 0.2));
        put(&path, first.clone()).unwrap();
        put(&path, second.clone()).unwrap();
        assert_eq!(read(&path).unwrap(), [first.clone(), second.clone()]);

        // Again: in the same place.
        let again = record(42, 93.2);
        put(&path, again.clone()).unwrap();
        assert_eq!(read(&path).unwrap(), [again.clone(), second.clone()]);

        let other = SeedRecord { config_sha256: "0b".to_owned(), ..record(2, 90.0) };
        put(&path.with_file_name("d2l.json"), second.clone()).unwrap();
        fs::write(path.with_file_name("fast.json.tmp"), "half").unwrap();
        let all =
            [("d2l".to_owned(), vec![second.clone()]), ("fast".to_owned(), vec![again, second])];
        assert_eq!(read_all(root.path()).unwrap(), all);

        put(&path, other.clone()).unwrap();
        assert_eq!(read(&path).unwrap(), [other]);
    }

    #[test]
    fn another_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        fs::write(&path, "[{\"seed\": 1}]").unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(error.ends_with("a.json is no record"), "{error}");
    }
}
