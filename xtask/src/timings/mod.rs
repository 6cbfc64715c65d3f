//! `cargo xtask timings`: what a build from nothing costs, crate by crate.

mod compiler;
mod processor;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::command::{self, cargo};
use crate::{folder, machine};

pub(crate) use compiler::run_as_wrapper;

/// How many crates are shown.
const DEAREST: usize = 10;

#[derive(Args)]
pub(crate) struct Options {
    /// Build every test program at the dev profile in place of nin-train at release
    #[arg(long)]
    tests: bool,
}

/// Seconds of the compiler.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Seconds {
    processor: f64,
    wall: f64,
}

/// Builds into a folder of its own and prints the dearest crates and the sum.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let folder = root.join("target/timings");
    folder::remove(&folder)?;
    fs::create_dir_all(&folder).context("cannot make target/timings")?;
    let record = folder.join("crates.txt");
    // What is not there yet is fetched before the clock runs.
    command::run(cargo("fetch --locked").current_dir(root))?;

    let words = if options.tests {
        "test --workspace --no-run --locked"
    } else {
        "build --release --locked --bin nin-train"
    };
    let mut build = cargo(words);
    build.current_dir(root).arg("--target-dir").arg(&folder);
    compiler::record(&mut build, &record)?;
    let (start, before) = (Instant::now(), processor::of_children()?);
    command::run(&mut build)?;
    let whole = Seconds {
        processor: processor::of_children()? - before,
        wall: start.elapsed().as_secs_f64(),
    };

    let text = fs::read_to_string(&record).context("the compiler left no record")?;
    let crates = sums(&text)?;
    ensure!(!crates.is_empty(), "nothing was compiled");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("\n{}, {cores} cores, {}", machine::date()?, machine::cpu()?);
    print!("{}", table(&crates, whole));
    Ok(())
}

/// The sum of each package's lines, the dearest first.
fn sums(record: &str) -> Result<Vec<(String, Seconds)>> {
    let mut sums = BTreeMap::<_, Seconds>::new();
    for line in record.lines() {
        let mut words = line.split(' ');
        let package = words.next().unwrap_or_default();
        let mut number = || words.next()?.parse::<f64>().ok();
        let (Some(processor), Some(wall)) = (number(), number()) else {
            anyhow::bail!("a line of another kind: {line:?}");
        };
        let sum = sums.entry(package.to_owned()).or_default();
        *sum = Seconds { processor: sum.processor + processor, wall: sum.wall + wall };
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by(|(_, a), (_, b)| b.processor.total_cmp(&a.processor));
    Ok(sums)
}

fn table(crates: &[(String, Seconds)], whole: Seconds) -> String {
    let row = |name: &str, Seconds { processor, wall }| {
        format!("| {name} | {processor:.1} | {wall:.1} |\n")
    };
    let sum = |crates: &[(String, Seconds)]| Seconds {
        processor: crates.iter().map(|(_, seconds)| seconds.processor).sum(),
        wall: crates.iter().map(|(_, seconds)| seconds.wall).sum(),
    };
    let (dearest, others) = crates.split_at(DEAREST.min(crates.len()));
    let mut table = "| crate | processor, s | wall, s |\n|---|---|---|\n".to_owned();
    for (name, seconds) in dearest {
        table += &row(name, *seconds);
    }
    table += &row(&format!("{} others", others.len()), sum(others));
    table + &row("the whole build, with build scripts and linker", whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_package_are_added_up_and_the_dearest_is_first() {
        let sums = sums("a 1.5 2\nb 4 3\na 1 1\n").unwrap();
        let seconds = |processor, wall| Seconds { processor, wall };
        assert_eq!(
            sums,
            [("b".to_owned(), seconds(4.0, 3.0)), ("a".to_owned(), seconds(2.5, 3.0))]
        );
        assert!(super::sums("a 1.5\n").is_err());
    }

    #[test]
    fn the_table_has_the_dearest_the_others_and_the_whole() {
        let one = Seconds { processor: 1.0, wall: 2.0 };
        let crates: Vec<_> = (0..12).map(|number| (format!("crate-{number}"), one)).collect();
        let table = table(&crates, Seconds { processor: 13.0, wall: 7.25 });
        let lines: Vec<_> = table.lines().collect();
        assert_eq!(lines.len(), 2 + DEAREST + 2);
        assert_eq!(lines[2], "| crate-0 | 1.0 | 2.0 |");
        assert_eq!(lines[12], "| 2 others | 2.0 | 4.0 |");
        assert!(lines[13].ends_with("| 13.0 | 7.2 |"), "{}", lines[13]);
    }
}
