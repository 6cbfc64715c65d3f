//! What goes to a terminal, and what to anything else.
#![cfg(unix)]

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::process::{Command, ExitStatus, Stdio};

use crate::program::{assert_success, place, start, stderr};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// Runs the program on a terminal of so many columns; what was written to it.
fn on_terminal(columns: u16, command: &mut Command) -> (ExitStatus, Vec<u8>) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
    let theirs = OpenOptions::new().read(true).write(true).open(name).unwrap();
    let size = Winsize { ws_row: 50, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&theirs, size).unwrap();
    let mut child = command
        .stdin(theirs.try_clone().unwrap())
        .stdout(theirs.try_clone().unwrap())
        .stderr(theirs)
        .spawn()
        .unwrap();
    // The command keeps its ends of the terminal, which would never end.
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut written = Vec::new();
    // A terminal whose other end is closed is an error of reading, not an end.
    let _ = File::from(ours).read_to_end(&mut written);
    (child.wait().unwrap(), written)
}

/// The screen after all that was written.
fn screen(columns: u16, written: &[u8]) -> (String, bool) {
    let mut terminal = vt100::Parser::new(400, columns, 0);
    terminal.process(written);
    (terminal.screen().contents(), terminal.screen().hide_cursor())
}

#[test]
fn a_terminal_shows_bars_below_whole_lines() {
    let place = place();
    for columns in [80, 20] {
        let mut arguments = start(&columns.to_string());
        // A cut of the rate after each epoch but the first is a line of the log.
        let cuts = ["schedule.patience=0", "schedule.threshold=1", "schedule.threshold_mode=abs"];
        arguments.extend(cuts.into_iter().flat_map(|set| ["--set".to_owned(), set.to_owned()]));
        let (status, written) =
            on_terminal(columns, place.command(&arguments).env("TERM", "xterm"));
        let (shown, cursor_is_hidden) = screen(columns, &written);
        assert!(status.success(), "{shown}");
        assert!(!cursor_is_hidden && !shown.contains("panicked"), "{shown}");
        let text = shown.replace('\n', "");
        assert!(text.contains("learning rate cut from 1.0000e-1 to 1.0000e-2"), "{shown}");
        assert!(text.contains("Accuracy of the model on the 1000 test images"), "{shown}");
        if columns == 80 {
            assert!(shown.contains("Epoch [1/3]: 100%|"), "{shown}");
            for epoch in 1..=3 {
                let bars =
                    shown.lines().filter(|line| line.contains(&format!("Epoch [{epoch}/3]: ")));
                assert_eq!(bars.count(), 1, "{shown}");
            }
            for line in shown.lines().filter(|line| line.contains("cut from")) {
                assert!(line.trim_start().starts_with("20"), "a line begins with its time: {line}");
            }
        }
    }
}

#[test]
fn a_dumb_terminal_gets_plain_text_and_no_color_means_none() {
    let place = place();
    let (status, written) = on_terminal(80, place.command(&start("dumb")).env("TERM", "dumb"));
    assert!(status.success());
    assert!(!written.contains(&0x1b), "{}", String::from_utf8_lossy(&written));

    for (name, no_color) in [("colour", ""), ("plain", "1")] {
        let arguments = start(name);
        let mut command = place.command(&arguments);
        let (status, written) =
            on_terminal(80, command.env("TERM", "xterm").env("NO_COLOR", no_color));
        assert!(status.success());
        // Red, green and the like; a bar moves the cursor, which is no colour.
        let written = String::from_utf8_lossy(&written).into_owned();
        let is_coloured = (31..38).any(|colour| written.contains(&format!("\u{1b}[{colour}m")));
        assert_eq!(is_coloured, no_color.is_empty(), "{name}");
    }
}

#[test]
fn files_get_lines_and_nothing_else() {
    let place = place();
    let output = place.run(&start("run"));
    assert_success(&output);
    for bytes in [&output.stdout, &output.stderr] {
        let is_control = |&&byte: &&u8| byte < b' ' && byte != b'\n';
        assert_eq!(bytes.iter().find(is_control), None);
    }
}

#[test]
fn a_reader_that_goes_away_changes_nothing() {
    let place = place();
    let ways = [
        (">&-", "exec \"$0\" \"$@\" >&-"),
        ("2>&-", "exec \"$0\" \"$@\" 2>&-"),
        ("both", "exec \"$0\" \"$@\" >&- 2>&-"),
        // The second part reads a line and ends; the exit code is that of the first.
        ("head", "{ \"$0\" \"$@\"; echo $? >\"$CODE\"; } | head -n 1"),
        ("all to head", "{ \"$0\" \"$@\" 2>&1; echo $? >\"$CODE\"; } | head -n 1"),
    ];
    for (name, script) in ways {
        let code = place.path("code");
        let output = Command::new("sh")
            .args(["-c", script, env!("CARGO_BIN_EXE_nin-train")])
            .args(start(name))
            .current_dir(place.path(""))
            .env_remove("RUST_LOG")
            .env("CODE", &code)
            .output()
            .unwrap();
        assert_success(&output);
        if script.contains("CODE") {
            assert_eq!(std::fs::read_to_string(&code).unwrap().trim(), "0", "{name}");
        }
        let log = std::fs::read_to_string(place.path(name).join("train.log")).unwrap();
        assert!(!log.contains("panicked"), "{log}");
        assert!(
            place.path(name).join("checkpoints/3.safetensors").exists(),
            "{name}: {}",
            stderr(&output)
        );
    }
}
