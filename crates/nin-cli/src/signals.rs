//! Ctrl-C and SIGTERM.

use nin_trainer::{Console, Interrupt};

/// An interrupt that SIGINT or SIGTERM asks for. The program ends at once, with 128 +
/// the signal's number, at a second signal, and at the first one while nothing would
/// be lost.
///
/// Where there are no such signals the system ends the program: a training goes on
/// from its last state.
///
/// # Errors
///
/// Of the system, when it lets no handler be set.
pub fn listen_to_signals(console: &Console) -> anyhow::Result<Interrupt> {
    let interrupt = Interrupt::default();
    #[cfg(unix)]
    unix::listen(console, &interrupt)?;
    #[cfg(not(unix))]
    let _ = console;
    Ok(interrupt)
}

#[cfg(unix)]
mod unix {
    use std::io::{Write, stderr};
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;
    use std::time::{Duration, Instant};
    use std::{process, thread};

    use anyhow::Context;
    use nin_trainer::{Console, Interrupt};
    use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::flag;
    use signal_hook::iterator::Signals;

    /// How long the last word may take to be written: who reads it may have stopped.
    const LAST_WORD: Duration = Duration::from_millis(200);

    pub(super) fn listen(console: &Console, interrupt: &Interrupt) -> anyhow::Result<()> {
        let mut signals = Signals::new([SIGINT, SIGTERM]).context("cannot listen to signals")?;
        // A write beyond a limit on files then fails with an error that can be told,
        // where the signal would end the program.
        flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))
            .context("cannot listen to signals")?;
        let (asked, console) = (interrupt.clone(), console.clone());
        thread::spawn(move || {
            for signal in signals.forever() {
                if !asked.ask(signal) {
                    say_last_word(&console);
                    process::exit(128 + signal);
                }
            }
        });
        Ok(())
    }

    fn say_last_word(console: &Console) {
        let console = console.clone();
        let said = thread::spawn(move || {
            console.above_bars(|| drop(writeln!(stderr(), "error: interrupted")));
        });
        let end = Instant::now() + LAST_WORD;
        while !said.is_finished() && Instant::now() < end {
            thread::sleep(Duration::from_millis(2));
        }
    }
}
