//! How long a mirror is waited for.

use std::time::Duration;

/// What a mirror may take. How long a whole file takes is not limited: a slow
/// mirror that goes on sending is waited for.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// To find the address of a host, and again to connect to it.
    pub(crate) connect: Duration,
    /// For the head of an answer, and between two pieces of its body.
    pub(crate) silence: Duration,
    /// Before each further try of a mirror whose fault may pass.
    pub(crate) pauses: Vec<Duration>,
    /// The longest pause that a mirror may ask for with `Retry-After`.
    pub(crate) longest_pause: Duration,
}

impl Limits {
    /// The pause before a further try: `own`, or a longer one that the mirror
    /// asked for.
    pub(super) fn pause(&self, own: Duration, asked: Option<Duration>) -> Duration {
        own.max(asked.unwrap_or_default().min(self.longest_pause))
    }

    /// The most that it may take from a request to the head of its answer.
    pub(super) fn whole_head(&self) -> Duration {
        // Resolving and connecting, sending and receiving.
        2 * self.connect + 2 * self.silence
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            silence: Duration::from_secs(30),
            pauses: [500, 1000, 2000].map(Duration::from_millis).into(),
            longest_pause: Duration::from_secs(20),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_may_ask_for_a_longer_pause_within_bounds() {
        let limits = Limits::default();
        let own = limits.pauses[1];
        let pause =
            |asked: Option<u64>| limits.pause(own, asked.map(Duration::from_secs)).as_secs();
        assert_eq!([None, Some(0), Some(7), Some(3600)].map(pause), [1, 1, 7, 20]);
    }
}
