use std::fs;
use std::path::PathBuf;

use clap::Parser;
use tempfile::TempDir;

use super::record::SeedRecord;
use super::*;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    options: Options,
}

/// A project with a page and a configuration, and a program that stands in.
struct Project {
    root: TempDir,
    config: PathBuf,
}

impl Project {
    fn new(config: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("fast.toml");
        fs::write(&file, config).unwrap();
        fs::create_dir(root.path().join("docs")).unwrap();
        let page = "By hand.\n<!-- written by cargo xtask accuracy -->\n<!-- end -->\n";
        fs::write(root.path().join(PAGE), page).unwrap();
        Self { root, config: file }
    }

    fn measure(&self, words: &[&str], commit: &str) -> Result<()> {
        let words = words.iter().map(Into::into).chain([self.config.clone().into_os_string()]);
        let line = [std::ffi::OsString::from("accuracy")].into_iter().chain(words);
        let options = Line::try_parse_from(line).unwrap().options;
        let configurations = configuration::read_all(&options.configs)?;
        let stand_in = crate::root().join("xtask/src/accuracy/stand_in.sh");
        let programs =
            Programs { train: stand_in.clone(), test: stand_in, commit: commit.to_owned() };
        measure(self.root.path(), &options, &configurations, &programs)
    }

    fn records(&self) -> Vec<SeedRecord> {
        record::read(&self.root.path().join("docs/accuracy/fast.json")).unwrap()
    }

    /// What was asked of a run since it was made.
    fn tasks(&self, seed: u64) -> String {
        let run = self.root.path().join(format!("target/accuracy/fast/{seed}"));
        fs::read_to_string(run.join("tasks")).unwrap()
    }
}

#[test]
fn three_seeds_make_a_row() {
    let project = Project::new("# well\n[compute]\nthreads = 3\n");
    project.measure(&["--dataset-path", "data"], "0123456789").unwrap();
    let records = project.records();
    let seeds: Vec<_> =
        records.iter().map(|record| (record.seed, record.test_accuracy_percent)).collect();
    assert_eq!(seeds, [(42, 90.42), (1, 90.01), (2, 90.02)]);
    let first = &records[0];
    assert_eq!((first.epochs, first.seconds, first.train_pictures), (2, 4.0, 50));
    assert_eq!(first.test_pictures, 1_000);
    assert_eq!([first.last_val_accuracy_percent, first.best_val_accuracy_percent], [Some(20.0); 2]);
    assert_eq!((first.machine.threads, &first.commits[..]), (3, &["0123456789".to_owned()][..]));
    assert_eq!(project.tasks(42), "train data\n");

    let page = fs::read_to_string(project.root.path().join(PAGE)).unwrap();
    let row = "| `fast` | 3: 42, 1, 2 | 90.15 ± 0.23 % | 90.42, 90.01, 90.02 | 4 s | ";
    assert!(page.starts_with("By hand.\n") && page.contains(row), "{page}");

    // Nothing is trained again unless it is asked for.
    fs::remove_dir_all(project.root.path().join("target")).unwrap();
    project.measure(&[], "abc").unwrap();
    assert_eq!(project.records(), records);
    project.measure(&["--seeds", "1", "--again"], "abc").unwrap();
    let commits: Vec<_> = project.records().iter().map(|record| record.commits.join(" ")).collect();
    assert_eq!(commits, ["0123456789", "abc", "0123456789"]);
}

#[test]
fn an_interrupted_run_is_resumed() {
    let project = Project::new("# interrupted\n");
    let error = format!("{:#}", project.measure(&["--seeds", "7"], "abc").unwrap_err());
    assert!(error.starts_with("fast, seed 7: `") && error.contains(" failed after "), "{error}");
    assert_eq!(project.records(), []);

    project.measure(&["--seeds", "7", "--dataset-path", "data"], "def").unwrap();
    assert_eq!(project.tasks(7), "train \nresume data\n");
    let [record] = &project.records()[..] else { panic!("one record") };
    assert_eq!((record.epochs, record.seconds), (2, 4.0));
    assert_eq!(record.commits, ["abc", "def"]);

    // Recorded, it is nothing to be resumed.
    project.measure(&["--seeds", "7", "--again"], "def").unwrap_err();
    assert_eq!(project.tasks(7), "train \n");
}

#[test]
fn a_result_that_was_lost_is_read_again() {
    let project = Project::new("# untested\n");
    project.measure(&["--seeds", "7"], "abc").unwrap_err();
    project.measure(&["--seeds", "7"], "abc").unwrap();
    assert_eq!(project.tasks(7), "train \nresume \ntest \n");
    assert_eq!(project.records()[0].test_accuracy_percent, 90.07);
    assert_eq!(project.records()[0].commits, ["abc"]);
}

#[test]
fn another_configuration_begins_anew() {
    let project = Project::new("# interrupted\n");
    project.measure(&["--seeds", "7"], "abc").unwrap_err();
    fs::write(&project.config, "# well\nval = 0.1\n").unwrap();
    project.measure(&["--seeds", "7"], "def").unwrap();
    assert_eq!(project.tasks(7), "train \n");
    assert_eq!(project.records()[0].commits, ["def"]);

    fs::write(&project.config, "# well\nval = 0.2\n").unwrap();
    project.measure(&["--seeds", "8"], "def").unwrap();
    let seeds: Vec<_> = project.records().iter().map(|record| record.seed).collect();
    assert_eq!(seeds, [8]);
}
