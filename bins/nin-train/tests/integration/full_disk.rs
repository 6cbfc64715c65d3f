//! A disk that is full, or a limit on the size of files: an error that names the
//! place, and everything that was whole stays whole.
#![cfg(target_os = "linux")]

use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;

use crate::common::{Place, set};
use crate::program::{assert_success, epochs, place, resume, start, stderr};

/// Epochs that leave time to fill a disk.
const LONG: usize = 6;

/// Runs the program below a script of the shell, which has it as `"$0" "$@"`.
fn under(shell: &[&str], script: &str, place: &Place, arguments: &[String]) -> Output {
    Command::new(shell[0])
        .args(&shell[1..])
        .args(["-c", script, env!("CARGO_BIN_EXE_nin-train")])
        .args(arguments)
        .current_dir(place.path(""))
        .env("HOME", place.path("home"))
        .env("XDG_CACHE_HOME", place.path("home"))
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Ends with exit code 6 and a message of a path, with what the system says.
fn assert_cannot_write(output: &Output, path: &str, system: &str) {
    let message = stderr(output);
    assert_eq!(output.status.code(), Some(6), "{message}");
    let error = message.lines().find(|line| line.starts_with("error: ")).unwrap_or_default();
    assert!(error.contains(path) && error.contains(system), "{message}");
    assert!(!message.contains("panicked"), "{message}");
}

/// Everything in a run's folder that must be whole, by name.
fn whole_files(run: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for folder in [run.to_owned(), run.join("checkpoints")] {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let grows =
                ["train.log", "metrics.csv", ".lock"].iter().any(|name| path.ends_with(name));
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_file() && !grows && !name.starts_with("events.") {
                files.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// Blocks of 512 bytes, or of 1024 in some shells: less than a checkpoint takes.
const SMALL_FILES: &str = "ulimit -f 4; exec \"$0\" \"$@\"";

#[test]
fn a_limit_on_files_is_met_before_the_first_epoch() {
    let place = place();
    let output = under(&["sh"], SMALL_FILES, &place, &start("run"));
    assert_cannot_write(&output, "run/checkpoints", "File too large");
    assert!(!stderr(&output).contains("Epoch ["), "{}", stderr(&output));
    // With the limit gone the same command goes through.
    assert_success(&place.run(&start("run")));
}

#[test]
fn a_limit_that_comes_later_leaves_what_was_saved() {
    let place = place();
    assert_success(&place.run(&start("whole")));
    assert_success(&place.run(&epochs(start("run"), 1)));
    let saved = whole_files(&place.path("run"));

    let rest = epochs(resume("run"), 3);
    let output = under(&["sh"], SMALL_FILES, &place, &rest);
    assert_cannot_write(&output, "run/checkpoints", "File too large");
    let without_config = |files: Vec<(String, Vec<u8>)>| {
        files.into_iter().filter(|(name, _)| name != "config.toml").collect::<Vec<_>>()
    };
    assert!(without_config(whole_files(&place.path("run"))) == without_config(saved));

    assert_success(&place.run(&rest));
    assert!(place.outcome("run", 3) == place.outcome("whole", 3));
}

#[test]
fn records_that_cannot_grow_end_the_run() {
    let place = place();
    assert_success(&place.run(&epochs(start("run"), 1)));
    let rest = epochs(resume("run"), 3);

    let metrics = place.path("run/metrics.csv");
    fs::remove_file(&metrics).unwrap();
    std::os::unix::fs::symlink("/dev/full", &metrics).unwrap();
    let output = place.run(&rest);
    assert_cannot_write(&output, "run/metrics.csv", "not a file");

    fs::remove_file(&metrics).unwrap();
    fs::remove_file(place.path("run/train.log")).unwrap();
    std::os::unix::fs::symlink("/dev/full", place.path("run/train.log")).unwrap();
    assert_cannot_write(&place.run(&rest), "run/train.log", "No space left");
}

#[test]
fn results_that_cannot_be_told_are_an_error_when_all_is_saved() {
    let place = place();
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = place.command(&start("run")).stdout(full).output().unwrap();
    assert_cannot_write(&output, "stdout", "No space left");
    assert!(place.has("run/checkpoints/3.safetensors"));
}

/// The SHA-256 of the four files of the small data set, and where they are.
const DIGESTS: [&str; 4] = [
    "b5f8550c4865c48a1c0d6aca6a37e576f06873398a930ee0423711ef229083cc",
    "8e4f6aef7c14a1c62776a71703eb9ce09d8e1f86568c2fe154fe7185760e7c8a",
    "baf3c89034d2bf58feaab7f692c74def7675a257b397db77d8e09ac4dda65422",
    "be5713d8829571e59f34b543f7eeb521b1207d313487555fc3ab72f4165083f4",
];
/// Serves the files, unzipped, to whoever asks.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let head: Vec<String> =
                lines.map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
            let name = head[0].split(' ').nth(1).unwrap().trim_matches('/');
            let body = fs::read(set("tiny_ok").join(name.trim_end_matches(".gz"))).unwrap();
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
            // The program may have gone away.
            let _ = stream.write_all(&[head.as_bytes(), &body].concat());
        }
    });
    address
}

#[test]
fn a_download_that_finds_no_room_leaves_nothing() {
    let place = place();
    let mut arguments = start("run");
    let sets = [
        format!("data.mirrors=[\"{}\"]", serve()),
        format!("data.sha256={DIGESTS:?}"),
        "data.val=0".to_owned(),
    ];
    arguments.extend(["--dataset", "mnist"].map(str::to_owned));
    arguments.extend(sets.into_iter().flat_map(|set| ["--set".to_owned(), set]));

    let output = under(&["sh"], SMALL_FILES, &place, &arguments);
    assert_cannot_write(&output, "home/nin/MNIST-", "File too large");
    assert!(!place.path("run").exists());
    let folders: Vec<_> = fs::read_dir(place.path("home/nin")).unwrap().collect();
    let raw = folders[0].as_ref().unwrap().path().join("raw");
    assert_eq!((folders.len(), fs::read_dir(&raw).unwrap().count()), (1, 0));

    assert_success(&place.run(&arguments));
    assert_eq!(fs::read_dir(&raw).unwrap().count(), 4);
}

/// A shell that may mount, which takes rights or name spaces of one's own.
const MOUNTING: [&str; 3] = ["unshare", "--user --map-root-user --mount", "sh"];

#[test]
fn a_full_disk_ends_the_run_at_its_last_state() {
    let shell: Vec<&str> = MOUNTING.iter().flat_map(|words| words.split(' ')).collect();
    let place = place();
    let try_mount = "mount -t tmpfs -o size=4m tmpfs .";
    let mut tried = Command::new(shell[0]);
    tried.args(&shell[1..]).args(["-c", try_mount]);
    if !tried.current_dir(place.path("")).output().is_ok_and(|tried| tried.status.success()) {
        eprintln!("skipped: no file system can be mounted here");
        return;
    }
    assert_success(&place.run(&epochs(start("whole"), LONG)));

    // Too small from the start.
    fs::create_dir(place.path("disk")).unwrap();
    let small = "mount -t tmpfs -o size=40k tmpfs \"disk\" && exec \"$0\" \"$@\"";
    let output = under(&shell, small, &place, &start("disk/run"));
    assert_cannot_write(&output, "disk/run", "No space left");

    // Filled after the first epoch, and emptied again before the resume, which comes
    // from the same shell as the file system goes with it.
    let filled = "mount -t tmpfs -o size=4m tmpfs \"disk\" || exit 99
        \"$0\" \"$@\" & run=$!
        until [ -e \"disk/run/checkpoints/1.safetensors\" ]; do
            kill -0 $run 2>/dev/null || exit 97
            sleep 0.01
        done
        cat /dev/zero > \"disk/filler\" 2>/dev/null
        wait $run; code=$?
        ls \"disk/run/checkpoints\" >&2
        rm \"disk/filler\"
        [ $code = 6 ] || exit $code
        \"$0\" --resume \"disk/run\" >&2 || exit 98
        cp -r \"disk/run\" \"$COPY\" && exit $code";
    let copy = tempfile::tempdir().unwrap();
    let output = Command::new(shell[0])
        .args(&shell[1..])
        .args(["-c", filled, env!("CARGO_BIN_EXE_nin-train")])
        .args(epochs(start("disk/run"), LONG))
        .current_dir(place.path(""))
        .env("COPY", copy.path())
        .env_remove("RUST_LOG")
        .output()
        .unwrap();
    assert_cannot_write(&output, "disk/run", "No space left");
    let message = stderr(&output);
    assert!(message.contains("state-"), "{message}");
    assert!(!message.lines().any(|line| line.ends_with(".tmp")), "{message}");
    let copied = copy.path().join(format!("run/checkpoints/{LONG}.safetensors"));
    assert!(fs::read(copied).unwrap() == place.outcome("whole", LONG).0, "{message}");
}
