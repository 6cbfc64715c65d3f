use std::thread;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::claim::safe_name;
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

fn config_of(path: &Path) -> Config {
    let mut config = Config::default();
    config.run.model_base_path = Some(path.to_owned());
    config
}

fn refusal(path: &Path) -> String {
    let error = RunFolder::create(&config_of(path)).unwrap_err();
    assert_eq!(error.exit_code(), 2, "{error}");
    error.to_string()
}

#[test]
fn a_used_folder_is_refused_and_an_empty_one_taken() {
    let folder = tempfile::tempdir().unwrap();
    let new = folder.path().join("a/b");
    let run = RunFolder::create(&config_of(&new)).unwrap();
    assert!(new.join("config.toml").exists());
    run.write(&run.state(0), b"").unwrap();
    drop(run);
    assert!(refusal(&new).contains("is not empty"));

    // A configuration of the user's own is no run of ours.
    let theirs = folder.path().join("theirs");
    fs::create_dir(&theirs).unwrap();
    fs::write(theirs.join("config.toml"), "x").unwrap();
    assert!(refusal(&theirs).contains("is not empty"));
    assert_eq!(names(&theirs).unwrap(), ["config.toml"]);
}

#[test]
fn a_folder_has_one_run_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let run = RunFolder::create(&config_of(&path)).unwrap();
    let in_use = format!("{}: another program is training there", path.display());
    assert_eq!(refusal(&path), in_use);
    let mut second = RunFolder::open(&path).unwrap();
    assert_eq!(second.lock().unwrap_err().to_string(), in_use);
    drop(run);
    second.lock().unwrap();
}

#[test]
fn a_folder_whose_run_never_began_is_taken_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    drop(RunFolder::create(&config_of(&path)).unwrap());
    for leftover in ["config.toml.tmp", "checkpoints/state-0.safetensors.tmp"] {
        fs::write(path.join(leftover), "half").unwrap();
    }
    drop(RunFolder::create(&config_of(&path)).unwrap());
    assert!(names(&path.join("checkpoints")).unwrap().is_empty());
    let mut left = names(&path).unwrap();
    left.sort();
    assert_eq!(left, [".lock", "checkpoints", "config.toml"]);
    for users_own in ["notes.txt", "notes.tmp", "checkpoints/notes.txt"] {
        fs::write(path.join(users_own), "mine").unwrap();
        assert!(refusal(&path).contains("is not empty"), "{users_own}");
        fs::remove_file(path.join(users_own)).unwrap();
    }
}

#[test]
fn room_is_tried_and_given_back() {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::create(&config_of(&folder.path().join("run"))).unwrap();
    run.check_room(&[0, 1, 100_000]).unwrap();
    assert!(names(&run.checkpoints()).unwrap().is_empty());
}

#[test]
fn runs_of_the_same_minute_have_folders_of_their_own() {
    let base = tempfile::tempdir().unwrap();
    let now = "2026-02-03T04:05:59[UTC]".parse().unwrap();
    let dataset = DatasetName::FashionMnistSample;
    let mut names = thread::scope(|scope| {
        let make = || dated(base.path(), &dataset, &now).unwrap().0;
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
        dated(base.path(), &DatasetName::Mnist, &now).unwrap().0
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
    let odd = std::ffi::OsStr::from_bytes(b"d\xff");
    for key in ["dataset", "dataset_path"] {
        config.data = nin_dataset::DataConfig::default();
        match key {
            "dataset" => config.data.dataset = DatasetName::from_os_str(odd).unwrap(),
            _ => config.data.dataset_path = Some(odd.into()),
        }
        let error = RunFolder::create(&config).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{error}");
        assert!(error.to_string().starts_with(&format!("data.{key}: d\u{fffd} is not")), "{error}");
        assert!(!run.exists());
    }
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

#[test]
fn copies_of_the_user_are_no_epochs() {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::create(&config_of(&folder.path().join("run"))).unwrap();
    let copies = ["03", "+3", "3 (copy)", "4294967296", "4294967295", "state-03"];
    for name in copies {
        fs::write(run.checkpoints().join(format!("{name}.safetensors")), "").unwrap();
    }
    run.write(&run.weights(3), b"").unwrap();
    run.prune(13).unwrap();
    assert_eq!(run.epochs("").unwrap(), [u32::MAX], "no epoch reaches it, and it stays");
    assert_eq!(names(&run.checkpoints()).unwrap().len(), copies.len());
}
