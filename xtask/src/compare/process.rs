//! A contestant's process, which waits until its turn is asked for.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};

use super::protocol::{self, Message, Ready, Round};

/// A process that runs until this is dropped.
pub(super) struct Process {
    child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

/// How a start went.
pub(super) enum Started {
    Ready(Process, Ready),
    /// It cannot take part, for this reason.
    Unavailable(String),
}

impl Process {
    /// Starts `command` and waits until it is ready.
    pub(super) fn start(command: &mut Command) -> Result<Started> {
        let program = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {program}"))?;
        let stdin = child.stdin.take().expect("stdin is piped");
        let stdout = child.stdout.take().expect("stdout is piped");
        let mut process = Self { child, stdin, lines: BufReader::new(stdout).lines() };
        match process.listen()? {
            Message::Ready(ready) => Ok(Started::Ready(process, ready)),
            Message::Unavailable(why) => Ok(Started::Unavailable(why)),
            Message::Round(_) => bail!("took a turn before it was asked"),
        }
    }

    /// Lets it take a turn.
    pub(super) fn round(&mut self) -> Result<Round> {
        writeln!(self.stdin, "run").context("has ended before its turn")?;
        match self.listen()? {
            Message::Round(round) => Ok(round),
            other => bail!("answered its turn with {other:?}"),
        }
    }

    fn listen(&mut self) -> Result<Message> {
        let Some(line) = self.lines.next() else {
            bail!("has ended: {}", self.child.wait()?);
        };
        protocol::parse(&line?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Either fails only where the process has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(script: &str) -> Result<Started> {
        Process::start(Command::new("sh").args(["-c", script]))
    }

    #[test]
    fn turns_are_taken_when_asked_for() {
        let script = r#"
            echo '{"ready":{"scores":[1],"trial":null}}'
            while read line; do
                echo '{"round":{"secs_per_step":0.5,"steps":2,"peak_rss_bytes":4096}}'
            done"#;
        let Started::Ready(mut process, ready) = start(script).unwrap() else {
            panic!("it is ready")
        };
        assert_eq!(ready.scores, [1.0]);
        for _ in 0..2 {
            assert_eq!(process.round().unwrap().steps, 2);
        }
    }

    #[test]
    fn whoever_cannot_says_why() {
        let started = start(r#"echo '{"unavailable":"why"}'"#).unwrap();
        assert!(matches!(started, Started::Unavailable(why) if why == "why"));
    }

    #[test]
    fn an_early_end_is_an_error() {
        let error = |script| match start(script) {
            Ok(_) => panic!("{script} is ready"),
            Err(error) => error.to_string(),
        };
        assert_eq!(error("exit 3"), "has ended: exit status: 3");
        assert_eq!(error("echo hello"), "not a line of the protocol: hello");
    }
}
