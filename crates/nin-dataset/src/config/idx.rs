//! The keys that say more about IDX files: `sha256` and `transpose`.

use crate::known_set::KnownSet;
use crate::unpacked_set::UnpackedSet;
use crate::{DataConfig, DatasetError};

/// Hexadecimal digits of a SHA-256 digest.
const DIGITS: usize = 64;

impl DataConfig {
    pub(super) fn check_sha256(&self) -> Result<(), DatasetError> {
        let problem = if self.sha256.is_empty() {
            return Ok(());
        } else if KnownSet::of(&self.dataset).is_none() {
            format!("is for fashion-mnist, mnist and kmnist, not for {}", self.dataset)
        } else if self.sha256.len() != 4 {
            let found = self.sha256.len();
            format!(
                "want 4 digests (train images, train labels, test images, test labels), \
                 found {found}"
            )
        } else if let Some(bad) = self.sha256.iter().find(|digest| !is_sha256(digest)) {
            format!("want {DIGITS} hexadecimal digits, found {bad:?}")
        } else {
            return Ok(());
        };
        Err(DatasetError::config("sha256", problem))
    }

    pub(super) fn check_transpose(&self) -> Result<(), DatasetError> {
        match UnpackedSet::of(&self.dataset) {
            Some(set) if self.transpose => {
                let problem = format!("is for IDX files, and those of {} are none", set.title);
                Err(DatasetError::config("transpose", problem))
            }
            _ => Ok(()),
        }
    }
}

fn is_sha256(digest: &str) -> bool {
    digest.len() == DIGITS && digest.bytes().all(|digit| digit.is_ascii_hexdigit())
}
