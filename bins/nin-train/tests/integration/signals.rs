//! A program that is told to end, or made to, loses nothing.
#![cfg(unix)]

use std::fs;
use std::net::TcpListener;
use std::process::{Child, Output};
use std::thread;
use std::time::{Duration, Instant};

use crate::program::{assert_success, epochs, place, resume, start, stderr};
use rustix::process::{Pid, Signal, kill_process};

/// Epochs that leave time for a signal.
const LONG: usize = 6;

/// Sends signals with a pause between them, and gives what the program came to.
fn end(child: Child, signals: &[Signal], pause: Duration) -> Output {
    let pid = Pid::from_child(&child);
    for (number, &signal) in signals.iter().enumerate() {
        if number > 0 {
            thread::sleep(pause);
        }
        // After the first it may have ended.
        let sent = kill_process(pid, signal);
        assert!(sent.is_ok() || number > 0);
    }
    let asked = Instant::now();
    let output = child.wait_with_output().unwrap();
    assert!(asked.elapsed() < Duration::from_secs(30), "it took {:?}", asked.elapsed());
    output
}

#[test]
fn whatever_ends_a_run_it_goes_on_to_the_same_bytes() {
    let place = place();
    assert_success(&place.run(&epochs(start("whole"), LONG)));
    let cases: [(&str, &[Signal], Option<i32>); 4] = [
        ("interrupt", &[Signal::INT], Some(130)),
        ("terminate", &[Signal::TERM], Some(143)),
        ("twice", &[Signal::INT, Signal::INT], Some(130)),
        ("kill", &[Signal::KILL], None),
    ];
    for (name, signals, code) in cases {
        // The log is there when the training begins, and a state after its first epoch.
        let child = place.start_until(&epochs(start(name), LONG), &format!("{name}/train.log"));
        let output = end(child, signals, Duration::from_millis(50));
        assert_eq!(output.status.code(), code, "{name}: {}", stderr(&output));
        assert!(!stderr(&output).contains("panicked"), "{name}: {}", stderr(&output));
        if signals == [Signal::INT] {
            let advice = format!("continue with --resume {name}");
            assert!(stderr(&output).contains(&advice), "{name}: {}", stderr(&output));
        }
        let state = format!("{name}/checkpoints/state-1.safetensors");
        let child = place.start_until(&resume(name), &state);
        assert_eq!(end(child, signals, Duration::from_millis(50)).status.code(), code, "{name}");
        assert_success(&place.run(&resume(name)));
        assert!(place.outcome(name, LONG) == place.outcome("whole", LONG), "{name}");
    }
}

#[test]
fn a_signal_while_data_are_fetched_ends_the_program_and_leaves_no_file() {
    let place = place();
    // It takes connections, and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mirror = format!("data.mirrors=[\"http://{}/\"]", silent.local_addr().unwrap());
    let mut arguments = start("run");
    arguments.extend(["--dataset", "mnist", "--set", &mirror].map(str::to_owned));
    let child = place.command(&arguments).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let _asked_for_data = silent.accept().unwrap();
    let output = end(child, &[Signal::INT], Duration::ZERO);
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    assert!(stderr(&output).contains("error: interrupted"), "{}", stderr(&output));
    let fetched = place.path("home/nin/MNIST/raw");
    assert!(fs::read_dir(fetched).unwrap().next().is_none());
    assert!(!place.has("run"));
}
