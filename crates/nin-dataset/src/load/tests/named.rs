//! Named sets: the order of the places, digests, fetching.

use std::fs;

use super::*;
use crate::digest::sha256;
use crate::download::server::{Server, status};
use crate::download::{Fetcher, Limits, Proxies};
use crate::known_set::{FILE_NAMES, KnownSet};
use crate::load::load_from;
use crate::load::locate::locate_in;
use crate::source::Places;
use crate::tiny_set;

/// Empty places, and a configuration that may not fetch.
struct World {
    root: tempfile::TempDir,
    places: Places,
    config: DataConfig,
}

impl World {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        let places = Places { data: at("data"), cache: Some(at("cache")), debian: false };
        let config = DataConfig { download: false, ..DataConfig::default() };
        Self { root, places, config }
    }

    fn load(&self, set: &KnownSet) -> Result<LoadedDataset, DatasetError> {
        self.load_unless(set, &|| false)
    }

    fn load_unless(
        &self,
        set: &KnownSet,
        cancelled: &(dyn Fn() -> bool + Sync),
    ) -> Result<LoadedDataset, DatasetError> {
        let fetcher = Fetcher { limits: Limits::default(), proxies: Proxies::default(), cancelled };
        load_from(&self.config, Some(set), &self.places, &fetcher)
    }

    /// Puts the files of a folder of the test data below the root.
    fn put(&self, from: &Path, to: &str) -> PathBuf {
        let folder = self.root.path().join(to);
        fs::create_dir_all(&folder).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
        }
        folder
    }
}

#[test]
fn the_data_folder_comes_before_the_cache() {
    let mut world = World::new();
    let set = tiny_set::known();
    let cache = world.put(&tiny_set::gz_folder(), "cache/TinySet/raw");
    let data = world.load(&set).unwrap();
    assert_eq!(data.source, Source::Cache(cache.clone()));
    assert_eq!(data.class_names[2], "c");

    let keras = world.put(&tiny_set::gz_folder(), "data/tiny-set");
    let source = Source::DataFolder(keras);
    assert_eq!(world.load(&set).unwrap().source, source);
    assert_eq!(locate_in(&world.config, Some(&set), &world.places), Location::Found(source));

    let given = world.put(&tiny_set::folder(), "given/TinySet/raw");
    world.config.dataset_path = Some(world.root.path().join("given"));
    assert_eq!(world.load(&set).unwrap().source, Source::Given(given));
}

#[test]
fn files_of_another_set_do_not_hide_the_right_ones() {
    let mut world = World::new();
    // One stray file, or all of another set, where the set itself is looked for first.
    for other in ["no_test_labels", "sorted"] {
        world.put(&set(other), "data");
        let right = world.put(&tiny_set::folder(), "data/TinySet/raw");
        let loaded = world.load(&tiny_set::known()).unwrap();
        assert_eq!(loaded.source, Source::DataFolder(right), "{other}");
    }
    let right = world.root.path().join("data/TinySet/raw");
    world.config.dataset_path = Some(world.root.path().join("data"));
    assert_eq!(world.load(&tiny_set::known()).unwrap().source, Source::Given(right));
}

#[test]
fn every_layout_is_found_below_the_given_path() {
    let layouts = ["x", "x/TinySet/raw", "x/TinySet", "x/raw", "x/tiny-set"];
    for layout in layouts {
        for from in [tiny_set::folder(), tiny_set::gz_folder(), set("dot_names")] {
            let mut world = World::new();
            let folder = world.put(&from, layout);
            world.config.dataset_path = Some(world.root.path().join("x"));
            let data = world.load(&tiny_set::known()).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(data.source, Source::Given(folder), "{layout}");
        }
    }
}

#[test]
fn a_wrong_digest_is_an_error_in_the_given_path() {
    let mut world = World::new();
    world.put(&tiny_set::gz_folder(), "data");
    world.config.dataset_path = Some(set("sorted"));
    let error = world.load(&tiny_set::known()).unwrap_err();
    assert!(matches!(error, DatasetError::WrongDigest { .. }), "{error}");
    let path = set("sorted").join("train-images-idx3-ubyte");
    let wanted = format!("{}: wrong SHA-256 of the unzipped file: want ", path.display());
    assert!(error.to_string().starts_with(&wanted), "{error}");
}

#[test]
fn a_wrong_digest_elsewhere_is_a_reason_to_look_further() {
    let world = World::new();
    world.put(&set("sorted"), "data/TinySet/raw");
    let cache = world.put(&tiny_set::folder(), "cache/TinySet/raw");
    assert_eq!(world.load(&tiny_set::known()).unwrap().source, Source::Cache(cache));
}

#[test]
fn a_failure_lists_what_was_tried_and_the_ways_out() {
    let world = World::new();
    world.put(&set("no_test_labels"), "data");
    let error = world.load(&tiny_set::known()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
    let DatasetError::NotFound(report) = &error else { panic!("{error}") };
    let sources: Vec<_> = report.attempts.iter().map(|attempt| attempt.source.as_str()).collect();
    let at = |name: &str| world.root.path().join(name).display().to_string();
    assert_eq!(sources, [at("data").as_str(), at("cache").as_str(), "download"]);
    assert!(report.attempts[0].reason.starts_with("t10k-labels-idx1-ubyte is missing"));
    assert_eq!(report.attempts[1].reason, "no such folder");
    let text = error.to_string();
    for wanted in ["Fashion-MNIST was not found", "--dataset-path FOLDER", "fashion-mnist-sample"] {
        assert!(text.contains(wanted), "{text}");
    }
}

#[test]
fn fashion_mnist_names_the_debian_package() {
    let report = NotFound::new(&DataConfig::default(), Vec::new());
    assert_eq!(report.dataset, "Fashion-MNIST");
    assert_eq!(report.ways_out[0], "apt-get install dataset-fashion-mnist");
}

/// Has the four files in the folder `ok`.
fn good_server() -> Server {
    Server::start(|request| {
        let is_file = |name: &&str| request.target == format!("/ok/{name}.gz");
        let file = FILE_NAMES.iter().position(is_file);
        status(200, tiny_set::gzipped(file.expect("only the four files")))
    })
}

#[test]
fn what_is_missing_is_fetched_once_into_the_cache() {
    let mut world = World::new();
    let server = good_server();
    world.config.download = true;
    world.config.mirrors = vec![format!("{}/ok", server.address)];
    let folder = world.root.path().join("cache/TinySet/raw");
    // One file is there already and is not fetched.
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("t10k-labels-idx1-ubyte"), tiny_set::unzipped(3)).unwrap();
    let data = world.load(&tiny_set::known()).unwrap();
    assert_eq!(data.source, Source::Downloaded(folder.clone()));
    assert_eq!(server.request_count(), 3);
    assert_eq!(world.load(&tiny_set::known()).unwrap().source, Source::Cache(folder));
    assert_eq!(server.request_count(), 3);
}

#[test]
fn without_a_mirror_the_report_has_every_address() {
    let mut world = World::new();
    let server = Server::start(|request| {
        status(if request.target.starts_with("/403") { 403 } else { 404 }, "")
    });
    world.config.download = true;
    world.config.mirrors = ["403", "404/"].map(|name| format!("{}/{name}", server.address)).into();
    let error = world.load(&tiny_set::known()).unwrap_err().to_string();
    for status in ["403", "404"] {
        let address = format!("{}/{status}/train-images-idx3-ubyte.gz: ", server.address);
        let (_, reason) = error.split_once(&address).unwrap_or_else(|| panic!("{error}"));
        assert!(reason.lines().next().unwrap().contains(status), "{error}");
    }
}

#[test]
fn a_damaged_file_that_cannot_be_fetched_again_hides_no_reason() {
    let mut world = World::new();
    let cache = world.put(&tiny_set::gz_folder(), "cache/TinySet/raw");
    fs::write(cache.join("t10k-labels-idx1-ubyte.gz"), "damaged").unwrap();
    let server = Server::start(|_| status(403, ""));
    world.config.download = true;
    world.config.mirrors = vec![server.address.clone()];
    let error = world.load(&tiny_set::known()).unwrap_err();
    assert!(matches!(error, DatasetError::NotFound(_)), "{error}");
    let error = error.to_string();
    for part in ["t10k-labels-idx1-ubyte.gz: 403", "bad magic", "--dataset-path"] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn classes_that_do_not_fit_are_no_reason_to_look_further() {
    let mut world = World::new();
    world.put(&tiny_set::folder(), "data");
    world.config.num_classes = 9;
    let error = world.load(&tiny_set::known()).unwrap_err();
    assert!(matches!(error, DatasetError::Label { label: 9, .. }), "{error}");
}

#[test]
fn gzip_digests_are_those_of_the_stored_file() {
    let mut world = World::new();
    let set = tiny_set::known_by_gzip();
    world.config.dataset_path = Some(tiny_set::gz_folder());
    world.load(&set).unwrap();
    // Nothing is known about unzipped files.
    world.config.dataset_path = Some(tiny_set::folder());
    world.load(&set).unwrap();

    let folder = world.put(&tiny_set::gz_folder(), "again");
    let stored = tiny_set::gzipped(1);
    // The fifth byte is the time of compression.
    let later = [&stored[..4], &[stored[4] ^ 1], &stored[5..]].concat();
    fs::write(folder.join("train-labels-idx1-ubyte.gz"), later).unwrap();
    world.config.dataset_path = Some(folder);
    let error = world.load(&set).unwrap_err().to_string();
    assert!(error.contains("wrong MD5 of the .gz file: want "), "{error}");
}

#[test]
fn own_digests_replace_the_known_ones_on_disk_too() {
    let mut world = World::new();
    world.config.sha256 =
        [0, 1, 2, 3].map(|file| sha256(&tiny_set::unzipped(file)).to_uppercase()).into();
    let folder = world.put(&tiny_set::gz_folder(), "data/FashionMNIST/raw");
    let set = KnownSet::configured(&world.config).unwrap();
    assert_eq!(world.load(&set).unwrap().source, Source::DataFolder(folder));

    let wrong = DataConfig { sha256: vec!["0".repeat(64); 4], ..world.config.clone() };
    world.config.dataset_path = Some(world.root.path().join("data"));
    let set = KnownSet::configured(&wrong).unwrap();
    let error = world.load(&set).unwrap_err();
    assert!(matches!(error, DatasetError::WrongDigest { .. }), "{error}");
    assert_ne!(set.download_folder(), KnownSet::of(&wrong.dataset).unwrap().download_folder());
}

#[test]
fn own_digests_and_mirrors_fetch_another_set_into_its_own_folder() {
    let mut world = World::new();
    let server = good_server();
    world.config.download = true;
    world.config.mirrors = vec![format!("{}/ok/", server.address)];
    world.config.sha256 = [0, 1, 2, 3].map(|file| sha256(&tiny_set::unzipped(file))).into();
    let real = world.put(&set("sorted"), "cache/FashionMNIST/raw");
    let known = KnownSet::configured(&world.config).unwrap();
    let data = world.load(&known).unwrap();
    assert_eq!((data.train.len(), data.test.len()), (40, 20));
    let folder = world.root.path().join("cache").join(known.download_folder());
    assert_eq!(data.source, Source::Downloaded(folder.clone()));
    assert_eq!(fs::read_dir(real).unwrap().count(), 4);
    assert_eq!(world.load(&known).unwrap().source, Source::Cache(folder));
    assert_eq!(server.request_count(), 4);
}

#[test]
fn loading_ends_when_it_is_cancelled() {
    let mut world = World::new();
    let set = tiny_set::known();
    let cancelled = |world: &World| {
        let error = world.load_unless(&set, &|| true).unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Cancelled, "cancelled"));
    };
    world.config.download = true;
    cancelled(&world);
    world.put(&tiny_set::gz_folder(), "data");
    cancelled(&world);
}

/// The whole Fashion-MNIST, where the Debian package is installed.
#[test]
fn the_real_fashion_mnist_splits_as_in_pytorch() {
    let folder = Path::new("/usr/share/datasets/fashion-mnist");
    if !folder.exists() {
        eprintln!("skipped: the package dataset-fashion-mnist is not installed");
        return;
    }
    let config = DataConfig { dataset_path: Some(folder.into()), ..DataConfig::default() };
    let data = load(&config).unwrap();
    let split = config.split(&data.train.labels, 42).unwrap();
    let train = [4732, 4752, 4825, 4852, 4807, 4797, 4788, 4866, 4805, 4776];
    let val = [1268, 1248, 1175, 1148, 1193, 1203, 1212, 1134, 1195, 1224];
    assert_eq!(class_counts(&data.train.labels, &split.train, 10), train);
    assert_eq!(class_counts(&data.train.labels, &split.val, 10), val);

    let measured = Statistic::Measured(Measured::Train);
    let config = DataConfig { mean: measured.clone(), std: measured, ..config };
    let all: Vec<u32> = (0..60_000).collect();
    let found = Normalization::resolve(&config, &data.train.images, &all).unwrap();
    assert!((found.mean[0] - 0.28604).abs() < 5e-6, "{found:?}");
    assert!((found.std[0] - 0.35302).abs() < 5e-6, "{found:?}");

    let mnist = DataConfig { dataset: DatasetName::Mnist, ..config };
    let error = load(&mnist).unwrap_err().to_string();
    assert!(error.ends_with("(this is a file of Fashion-MNIST)"), "{error}");
    let kmnist = DataConfig { dataset: DatasetName::Kmnist, ..mnist };
    assert!(matches!(load(&kmnist).unwrap_err(), DatasetError::WrongDigest { .. }));
}
