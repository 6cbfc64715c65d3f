//! The agent of one request: time limits, proxy, and whom it connects to.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ureq::config::Config;
use ureq::http::header::{HOST, PROXY_AUTHORIZATION};
use ureq::http::uri::{Authority, Scheme};
use ureq::http::{Request, Uri};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Connector, DefaultConnector, NextTimeout};
use ureq::{Agent, Error, Proxy, ProxyProtocol};

use super::proxy_form::ProxyForm;
use super::{Limits, Proxies};

/// An agent for `request`, which it changes into the form for its proxy. The
/// error says why there is none.
pub(super) fn agent_for(
    request: &mut Request<()>,
    limits: &Limits,
    proxies: &Proxies,
) -> Result<Agent, String> {
    let Some(proxy) = proxies.of(request.uri()) else {
        return Ok(direct(limits, None));
    };
    let unusable = || "the proxy of the environment is no address of http or https".to_owned();
    let proxy = Proxy::new(proxy).map_err(|_| unusable())?;
    if !matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https) {
        return Err(unusable());
    }
    if request.uri().scheme() == Some(&Scheme::HTTPS) {
        return Ok(direct(limits, Some(proxy)));
    }
    let origin = ask_proxy(request, &proxy).ok_or_else(unusable)?;
    let connector = DefaultConnector::default().chain(ProxyForm { origin });
    Ok(Agent::with_parts(config(limits, None), connector, NamingResolver::default()))
}

/// An agent that connects to the host itself, or through a tunnel of `proxy`.
fn direct(limits: &Limits, proxy: Option<Proxy>) -> Agent {
    let connector = DefaultConnector::default();
    Agent::with_parts(config(limits, proxy), connector, NamingResolver::default())
}

fn config(limits: &Limits, proxy: Option<Proxy>) -> Config {
    Agent::config_builder()
        .user_agent(concat!("nin/", env!("CARGO_PKG_VERSION")))
        // The files are gzipped already, and their stored form is wanted.
        .accept_encoding("identity")
        .proxy(proxy)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_resolve(Some(limits.connect))
        .timeout_connect(Some(limits.connect))
        .timeout_recv_response(Some(limits.silence))
        .timeout_per_read(Some(limits.silence))
        .timeout_per_write(Some(limits.silence))
        .build()
}

/// Addresses `request` to `proxy`; what the proxy has to be told of the host.
fn ask_proxy(request: &mut Request<()>, proxy: &Proxy) -> Option<String> {
    let host = without_user(request.uri().authority()?).to_owned();
    let scheme = if proxy.protocol() == ProxyProtocol::Https { "https" } else { "http" };
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let authority = format!("{}:{}", proxy.host(), proxy.port());
    let uri = Uri::builder().scheme(scheme).authority(authority).path_and_query(path).build();
    request.headers_mut().insert(HOST, host.parse().ok()?);
    if let Some(user) = proxy.username() {
        let user = format!("{user}:{}", proxy.password().unwrap_or_default());
        let value = format!("Basic {}", BASE64_STANDARD.encode(user));
        request.headers_mut().insert(PROXY_AUTHORIZATION, value.parse().ok()?);
    }
    *request.uri_mut() = uri.ok()?;
    Some(format!("http://{host}"))
}

fn without_user(authority: &Authority) -> &str {
    let text = authority.as_str();
    text.rsplit_once('@').map_or(text, |(_, host)| host)
}

/// Says which host has no address.
#[derive(Debug, Default)]
struct NamingResolver(DefaultResolver);

impl Resolver for NamingResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        self.0.resolve(uri, config, timeout).map_err(|error| {
            let host = uri.host().unwrap_or_default();
            Error::Other(format!("cannot resolve {host}: {}", error.into_io()).into())
        })
    }
}
