//! CIFAR and SVHN, whose files the user unpacks.

use std::fs;

use super::*;
use crate::load::load_unpacked;
use crate::load::locate::locate_unpacked;
use crate::source::Places;
use crate::unpacked_set::UnpackedSet;

/// Empty places, and a configuration for one of the sets.
struct World {
    root: tempfile::TempDir,
    places: Places,
    config: DataConfig,
}

impl World {
    fn new(dataset: DatasetName, num_classes: usize) -> Self {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        let places = Places { data: at("data"), cache: Some(at("cache")), debian: false };
        let config = DataConfig { dataset, num_classes, ..DataConfig::default() };
        Self { root, places, config }
    }

    fn set(&self) -> &'static UnpackedSet {
        UnpackedSet::of(&self.config.dataset).unwrap()
    }

    fn load(&self) -> Result<LoadedDataset, DatasetError> {
        load_unpacked(&self.config, self.set(), &self.places, &|| false)
    }

    fn locate(&self) -> Location {
        locate_unpacked(&self.config, self.set(), &self.places)
    }

    /// Writes every file of the set as a copy of a file of the test data.
    fn put(&self, from: &str, to: &str) -> PathBuf {
        let folder = self.root.path().join(to);
        fs::create_dir_all(&folder).unwrap();
        for name in self.set().train_files.iter().chain(self.set().test_files) {
            fs::copy(set("..").join(from), folder.join(name)).unwrap();
        }
        folder
    }
}

#[test]
fn each_set_is_found_in_its_folder_and_read() {
    let cases = [
        (DatasetName::Cifar10, 10, "cifar/cifar10_one.bin", "cifar-10-batches-bin"),
        (DatasetName::Cifar100, 100, "cifar/cifar100_one.bin", "cifar-100-binary"),
        (DatasetName::Svhn, 10, "svhn/zipped_u8.mat", "svhn"),
    ];
    let labels: [(&[u32], &str); 3] =
        [(&[6, 6, 6, 6, 6], "frog"), (&[77], "snail"), (&[0, 3], "0")];
    for ((dataset, classes, from, below), (labels, name)) in cases.into_iter().zip(labels) {
        let mut world = World::new(dataset, classes);
        let cache = world.put(from, &format!("cache/{below}"));
        let data = world.load().unwrap();
        assert_eq!(data.source, Source::Cache(cache));
        assert_eq!(*data.train.labels, *labels);
        assert_eq!(data.class_names[labels[0] as usize], name);
        assert_eq!(data.class_names.len(), classes);
        let found = world.put(from, "data");
        assert_eq!(world.locate(), Location::Found(Source::DataFolder(found)));
        let given = world.put(from, &format!("given/{below}"));
        world.config.dataset_path = Some(world.root.path().join("given"));
        assert_eq!(world.load().unwrap().source, Source::Given(given));
    }
}

#[test]
fn the_files_are_read_in_order() {
    let world = World::new(DatasetName::Cifar10, 10);
    let folder = world.put("cifar/cifar10_one.bin", "data");
    for batch in 1..=5 {
        let path = folder.join(format!("data_batch_{batch}.bin"));
        let mut bytes = fs::read(&path).unwrap();
        (bytes[0], bytes[1]) = (batch, 10 * batch);
        fs::write(path, bytes).unwrap();
    }
    let train = world.load().unwrap().train;
    assert_eq!(*train.labels, [1, 2, 3, 4, 5]);
    for picture in 0..5 {
        assert_eq!(train.images.picture(picture)[0], 10 * (picture as u8 + 1));
    }
}

#[test]
fn a_label_of_no_class_is_named_with_its_place() {
    let world = World::new(DatasetName::Cifar10, 10);
    let folder = world.put("cifar/cifar10_one.bin", "data");
    let mut bytes = fs::read(folder.join("data_batch_3.bin")).unwrap();
    bytes[0] = 10;
    fs::write(folder.join("data_batch_3.bin"), bytes).unwrap();
    let error = world.load().unwrap_err().to_string();
    assert_eq!(error, "label 10 at index 2 of the train set, want 0..9");
    let world = World::new(DatasetName::Svhn, 3);
    world.put("svhn/plain_double.mat", "data");
    let error = world.load().unwrap_err().to_string();
    assert!(error.starts_with("label 3 at index 1 of the train set, want 0..2"), "{error}");
}

#[test]
fn a_failure_lists_what_was_tried_and_the_ways_out() {
    let world = World::new(DatasetName::Cifar10, 10);
    let folder = world.put("cifar/cifar10_short.bin", "data");
    let error = world.load().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
    let DatasetError::NotFound(report) = &error else { panic!("{error}") };
    assert_eq!(report.dataset, "CIFAR-10");
    assert!(report.attempts[0].reason.contains("3072 bytes are no multiple of 3073"), "{error}");
    assert_eq!(report.attempts[1].reason, "no such folder");
    assert_eq!(report.attempts[2].source, "download");
    assert!(report.ways_out[0].contains("cifar-10-binary.tar.gz"), "{error}");
    assert!(report.ways_out[0].contains("https://www.cs.toronto.edu/~kriz/cifar.html"), "{error}");

    fs::remove_file(folder.join("test_batch.bin")).unwrap();
    let Location::Missing(report) = world.locate() else { panic!("found") };
    assert_eq!(report.attempts[0].reason, "test_batch.bin is missing");
}

#[test]
fn a_given_folder_is_the_only_one() {
    let mut world = World::new(DatasetName::Svhn, 10);
    world.put("svhn/zipped_u8.mat", "data");
    let empty = world.root.path().join("empty");
    fs::create_dir(&empty).unwrap();
    world.config.dataset_path = Some(empty.clone());
    let wanted = format!("{}: no train_32x32.mat there or in svhn, SVHN", empty.display());
    assert_eq!(world.load().unwrap_err().to_string(), wanted);
}
