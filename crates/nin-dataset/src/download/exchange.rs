//! One request and its answer, on a thread of its own.
//!
//! A thread that waits for the network can wait for long. This one hands on
//! what it gets, and is left behind when nobody wants that any more: it ends
//! when its connection is shut down, or by the time limits of its agent.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SendError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use ureq::http::{HeaderMap, Request, StatusCode};
use ureq::{Agent, Error};

use super::agent::agent_for;
use super::{Failure, Fetcher};
use crate::cancel::proceed_unless;

const CHUNK_BYTES: usize = 1 << 16;

/// Chunks that wait to be written.
const WAITING_CHUNKS: usize = 8;

/// How often it is asked whether the work is cancelled.
pub(super) const TICK: Duration = Duration::from_millis(50);

/// The head of an answer.
pub(super) struct Head {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// Bytes of the body, if the server says.
    pub(super) length: Option<u64>,
}

/// What the thread says: a head, chunks and an end, or a failure.
enum Event {
    Head(Head),
    Chunk(Vec<u8>),
    End,
    Failed(Error),
}

/// A running request.
pub(super) struct Exchange<'a> {
    fetcher: &'a Fetcher<'a>,
    agent: Agent,
    events: Receiver<Event>,
}

impl<'a> Exchange<'a> {
    /// Sends `request` and waits for the head of the answer.
    pub(super) fn start(
        fetcher: &'a Fetcher<'a>,
        mut request: Request<()>,
    ) -> Result<(Self, Head), Failure> {
        let agent =
            agent_for(&mut request, &fetcher.limits, &fetcher.proxies).map_err(Failure::Mirror)?;
        let (sender, events) = sync_channel(WAITING_CHUNKS);
        let exchange = Self { fetcher, agent: agent.clone(), events };
        thread::Builder::new()
            .name("download".into())
            // An error of sending means that nobody listens any more.
            .spawn(move || drop(work(&agent, request, &sender)))
            .map_err(|error| Failure::mirror(format!("no thread: {error}")))?;
        match exchange.next(fetcher.limits.whole_head())? {
            Event::Head(head) => Ok((exchange, head)),
            _ => unreachable!("the head comes first"),
        }
    }

    /// The next piece of the body, or `None` at its end.
    pub(super) fn chunk(&self) -> Result<Option<Vec<u8>>, Failure> {
        match self.next(self.fetcher.limits.silence)? {
            Event::Chunk(chunk) => Ok(Some(chunk)),
            _ => Ok(None),
        }
    }

    fn next(&self, limit: Duration) -> Result<Event, Failure> {
        let limits = &self.fetcher.limits;
        let start = Instant::now();
        loop {
            proceed_unless(self.fetcher.cancelled)?;
            match self.events.recv_timeout(TICK) {
                Ok(Event::Failed(error)) => return Err(Failure::of(error, limits)),
                Ok(event) => return Ok(event),
                // A body can be silent without its connection being so, when
                // its bytes never make up a chunk.
                Err(RecvTimeoutError::Timeout) if start.elapsed() > limit => {
                    return Err(Failure::silent(limits));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Failure::mirror("the thread of the download has ended early"));
                }
            }
        }
    }
}

impl Drop for Exchange<'_> {
    fn drop(&mut self) {
        self.agent.clone().shutdown();
    }
}

fn work(
    agent: &Agent,
    request: Request<()>,
    events: &SyncSender<Event>,
) -> Result<(), SendError<Event>> {
    let (head, body) = match agent.run(request) {
        Ok(answer) => answer.into_parts(),
        Err(error) => return events.send(Event::Failed(error)),
    };
    let (status, headers, length) = (head.status, head.headers, body.content_length());
    events.send(Event::Head(Head { status, headers, length }))?;
    let mut body = body.into_reader();
    loop {
        let mut chunk = vec![0; CHUNK_BYTES];
        match body.read(&mut chunk) {
            Ok(0) => return events.send(Event::End),
            Ok(count) => {
                chunk.truncate(count);
                events.send(Event::Chunk(chunk))?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return events.send(Event::Failed(error.into())),
        }
    }
}
