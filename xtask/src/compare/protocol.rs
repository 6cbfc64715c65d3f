//! What a contestant says: one object of one key a line.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// A line from a contestant.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Message {
    /// It has warmed up and waits for its turn.
    Ready(Ready),
    /// It cannot do this, for this reason, and ends.
    Unavailable(String),
    /// A turn is over.
    Round(Round),
}

/// Results that all contestants must share.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Ready {
    /// The batch's class scores in evaluation mode, N × classes.
    pub(super) scores: Vec<f64>,
    /// One training step without dropout; only where training is timed.
    pub(super) trial: Option<Trial>,
}

/// One training step without dropout.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Trial {
    /// The mean loss of the step.
    pub(super) loss: f64,
    /// The batch's class scores in evaluation mode after it.
    pub(super) scores: Vec<f64>,
}

/// What a turn came to.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(super) struct Round {
    /// The median of the turn's steps.
    pub(super) secs_per_step: f64,
    pub(super) steps: usize,
    /// The most memory that the process has held so far.
    pub(super) peak_rss_bytes: u64,
}

/// Reads a line.
pub(super) fn parse(line: &str) -> Result<Message> {
    let start: String = line.chars().take(100).collect();
    serde_json::from_str(line).with_context(|| format!("not a line of the protocol: {start}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_is_read() {
        assert_eq!(
            parse(r#"{"ready": {"scores": [0.5, 1], "trial": null}}"#).unwrap(),
            Message::Ready(Ready { scores: vec![0.5, 1.0], trial: None })
        );
        let trial = Trial { loss: 2.25, scores: vec![3.0] };
        assert_eq!(
            parse(r#"{"ready":{"scores":[],"trial":{"loss":2.25,"scores":[3.0]}}}"#).unwrap(),
            Message::Ready(Ready { scores: vec![], trial: Some(trial) })
        );
        assert_eq!(
            parse(r#"{"unavailable":"why"}"#).unwrap(),
            Message::Unavailable("why".to_owned())
        );
        assert_eq!(
            parse(r#"{"round":{"secs_per_step":0.125,"steps":7,"peak_rss_bytes":4096}}"#).unwrap(),
            Message::Round(Round { secs_per_step: 0.125, steps: 7, peak_rss_bytes: 4096 })
        );
    }

    #[test]
    fn anything_else_is_shown() {
        for line in ["", "Hello", r#"{"ready":{"scores":[NaN],"trial":null}}"#, r#"{"other":1}"#] {
            let error = parse(line).unwrap_err().to_string();
            assert_eq!(error, format!("not a line of the protocol: {line}"));
        }
    }
}
