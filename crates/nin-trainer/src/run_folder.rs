//! The folder of a run.

#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::ZonedDateTime;
use nin_dataset::DatasetName;

use crate::record::replace_file;
use crate::{Config, TrainError};

/// How many epochs' weights are kept.
const KEPT_CHECKPOINTS: u32 = 10;

/// Names and files of a run.
#[derive(Clone, Debug)]
pub(crate) struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// Makes the folder of a new run and writes its configuration into it.
    ///
    /// # Errors
    ///
    /// A folder that is in use already or cannot be made.
    pub(crate) fn create(config: &Config) -> Result<Self, TrainError> {
        let text = text(config)?;
        let path = match &config.run.model_base_path {
            Some(path) => claim(path)?,
            None => dated(Path::new("runs/nin"), &config.data.dataset, &ZonedDateTime::now())?,
        };
        let folder = Self { path };
        let checkpoints = folder.path.join("checkpoints");
        // Fails where another run has taken the same folder in the meantime.
        fs::create_dir(&checkpoints).map_err(TrainError::writing(&checkpoints))?;
        folder.write(&folder.config(), text.as_bytes())?;
        Ok(folder)
    }

    /// The folder of a run that exists.
    pub(crate) fn open(path: &Path) -> Result<Self, TrainError> {
        let folder = Self { path: path.to_owned() };
        if !folder.path.join("checkpoints").is_dir() {
            return Err(TrainError::File {
                path: folder.path,
                problem: "not a run folder: it has no folder checkpoints".to_owned(),
            });
        }
        Ok(folder)
    }

    /// Writes the configuration that the run goes on with.
    pub(crate) fn update_config(&self, config: &Config) -> Result<(), TrainError> {
        self.write(&self.config(), text(config)?.as_bytes())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Replaces a file of the run as a whole.
    pub(crate) fn write(&self, path: &Path, content: &[u8]) -> Result<(), TrainError> {
        Ok(replace_file(path, content)?)
    }

    fn config(&self) -> PathBuf {
        self.path.join("config.toml")
    }

    pub(crate) fn metrics(&self) -> PathBuf {
        self.path.join("metrics.csv")
    }

    pub(crate) fn weights(&self, epoch: u32) -> PathBuf {
        self.path.join(format!("checkpoints/{epoch}.safetensors"))
    }

    pub(crate) fn best(&self) -> PathBuf {
        self.path.join("checkpoints/best.safetensors")
    }

    pub(crate) fn state(&self, epoch: u32) -> PathBuf {
        self.path.join(format!("checkpoints/state-{epoch}.safetensors"))
    }

    /// The last epoch whose weights are there.
    pub(crate) fn last_weights(&self) -> Result<Option<u32>, TrainError> {
        Ok(self.epochs("")?.into_iter().max())
    }

    /// The last epoch whose state is there.
    pub(crate) fn last_state(&self) -> Result<Option<u32>, TrainError> {
        Ok(self.epochs("state-")?.into_iter().max())
    }

    /// Removes weights of all but the last epochs, and states older than `epoch`.
    pub(crate) fn prune(&self, epoch: u32) -> Result<(), TrainError> {
        let old_weights = self.epochs("")?.into_iter();
        let old_weights = old_weights.filter(|&old| old + KEPT_CHECKPOINTS <= epoch);
        let old_states = self.epochs("state-")?.into_iter().filter(|&old| old < epoch);
        for path in
            old_weights.map(|old| self.weights(old)).chain(old_states.map(|old| self.state(old)))
        {
            fs::remove_file(&path).map_err(TrainError::writing(&path))?;
        }
        Ok(())
    }

    /// The numbers of the files `<prefix><number>.safetensors`.
    fn epochs(&self, prefix: &str) -> Result<Vec<u32>, TrainError> {
        let folder = self.path.join("checkpoints");
        let mut epochs = Vec::new();
        for entry in fs::read_dir(&folder).map_err(TrainError::reading(&folder))? {
            let name = entry.map_err(TrainError::reading(&folder))?.file_name();
            let number = name
                .to_str()
                .and_then(|name| name.strip_prefix(prefix)?.strip_suffix(".safetensors"));
            epochs.extend(number.and_then(|number| number.parse::<u32>().ok()));
        }
        Ok(epochs)
    }
}

/// A configuration as a file that can start another run: without its own place.
fn text(config: &Config) -> Result<String, TrainError> {
    if let Some(path) = &config.data.dataset_path
        && path.to_str().is_none()
    {
        return Err(TrainError::Usage(format!(
            "data.dataset_path: {} is not UTF-8, as config.toml has to be; give the folder another \
             name or a link",
            path.display()
        )));
    }
    let mut written = config.clone();
    written.run.model_base_path = None;
    toml::to_string(&written).map_err(|error| TrainError::Usage(format!("configuration: {error}")))
}

/// Takes a folder that the user has named: absent, or there and empty.
fn claim(path: &Path) -> Result<PathBuf, TrainError> {
    if path.as_os_str().is_empty() {
        return Err(TrainError::Usage("run.model_base_path is empty".to_owned()));
    }
    fs::create_dir_all(path).map_err(TrainError::writing(path))?;
    if fs::read_dir(path).map_err(TrainError::reading(path))?.next().is_some() {
        return Err(TrainError::Usage(format!(
            "run.model_base_path: {} is not empty; name another folder, or continue with --resume",
            path.display()
        )));
    }
    Ok(path.to_owned())
}

/// Makes `<base>/<dataset>/YYYY_MM_DD_HH_MM`, with a number behind it where
/// that is taken.
fn dated(base: &Path, dataset: &DatasetName, now: &ZonedDateTime) -> Result<PathBuf, TrainError> {
    let parent = base.join(safe_name(&dataset.to_string()));
    fs::create_dir_all(&parent).map_err(TrainError::writing(&parent))?;
    let minute = now.strftime("%Y_%m_%d_%H_%M").to_string();
    let names = std::iter::once(minute.clone()).chain((2..).map(|n| format!("{minute}_{n}")));
    for name in names {
        let path = parent.join(name);
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => return Err(TrainError::Write { path, source }),
        }
    }
    unreachable!("the numbers do not end")
}

/// The last part of a path, in letters that every system takes.
fn safe_name(name: &str) -> String {
    let last = name.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
    let safe: String = last
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' })
        .take(64)
        .collect();
    if safe.trim_matches('.').is_empty() { "data".to_owned() } else { safe }
}
