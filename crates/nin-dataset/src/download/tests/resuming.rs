//! What follows a body that breaks off.

use super::*;
use crate::download::server::{Request, Step, status, with_head};

/// The first bytes that were asked for, by request.
fn ranges(server: &Server) -> Vec<Option<usize>> {
    server.requests().iter().map(Request::range_from).collect()
}

#[test]
fn only_the_right_rest_is_taken() {
    let whole = tiny_set::gzipped(1);
    let cases: [(Fault, &[Option<usize>]); 6] = [
        (Fault::CutOnce, &[None, Some(20)]),
        (Fault::CutOnceRangeIgnored, &[None, Some(20)]),
        (Fault::CutOnceWrongRange, &[None, Some(20), None]),
        (Fault::CutOnceOtherTotal, &[None, Some(20), None]),
        (Fault::CutOnceNotSatisfiable, &[None, Some(20), None]),
        (Fault::CutOnceOtherVersion, &[None, Some(20), None]),
    ];
    for (fault, wanted) in cases {
        let server = server();
        let fetched = fetch(&server, &[fault]);
        assert!(fetched.done, "{fault:?}: {:?}", fetched.failed);
        assert_eq!(ranges(&server), wanted, "{fault:?}");
        assert!(fs::read(&fetched.files()[0]).unwrap() == whole, "{fault:?}");
    }
}

#[test]
fn a_rest_can_break_off_too() {
    let server = server();
    let fetched = fetch(&server, &[Fault::CutInPieces]);
    assert!(fetched.done, "{:?}", fetched.failed);
    let pieces = tiny_set::gzipped(1).len().div_ceil(20);
    assert_eq!(server.request_count(), pieces);
    assert_eq!(ranges(&server).last().unwrap(), &Some(20 * (pieces - 1)));
}

#[test]
fn each_mirror_starts_anew() {
    let server = server();
    let fetched = fetch(&server, &[Fault::Cut, Fault::None]);
    assert!(fetched.done);
    assert_eq!(ranges(&server), [None, Some(20), Some(20), Some(20), None]);
}

#[test]
fn a_weak_name_of_the_version_is_not_used() {
    let whole = tiny_set::gzipped(1);
    let server = Server::start(move |request| -> Vec<Step> {
        let length = whole.len();
        match request.range_from() {
            Some(_) => status(if request.header("if-range").is_none() { 404 } else { 403 }, ""),
            None => {
                let head = format!("200 -\r\nETag: W/\"v1\"\r\nContent-Length: {length}");
                with_head(&head, &whole[..20])
            }
        }
    });
    let fetched = fetch_from(std::slice::from_ref(&server.address));
    assert_eq!(fetched.failed[0].reason, "404 Not Found");
}
