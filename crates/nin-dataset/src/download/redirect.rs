//! Where a request may go.

use ureq::http::Uri;
use ureq::http::uri::Scheme;

/// An address of http or https, with a host.
pub(super) fn address(text: &str) -> Result<Uri, String> {
    let uri = text.parse().ok().filter(is_http);
    uri.ok_or_else(|| "want an address of http or https".into())
}

/// Where an answer from `from` sends with its `Location`; never from https to
/// http, where anybody on the way could change the answer.
pub(super) fn target(from: &Uri, location: &str) -> Result<Uri, String> {
    let text = resolved(from, location);
    let to = address(&text).map_err(|reason| format!("redirected to {text}: {reason}"))?;
    if from.scheme() == Some(&Scheme::HTTPS) && to.scheme() == Some(&Scheme::HTTP) {
        return Err(format!("redirected from https to http, {to}"));
    }
    Ok(to)
}

fn is_http(uri: &Uri) -> bool {
    let has_host = uri.host().is_some_and(|host| !host.is_empty());
    has_host && [Some(&Scheme::HTTP), Some(&Scheme::HTTPS)].contains(&uri.scheme())
}

/// An absolute address for a `Location`, as RFC 3986, section 5.2, has it.
fn resolved(from: &Uri, location: &str) -> String {
    if has_scheme(location) {
        return location.into();
    }
    let scheme = from.scheme_str().unwrap_or_default();
    if location.starts_with("//") {
        return format!("{scheme}:{location}");
    }
    let (path, rest) = match location.find(['?', '#']) {
        Some(end) => location.split_at(end),
        None => (location, ""),
    };
    let path = match path {
        "" => from.path().to_owned(),
        path if path.starts_with('/') => without_dots(path),
        path => {
            let folder = from.path().rsplit_once('/').map_or("", |(folder, _)| folder);
            without_dots(&format!("{folder}/{path}"))
        }
    };
    let authority = from.authority().map_or("", |authority| authority.as_str());
    format!("{scheme}://{authority}{path}{rest}")
}

/// Whether a reference begins with a scheme such as `file:`.
fn has_scheme(location: &str) -> bool {
    let end = location.find([':', '/', '?', '#']);
    end.is_some_and(|end| end > 0 && location[end..].starts_with(':'))
}

/// A path without the segments `.` and `..`.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/').skip(1) {
        match segment {
            "." => {}
            ".." => drop(kept.pop()),
            segment => kept.push(segment),
        }
    }
    if path.ends_with("/.") || path.ends_with("/..") {
        kept.push("");
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_location_is_resolved() {
        let from = "http://a.b:81/x/y/z?q=1".parse().unwrap();
        let cases = [
            ("https://c.d/e?f", "https://c.d/e?f"),
            ("//c.d/e", "http://c.d/e"),
            ("/e/./f/../g", "http://a.b:81/e/g"),
            ("e", "http://a.b:81/x/y/e"),
            ("../e?f=a:b/../c", "http://a.b:81/x/e?f=a:b/../c"),
            ("../../../..", "http://a.b:81/"),
            ("./", "http://a.b:81/x/y/"),
            ("?f", "http://a.b:81/x/y/z?f"),
            ("/e#f", "http://a.b:81/e"),
        ];
        for (location, wanted) in cases {
            assert_eq!(target(&from, location).unwrap().to_string(), wanted, "{location}");
        }
    }

    #[test]
    fn only_http_and_https_and_never_down_from_https() {
        let (http, https) = ("http://a/x".parse().unwrap(), "https://a/x".parse().unwrap());
        for bad in ["file:///etc/passwd", "ftp://a/b", "data:text/plain,x", "http://", "http:/x"] {
            assert!(target(&http, bad).is_err(), "{bad}");
        }
        assert_eq!(target(&http, "https://a/x").unwrap(), https);
        assert_eq!(target(&https, "/y").unwrap(), "https://a/y");
        let refused = target(&https, "http://a/x").unwrap_err();
        assert_eq!(refused, "redirected from https to http, http://a/x");
        assert!(address("/relative").is_err());
    }
}
