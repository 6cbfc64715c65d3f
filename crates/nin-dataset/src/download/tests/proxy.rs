//! The proxy for http, which is asked for the whole address.

use super::*;

const MIRROR: &str = "http://mirror.invalid:81/x";

/// Whether a mirror has the file with these variables, and why not.
fn fetch(mirror: &str, variables: &[(&str, String)]) -> (bool, Vec<Attempt>) {
    let variable = |name: &str| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.clone())
    };
    let fetcher = Fetcher { proxies: Proxies::from_variables(variable), ..fetcher() };
    let folder = tempfile::tempdir().unwrap();
    let mut failed = Vec::new();
    let set = tiny_set::known();
    let done = fetcher.fetch_file(&set, 1, &[mirror], folder.path(), &mut failed).unwrap();
    (done, failed)
}

#[test]
fn a_proxy_is_asked_in_place_of_the_host() {
    let server = Server::start(|_| server::status(200, tiny_set::gzipped(1)));
    let proxy = server.address.replace("://", "://us%40er:pass@");
    let (done, reasons) = fetch(MIRROR, &[("http_proxy", proxy.clone())]);
    assert!(done, "{reasons:?}");
    let request = &server.requests()[0];
    assert_eq!(request.target, "http://mirror.invalid:81/x/train-labels-idx1-ubyte.gz");
    assert_eq!(request.header("host"), Some("mirror.invalid:81"));
    // base64 of us@er:pass.
    assert_eq!(request.header("proxy-authorization"), Some("Basic dXNAZXI6cGFzcw=="));
    assert_eq!(request.header("authorization"), None);

    let direct = [("http_proxy", proxy), ("no_proxy", "mirror.invalid".into())];
    let (done, reasons) = fetch(MIRROR, &direct);
    assert!(!done);
    assert!(reasons[0].reason.starts_with("cannot resolve mirror.invalid: "), "{reasons:?}");
    assert_eq!(server.request_count(), 1);
}

#[test]
fn a_proxy_is_asked_for_a_tunnel_to_https() {
    let server = Server::start(|_| server::status(403, ""));
    let fetched = fetch("https://mirror.invalid/x", &[("https_proxy", server.address.clone())]);
    assert_eq!(server.requests()[0].target, "mirror.invalid:443");
    assert!(fetched.1[0].reason.contains("403"), "{fetched:?}");
}

#[test]
fn proxies_that_cannot_be_used_are_reasons() {
    let cases = [
        ("socks5://127.0.0.1:1", "the proxy of the environment is no address of http or https"),
        ("http://", "the proxy of the environment is no address of http or https"),
        ("proxy.invalid:3128", "cannot resolve proxy.invalid: "),
    ];
    for (proxy, wanted) in cases {
        let (done, reasons) = fetch(MIRROR, &[("all_proxy", proxy.into())]);
        assert!(!done && reasons[0].reason.starts_with(wanted), "{proxy}: {reasons:?}");
    }
}
