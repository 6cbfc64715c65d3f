//! Fetching the files of a named set.
//!
//! A file is written under a temporary name in its folder and gets its final
//! name only when its digest is right. Mirrors are asked in turn, each several
//! times when its fault may pass.
//!
//! ```text
//! Fetcher        files and mirrors in turn
//!   Mirror       one file from one mirror: tries, pauses, resume, digest
//!     Answer     one request: redirects, status, which bytes follow
//!       Exchange the network, on a thread of its own
//!     PartFile   the temporary file
//! ```

mod agent;
mod answer;
mod content_range;
mod exchange;
mod failure;
mod limits;
mod mirror;
mod part_file;
mod progress;
mod proxies;
mod proxy_form;
mod redirect;
#[cfg(test)]
pub(crate) mod server;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::Path;

pub(crate) use limits::Limits;
pub(crate) use proxies::Proxies;

use crate::DatasetError;
use crate::cancel::{Cancelled, proceed_unless};
use crate::folder::FourFiles;
use crate::known_set::{FILE_NAMES, KnownSet};
use crate::source::Attempt;
use crate::verify::read_verified;
use failure::Failure;
use mirror::Mirror;
use part_file::{PartFile, remove_leftovers};

/// Fetches files over http and https.
pub(crate) struct Fetcher<'a> {
    pub(crate) limits: Limits,
    pub(crate) proxies: Proxies,
    /// Ends the work with [`DatasetError::Cancelled`].
    pub(crate) cancelled: Cancelled<'a>,
}

impl<'a> Fetcher<'a> {
    /// With the proxies of the environment.
    pub(crate) fn from_env(cancelled: Cancelled<'a>) -> Self {
        Self { limits: Limits::default(), proxies: Proxies::from_env(), cancelled }
    }

    /// Fetches those of the four files that are missing or damaged in
    /// `folder`. A file that no mirror has ends the work; the failed attempts
    /// of all files are returned.
    ///
    /// # Errors
    ///
    /// [`DatasetError::Write`] and [`DatasetError::Cancelled`] only.
    pub(crate) fn fetch_set(
        &self,
        set: &KnownSet,
        mirrors: &[&str],
        folder: &Path,
    ) -> Result<Vec<Attempt>, DatasetError> {
        fs::create_dir_all(folder)
            .map_err(|source| DatasetError::Write { path: folder.into(), source })?;
        remove_leftovers(folder);
        let mut failed = Vec::new();
        for file in 0..FILE_NAMES.len() {
            proceed_unless(self.cancelled)?;
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
        let mut part = PartFile::create(folder)?;
        for mirror in mirrors {
            let url = format!("{}/{}.gz", mirror.trim_end_matches('/'), FILE_NAMES[file]);
            tracing::info!("Downloading {url}");
            match Mirror::new(self, &url, set, file).fetch(&mut part) {
                Ok(extension) => {
                    let path = folder.join(format!("{}{extension}", FILE_NAMES[file]));
                    part.keep_as(&path)?;
                    tracing::info!("Downloaded {url} to {}", path.display());
                    return Ok(true);
                }
                Err(Failure::Fatal(error)) => return Err(error),
                Err(failure) => {
                    let reason = failure.to_string();
                    tracing::warn!("{url}: {reason}");
                    failed.push(Attempt { source: url, reason });
                }
            }
        }
        Ok(false)
    }
}
