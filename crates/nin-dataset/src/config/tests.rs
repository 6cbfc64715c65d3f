use super::*;
use crate::ErrorKind;

fn parsed(text: &str) -> Result<DataConfig, toml::de::Error> {
    toml::from_str(text)
}

#[test]
fn an_empty_section_is_the_default() {
    assert_eq!(parsed("").unwrap(), DataConfig::default());
    let default = DataConfig::default();
    assert_eq!((default.image_size, default.num_classes, default.val), (224, 10, 0.2));
    assert!(default.validate().is_ok());
}

#[test]
fn every_key_is_read_and_written() {
    let config = parsed(
        r#"
        dataset = "KMNIST"
        dataset_path = "some where"
        image_size = 28
        num_classes = 26
        val = 0
        train_mode = "holdout-stratified"
        contrast = "Global"
        whitening = "none"
        mean = [0.1, 0.2]
        std = 2
        download = false
        mirrors = ["http://localhost/"]
        sha256 = ["0a", "0b", "0c", "0d"]
        transpose = true
        "#,
    )
    .unwrap();
    let wanted = DataConfig {
        dataset: DatasetName::Kmnist,
        dataset_path: Some("some where".into()),
        image_size: 28,
        num_classes: 26,
        val: 0.0,
        train_mode: TrainMode::HoldoutStratified,
        contrast: Contrast::Global,
        whitening: Whitening::None,
        mean: Statistic::PerChannel(vec![0.1, 0.2]),
        std: Statistic::Same(2.0),
        download: false,
        mirrors: vec!["http://localhost/".into()],
        sha256: ["0a", "0b", "0c", "0d"].map(String::from).into(),
        transpose: true,
    };
    assert_eq!(config, wanted);
    assert_eq!(parsed("mean = 0").unwrap().mean, Statistic::Same(0.0));
    let measured = Statistic::Measured(Measured::Train);
    assert_eq!(parsed("std = \"train\"").unwrap().std, measured);
    assert_eq!(parsed("contrast = \"LOCAL\"").unwrap().contrast, Contrast::Local);
    assert_eq!(parsed("whitening = \"ZCA\"").unwrap().whitening, Whitening::Zca);
    for config in [wanted, DataConfig::default()] {
        assert_eq!(parsed(&toml::to_string(&config).unwrap()).unwrap(), config);
    }
}

#[test]
fn unknown_keys_and_wrong_types_are_errors() {
    let cases = [
        ("image_sise = 28", "image_sise"),
        ("mean = \"tain\"", "a number, a list of numbers (one a channel) or \"train\""),
        ("train_mode = \"k-fold\"", "the original program only had a stub"),
        ("train_mode = \"folds\"", "want holdout or holdout-stratified, found \"folds\""),
        ("contrast = \"gcn\"", "contrast: want none or global or local, found \"gcn\""),
        ("whitening = \"pca\"", "whitening: want none or zca, found \"pca\""),
        ("dataset = \"\"", "dataset: empty name"),
        ("image_size = -1", "image_size"),
    ];
    for (text, wanted) in cases {
        let error = parsed(text).expect_err(text).to_string();
        assert!(error.contains(wanted), "{text}: {error}");
    }
}

#[test]
fn a_set_that_is_not_read_can_be_named_but_not_loaded() {
    let config = parsed("dataset = \"ImageNet\"").unwrap();
    assert_eq!(config.dataset, DatasetName::NotRead("imagenet".into()));
    assert_eq!(crate::locate(&config).unwrap(), crate::Location::NotRead);
    let error = crate::load(&config).unwrap_err().to_string();
    assert!(error.contains("imagenet cannot be read; want fashion-mnist, mnist"), "{error}");
}

#[test]
fn names_are_read_in_any_spelling() {
    let cases = [
        ("FashionMNIST", DatasetName::FashionMnist),
        ("fashion_mnist", DatasetName::FashionMnist),
        ("MNIST", DatasetName::Mnist),
        ("Kmnist", DatasetName::Kmnist),
        ("fashion-mnist-sample", DatasetName::FashionMnistSample),
        ("CIFAR-10", DatasetName::Cifar10),
        ("cifar_100", DatasetName::Cifar100),
        ("SVHN", DatasetName::Svhn),
        ("EMNIST", DatasetName::NotRead("emnist".into())),
        ("./mnist", DatasetName::Folder("./mnist".into())),
        ("my data", DatasetName::Folder("my data".into())),
    ];
    for (text, wanted) in cases {
        let dataset: DatasetName = text.parse().unwrap();
        assert_eq!(dataset, wanted, "{text}");
        assert_eq!(dataset.to_string().parse::<DatasetName>().unwrap(), wanted);
    }
    for (text, wanted) in [("Holdout", "holdout"), ("HOLDOUT_STRATIFIED", "holdout-stratified")] {
        assert_eq!(text.parse::<TrainMode>().unwrap().to_string(), wanted);
    }
    for text in ["k-fold", "K-fold", "K_FOLD", "kfold"] {
        assert_eq!(text.parse::<TrainMode>().unwrap_err().kind(), ErrorKind::Usage);
    }
}

#[test]
#[cfg(unix)]
fn a_path_outside_of_utf_8_is_a_folder() {
    use std::os::unix::ffi::OsStrExt;
    let text = std::ffi::OsStr::from_bytes(b"d\xff '\"\n");
    assert_eq!(DatasetName::from_os_str(text).unwrap(), DatasetName::Folder(text.into()));
    assert_eq!(DatasetName::from_os_str("mnist".as_ref()).unwrap(), DatasetName::Mnist);
}

#[test]
fn values_that_cannot_be_used_are_usage_errors() {
    let default = DataConfig::default;
    let cases = [
        (DataConfig { image_size: 0, ..default() }, "image_size: want at least 1, found 0"),
        (DataConfig { num_classes: 0, ..default() }, "num_classes: want at least 1, found 0"),
        (DataConfig { val: 1.0, ..default() }, "val: want a number in [0, 1), found 1"),
        (DataConfig { val: f64::NAN, ..default() }, "val: want a number in [0, 1), found NaN"),
        (
            DataConfig { mean: Statistic::Same(f64::NAN), ..default() },
            "mean: want finite, found NaN",
        ),
        (
            DataConfig { std: Statistic::PerChannel(vec![1.0, 0.0]), ..default() },
            "std: want finite and above 0, found 0",
        ),
        (DataConfig { mean: Statistic::PerChannel(vec![]), ..default() }, "mean: an empty list"),
        (
            DataConfig {
                contrast: Contrast::Local,
                std: Statistic::Measured(Measured::Train),
                ..default()
            },
            "std: \"train\" is measured over pixels, want numbers where `contrast` or `whitening` \
             is not none (mean 0 and std 1 change nothing)",
        ),
        (DataConfig { dataset_path: Some("".into()), ..default() }, "dataset_path: empty path"),
        (
            DataConfig {
                dataset: DatasetName::FashionMnistSample,
                dataset_path: Some("x".into()),
                ..default()
            },
            "dataset_path: the sample is embedded in the program",
        ),
        (
            DataConfig {
                dataset: DatasetName::Folder("a".into()),
                dataset_path: Some("b".into()),
                ..default()
            },
            "dataset_path: says where a named data set lies, but `dataset` is a folder already",
        ),
        (
            DataConfig { sha256: vec!["0".repeat(64); 3], ..default() },
            "sha256: want 4 digests (train images, train labels, test images, test labels), \
             found 3",
        ),
        (
            DataConfig { sha256: vec!["0g".into(); 4], ..default() },
            "sha256: want 64 hexadecimal digits, found \"0g\"",
        ),
        (
            DataConfig {
                dataset: DatasetName::Cifar10,
                sha256: vec!["0".repeat(64); 4],
                ..default()
            },
            "sha256: is for fashion-mnist, mnist and kmnist, not for cifar10",
        ),
        (
            DataConfig { dataset: DatasetName::Svhn, transpose: true, ..default() },
            "transpose: is for IDX files, and those of SVHN are none",
        ),
    ];
    for (config, wanted) in cases {
        let error = config.validate().unwrap_err();
        assert_eq!((error.to_string().as_str(), error.kind()), (wanted, ErrorKind::Usage));
    }
}

#[test]
fn the_split_follows_the_train_mode() {
    let labels: Vec<u32> = (0..40).map(|i| i / 4).collect();
    let plain = DataConfig { val: 0.25, ..DataConfig::default() };
    assert_eq!(plain.split(&labels, 1).unwrap(), holdout(40, 0.25, 1).unwrap());
    let stratified = DataConfig { train_mode: TrainMode::HoldoutStratified, ..plain };
    let wanted = holdout_stratified(&labels, 0.25, 1).unwrap();
    assert_eq!(stratified.split(&labels, 1).unwrap(), wanted);
}

#[test]
fn absent_classes_are_found() {
    let config = DataConfig { num_classes: 4, ..DataConfig::default() };
    assert_eq!(config.absent_classes(&[0, 2, 2, 3], &[1, 2, 3]), [0, 1]);
}
