//! Ctrl-C and SIGTERM.

use std::io::{Write, stderr};
use std::process;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;

use anyhow::Context;
use nin_trainer::{Console, Interrupt};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// An interrupt that SIGINT or SIGTERM asks for. The program ends at once, with 128 +
/// the signal's number, at a second signal, and at the first one while nothing would
/// be lost.
///
/// # Errors
///
/// Of the system, when it lets no handler be set.
pub fn listen_to_signals(console: &Console) -> anyhow::Result<Interrupt> {
    let interrupt = Interrupt::default();
    let mut signals = Signals::new([SIGINT, SIGTERM]).context("cannot listen to signals")?;
    refuse_to_die_of_a_large_file()?;
    let (asked, console) = (interrupt.clone(), console.clone());
    thread::spawn(move || {
        for signal in signals.forever() {
            if !asked.ask(signal) {
                console.above_bars(|| drop(writeln!(stderr(), "error: interrupted")));
                process::exit(128 + signal);
            }
        }
    });
    Ok(interrupt)
}

/// Makes a write beyond a file-size limit fail with an error that can be told, rather
/// than end the program.
fn refuse_to_die_of_a_large_file() -> anyhow::Result<()> {
    #[cfg(unix)]
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::new(AtomicBool::new(false)))
        .context("cannot listen to signals")?;
    Ok(())
}
