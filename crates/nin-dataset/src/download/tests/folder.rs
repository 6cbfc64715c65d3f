//! What happens in the folder.

use super::*;
use crate::ErrorKind;
use crate::download::server::status;

/// The four files.
fn good_server() -> Server {
    Server::start(|request| {
        let file = FILE_NAMES.iter().position(|name| request.file() == format!("{name}.gz"));
        status(200, tiny_set::gzipped(file.unwrap()))
    })
}

#[test]
fn two_at_once_do_not_disturb_each_other() {
    let server = good_server();
    let folder = tempfile::tempdir().unwrap();
    thread::scope(|scope| {
        let fetch = || {
            let mirrors = [server.address.as_str()];
            fetcher().fetch_set(&tiny_set::known(), &mirrors, folder.path()).unwrap()
        };
        let fetches = [0, 1, 2, 3].map(|_| scope.spawn(fetch));
        for failed in fetches.map(|fetch| fetch.join().unwrap()) {
            assert!(failed.is_empty(), "{failed:?}");
        }
    });
    let mut names: Vec<_> = files(folder.path()).iter().map(|path| name(path)).collect();
    names.sort();
    let mut wanted = FILE_NAMES.map(|name| format!("{name}.gz"));
    wanted.sort();
    assert_eq!(names, wanted);
}

#[test]
fn damaged_and_left_over_files_are_replaced() {
    let server = good_server();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".nin-killed.part"), "x").unwrap();
    let damaged = folder.path().join(format!("{}.gz", FILE_NAMES[1]));
    fs::write(&damaged, &tiny_set::gzipped(1)[..20]).unwrap();
    fs::write(folder.path().join(FILE_NAMES[2]), tiny_set::unzipped(2)).unwrap();
    let mirrors = [server.address.as_str()];
    let failed = fetcher().fetch_set(&tiny_set::known(), &mirrors, folder.path()).unwrap();
    assert!(failed.is_empty());
    assert_eq!((server.request_count(), files(folder.path()).len()), (3, 4));
    assert_eq!(fs::read(damaged).unwrap(), tiny_set::gzipped(1));
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error_of_writing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let set = tiny_set::known();
    let error = fetcher().fetch_set(&set, &[], &file.join("below")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Write);
}
