//! Ending a download from outside, wherever it waits.

use std::net::{TcpListener, TcpStream};
use std::time::Instant;

use super::*;

/// How long it takes to end a fetch that is cancelled while it waits.
fn time_to_end(mirror: &str) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let (start, wait) = (Instant::now(), Duration::from_millis(200));
    let cancelled = move || start.elapsed() > wait;
    let long = Duration::from_secs(30);
    let limits = Limits { silence: long, connect: long, pauses: vec![long], ..limits() };
    let fetcher = Fetcher { limits, proxies: Proxies::default(), cancelled: &cancelled };
    let error = fetcher.fetch_set(&tiny_set::known(), &[mirror], folder.path()).unwrap_err();
    assert!(matches!(error, DatasetError::Cancelled), "{error}");
    assert!(files(folder.path()).is_empty());
    start.elapsed().checked_sub(wait).expect("it was not cancelled before")
}

#[test]
fn silence_and_pauses_are_left_at_once() {
    let server = server();
    for fault in [Fault::SilentBeforeHead, Fault::SilentInBody, Fault::Unavailable] {
        let time = time_to_end(&format!("{}/{}", server.address, fault.name()));
        assert!(time < Duration::from_secs(1), "{fault:?}: {time:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_server_that_does_not_answer_to_connecting_is_left_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // A queue of connections that is full makes further ones wait.
    let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok();
    let queue: Vec<_> = std::iter::from_fn(connect).take(10_000).collect();
    assert!(queue.len() < 10_000, "the queue never fills");
    let time = time_to_end(&format!("http://{address}"));
    assert!(time < Duration::from_secs(1), "{time:?}");
}
