//! The files in `configs/`: the reference equals the code, and every preset is
//! the network that it says it is.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use nin_model::{Network, Summary};
use nin_schedule::ScheduleKind;
use nin_trainer::{Config, ConfigSource};
use toml::Value;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../configs").join(name)
}

fn config(name: &str) -> Config {
    ConfigSource::read(&path(name)).and_then(|source| source.resolve()).unwrap()
}

fn summary(config: &Config) -> Summary {
    let size = config.data.image_size;
    let network = Network::new(&config.model, [size, size], config.data.num_classes).unwrap();
    network.summary().unwrap()
}

/// Dotted keys, the items of a list together.
fn keys(value: &Value, prefix: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Table(table) => {
            for (key, value) in table {
                let key = format!("{prefix}.{key}");
                found.insert(key.clone());
                keys(value, &key, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys(item, prefix, found)),
        _ => {}
    }
}

fn keys_of(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    keys(value, "", &mut found);
    found
}

#[test]
fn the_reference_has_every_key_with_its_default() {
    assert_eq!(config("reference.toml"), Config::default());
    let text = fs::read_to_string(path("reference.toml")).unwrap();
    let reference: toml::Table = toml::from_str(&text).unwrap();
    let code = Value::try_from(Config::default()).unwrap();
    assert_eq!(keys_of(&Value::Table(reference)), keys_of(&code));
}

/// A key that is left out of the defaults stands behind a `#`, in its place.
#[test]
fn the_reference_shows_the_keys_without_default() {
    let optional = [
        "model_base_path = ",
        "dataset_path = ",
        "init_std = ",
        "[model.blocks.lrn]",
        "size = ",
        "alpha = ",
        "beta = ",
        "k = ",
        "divide_alpha = ",
    ];
    let mut text = fs::read_to_string(path("reference.toml")).unwrap();
    for key in optional {
        let hidden = format!("\n# {key}");
        assert_eq!(text.matches(&hidden).count(), 1, "{key}");
        text = text.replace(&hidden, &format!("\n{key}"));
    }
    let config: Config = toml::from_str(&text).unwrap();
    assert!(config.run.model_base_path.is_some() && config.data.dataset_path.is_some());
    let block = &config.model.blocks[0];
    assert!(block.layers[0].init_std.is_some());
    assert_eq!(block.lrn, Some(nin_model::config::LrnConfig::default()));
}

#[test]
fn every_file_resolves_and_is_a_network() {
    let mut files = 0;
    for entry in fs::read_dir(path("")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let config = config(&name);
        assert!(summary(&config).parameters() > 0, "{name}");
        files += 1;
    }
    assert_eq!(files, 16);
}

#[test]
fn the_networks_have_the_published_sizes() {
    let cases = [
        ("original-224.toml", 1_992_166),
        ("paper-mnist.toml", 349_674),
        ("paper-cifar10.toml", 966_986),
        ("paper-cifar100.toml", 984_356),
        ("paper-svhn.toml", 1_986_026),
        ("mnist-224.toml", 1_992_166),
        ("d2l.toml", 1_992_166),
        ("d2l-en.toml", 1_992_166),
        ("caffe-cifar10.toml", 966_986),
        ("caffe-imagenet.toml", 7_595_176),
    ];
    for (name, parameters) in cases {
        assert_eq!(summary(&config(name)).parameters(), parameters, "{name}");
    }
}

#[test]
fn the_networks_have_the_published_costs() {
    let millions = |name: &str| {
        let multiply_adds = summary(&config(name)).multiply_adds();
        (multiply_adds as f64 / 1e5).round() / 10.0
    };
    assert_eq!(millions("original-224.toml"), 762.3);
    assert_eq!(millions("paper-mnist.toml"), 50.7);
}

#[test]
fn the_original_is_the_neutral_default_with_what_its_script_gave() {
    let mut wanted = Config::default();
    wanted.run.comment = "NIN on FashionMNIST with ReduceLROnPlateau on SGD".to_owned();
    wanted.optimizer.batch_size = 32;
    wanted.optimizer.lr = 0.001;
    wanted.schedule.max_reduce = 3;
    assert_eq!(config("original-224.toml"), wanted);
}

/// The product of rate and factors, per tensor, against the rates in the
/// authors' files.
#[test]
fn the_papers_rates_are_the_authors() {
    for (name, rates) in [
        ("paper-mnist.toml", [0.1, 0.2, 0.01, 0.02]),
        ("paper-cifar10.toml", [0.1, 0.2, 0.01, 0.02]),
        ("paper-cifar100.toml", [0.02, 0.04, 0.02, 0.04]),
        ("paper-svhn.toml", [0.1, 0.2, 0.01, 0.02]),
        ("caffe-cifar10.toml", [0.1, 0.2, 0.01, 0.01]),
    ] {
        let config = config(name);
        let size = config.data.image_size;
        let network = Network::new(&config.model, [size, size], config.data.num_classes).unwrap();
        let lr = config.optimizer.lr;
        let rate = |tensor: &str| lr * config.optimizer.update_scale(&network, tensor).lr;
        // Blocks stand at 0, 3 and 6, after a pool and a dropout each.
        let found = [
            rate("net.0.0.weight"),
            rate("net.0.0.bias"),
            rate("net.6.4.weight"),
            rate("net.6.4.bias"),
        ];
        for (found, wanted) in found.into_iter().zip(rates) {
            assert!((found - wanted).abs() < 1e-12, "{name}: {found} for {wanted}");
        }
    }
}

#[test]
fn mnist_at_224_trains_the_complete_network_of_the_original() {
    let (mnist, original) = (config("mnist-224.toml"), config("original-224.toml"));
    assert_eq!(mnist.model, original.model);
    assert_eq!(mnist.data.image_size, 224);
}

/// What the originals did not have, their configurations must not have either.
#[test]
fn the_faithful_presets_have_every_extra_off() {
    for name in [
        "original-224.toml",
        "mnist-224.toml",
        "d2l.toml",
        "d2l-en.toml",
        "paper-mnist.toml",
        "paper-cifar10.toml",
        "paper-cifar100.toml",
        "paper-svhn.toml",
        "caffe-cifar10.toml",
        "caffe-imagenet.toml",
    ] {
        let config = config(name);
        let neutral = Config::default();
        assert_eq!(config.augment, neutral.augment, "{name}");
        let optimizer = config.optimizer;
        assert!(!optimizer.nesterov, "{name}");
        assert_eq!((optimizer.label_smoothing, optimizer.ema_decay), (0.0, 0.0), "{name}");
        assert_eq!(config.model.norm, neutral.model.norm, "{name}");
        assert!(config.model.last_relu, "{name}");
        let kind = config.schedule.kind;
        assert!(!matches!(kind, ScheduleKind::OneCycle | ScheduleKind::Cosine), "{name}");
    }
}

/// The limit that the recommended recipes are held to.
#[test]
fn the_recipes_for_the_user_are_small() {
    for (name, parameters) in [
        ("fast.toml", 117_994),
        ("default.toml", 359_978),
        ("best.toml", 882_122),
        ("mnist.toml", 359_978),
    ] {
        assert_eq!(summary(&config(name)).parameters(), parameters, "{name}");
    }
}

#[test]
fn the_editions_of_the_book_differ_in_the_rate() {
    let (chinese, mut english) = (config("d2l.toml"), config("d2l-en.toml"));
    assert_eq!((chinese.optimizer.lr, english.optimizer.lr), (0.1, 0.05));
    english.optimizer.lr = 0.1;
    assert_eq!(chinese, english);
    // The network is the original's, its start is not.
    assert_eq!(chinese.model.blocks, config("original-224.toml").model.blocks);
    assert_ne!(chinese.model, config("original-224.toml").model);
}

#[test]
fn the_recipes_for_the_user_are_the_same_network() {
    let embedded = ConfigSource::embedded_default().resolve().unwrap();
    assert_eq!(embedded, config("default.toml"));
    assert_eq!(embedded.model, config("quick.toml").model);
    assert_eq!(embedded.model, config("mnist.toml").model);
}
