//! Running a command: shown first, timed, and with an error that names it.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// Runs `command` with the caller's streams.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = show(command);
    let start = Instant::now();
    let status = command.status().with_context(|| format!("cannot start `{shown}`"))?;
    finish(&shown, start, status)
}

/// Runs `command` like [`run`], and returns the lines that it wrote to stdout,
/// which are also printed as they come.
pub(crate) fn run_and_read(command: &mut Command) -> Result<Vec<String>> {
    capture(command, |line| println!("{line}"))
}

/// Runs `command` and returns the lines that it wrote to stdout.
pub(crate) fn read(command: &mut Command) -> Result<Vec<String>> {
    capture(command, |_line| {})
}

fn capture(command: &mut Command, seen: impl Fn(&str)) -> Result<Vec<String>> {
    let shown = show(command);
    let start = Instant::now();
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{shown}`"))?;
    let stdout = child.stdout.take().expect("stdout is piped");
    let mut lines = Vec::new();
    for line in BufReader::new(stdout).lines() {
        let line = line.with_context(|| format!("cannot read the output of `{shown}`"))?;
        seen(&line);
        lines.push(line);
    }
    let status = child.wait().with_context(|| format!("cannot wait for `{shown}`"))?;
    finish(&shown, start, status)?;
    Ok(lines)
}

/// A `cargo` command from words separated by spaces.
pub(crate) fn cargo(words: &str) -> Command {
    let mut command = Command::new("cargo");
    command.args(words.split_whitespace());
    command
}

fn show(command: &Command) -> String {
    let shown = in_words(command);
    println!("\n=== {shown}");
    shown
}

fn finish(shown: &str, start: Instant, status: ExitStatus) -> Result<()> {
    let secs = start.elapsed().as_secs_f64();
    if !status.success() {
        bail!("`{shown}` failed after {secs:.1} s: {status}");
    }
    println!("=== {secs:.1} s: {shown}");
    Ok(())
}

/// The command as one would type it.
fn in_words(command: &Command) -> String {
    let quoted = |word: &OsStr| {
        let word = word.to_string_lossy();
        if word.contains(' ') { format!("'{word}'") } else { word.into_owned() }
    };
    let settings = command.get_envs().filter_map(|(name, value)| {
        value.map(|value| format!("{}={}", name.to_string_lossy(), quoted(value)))
    });
    let words = std::iter::once(command.get_program()).chain(command.get_args()).map(quoted);
    settings.chain(words).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_typed() {
        let mut command = cargo("doc --no-deps");
        command.env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(in_words(&command), "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps");
    }

    #[test]
    fn a_failure_names_the_command() {
        let error = run(&mut Command::new("false")).unwrap_err().to_string();
        assert!(error.starts_with("`false` failed after"), "{error}");
        let error = run(&mut Command::new("no-such-program-here")).unwrap_err().to_string();
        assert_eq!(error, "cannot start `no-such-program-here`");
    }

    #[test]
    fn output_is_returned_line_by_line() {
        let lines = run_and_read(&mut cargo("--version")).unwrap();
        assert_eq!(lines.len(), 1);
        assert!(lines[0].starts_with("cargo "));
    }
}
