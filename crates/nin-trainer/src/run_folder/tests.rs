use std::thread;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::*;

#[test]
fn names_are_safe() {
    for (name, wanted) in [
        ("fashion-mnist", "fashion-mnist"),
        ("/data/my set/", "my_set"),
        ("..", "data"),
        ("", "data"),
        ("a:b*é", "a_b__"),
    ] {
        assert_eq!(safe_name(name), wanted);
    }
}

#[test]
fn a_used_folder_is_refused_and_an_empty_one_taken() {
    let folder = tempfile::tempdir().unwrap();
    let config = |path: &Path| {
        let mut config = Config::default();
        config.run.model_base_path = Some(path.to_owned());
        config
    };
    let new = folder.path().join("a/b");
    RunFolder::create(&config(&new)).unwrap();
    assert!(new.join("config.toml").exists());
    let error = RunFolder::create(&config(&new)).unwrap_err();
    assert!(error.to_string().contains("is not empty"), "{error}");
    assert_eq!(error.exit_code(), 2);
}

#[test]
fn runs_of_the_same_minute_have_folders_of_their_own() {
    let base = tempfile::tempdir().unwrap();
    let now = "2026-02-03T04:05:59[UTC]".parse().unwrap();
    let dataset = DatasetName::FashionMnistSample;
    let mut names = thread::scope(|scope| {
        let make = || dated(base.path(), &dataset, &now).unwrap();
        let started: Vec<_> = (0..5).map(|_| scope.spawn(make)).collect();
        let paths = started.into_iter().map(|run| run.join().unwrap());
        paths.map(|path| path.strip_prefix(base.path()).unwrap().to_owned()).collect::<Vec<_>>()
    });
    names.sort();
    let wanted = ["", "_2", "_3", "_4", "_5"]
        .map(|end| PathBuf::from(format!("fashion-mnist-sample/2026_02_03_04_05{end}")));
    assert_eq!(names, wanted);
}

#[test]
fn the_hour_that_clocks_repeat_makes_two_folders() {
    let base = tempfile::tempdir().unwrap();
    let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
    let first: Timestamp = "2026-10-25T00:30:00Z".parse().unwrap();
    let paths = [0, 3600].map(|later| {
        let now = ZonedDateTime::new(first + SignedDuration::from_secs(later), zone.clone());
        dated(base.path(), &DatasetName::Mnist, &now).unwrap()
    });
    let names = paths.map(|path| path.file_name().unwrap().to_owned());
    assert_eq!(names, ["2026_10_25_02_30", "2026_10_25_02_30_2"]);
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for path in [file.clone(), file.join("below")] {
        let mut config = Config::default();
        config.run.model_base_path = Some(path.clone());
        let error = RunFolder::create(&config).unwrap_err();
        assert_eq!(error.exit_code(), 6, "{error}");
        assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    }
    assert_eq!(fs::read(&file).unwrap(), b"");
}

#[test]
#[cfg(unix)]
fn a_data_folder_that_is_not_utf_8_is_named_before_anything_is_made() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let mut config = Config::default();
    config.run.model_base_path = Some(run.clone());
    config.data.dataset_path = Some(std::ffi::OsStr::from_bytes(b"d\xff").into());
    let error = RunFolder::create(&config).unwrap_err();
    assert_eq!(error.exit_code(), 2, "{error}");
    assert!(error.to_string().starts_with("data.dataset_path: d\u{fffd} is not"), "{error}");
    assert!(!run.exists());
}

#[test]
fn only_the_last_ten_epochs_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::default();
    config.run.model_base_path = Some(folder.path().join("run"));
    let run = RunFolder::create(&config).unwrap();
    for epoch in 1..=12 {
        run.write(&run.weights(epoch), b"").unwrap();
        run.write(&run.state(epoch), b"").unwrap();
        run.prune(epoch).unwrap();
    }
    let mut kept = run.epochs("").unwrap();
    kept.sort_unstable();
    assert_eq!(kept, (3..=12).collect::<Vec<_>>());
    assert_eq!(run.epochs("state-").unwrap(), [12]);
    assert_eq!((run.last_weights().unwrap(), run.last_state().unwrap()), (Some(12), Some(12)));
}
