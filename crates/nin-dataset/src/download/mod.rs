//! Fetching the files of a named set.
//!
//! A file is written under a temporary name in its folder and gets its final
//! name only when its digest is right.

mod progress;
#[cfg(test)]
pub(crate) mod server;
#[cfg(test)]
mod tests;
mod transfer;

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::DatasetError;
use crate::folder::FourFiles;
use crate::known_set::{FILE_NAMES, KnownSet};
use crate::source::Attempt;
use crate::verify::read_verified;
use transfer::{Failure, transfer};

/// Fetches files over http and https, through the proxies of the environment
/// (`ALL_PROXY`, `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`).
pub(crate) struct Fetcher {
    agent: ureq::Agent,
}

impl Default for Fetcher {
    fn default() -> Self {
        Self::with_timeouts(Duration::from_secs(15), Duration::from_secs(30))
    }
}

impl Fetcher {
    /// A server may take `connect` until it is connected and be silent for
    /// `silence` at a time; a slow one that goes on sending is waited for.
    pub(crate) fn with_timeouts(connect: Duration, silence: Duration) -> Self {
        let agent = ureq::Agent::config_builder()
            .user_agent(concat!("nin/", env!("CARGO_PKG_VERSION")))
            // The files are gzipped already, and their stored form is wanted.
            .accept_encoding("identity")
            .timeout_resolve(Some(connect))
            .timeout_connect(Some(connect))
            .timeout_per_read(Some(silence))
            .build()
            .new_agent();
        Self { agent }
    }

    /// Fetches those of the four files that are missing or damaged in
    /// `folder`. A file that no mirror has ends the work; the failed attempts
    /// of all files are returned.
    ///
    /// # Errors
    ///
    /// [`DatasetError::Write`] only.
    pub(crate) fn fetch_set(
        &self,
        set: &KnownSet,
        mirrors: &[&str],
        folder: &Path,
    ) -> Result<Vec<Attempt>, DatasetError> {
        fs::create_dir_all(folder)
            .map_err(|source| DatasetError::Write { path: folder.into(), source })?;
        let mut failed = Vec::new();
        for file in 0..FILE_NAMES.len() {
            let is_good = |path: &Path| {
                read_verified(path, set, file)
                    .inspect_err(|error| tracing::warn!("{error}; it is fetched again"))
                    .is_ok()
            };
            if FourFiles::candidates(folder, file).iter().any(|path| is_good(path)) {
                continue;
            }
            if !self.fetch_file(set, file, mirrors, folder, &mut failed)? {
                break;
            }
        }
        Ok(failed)
    }

    /// Fetches one file from the first mirror that has it; whether one had.
    fn fetch_file(
        &self,
        set: &KnownSet,
        file: usize,
        mirrors: &[&str],
        folder: &Path,
        failed: &mut Vec<Attempt>,
    ) -> Result<bool, DatasetError> {
        for mirror in mirrors {
            let url = format!("{}/{}.gz", mirror.trim_end_matches('/'), FILE_NAMES[file]);
            match transfer(&self.agent, &url, set, file, folder) {
                Ok(path) => {
                    tracing::info!("Downloaded {url} to {}", path.display());
                    return Ok(true);
                }
                Err(Failure::Write(error)) => return Err(error),
                Err(Failure::Mirror(reason)) => {
                    tracing::warn!("{url}: {reason}");
                    failed.push(Attempt { source: url, reason });
                }
            }
        }
        Ok(false)
    }
}
