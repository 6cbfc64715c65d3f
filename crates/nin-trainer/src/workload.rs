//! A configuration and its data, ready to be trained or tested on.

use nin_dataset::{
    Contrast, DataConfig, LoadedDataset, Loader, Normalization, Preparation, Split, Whitening,
    class_counts, load_unless,
};
use nin_layers::engine::Device;
use nin_model::{ModelConfig, ModelInfo, Network};

use crate::origin::Origin;
use crate::{Config, Interrupt, TrainError, compute, version};

/// Loaded and divided data, the network planned for them, and how pictures
/// become its inputs.
pub(crate) struct Workload {
    pub(crate) network: Network,
    pub(crate) split: Split,
    /// The training set, validation part included.
    pub(crate) train: Loader,
    pub(crate) test: Loader,
    pub(crate) class_names: Vec<String>,
    /// Where the data were found.
    pub(crate) source: String,
    dataset: String,
    normalization: Normalization,
    contrast: Contrast,
    whitening: Whitening,
    transpose: bool,
    average_flips: bool,
    seed: u64,
    batch_size: usize,
}

impl Workload {
    /// Loads the data of a configuration and plans its network for them.
    pub(crate) fn load(config: &Config, interrupt: &Interrupt) -> Result<Self, TrainError> {
        let network = plan(&config.model, &config.data)?;
        let loaded = interrupt.while_looking(|is_unwanted| load_unless(&config.data, is_unwanted));
        let signal = interrupt.signal().unwrap_or_default();
        let loaded = loaded.ok_or(TrainError::Interrupted { signal, run: None })?;
        let LoadedDataset { train, test, class_names, source } = loaded?;
        let channels = train.images.channels();
        if channels != config.model.in_channels {
            return Err(TrainError::Usage(format!(
                "model.in_channels = {}, but the pictures have {channels}",
                config.model.in_channels
            )));
        }
        let split = config.data.split(&train.labels, config.run.seed)?;
        let preparation = Preparation::resolve(&config.data, &train.images, &split.train)?;
        let normalization = preparation.normalization.clone();
        let batch_size = config.optimizer.batch_size;
        Ok(Self {
            network,
            split,
            train: Loader::new(train, preparation.clone(), batch_size)?,
            test: Loader::new(test, preparation, batch_size)?,
            class_names,
            source: source.to_string(),
            dataset: config.data.dataset.to_string(),
            normalization,
            contrast: config.data.contrast,
            whitening: config.data.whitening,
            transpose: config.data.transpose,
            average_flips: config.augment.average_flips,
            seed: config.run.seed,
            batch_size,
        })
    }

    /// What a checkpoint says about its weights.
    pub(crate) fn info(&self, epoch: u32) -> ModelInfo {
        ModelInfo {
            model: self.network.config().clone(),
            image_size: self.image_size(),
            class_names: self.class_names.clone(),
            mean: self.normalization.mean.clone(),
            std: self.normalization.std.clone(),
            contrast: self.contrast.to_string(),
            whitening: self.whitening.to_string(),
            transpose: self.transpose,
            average_flips: self.average_flips,
            dataset: self.dataset.clone(),
            epoch,
            seed: self.seed,
            producer: format!("nin-train {}", env!("CARGO_PKG_VERSION")),
        }
    }

    /// Height and width of what is tested.
    pub(crate) fn image_size(&self) -> [usize; 2] {
        let [_, height, width] = self.network.plan().input();
        [height, width]
    }

    /// What a run over these data comes from.
    pub(crate) fn origin(&self) -> Origin {
        Origin {
            train: self.train.data().fingerprint(),
            test: self.test.data().fingerprint(),
            instruction_set: compute::instruction_set().to_owned(),
        }
    }

    /// Pictures of the training and the test set.
    pub(crate) fn pictures(&self) -> usize {
        self.train.data().len() + self.test.data().len()
    }

    /// Fails where the maps of one batch, without which nothing is computed, cannot be
    /// had on the CPU: the system ends a program that asks for too much, without a
    /// word. A card says so itself.
    pub(crate) fn check_memory(&self, device: &Device) -> Result<(), TrainError> {
        if !matches!(device, Device::Cpu) {
            return Ok(());
        }
        let plan = self.network.plan();
        let input = plan.input();
        let maps = plan.outputs().iter().chain([&input]).map(|map| map.iter().product::<usize>());
        let numbers: usize = maps.sum();
        let samples = self.batch_size.min(self.pictures());
        let bytes = numbers.saturating_mul(samples).saturating_mul(size_of::<f32>());
        Vec::<u8>::new().try_reserve_exact(bytes).map_err(|_| {
            let [_, height, width] = input;
            TrainError::Usage(format!(
                "optimizer.batch_size = {}: at {height} × {width} px the maps of a batch take \
                 {:.1} GiB, which this machine does not have",
                self.batch_size,
                bytes as f64 / f64::from(1 << 30)
            ))
        })
    }

    /// How many pictures of each class the training part has.
    pub(crate) fn train_counts(&self) -> Vec<usize> {
        class_counts(&self.train.data().labels, &self.split.train, self.class_names.len())
    }

    /// Says in the log how many pictures of each class each part has, and warns of a
    /// part on which any network that knows one answer is right: labels read wrongly
    /// look so.
    pub(crate) fn log_parts(&self) {
        let (train, test) = (&self.train.data().labels, &self.test.data().labels);
        let all_of_test: Vec<u32> = (0..test.len() as u32).collect();
        for (part, labels, indices) in [
            ("train", train, &self.split.train),
            ("validation", train, &self.split.val),
            ("test", test, &all_of_test),
        ] {
            let counts = class_counts(labels, indices, self.class_names.len());
            tracing::info!("{part}: {} images, of each class {counts:?}", indices.len());
            let only = counts.iter().position(|&count| count == indices.len());
            if let (Some(class), true) = (only, indices.len() > 1) {
                let name = &self.class_names[class];
                tracing::warn!("{part}: every image is of one class, {name}");
            }
        }
    }
}

/// Plans a network for the picture size and classes of a data set.
pub(crate) fn plan(model: &ModelConfig, data: &DataConfig) -> Result<Network, TrainError> {
    Ok(Network::new(model, [data.image_size; 2], data.num_classes)?)
}

/// The first lines of every log.
pub(crate) fn log_program(device: &Device, threads: usize) {
    tracing::info!(
        "nin {}, {device:?}, {threads} threads, {}",
        version(),
        compute::instruction_set()
    );
    if cfg!(debug_assertions) {
        tracing::warn!("this is a debug build: it is many times slower than --release");
    }
}
