//! The table of all records, in Markdown.

use super::record::SeedRecord;
use crate::statistics::{mean, median, sample_deviation};

const HEADER: &str = "\
| configuration | seeds | test accuracy | of each seed, in % | training time | machine | commit | date |
|---|---|---|---|---|---|---|---|
";

/// What stands in the table's place while there is none.
const EMPTY: &str = "Nothing is recorded yet.\n";

/// A row for each configuration that has records.
pub(super) fn render(configurations: &[(String, Vec<SeedRecord>)]) -> String {
    let rows: String =
        configurations.iter().filter_map(|(name, records)| row(name, records)).collect();
    if rows.is_empty() { EMPTY.to_owned() } else { format!("{HEADER}{rows}") }
}

/// `None` of no records.
fn row(name: &str, records: &[SeedRecord]) -> Option<String> {
    let percents: Vec<f64> = records.iter().map(|record| record.test_accuracy_percent).collect();
    let secs: Vec<f64> = records.iter().map(|record| record.seconds).collect();
    let mean = mean(&percents)?;
    let accuracy = match sample_deviation(&percents) {
        Some(deviation) => format!("{mean:.2} ± {deviation:.2} %"),
        None => format!("{mean:.2} %"),
    };
    let each = |text: fn(&SeedRecord) -> String| records.iter().map(text).collect::<Vec<_>>();
    let commits = records.iter().flat_map(|record| &record.commits);
    let cells = [
        format!("`{name}`"),
        format!("{}: {}", records.len(), each(|record| record.seed.to_string()).join(", ")),
        accuracy,
        each(|record| format!("{:.2}", record.test_accuracy_percent)).join(", "),
        time(median(&secs)?),
        distinct(each(machine)),
        distinct(commits.map(|commit| short(commit)).collect()),
        distinct(each(day)),
    ];
    Some(format!("| {} |\n", cells.join(" | ")))
}

fn machine(record: &SeedRecord) -> String {
    let machine = &record.machine;
    format!("{}, {} threads on {} cores", machine.cpu, machine.threads, machine.cores)
}

fn day(record: &SeedRecord) -> String {
    record.date.chars().take_while(|&letter| letter != 'T').collect()
}

/// A commit's first seven digits, and whether it is not the whole truth.
fn short(commit: &str) -> String {
    let (hash, dirty) = match commit.strip_suffix("-dirty") {
        Some(hash) => (hash, "-dirty"),
        None => (commit, ""),
    };
    hash.chars().take(7).chain(dirty.chars()).collect()
}

/// Each text once, in the order of their first mention.
fn distinct(texts: Vec<String>) -> String {
    let mut seen: Vec<String> = Vec::new();
    for text in texts {
        if !seen.contains(&text) {
            seen.push(text);
        }
    }
    seen.join("; ")
}

/// Such as `3 min 2 s`.
fn time(secs: f64) -> String {
    let secs = secs.round() as u64;
    match secs / 60 {
        0 => format!("{secs} s"),
        mins => format!("{mins} min {} s", secs % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::testing::record;
    use super::*;

    #[test]
    fn a_table_of_two_configurations() {
        let mut seeds = vec![record(42, 93.0), record(1, 93.5), record(2, 94.0)];
        seeds[0].seconds = 182.4;
        seeds[1].seconds = 170.0;
        seeds[2].seconds = 200.0;
        seeds[1].commits.push("fedcba9876543210-dirty".to_owned());
        seeds[2].machine.threads = 4;
        seeds[2].date = "2026-11-28T00:00:00Z".to_owned();
        let rows = [
            ("fast".to_owned(), seeds),
            ("none".to_owned(), Vec::new()),
            ("quick".to_owned(), vec![record(7, 90.1)]),
        ];
        let wanted = "\
| configuration | seeds | test accuracy | of each seed, in % | training time | machine | commit | date |
|---|---|---|---|---|---|---|---|
| `fast` | 3: 42, 1, 2 | 93.50 ± 0.50 % | 93.00, 93.50, 94.00 | 3 min 2 s | AMD EPYC, 2 threads on 4 cores; \
AMD EPYC, 4 threads on 4 cores | 0123456; fedcba9-dirty | 2026-11-27; 2026-11-28 |
| `quick` | 1: 7 | 90.10 % | 90.10 | 1 min 1 s | AMD EPYC, 2 threads on 4 cores | 0123456 | 2026-11-27 |
";
        assert_eq!(render(&rows), wanted);
    }

    #[test]
    fn there_may_be_nothing_yet() {
        assert_eq!(render(&[]), EMPTY);
    }

    #[test]
    fn times_are_in_minutes_and_seconds() {
        for (secs, wanted) in
            [(0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (7_322.0, "122 min 2 s")]
        {
            assert_eq!(time(secs), wanted);
        }
    }
}
