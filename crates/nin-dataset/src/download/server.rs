//! A tiny http server for tests: a fixed answer for each path.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What a request for a path is answered with.
pub(crate) type Answer = Arc<dyn Fn(&str) -> Response + Send + Sync>;

/// Bytes for the wire, and what happens after them.
pub(crate) enum Response {
    /// The status, and the body with its length.
    Status(u16, Vec<u8>),
    /// A body that is shorter than the length announced.
    Short(Vec<u8>, usize),
    /// A body without its length; the connection ends it.
    NoLength(Vec<u8>),
    /// A redirect to another path.
    Redirect(String),
    /// Nothing until the client gives up.
    Silence,
}

/// A server on a port of its own; it lives as long as the test program.
pub(crate) struct Server {
    pub(crate) address: String,
    /// The head of every request.
    pub(crate) requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn start(answer: impl Fn(&str) -> Response + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (answer, log): (Answer, _) = (Arc::new(answer), requests.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (answer, log) = (answer.clone(), log.clone());
                thread::spawn(move || serve(stream.unwrap(), &answer, &log));
            }
        });
        Self { address, requests }
    }

    pub(crate) fn request_count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

fn serve(mut stream: TcpStream, answer: &Answer, log: &Mutex<Vec<String>>) {
    let lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let head: Vec<String> = lines.map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
    let path = head[0].split(' ').nth(1).unwrap().to_owned();
    log.lock().unwrap().push(head.join("\n"));
    let (head, body) = match answer(&path) {
        Response::Status(status, body) => {
            (format!("{status} -\r\nContent-Length: {}", body.len()), body)
        }
        Response::Short(body, length) => (format!("200 OK\r\nContent-Length: {length}"), body),
        Response::NoLength(body) => ("200 OK".into(), body),
        Response::Redirect(to) => {
            (format!("302 Found\r\nLocation: {to}\r\nContent-Length: 0"), Vec::new())
        }
        Response::Silence => return thread::sleep(Duration::from_secs(60)),
    };
    // The client may have closed the connection already.
    let _ = write!(stream, "HTTP/1.1 {head}\r\nConnection: close\r\n\r\n");
    let _ = stream.write_all(&body);
}
