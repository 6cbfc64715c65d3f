//! The proxies that the environment names.

use ureq::http::Uri;
use ureq::http::uri::Scheme;

/// Proxies by the scheme of a request, and the hosts that are asked directly.
/// Not `Debug`, since an address may hold a password.
#[derive(Clone, Default)]
pub(crate) struct Proxies {
    http: Option<String>,
    https: Option<String>,
    direct: Vec<String>,
}

impl Proxies {
    /// `http_proxy` and `https_proxy`, else `all_proxy`; `no_proxy` for hosts
    /// asked directly. Each also in capitals.
    pub(crate) fn from_env() -> Self {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    pub(crate) fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name: &str| {
            let of = |name: &str| variable(name).filter(|value| !value.is_empty());
            of(name).or_else(|| of(&name.to_uppercase()))
        };
        let proxy = |name: &str| value(name).or_else(|| value("all_proxy"));
        let hosts = value("no_proxy").unwrap_or_default().to_ascii_lowercase();
        let hosts = hosts.split([',', ' ']).filter(|host| !host.is_empty());
        Self {
            http: proxy("http_proxy"),
            https: proxy("https_proxy"),
            direct: hosts.map(String::from).collect(),
        }
    }

    /// The proxy for a request to `uri`, if there is one.
    pub(super) fn of(&self, uri: &Uri) -> Option<&str> {
        let is_https = uri.scheme() == Some(&Scheme::HTTPS);
        let proxy = if is_https { &self.https } else { &self.http };
        proxy.as_deref().filter(|_| !self.is_direct(uri))
    }

    /// Whether `no_proxy` has the host, a domain that it is in, `*`, or one of
    /// the first two with the port.
    fn is_direct(&self, uri: &Uri) -> bool {
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_ascii_lowercase();
        let default_port = if uri.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 };
        let with_port = format!("{host}:{}", uri.port_u16().unwrap_or(default_port));
        self.direct.iter().any(|entry| {
            let domain = entry.trim_start_matches('*').trim_start_matches('.');
            let is_in = |name: &str| {
                let start = name.strip_suffix(domain);
                start.is_some_and(|start| start.is_empty() || start.ends_with('.'))
            };
            entry == "*" || !domain.is_empty() && (is_in(&host) || is_in(&with_port))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> Proxies {
        Proxies::from_variables(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).into())
        })
    }

    fn of<'a>(proxies: &'a Proxies, uri: &str) -> Option<&'a str> {
        proxies.of(&uri.parse().unwrap())
    }

    #[test]
    fn the_scheme_of_the_request_decides() {
        let both = proxies(&[("http_proxy", "a"), ("HTTPS_PROXY", "b"), ("all_proxy", "c")]);
        assert_eq!((of(&both, "http://x"), of(&both, "https://x")), (Some("a"), Some("b")));
        let one = proxies(&[("https_proxy", "b"), ("ALL_PROXY", "c")]);
        assert_eq!((of(&one, "http://x"), of(&one, "https://x")), (Some("c"), Some("b")));
        // The first that is not empty.
        let empty = proxies(&[("http_proxy", ""), ("HTTP_PROXY", "d")]);
        assert_eq!((of(&empty, "http://x"), of(&empty, "https://x")), (Some("d"), None));
    }

    #[test]
    fn hosts_of_no_proxy_are_asked_directly() {
        let list = "a.b, .c.d *.e.f,g.h:81,127.0.0.1,::1";
        let some = proxies(&[("http_proxy", "p"), ("NO_PROXY", list)]);
        let direct = ["http://a.b", "http://X.A.B:9", "http://c.d", "http://x.e.f"];
        let also = ["http://g.h:81", "http://x.g.h:81", "http://127.0.0.1:5", "http://[::1]:5"];
        for uri in direct.iter().chain(&also) {
            assert_eq!(of(&some, uri), None, "{uri}");
        }
        for uri in ["http://xa.b", "http://a.b.c", "http://g.h", "http://127.0.0.2"] {
            assert_eq!(of(&some, uri), Some("p"), "{uri}");
        }
        let none = proxies(&[("http_proxy", "p"), ("no_proxy", "*")]);
        assert_eq!(of(&none, "http://x"), None);
    }
}
