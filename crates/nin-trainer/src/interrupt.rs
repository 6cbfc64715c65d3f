//! A wish from outside to end the run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The signal that asks a training to end, if one has.
///
/// A training looks at it after every batch. Where nobody looks and nothing would
/// be lost, before a training begins and in a test, a program may end at once.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    /// The signal's number; 0 for none.
    signal: Arc<AtomicUsize>,
    /// Whether somebody looks.
    is_awaited: Arc<AtomicBool>,
}

impl Interrupt {
    /// Asks for an end on behalf of a signal. `false` if nobody is going to look:
    /// then the program may end at once, as it may when it is asked again.
    pub fn ask(&self, signal: i32) -> bool {
        let number = usize::try_from(signal).unwrap_or_default();
        let asked_before = self.signal.swap(number, Ordering::SeqCst) != 0;
        !asked_before && self.is_awaited.load(Ordering::SeqCst)
    }

    /// The signal that asked for an end, if any.
    pub fn signal(&self) -> Option<i32> {
        match self.signal.load(Ordering::SeqCst) {
            0 => None,
            signal => i32::try_from(signal).ok(),
        }
    }

    /// Promises to look at [`signal`](Self::signal) soon and often from now on.
    pub(crate) fn begin_to_look(&self) {
        self.is_awaited.store(true, Ordering::SeqCst);
    }

    /// Does work that looks, by the function that it is given, whether it is still
    /// wanted. `None` if it was asked to end.
    pub(crate) fn while_looking<T>(
        &self,
        work: impl FnOnce(&(dyn Fn() -> bool + Sync)) -> T,
    ) -> Option<T> {
        self.begin_to_look();
        let done = work(&|| self.signal().is_some());
        self.is_awaited.store(false, Ordering::SeqCst);
        self.signal().is_none().then_some(done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_wish_is_heard_by_who_looks_and_the_second_by_nobody() {
        let interrupt = Interrupt::default();
        assert!(!interrupt.clone().ask(2), "nobody looks yet");
        let interrupt = Interrupt::default();
        interrupt.begin_to_look();
        assert_eq!(interrupt.signal(), None);
        assert!(interrupt.ask(15));
        assert_eq!(interrupt.signal(), Some(15));
        assert!(!interrupt.ask(2));
    }

    #[test]
    fn work_that_looks_is_asked_to_end() {
        let interrupt = Interrupt::default();
        assert_eq!(interrupt.while_looking(|is_unwanted| is_unwanted()), Some(false));
        let heard = interrupt.while_looking(|is_unwanted| {
            assert!(interrupt.ask(2), "somebody looks");
            is_unwanted()
        });
        assert_eq!(heard, None);
        assert!(!interrupt.ask(2));
    }
}
