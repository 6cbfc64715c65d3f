//! A tiny http server for tests, which does what a [`Step`] list says.

mod answers;
mod fault;
mod request;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

pub(crate) use answers::{status, with_head};
pub(crate) use fault::Fault;
pub(crate) use request::Request;

/// A step of an answer. The connection is closed after the last one.
pub(crate) enum Step {
    Send(Vec<u8>),
    /// Until the client closes the connection.
    SendForEver(Vec<u8>),
    Pause(Duration),
    /// Closes in a way that the client notices as an error; the only step.
    Reset,
}

/// What a request is answered with.
type Answer = Arc<dyn Fn(&Request) -> Vec<Step> + Send + Sync>;

/// A server on a port of its own; it lives as long as the test program.
pub(crate) struct Server {
    pub(crate) address: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    pub(crate) fn start(answer: impl Fn(&Request) -> Vec<Step> + Send + Sync + 'static) -> Self {
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

    /// A folder of the file `good` for each fault, by its name.
    pub(crate) fn of_faults(good: Vec<u8>) -> Self {
        Self::start(move |request| {
            let fault = Fault::ALL.into_iter().find(|fault| request.folder() == fault.name());
            fault.unwrap().answer(request, &good)
        })
    }

    /// The requests so far, in order.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) fn request_count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

fn serve(mut stream: TcpStream, answer: &Answer, log: &Mutex<Vec<Request>>) {
    let Some(head) = peek_head(&stream) else { return };
    let mut requests = log.lock().unwrap();
    let request = Request::new(head.clone(), &requests);
    requests.push(request.clone());
    drop(requests);
    let steps = answer(&request);
    if matches!(steps[..], [Step::Reset]) {
        // Closing while there are bytes to be read resets the connection.
        return;
    }
    stream.read_exact(&mut vec![0; head.len()]).unwrap();
    for step in steps {
        // The client may have closed the connection already.
        let done = match step {
            Step::Send(bytes) => stream.write_all(&bytes),
            Step::SendForEver(bytes) => loop {
                if let Err(error) = stream.write_all(&bytes) {
                    break Err(error);
                }
            },
            Step::Pause(pause) => {
                thread::sleep(pause);
                Ok(())
            }
            Step::Reset => unreachable!("the only step"),
        };
        if done.is_err() {
            return;
        }
    }
}

/// The head of the request, which is left unread.
fn peek_head(stream: &TcpStream) -> Option<String> {
    let mut buffer = [0; 1 << 13];
    loop {
        let count = stream.peek(&mut buffer).ok().filter(|&count| count > 0)?;
        let text = String::from_utf8_lossy(&buffer[..count]);
        if let Some(end) = text.find("\r\n\r\n") {
            return Some(text[..end + 4].into());
        }
        thread::sleep(Duration::from_millis(1));
    }
}
