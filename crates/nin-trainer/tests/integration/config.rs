//! Reading configurations: what is set, and what is said of what is wrong.

use std::fs;
use std::path::Path;

use nin_trainer::{Config, ConfigSource, TrainError, WeightDecayOn};

/// The configuration that a file `run.toml` with this text resolves to, or what is said.
fn resolved(text: &str) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.toml");
    fs::write(&path, text).unwrap();
    let shown = |error: TrainError| {
        assert_eq!(error.exit_code(), 2, "{error}");
        error.to_string().replace(&folder.path().display().to_string(), "dir")
    };
    ConfigSource::read(&path).and_then(|source| source.resolve()).map_err(shown)
}

fn set(assignments: &[(&str, &str)]) -> Result<Config, String> {
    let mut source = ConfigSource::from_config(&Config::default(), "run/config.toml");
    let set = assignments.iter().try_for_each(|(key, text)| source.set(key, text));
    set.and_then(|()| source.resolve()).map_err(|error| error.to_string())
}

#[test]
fn a_file_is_read_over_the_neutral_defaults() {
    assert_eq!(resolved("").unwrap(), Config::default());
    let config = resolved("[optimizer]\r\nlr = 1\r\n[schedule]\r\npatience = 5").unwrap();
    let mut wanted = Config::default();
    wanted.optimizer.lr = 1.0;
    wanted.schedule.patience = 5;
    assert_eq!(config, wanted);
}

#[test]
fn a_text_is_read_as_a_file_is() {
    let resolved = |text| ConfigSource::parse("stdin", text).and_then(|source| source.resolve());
    assert_eq!(resolved("").unwrap(), Config::default());
    let error = resolved("[run]\nsead = 1").unwrap_err();
    assert_eq!(error.to_string(), "stdin:2: run.sead: unknown key; did you mean run.seed?");
    assert!(resolved("[run").unwrap_err().to_string().starts_with("stdin:1: "));
}

#[test]
fn words_are_read_in_any_spelling() {
    let text = "[optimizer]\nkind = 'SGD'\nweight_decay_on = 'Weights'\n\
                [model]\ninit = 'Kaiming_Normal_FanOut'\nnorm = 'BATCH'\n\
                [schedule]\nkind = 'ReduceLROnPlateau'\nmonitor = 'VAL-LOSS'\n\
                [compute]\nprecision = 'F32'\ndevice = 'CPU'\n\
                [data]\ndataset = 'FashionMNIST'\ntrain_mode = 'Holdout_Stratified'";
    let config = resolved(text).unwrap();
    assert_eq!(config.optimizer.weight_decay_on, WeightDecayOn::Weights);
    let written = toml::to_string(&config).unwrap();
    for word in ["kaiming-normal-fan-out", "batch", "val_loss", "holdout-stratified"] {
        assert!(written.contains(&format!("\"{word}\"")), "{word}: {written}");
    }
    assert_eq!(toml::from_str::<Config>(&written).unwrap(), config);
}

#[test]
fn an_error_names_file_line_and_key() {
    let cases = [
        ("[run]\nseed = ", "dir/run.toml:2: "),
        ("[data]\nval = 0.1\nval = 0.2", "dir/run.toml:3: duplicate key"),
        (
            "[data]\n\nimage_sise = 28",
            "dir/run.toml:3: data.image_sise: unknown key; did you mean data.image_size?",
        ),
        ("lr = 0.1", "dir/run.toml:1: lr: unknown key; did you mean optimizer.lr?"),
        (
            "[schedule]\nlr = 0.1",
            "dir/run.toml:2: schedule.lr: unknown key; did you mean optimizer.lr?",
        ),
        ("[schedul]\nfactor = 1", "dir/run.toml:1: schedul: unknown key; did you mean schedule?"),
        (
            "[compute]\nzzz = 1",
            "dir/run.toml:2: compute.zzz: unknown key; there are device, threads, precision, conv",
        ),
        (
            "[schedule]\npatience = -1",
            "dir/run.toml:2: schedule.patience: want a whole number of at least 0, got -1",
        ),
        (
            "schedule.patience = 'two'",
            "dir/run.toml:1: schedule.patience: want a whole number of at least 0, got \"two\"",
        ),
        ("schedule = 3", "dir/run.toml:1: schedule: want a table, got 3"),
        (
            "[schedule]\nkind = 'warp'",
            "dir/run.toml:2: schedule.kind: \"warp\" is not known: allowed is reduce-lr-on-plateau, \
             one-cycle, cosine, step, constant",
        ),
        (
            "[schedule]\nmax_epoch = 0\nmax_reduce = 0",
            "dir/run.toml:2: schedule.max_epoch: 0 means no limit, and so does max_reduce = 0: \
             allowed is max_epoch >= 1",
        ),
        ("[optimizer]\nkind = 'adam'", "dir/run.toml:2: optimizer.kind: want sgd, got \"adam\""),
        (
            "[optimizer]\nweight_decay_on = 1",
            "dir/run.toml:2: optimizer.weight_decay_on: want all or weights, got 1",
        ),
        (
            "[optimizer]\nnesterov = true",
            "dir/run.toml:2: optimizer.nesterov: nesterov needs momentum above 0 and dampening 0, \
             got momentum 0, dampening 0",
        ),
        (
            "[compute]\nprecision = 'f16'",
            "dir/run.toml:2: compute.precision: want f32, tf32 or bf16, got \"f16\"",
        ),
        (
            "[data]\ntrain_mode = 'K-fold'",
            "dir/run.toml:2: data.train_mode: k-fold is not supported: ",
        ),
        (
            "[data]\nimage_size = 28\nwhitening = 'zca'\n[augment]\nsmall_epochs = 1\n\
             small_size = 20",
            "dir/run.toml:5: augment.small_epochs: whitening is for pictures of one size; want 0 \
             with it",
        ),
        (
            "[data]\nmean = 'tain'",
            "dir/run.toml:2: data.mean: want a number, a list of numbers (one a channel) or \
             \"train\", got \"tain\"",
        ),
        ("[data]\nval = nan", "dir/run.toml:2: data.val: want a number in [0, 1), found NaN"),
        (
            "[run]\nseed = -1",
            "dir/run.toml:2: run.seed: want a whole number from 0 to 18446744073709551615, got -1",
        ),
        (
            "[[model.blocks]]\nlayers = [\n  { channels = 8 },\n  { chanels = 8 },\n]",
            "dir/run.toml:4: model.blocks.0.layers.1.chanels: unknown key; did you mean \
             model.blocks.0.layers.1.channels?",
        ),
        (
            "[[model.blocks]]\nlayers = []\n[[model.blocks]]\ndropout = 0.5",
            "dir/run.toml:3: model.blocks.1: the key layers is missing",
        ),
        (
            "[[model.blocks]]\nlayers = [{ channels = 'many' }]",
            "dir/run.toml:2: model.blocks.0.layers.0.channels: want a number of channels or \
             \"classes\", got \"many\"",
        ),
    ];
    for (text, wanted) in cases {
        let error = resolved(text).expect_err(text);
        assert!(error.starts_with(wanted), "{text}\n{error}\n{wanted}");
    }
}

#[test]
fn every_number_of_the_optimizer_has_its_range() {
    let cases = [
        ("batch_size = 0", "want at least 1, got 0"),
        ("lr = 0", "want a finite number above 0, got 0"),
        ("lr = -1", "want a finite number above 0, got -1"),
        ("lr = inf", "want a finite number above 0, got inf"),
        ("momentum = -0.1", "want a finite number of at least 0, got -0.1"),
        ("weight_decay = nan", "want a finite number of at least 0, got NaN"),
        ("bias_lr_multiplier = -1", "want a finite number of at least 0, got -1"),
        ("dampening = inf", "want a finite number, got inf"),
        ("label_smoothing = 1.5", "want a number in [0, 1], got 1.5"),
    ];
    for (text, wanted) in cases {
        let key = text.split(' ').next().unwrap();
        let error = resolved(&format!("[optimizer]\n{text}")).expect_err(text);
        assert_eq!(error, format!("dir/run.toml:2: optimizer.{key}: {wanted}"));
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let error = ConfigSource::read(Path::new("no/such.toml")).unwrap_err();
    assert!(error.to_string().starts_with("no/such.toml: "), "{error}");
    assert_eq!(error.exit_code(), 2);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latin1.toml");
    fs::write(&path, b"[run]\nname = \"\xe4\"").unwrap();
    let error = ConfigSource::read(&path).unwrap_err().to_string();
    assert!(error.contains("latin1.toml: ") && error.contains("UTF-8"), "{error}");
}

#[test]
fn every_key_can_be_set() {
    let config = set(&[
        ("optimizer.lr", "0.5"),
        ("run.comment", "two words = one"),
        ("data.std", "[0.1, 0.2]"),
        ("model.blocks.0.dropout", "0.25"),
        ("model.blocks.3.layers.2.channels", "10"),
        ("model.blocks.1.pool.rounding", "Ceil"),
        ("model.blocks.1.lrn.size", "3"),
        ("optimizer.kind", "SGD"),
    ])
    .unwrap();
    assert_eq!((config.optimizer.lr, config.run.comment.as_str()), (0.5, "two words = one"));
    assert_eq!(config.model.blocks[0].dropout, Some(0.25));
    assert_eq!(config.model.blocks[1].lrn.map(|lrn| (lrn.size, lrn.k)), Some((3, 2.0)));
}

#[test]
fn an_error_of_what_was_set_names_the_flag() {
    let cases = [
        (("schedule.factor", "1.5"), "--set schedule.factor: allowed is (0, 1), got 1.5"),
        (
            ("schedule.factr", "1"),
            "--set schedule.factr: unknown key; did you mean schedule.factor?",
        ),
        (("schedul.factor", "1"), "--set schedul: unknown key; did you mean schedule?"),
        (("lr", "1"), "--set lr: unknown key; did you mean optimizer.lr?"),
        (("", "1"), "--set : want a key such as schedule.factor"),
        (("run..seed", "1"), "--set run..seed: want a key such as schedule.factor"),
        (("run.seed.low", "1"), "--set run.seed.low: there is no low in 42"),
        (
            ("model.blocks.4.dropout", "0"),
            "--set model.blocks.4.dropout: 4 is no number of an item, of which there are 4, from 0",
        ),
        (
            ("model.blocks.first.dropout", "0"),
            "--set model.blocks.first.dropout: first is no number of an item, of which there are \
             4, from 0",
        ),
        (("optimizer.lr", "1\nx = 2"), "--set optimizer.lr: want a number, got \"1\\nx = 2\""),
    ];
    for ((key, text), wanted) in cases {
        assert_eq!(set(&[(key, text)]).unwrap_err(), wanted);
    }

    let mut source = ConfigSource::from_config(&Config::default(), "run/config.toml");
    source.set_value("--patience", "schedule.patience", -1).unwrap();
    let error = source.resolve().unwrap_err().to_string();
    let wanted = "--patience: schedule.patience: want a whole number of at least 0, got -1";
    assert_eq!(error, wanted);
}

#[test]
fn an_error_of_what_was_not_set_names_the_origin() {
    let mut config = Config::default();
    config.data.image_size = 0;
    let error = ConfigSource::from_config(&config, "run/config.toml").resolve().unwrap_err();
    assert_eq!(error.to_string(), "run/config.toml: data.image_size: want at least 1, found 0");
    let error = config.validate().unwrap_err();
    assert_eq!(error.to_string(), "data.image_size: want at least 1, found 0");
}

#[test]
fn the_largest_seed_survives_a_file() {
    let mut config = Config::default();
    for seed in [0, 1 << 62, u64::MAX] {
        config.run.seed = seed;
        let written = toml::to_string(&config).unwrap();
        assert_eq!(resolved(&written).unwrap(), config);
        assert_eq!(toml::from_str::<Config>(&written).unwrap(), config);
    }
    assert!(resolved("[run]\nseed = '18446744073709551616'").is_err());
}

#[test]
#[cfg(unix)]
fn a_path_that_is_not_utf_8_is_an_error_that_names_it() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let mut source = ConfigSource::from_config(&Config::default(), "run/config.toml");
    let path = Path::new(OsStr::from_bytes(b"d\xff '\"\n"));
    let error = source.set_path("--dataset-path", "data.dataset_path", path).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert_eq!(error.to_string(), "--dataset-path: d\u{fffd} '\"\n: want a path in UTF-8");
}
