//! Taking turns with other processes on the same cores: a line of JSON says what
//! happened, and a line on stdin asks for the next turn.

use std::fs;
use std::io::{self, BufRead, Write};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde::Serialize;

use super::contestant::{Contestant, Ready, Step};
use crate::numbers::median;

/// Steps before the first turn, after which buffers have their sizes.
const WARM_UP_STEPS: usize = 3;

/// A line to the other side.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Message {
    Ready(Ready),
    Unavailable(String),
    Round(Round),
}

/// What a turn came to.
#[derive(Serialize)]
struct Round {
    /// The median of the turn's steps.
    secs_per_step: f64,
    steps: usize,
    /// The most memory that the process has held so far.
    peak_rss_bytes: u64,
}

/// Says that the contestant is ready and then, for each line on stdin, makes
/// steps for `secs` and says how long they took; until stdin ends.
///
/// # Errors
///
/// Of the contestant, or a stream that is closed.
pub fn take_turns(contestant: Contestant, secs: f64) -> Result<()> {
    let (ready, mut step) = match contestant {
        Contestant::Ready { ready, step } => (ready, step),
        Contestant::Unavailable(why) => return say(&Message::Unavailable(why)),
    };
    (0..WARM_UP_STEPS).try_for_each(|_| step())?;
    say(&Message::Ready(ready))?;
    let duration = Duration::try_from_secs_f64(secs)?;
    for line in io::stdin().lock().lines() {
        line?;
        say(&Message::Round(round(&mut step, duration)?))?;
    }
    Ok(())
}

fn say(message: &Message) -> Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{}", serde_json::to_string(message)?)?;
    Ok(stdout.flush()?)
}

/// At least one step.
fn round(step: &mut Step, duration: Duration) -> Result<Round> {
    let mut secs = Vec::new();
    let start = Instant::now();
    while secs.is_empty() || start.elapsed() < duration {
        let before = Instant::now();
        step()?;
        secs.push(before.elapsed().as_secs_f64());
    }
    Ok(Round {
        steps: secs.len(),
        secs_per_step: median(secs).expect("there was a step"),
        peak_rss_bytes: peak_rss_bytes()?,
    })
}

fn peak_rss_bytes() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status").context("peak memory is Linux's")?;
    parse_peak_rss(&status).context("no VmHWM in /proc/self/status")
}

/// The number in `VmHWM:    1234 kB`.
fn parse_peak_rss(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_has_a_step() {
        let mut count = 0;
        let mut step: Step = Box::new(move || {
            count += 1;
            assert_eq!(count, 1);
            Ok(())
        });
        let round = round(&mut step, Duration::ZERO).unwrap();
        assert_eq!(round.steps, 1);
        assert!(round.secs_per_step >= 0.0);
        assert!(round.peak_rss_bytes > 0);
    }

    #[test]
    fn the_peak_is_read_in_bytes() {
        assert_eq!(parse_peak_rss("VmPeak:\t9 kB\nVmHWM:\t    1234 kB\n"), Some(1234 * 1024));
        assert_eq!(parse_peak_rss("VmRSS: 1 kB\n"), None);
    }

    #[test]
    fn messages_are_objects_of_one_key() {
        let line = serde_json::to_string(&Message::Unavailable("why".to_owned())).unwrap();
        assert_eq!(line, r#"{"unavailable":"why"}"#);
        let ready = Ready { scores: vec![0.5], trial: None };
        let line = serde_json::to_string(&Message::Ready(ready)).unwrap();
        assert_eq!(line, r#"{"ready":{"scores":[0.5],"trial":null}}"#);
    }
}
