//! One file from one mirror, from the first try to the right digest.

use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::answer::{Answer, Beginning};
use super::exchange::TICK;
use super::progress::Progress;
use super::{Failure, Fetcher, PartFile};
use crate::DatasetError;
use crate::cancel::proceed_unless;
use crate::known_set::KnownSet;
use crate::source::Attempt;
use crate::verify::verified;

/// A mirror, and the file that is wanted of it.
pub(super) struct Mirror<'a> {
    fetcher: &'a Fetcher<'a>,
    url: &'a str,
    set: &'a KnownSet,
    file: usize,
    /// What is there after a try that broke off.
    beginning: Beginning,
}

impl<'a> Mirror<'a> {
    pub(super) fn new(
        fetcher: &'a Fetcher<'a>,
        url: &'a str,
        set: &'a KnownSet,
        file: usize,
    ) -> Self {
        Self { fetcher, url, set, file, beginning: Beginning::default() }
    }

    /// Fills `part` with the right file; the extension of its name.
    ///
    /// A fault that may pass is answered with another try after a pause, which
    /// asks for the rest only. When that rest is refused or does not fit, the
    /// whole file is asked for, now and in all further tries.
    pub(super) fn fetch(&mut self, part: &mut PartFile) -> Result<&'static str, Failure> {
        let mut pauses = self.fetcher.limits.pauses.iter();
        let mut resumes = true;
        part.restart()?;
        loop {
            let pause = match self.attempt(part) {
                Err(Failure::Rest(reason)) if resumes => {
                    tracing::debug!("{}: {reason}; all of it is asked for", self.url);
                    resumes = false;
                    Duration::ZERO
                }
                Err(Failure::Passing { reason, retry_after }) => {
                    let Some(pause) = pauses.next() else {
                        return Err(Failure::Mirror(reason));
                    };
                    let pause = self.fetcher.limits.pause(*pause, retry_after);
                    tracing::warn!("{}: {reason}; trying again in {pause:?}", self.url);
                    pause
                }
                done => return done,
            };
            if !resumes {
                part.restart()?;
                self.beginning = Beginning::default();
            }
            self.pause(pause)?;
        }
    }

    /// One request, and the check of what there is after it.
    fn attempt(&mut self, part: &mut PartFile) -> Result<&'static str, Failure> {
        let answer = Answer::ask(self.fetcher, self.url, &self.beginning)?;
        let resumed = answer.first > 0;
        if !resumed {
            part.restart()?;
        }
        let received = self.receive(&answer, part);
        self.beginning = Beginning { bytes: part.len(), total: answer.total, etag: answer.etag };
        received?;

        let stored = part.content()?;
        match verified(&stored, Path::new(self.url), self.set, self.file) {
            // A proxy may have unzipped the file on its way.
            Ok(_) if stored.starts_with(&[0x1f, 0x8b]) => Ok(".gz"),
            Ok(_) => Ok(""),
            Err(error) => {
                let reason = Attempt::new(self.url, &error).reason;
                // The pieces may be of two versions of the file.
                Err(if resumed { Failure::Rest(reason) } else { Failure::Mirror(reason) })
            }
        }
    }

    /// Appends the body of `answer` to `part`.
    fn receive(&self, answer: &Answer, part: &mut PartFile) -> Result<(), Failure> {
        let limit = self.set.stored_limit(self.file);
        let too_large = || Failure::mirror(format!("more than {limit} bytes, the file is smaller"));
        if answer.total.is_some_and(|total| total > limit) {
            return Err(too_large());
        }
        let progress = Progress::new(part.len(), answer.total);
        while let Some(chunk) = answer.body.chunk().map_err(|failure| failure.after(part.len()))? {
            if part.len() + chunk.len() as u64 > limit {
                return Err(too_large());
            }
            part.append(&chunk)?;
            progress.set(part.len());
        }
        match answer.total {
            Some(total) if part.len() != total => {
                Err(Failure::passing(format!("{} bytes came of {total}", part.len())))
            }
            _ => {
                progress.complete();
                Ok(())
            }
        }
    }

    fn pause(&self, pause: Duration) -> Result<(), DatasetError> {
        let end = Instant::now() + pause;
        loop {
            proceed_unless(self.fetcher.cancelled)?;
            match end.saturating_duration_since(Instant::now()) {
                Duration::ZERO => return Ok(()),
                left => sleep(left.min(TICK)),
            }
        }
    }
}
