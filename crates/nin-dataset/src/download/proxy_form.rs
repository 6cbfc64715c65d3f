//! Requests for http as a proxy wants them: `GET http://host/path`.
//!
//! ureq would open a tunnel with CONNECT, which proxies allow for https only.

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

const METHOD: &[u8] = b"GET ";

/// Puts `origin`, such as `http://host:81`, before the path of the request of
/// each connection.
#[derive(Debug)]
pub(super) struct ProxyForm {
    pub(super) origin: String,
}

impl<In: Transport> Connector<In> for ProxyForm {
    type Out = ProxyFormTransport<In>;

    fn connect(
        &self,
        _: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        let origin = self.origin.clone().into_bytes();
        Ok(chained.map(|inner| ProxyFormTransport { inner, origin }))
    }
}

/// A connection that is used for one request.
#[derive(Debug)]
pub(super) struct ProxyFormTransport<In> {
    inner: In,
    /// Empty once it was sent.
    origin: Vec<u8>,
}

impl<In: Transport> Transport for ProxyFormTransport<In> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let origin = std::mem::take(&mut self.origin);
        let end = amount + origin.len();
        let path = METHOD.len()..METHOD.len() + origin.len();
        if !origin.is_empty() {
            let output = self.inner.buffers().output();
            if end > output.len() || !output.starts_with(METHOD) {
                return Err(Error::BadUri("too long for a proxy".into()));
            }
            output.copy_within(METHOD.len()..amount, path.end);
            output[path].copy_from_slice(&origin);
        }
        self.inner.transmit_output(end, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}
