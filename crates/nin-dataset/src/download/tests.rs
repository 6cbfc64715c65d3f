use std::path::PathBuf;
use std::time::Instant;

use super::server::{Response, Server};
use super::*;
use crate::tiny_set;

/// Fetches the training labels from these folders of a server.
fn fetch(server: &Server, mirrors: &[&str]) -> Fetched {
    let folder = tempfile::tempdir().unwrap();
    let mirrors: Vec<String> =
        mirrors.iter().map(|mirror| format!("{}/{mirror}/", server.address)).collect();
    let mirrors: Vec<&str> = mirrors.iter().map(String::as_str).collect();
    let fetcher = Fetcher::with_timeouts(Duration::from_secs(2), Duration::from_millis(300));
    let mut failed = Vec::new();
    let set = tiny_set::known();
    let done = fetcher.fetch_file(&set, 1, &mirrors, folder.path(), &mut failed).unwrap();
    let files = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    Fetched { done, failed, files, _folder: folder }
}

struct Fetched {
    done: bool,
    failed: Vec<Attempt>,
    /// Every file in the folder, temporary ones too.
    files: Vec<PathBuf>,
    _folder: tempfile::TempDir,
}

/// A server with one folder for each kind of answer.
fn server() -> Server {
    Server::start(|path| {
        let good = tiny_set::gzipped(1);
        match path.split('/').nth(1).unwrap() {
            "ok" => Response::Status(200, good),
            "no-length" => Response::NoLength(good),
            "unzipped" => Response::Status(200, tiny_set::unzipped(1)),
            "404" => Response::Status(404, b"<html>not here</html>".into()),
            "html" => Response::Status(200, b"<!DOCTYPE html><html>".into()),
            "empty" => Response::Status(200, Vec::new()),
            "other" => Response::Status(200, tiny_set::gzipped(3)),
            "cut" => Response::Short(good[..20].into(), good.len()),
            "cut-no-length" => Response::NoLength(good[..20].into()),
            "extra" => Response::Status(200, [good, vec![1, 2, 3, 4]].concat()),
            "endless" => Response::NoLength(vec![0; 1 << 20]),
            "moved" => Response::Redirect(path.replace("moved", "ok")),
            "loop" => Response::Redirect(path.into()),
            "file" => Response::Redirect("file:///etc/passwd".into()),
            "silent" => Response::Silence,
            other => panic!("{other}"),
        }
    })
}

#[test]
fn good_answers_are_stored_under_the_final_name() {
    let server = server();
    let cases = [("ok", ".gz"), ("no-length", ".gz"), ("moved", ".gz"), ("unzipped", "")];
    for (mirror, extension) in cases {
        let fetched = fetch(&server, &[mirror]);
        assert!(fetched.done, "{mirror}: {:?}", fetched.failed);
        assert_eq!(fetched.files.len(), 1, "{mirror}");
        let name = fetched.files[0].file_name().unwrap().to_str().unwrap();
        assert_eq!(name, format!("train-labels-idx1-ubyte{extension}"));
        let stored = fs::read(&fetched.files[0]).unwrap();
        let wanted =
            if extension.is_empty() { tiny_set::unzipped(1) } else { tiny_set::gzipped(1) };
        assert!(stored == wanted, "{mirror}");
    }
    let head = server.requests.lock().unwrap()[0].to_ascii_lowercase();
    let agent = format!("user-agent: nin/{}", env!("CARGO_PKG_VERSION"));
    assert!(head.contains(&agent), "{head}");
}

#[test]
fn bad_answers_leave_nothing_and_the_next_mirror_is_asked() {
    let server = server();
    let cases = [
        ("404", "404"),
        ("html", "looks like HTML"),
        ("empty", "truncated header"),
        ("other", "wrong SHA-256 of the unzipped file: want "),
        ("cut", "after "),
        ("cut-no-length", "truncated gzip"),
        ("extra", "trailing data after the gzip stream"),
        ("endless", "more than 65584 bytes, the file is smaller"),
        ("loop", "redirects"),
        ("file", ""),
        ("silent", "timeout"),
    ];
    for (mirror, wanted) in cases {
        let started = Instant::now();
        let alone = fetch(&server, &[mirror]);
        assert!(started.elapsed() < Duration::from_secs(5), "{mirror}");
        assert!(!alone.done, "{mirror}");
        assert_eq!(alone.files, [] as [PathBuf; 0], "{mirror}");
        let Attempt { source, reason } = &alone.failed[0];
        let url = format!("{}/{mirror}/train-labels-idx1-ubyte.gz", server.address);
        assert_eq!(source, &url);
        assert!(reason.contains(wanted) && !reason.contains(&url), "{mirror}: {reason}");

        let both = fetch(&server, &[mirror, "ok"]);
        assert!(both.done, "{mirror}");
        assert_eq!((both.failed.len(), both.files.len()), (1, 1), "{mirror}");
    }
}

#[test]
fn a_server_that_does_not_listen_is_a_failed_mirror() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let fetched = fetch(&Server { address, requests: Default::default() }, &["x"]);
    assert!(!fetched.done && fetched.files.is_empty());
    assert!(!fetched.failed[0].reason.is_empty());
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error_of_writing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error =
        Fetcher::default().fetch_set(&tiny_set::known(), &[], &file.join("below")).unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::Write);
}
