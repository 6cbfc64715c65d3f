//! Runs that are ended and resumed until they are over.

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

use super::Ending;
use super::files;
use super::program::{Program, end_after};

/// A run is ended so often at most, so that there are many runs.
const MOST_ENDINGS_A_RUN: usize = 5;

/// The run that nobody ended: what the others must come to.
pub(super) struct Whole {
    pub(super) time: Duration,
    result: Results,
}

/// What a run comes to.
#[derive(PartialEq)]
struct Results {
    /// The last epoch's weights and the best.
    weights: [Vec<u8>; 2],
    /// The rows of `metrics.csv` without their times.
    metrics: String,
}

/// What a series of endings came to.
pub(super) struct Tally {
    ending: Ending,
    endings: usize,
    runs: usize,
    equal: usize,
    /// Runs that had not begun when they were ended, and were started again.
    restarted: usize,
    files: usize,
    broken: usize,
    most_temporary: usize,
    left_temporary: usize,
    wrong_codes: usize,
    longest_end: Duration,
}

impl Whole {
    pub(super) fn run(program: &Program, run: &Path) -> Result<Self> {
        let started = Instant::now();
        let output = program.start(run)?.wait_with_output()?;
        check(&output)?;
        Ok(Self { time: started.elapsed(), result: Results::read(run)? })
    }
}

impl Results {
    fn read(run: &Path) -> Result<Self> {
        let metrics = fs::read_to_string(run.join("metrics.csv")).context("no metrics.csv")?;
        let rows: Vec<&str> = metrics.lines().collect();
        let timeless = |row: &&str| row.split(',').take(6).collect::<Vec<_>>().join(",");
        let file = |name: String| {
            let path = run.join("checkpoints").join(name);
            fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
        };
        let last = file(format!("{}.safetensors", rows.len() - 1))?;
        let metrics = rows.iter().map(timeless).collect::<Vec<_>>().join("\n");
        Ok(Self { weights: [last, file("best.safetensors".to_owned())?], metrics })
    }
}

/// Ends trainings in `folder` so many times, and lets each come to its end.
pub(super) fn series(
    program: &Program,
    whole: &Whole,
    folder: &Path,
    ending: Ending,
    times: usize,
    moments: &mut ChaCha8Rng,
) -> Result<Tally> {
    let mut tally = Tally::new(ending);
    while tally.endings < times {
        let run = folder.join(format!("{ending}-{}", tally.runs));
        tally.end_often(program, whole, &run, times, moments)?;
        tally.runs += 1;
        if Results::read(&run)? == whole.result {
            tally.equal += 1;
            fs::remove_dir_all(&run)?;
        }
    }
    Ok(tally)
}

impl Tally {
    pub(super) const HEADER: &str = "| signal | endings | longest end | wrong exit codes | runs | equal | begun anew | files read | \
         unreadable | temporary files, at once and at the end |\n|---|---|---|---|---|---|---|---|---|---|";

    fn new(ending: Ending) -> Self {
        Self {
            ending,
            endings: 0,
            runs: 0,
            equal: 0,
            restarted: 0,
            files: 0,
            broken: 0,
            most_temporary: 0,
            left_temporary: 0,
            wrong_codes: 0,
            longest_end: Duration::ZERO,
        }
    }

    /// Whether every run came to what the whole one came to.
    pub(super) fn nothing_lost(&self, longest_end: Duration) -> bool {
        self.equal == self.runs
            && self.broken + self.wrong_codes + self.left_temporary == 0
            && self.longest_end <= longest_end
    }

    fn end_often(
        &mut self,
        program: &Program,
        whole: &Whole,
        run: &Path,
        times: usize,
        moments: &mut ChaCha8Rng,
    ) -> Result<()> {
        let last = times.min(self.endings + MOST_ENDINGS_A_RUN);
        let mut child = program.start(run)?;
        while self.endings < last {
            let share = f64::from(moments.next_u32()) / f64::from(u32::MAX);
            let ended = end_after(child, whole.time.mul_f64(share), self.ending.signal())?;
            let Some(took) = ended.took else {
                // It was over before.
                check(&ended.output)?;
                return self.look_once_more(run);
            };
            self.count(&ended.output, took);
            let has_begun = self.look(run)?;
            child = if has_begun { program.resume(run) } else { program.start(run) }?;
        }
        check(&child.wait_with_output()?)?;
        self.look_once_more(run)
    }

    fn count(&mut self, output: &Output, took: Duration) {
        self.endings += 1;
        self.longest_end = self.longest_end.max(took);
        // It may have come to its own end while the signal was under way.
        let code = output.status.code();
        if code != self.ending.exit_code() && code != Some(0) {
            self.wrong_codes += 1;
            eprintln!("{}", String::from_utf8_lossy(&output.stderr));
        }
    }

    /// Reads the files of a run that was ended; whether it had begun.
    fn look(&mut self, run: &Path) -> Result<bool> {
        let found = files::look_at(run)?;
        self.files += found.whole;
        self.broken += found.broken.len();
        self.most_temporary = self.most_temporary.max(found.temporary);
        found.broken.iter().for_each(|path| eprintln!("unreadable: {}", path.display()));
        let has_begun = run.join("checkpoints/state-0.safetensors").exists()
            || run.join("metrics.csv").exists();
        self.restarted += usize::from(!has_begun);
        Ok(has_begun)
    }

    fn look_once_more(&mut self, run: &Path) -> Result<()> {
        self.left_temporary += files::look_at(run)?.temporary;
        Ok(())
    }
}

fn check(output: &Output) -> Result<()> {
    let message = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "nin-train ended with {}: {message}", output.status);
    Ok(())
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ending, endings, runs, equal, restarted, files, broken, .. } = self;
        write!(
            f,
            "| {ending} | {endings} | {:.2} s | {} | {runs} | {equal} | {restarted} | {files} | {broken} | \
             {} and {} |",
            self.longest_end.as_secs_f64(),
            self.wrong_codes,
            self.most_temporary,
            self.left_temporary,
        )
    }
}
