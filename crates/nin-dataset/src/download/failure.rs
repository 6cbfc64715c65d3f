//! Why a file did not come, and what helps.

use std::fmt;
use std::io;
use std::time::Duration;

use super::Limits;
use crate::DatasetError;

/// Why a file did not come.
#[derive(Debug)]
pub(super) enum Failure {
    /// The same mirror may have it soon; it may say when.
    Passing { reason: String, retry_after: Option<Duration> },
    /// The rest of a file that broke off cannot be had from this mirror, or
    /// does not fit what was there; the whole file may.
    Rest(String),
    /// Another mirror may have it.
    Mirror(String),
    /// No mirror helps.
    Fatal(DatasetError),
}

impl Failure {
    pub(super) fn passing(reason: impl Into<String>) -> Self {
        Self::Passing { reason: reason.into(), retry_after: None }
    }

    pub(super) fn mirror(reason: impl Into<String>) -> Self {
        Self::Mirror(reason.into())
    }

    /// What an error of the network means.
    pub(super) fn of(error: ureq::Error, limits: &Limits) -> Self {
        use ureq::{Error, Timeout};
        match error {
            Error::Io(error) if has_broken(error.kind()) => {
                Self::passing(format!("the connection broke: {error}"))
            }
            Error::Io(error) => Self::mirror(error.to_string()),
            Error::Other(error) => Self::mirror(error.to_string()),
            Error::Timeout(Timeout::Connect | Timeout::Resolve) => {
                Self::mirror(format!("not connected within {:?}", limits.connect))
            }
            Error::Timeout(_) => Self::silent(limits),
            error => Self::mirror(error.to_string()),
        }
    }

    pub(super) fn silent(limits: &Limits) -> Self {
        Self::mirror(format!("silent for {:?} (timeout)", limits.silence))
    }

    /// With the number of bytes after which it came.
    pub(super) fn after(self, bytes: u64) -> Self {
        match self {
            Self::Passing { reason, retry_after } => {
                Self::Passing { reason: format!("after {bytes} bytes: {reason}"), retry_after }
            }
            Self::Mirror(reason) => Self::Mirror(format!("after {bytes} bytes: {reason}")),
            other => other,
        }
    }
}

/// Whether a connection that was there has ended too early.
fn has_broken(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(kind, BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passing { reason, .. } | Self::Rest(reason) | Self::Mirror(reason) => {
                f.write_str(reason)
            }
            Self::Fatal(error) => error.fmt(f),
        }
    }
}

impl From<DatasetError> for Failure {
    fn from(error: DatasetError) -> Self {
        Self::Fatal(error)
    }
}
