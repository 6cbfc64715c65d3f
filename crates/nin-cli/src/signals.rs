//! Ctrl-C and SIGTERM.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Context;
use nin_trainer::Interrupt;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// An interrupt that the first SIGINT or SIGTERM asks for; a second one ends the
/// program at once with 128 + its number.
///
/// # Errors
///
/// Of the system, when it lets no handler be set.
pub fn listen_to_signals() -> anyhow::Result<Interrupt> {
    let interrupt = Interrupt::default();
    let asked = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        let number = usize::try_from(signal).expect("signals have positive numbers");
        // Handlers run in this order, so the first signal finds `asked` unset.
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&asked))
            .and_then(|_| flag::register(signal, Arc::clone(&asked)))
            .and_then(|_| flag::register_usize(signal, interrupt.flag(), number))
            .context("cannot listen to signals")?;
    }
    Ok(interrupt)
}
