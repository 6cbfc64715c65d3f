//! Fetching one file from a server of this program.

mod cancelling;
mod faults;
mod folder;
mod proxy;
mod resuming;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::server::{Fault, Server};
use super::*;
use crate::tiny_set;

/// Short, but long enough for a busy machine.
fn limits() -> Limits {
    Limits {
        connect: Duration::from_secs(2),
        silence: Duration::from_secs(1),
        pauses: [1, 2, 4].map(Duration::from_millis).into(),
        longest_pause: Duration::from_millis(20),
    }
}

fn fetcher() -> Fetcher<'static> {
    Fetcher { limits: limits(), proxies: Proxies::default(), cancelled: &|| false }
}

/// The training labels from these addresses.
fn fetch_from(mirrors: &[String]) -> Fetched {
    let folder = tempfile::tempdir().unwrap();
    let mirrors: Vec<&str> = mirrors.iter().map(String::as_str).collect();
    let mut failed = Vec::new();
    let stop = AtomicBool::new(false);
    let (done, seen) = thread::scope(|scope| {
        let watcher = scope.spawn(|| names_over_time(folder.path(), &stop));
        let done =
            fetcher().fetch_file(&tiny_set::known(), 1, &mirrors, folder.path(), &mut failed);
        stop.store(true, Ordering::Relaxed);
        (done.unwrap(), watcher.join().unwrap())
    });
    Fetched { done, failed, seen, folder }
}

/// The training labels from the folders of a server of faults.
fn fetch(server: &Server, faults: &[Fault]) -> Fetched {
    let mirror = |fault: &Fault| format!("{}/{}/", server.address, fault.name());
    fetch_from(&faults.iter().map(mirror).collect::<Vec<_>>())
}

fn server() -> Server {
    Server::of_faults(tiny_set::gzipped(1))
}

struct Fetched {
    done: bool,
    failed: Vec<Attempt>,
    /// Every name that was in the folder at some time, but temporary ones.
    seen: Vec<String>,
    folder: tempfile::TempDir,
}

impl Fetched {
    /// Every file in the folder, temporary ones too.
    fn files(&self) -> Vec<PathBuf> {
        files(self.folder.path())
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn names_over_time(folder: &Path, stop: &AtomicBool) -> Vec<String> {
    let mut seen = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let names = files(folder).into_iter().map(|path| name(&path));
        let names = names.filter(|name| !name.starts_with(".nin-"));
        seen.extend(names.filter(|name| !seen.contains(name)).collect::<Vec<_>>());
        thread::sleep(Duration::from_millis(2));
    }
    seen
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().into()
}
