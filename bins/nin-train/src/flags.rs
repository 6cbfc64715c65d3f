//! From flags to a configuration.

use std::path::PathBuf;

use nin_trainer::{Config, ConfigSource, TrainError, resumed_config};

use crate::args::{Args, Seed};

impl Args {
    /// The configuration: the file or the resumed run, then the flags, then `--set`.
    pub(crate) fn config(&self) -> Result<Config, TrainError> {
        let mut source = self.source()?;
        self.set_texts(&mut source)?;
        self.set_paths(&mut source)?;
        self.set_counts(&mut source)?;
        self.set_numbers(&mut source)?;
        for (key, value) in &self.set {
            source.set(key, value)?;
        }
        source.resolve()
    }

    fn source(&self) -> Result<ConfigSource, TrainError> {
        match (&self.resume, &self.config) {
            (Some(run), _) => {
                let origin = format!("the state of {}", run.display());
                Ok(ConfigSource::from_config(&resumed_config(run)?, origin))
            }
            (None, Some(file)) => ConfigSource::read(file),
            (None, None) => Ok(ConfigSource::embedded_default()),
        }
    }

    fn set_texts(&self, source: &mut ConfigSource) -> Result<(), TrainError> {
        let texts: [(&str, &str, &Option<String>); 8] = [
            ("--name", "run.name", &self.name),
            ("--comment", "run.comment", &self.comment),
            ("--train-mode", "data.train_mode", &self.train_mode),
            ("--optimizer", "optimizer.kind", &self.optimizer),
            ("--lr-scheduler", "schedule.kind", &self.lr_scheduler),
            ("--monitor", "schedule.monitor", &self.monitor),
            ("--device", "compute.device", &self.device),
            ("--precision", "compute.precision", &self.precision),
        ];
        for (flag, key, text) in texts {
            if let Some(text) = text {
                source.set_value(flag, key, text.as_str())?;
            }
        }
        Ok(())
    }

    fn set_paths(&self, source: &mut ConfigSource) -> Result<(), TrainError> {
        let paths: [(&str, &str, &Option<PathBuf>); 3] = [
            ("--model-base-path", "run.model_base_path", &self.model_base_path),
            ("--dataset", "data.dataset", &self.dataset),
            ("--dataset-path", "data.dataset_path", &self.dataset_path),
        ];
        for (flag, key, path) in paths {
            if let Some(path) = path {
                source.set_path(flag, key, path)?;
            }
        }
        Ok(())
    }

    fn set_counts(&self, source: &mut ConfigSource) -> Result<(), TrainError> {
        if let Some(Seed(seed)) = self.seed {
            // TOML's integers end at 2⁶³ − 1; a larger seed is a string there.
            match i64::try_from(seed) {
                Ok(seed) => source.set_value("--seed", "run.seed", seed)?,
                Err(_) => source.set_value("--seed", "run.seed", seed.to_string())?,
            }
        }
        let counts = [
            ("--image-size", "data.image_size", self.image_size),
            ("--num-classes", "data.num_classes", self.num_classes),
            ("--batch-size", "optimizer.batch_size", self.batch_size),
            ("--patience", "schedule.patience", self.patience),
            ("--max-epoch", "schedule.max_epoch", self.max_epoch),
            ("--max-reduce", "schedule.max_reduce", self.max_reduce),
            ("--threads", "compute.threads", self.threads),
        ];
        for (flag, key, count) in counts {
            if let Some(count) = count {
                source.set_value(flag, key, count)?;
            }
        }
        Ok(())
    }

    fn set_numbers(&self, source: &mut ConfigSource) -> Result<(), TrainError> {
        let numbers = [
            ("--val", "data.val", self.val),
            ("--lr", "optimizer.lr", self.lr),
            ("--momentum", "optimizer.momentum", self.momentum),
            ("--weight-decay", "optimizer.weight_decay", self.weight_decay),
            ("--factor", "schedule.factor", self.factor),
        ];
        for (flag, key, number) in numbers {
            if let Some(number) = number {
                source.set_value(flag, key, number)?;
            }
        }
        Ok(())
    }
}
