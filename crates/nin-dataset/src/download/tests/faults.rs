//! Every fault of a server ends in the file or in a reason.

use super::*;

#[test]
fn what_only_looks_like_a_fault_is_stored_under_the_final_name() {
    let cases = [
        (Fault::None, 1),
        (Fault::Chunked, 1),
        (Fault::WithoutLength, 1),
        (Fault::Slow, 1),
        (Fault::Unzipped, 1),
        (Fault::SaysGzip, 1),
        (Fault::Redirect, 2),
        (Fault::NoUserAgent, 1),
        (Fault::UnavailableTwice, 3),
        (Fault::TooManyOnce, 2),
    ];
    for (fault, requests) in cases {
        let server = server();
        let fetched = fetch(&server, &[fault]);
        assert!(fetched.done, "{fault:?}: {:?}", fetched.failed);
        assert_eq!(server.request_count(), requests, "{fault:?}");
        let (extension, wanted) = match fault {
            Fault::Unzipped => ("", tiny_set::unzipped(1)),
            _ => (".gz", tiny_set::gzipped(1)),
        };
        let [path] = &fetched.files()[..] else { panic!("{fault:?}: {:?}", fetched.files()) };
        assert_eq!(name(path), format!("train-labels-idx1-ubyte{extension}"));
        assert!(fs::read(path).unwrap() == wanted, "{fault:?}");
    }
}

#[test]
fn bad_answers_leave_nothing_and_the_next_mirror_is_asked() {
    let cases = [
        (Fault::Forbidden, 1, "403 Forbidden"),
        (Fault::NotFound, 1, "404 Not Found"),
        (Fault::ServerError, 4, "500 Internal Server Error"),
        (Fault::Unavailable, 4, "503 Service Unavailable"),
        (Fault::NotModified, 1, "304 Not Modified"),
        (Fault::PartUnasked, 1, "206 Partial Content"),
        (Fault::SilentBeforeHead, 1, "silent for 1s"),
        (Fault::SilentInBody, 1, "after 20 bytes: silent for 1s"),
        (Fault::DrippingHead, 1, "silent for 1s"),
        (Fault::DrippingChunkHead, 1, "after 0 bytes: silent for 1s"),
        (Fault::Cut, 4, "after 20 bytes: the connection broke"),
        (Fault::CutChunked, 4, "after 20 bytes: the connection broke"),
        (Fault::CutWithoutLength, 1, "truncated gzip"),
        (Fault::LengthTooLarge, 4, "the connection broke"),
        (Fault::LengthTooSmall, 1, "truncated gzip"),
        (Fault::ExtraBytes, 1, "trailing data after the gzip stream"),
        (Fault::Empty, 1, "truncated header"),
        (Fault::Reset, 4, "the connection broke"),
        (Fault::FlippedByte, 1, "wrong SHA-256 of the unzipped file: want "),
        (Fault::CorruptGzip, 1, ""),
        (Fault::Html, 1, "looks like HTML"),
        (Fault::GzipBomb, 1, "trailing data"),
        (Fault::Endless, 1, "more than 65584 bytes, the file is smaller"),
        (Fault::LengthEndless, 1, "more than 65584 bytes, the file is smaller"),
        (Fault::RedirectLoop, 11, "more than 10 redirects"),
        (Fault::RedirectToFile, 1, "redirected to file:///etc/passwd: want an address of http"),
        (Fault::RedirectNowhere, 1, "302 Found"),
        (Fault::EndlessHead, 1, "header"),
        (Fault::Garbage, 1, "protocol"),
    ];
    // At once, as some take their time.
    thread::scope(|scope| {
        for (fault, requests, wanted) in cases {
            scope.spawn(move || fails(fault, requests, wanted));
        }
    });
}

/// Alone the fault is an error with this reason, and then a good mirror helps.
fn fails(fault: Fault, requests: usize, wanted: &str) {
    let server = server();
    let alone = fetch(&server, &[fault]);
    assert!(!alone.done, "{fault:?}");
    assert!(alone.seen.is_empty() && alone.files().is_empty(), "{fault:?}");
    let [Attempt { source, reason }] = &alone.failed[..] else { panic!("{fault:?}") };
    let url = format!("{}/{fault:?}/train-labels-idx1-ubyte.gz", server.address);
    assert_eq!(source, &url);
    assert!(reason.contains(wanted) && !reason.contains(&url), "{fault:?}: {reason}");
    assert_eq!(server.request_count(), requests, "{fault:?}");

    let both = fetch(&server, &[fault, Fault::None]);
    assert!(both.done, "{fault:?}: {:?}", both.failed);
    assert_eq!((both.failed.len(), both.files().len()), (1, 1), "{fault:?}");
}

/// A file of the right form whose content is another.
#[test]
fn a_wrong_digest_is_shown_with_the_right_one() {
    let server = Server::of_faults(tiny_set::gzipped(3));
    let fetched = fetch(&server, &[Fault::None]);
    assert!(!fetched.done && fetched.files().is_empty());
    let digest = |file| crate::digest::sha256(&tiny_set::unzipped(file));
    let wanted =
        format!("wrong SHA-256 of the unzipped file: want {}, found {}", digest(1), digest(3));
    assert_eq!(fetched.failed[0].reason, wanted);
    assert!(fetched.failed[0].source.starts_with(&server.address));
}

#[test]
fn a_server_that_does_not_listen_is_a_failed_mirror() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let fetched = fetch_from(&[address]);
    assert!(!fetched.done && fetched.files().is_empty());
    assert!(!fetched.failed[0].reason.is_empty());
}

#[test]
fn a_host_that_does_not_resolve_is_named() {
    let fetched = fetch_from(&["http://mirror.invalid/x".into(), "ftp://a/b".into()]);
    let reasons: Vec<_> = fetched.failed.iter().map(|failed| failed.reason.as_str()).collect();
    assert!(reasons[0].starts_with("cannot resolve mirror.invalid: "), "{reasons:?}");
    assert_eq!(reasons[1], "want an address of http or https");
}
