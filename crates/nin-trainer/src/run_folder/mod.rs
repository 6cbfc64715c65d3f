//! The folder of a run.

mod claim;
mod leftovers;
mod lock;
mod room;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::ZonedDateTime;
use nin_dataset::DatasetName;

use crate::whole_file::write_whole;
use crate::{Config, TrainError};
use claim::{claim, dated};
use leftovers::{names, remove_leftovers};
use lock::{FolderLock, LOCK_FILE};

/// How many epochs' weights are kept.
pub(crate) const KEPT_CHECKPOINTS: u32 = 10;

const CONFIG: &str = "config.toml";
const CHECKPOINTS: &str = "checkpoints";

/// Names and files of a run.
#[derive(Debug)]
pub(crate) struct RunFolder {
    path: PathBuf,
    /// Held by the one program that writes here.
    lock: Option<FolderLock>,
}

impl RunFolder {
    /// Makes the folder of a new run and writes its configuration into it.
    ///
    /// # Errors
    ///
    /// A folder that is in use already or cannot be made.
    pub(crate) fn create(config: &Config) -> Result<Self, TrainError> {
        let text = text(config)?;
        let (path, lock) = match &config.run.model_base_path {
            Some(path) => (path.clone(), claim(path)?),
            None => dated(Path::new("runs/nin"), &config.data.dataset, &ZonedDateTime::now())?,
        };
        let folder = Self { path, lock: Some(lock) };
        folder.write(&folder.config(), text.as_bytes())?;
        let checkpoints = folder.checkpoints();
        fs::create_dir_all(&checkpoints).map_err(TrainError::writing(&checkpoints))?;
        folder.clean()?;
        Ok(folder)
    }

    /// The folder of a run that exists, to read.
    pub(crate) fn open(path: &Path) -> Result<Self, TrainError> {
        let folder = Self { path: path.to_owned(), lock: None };
        let is_run = folder.checkpoints().is_dir() || folder.path.join(LOCK_FILE).is_file();
        let problem = || format!("not a run folder: it has no folder {CHECKPOINTS}");
        if is_run { Ok(folder) } else { Err(TrainError::in_file(path)(problem())) }
    }

    /// Makes this program the one that writes here.
    ///
    /// # Errors
    ///
    /// Another program that does so, or a folder that cannot be written to.
    pub(crate) fn lock(&mut self) -> Result<(), TrainError> {
        self.lock = Some(FolderLock::take(&self.path)?);
        self.clean()
    }

    fn clean(&self) -> Result<(), TrainError> {
        remove_leftovers(&self.path)?;
        remove_leftovers(&self.checkpoints())
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
        write_whole(path, content).map_err(TrainError::writing(path))
    }

    fn config(&self) -> PathBuf {
        self.path.join(CONFIG)
    }

    fn checkpoints(&self) -> PathBuf {
        self.path.join(CHECKPOINTS)
    }

    pub(crate) fn weights(&self, epoch: u32) -> PathBuf {
        self.checkpoints().join(format!("{epoch}.safetensors"))
    }

    pub(crate) fn best(&self) -> PathBuf {
        self.checkpoints().join("best.safetensors")
    }

    pub(crate) fn state(&self, epoch: u32) -> PathBuf {
        self.checkpoints().join(format!("state-{epoch}.safetensors"))
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
        let old_weights =
            old_weights.filter(|&old| epoch.checked_sub(old) >= Some(KEPT_CHECKPOINTS));
        let old_states = self.epochs("state-")?.into_iter().filter(|&old| old < epoch);
        for path in
            old_weights.map(|old| self.weights(old)).chain(old_states.map(|old| self.state(old)))
        {
            fs::remove_file(&path).map_err(TrainError::writing(&path))?;
        }
        Ok(())
    }

    /// The numbers of the files `<prefix><number>.safetensors`, written as we write
    /// them: `03` is somebody's copy.
    fn epochs(&self, prefix: &str) -> Result<Vec<u32>, TrainError> {
        let number = |name: &OsString| {
            let digits = name.to_str()?.strip_prefix(prefix)?.strip_suffix(".safetensors")?;
            digits.parse::<u32>().ok().filter(|number| number.to_string() == digits)
        };
        let folder = self.checkpoints();
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        Ok(names(&folder)?.iter().filter_map(number).collect())
    }
}

/// A configuration as a file that can start another run: without its own place.
fn text(config: &Config) -> Result<String, TrainError> {
    let own_data = match &config.data.dataset {
        DatasetName::Folder(path) => Some(path),
        _ => None,
    };
    let data_folders = [("dataset_path", config.data.dataset_path.as_ref()), ("dataset", own_data)];
    for (key, path) in data_folders {
        if let Some(path) = path.filter(|path| path.to_str().is_none()) {
            return Err(TrainError::Usage(format!(
                "data.{key}: {} is not UTF-8, as config.toml has to be; give the folder another \
                 name or a link",
                path.display()
            )));
        }
    }
    let mut written = config.clone();
    written.run.model_base_path = None;
    toml::to_string(&written).map_err(|error| TrainError::Usage(format!("configuration: {error}")))
}
