//! Which headers a connector may set.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::Failure;

const MOST: usize = 64;
const LONGEST: usize = 8 * 1024;

/// Names that belong to the host, the connection or the network between.
const REFUSED: &[&str] = &[
    "accept-encoding",
    "alt-svc",
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "cookie2",
    "expect",
    "forwarded",
    "host",
    "http2-settings",
    "if-range",
    "keep-alive",
    "origin",
    "range",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
];

/// Families of such names.
const REFUSED_PREFIXES: &[&str] = &["proxy-", "sec-", "x-forwarded-", "x-real-", "x-http-method", "x-method-"];

/// What may follow a redirect to another origin.
const CROSS_ORIGIN: [HeaderName; 2] = [header::ACCEPT, header::ACCEPT_LANGUAGE];

/// The connector's headers, checked.
pub(crate) fn checked(headers: &[(String, String)]) -> Result<HeaderMap, Failure> {
    if headers.len() > MOST {
        return Err(Failure::refused("refused.header", format!("more than {MOST} headers")));
    }
    let mut map = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let shown: String = name.chars().take(40).flat_map(char::escape_default).collect();
        let refused = |why: &str| Failure::refused("refused.header", format!("the header `{shown}` {why}"));
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused("has no valid name"))?;
        if REFUSED.contains(&name.as_str()) || REFUSED_PREFIXES.iter().any(|prefix| name.as_str().starts_with(prefix)) {
            return Err(refused("is set by the host, not by a connector"));
        }
        if value.len() > LONGEST {
            return Err(refused("is longer than 8 KiB"));
        }
        let value = HeaderValue::from_str(value).map_err(|_| refused("has no valid value"))?;
        map.append(name, value);
    }
    Ok(map)
}

/// Drops what another origin need not see.
pub(crate) fn for_other_origin(headers: &HeaderMap) -> HeaderMap {
    headers
        .iter()
        .filter(|(name, _)| CROSS_ORIGIN.contains(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, value: &str, allowed: bool) {
        let found = checked(&[(name.to_owned(), value.to_owned())]);
        assert_eq!(found.is_ok(), allowed, "{name:?}: {value:?}");
        if let Err(failure) = found {
            assert_eq!(failure.code, "refused.header");
            assert!(failure.not_sent);
        }
    }

    #[test]
    fn e_26_e_27_the_hosts_headers_are_refused_in_any_case() {
        for name in [
            "Authorization",
            "aUTHORIZATION",
            "authorization ",
            "Cookie",
            "Host",
            "Proxy-Authorization",
            "Proxy-Connection",
            "Connection",
            "TE",
            "Upgrade",
            "Transfer-Encoding",
            "Content-Length",
            "X-Forwarded-For",
            "Forwarded",
            "Via",
            "Range",
            "X-HTTP-Method-Override",
            "",
        ] {
            check(name, "x", false);
        }
    }

    #[test]
    fn e_24_line_breaks_are_refused() {
        check("accept", "a\r\nauthorization: b", false);
        check("accept\r\nauthorization", "b", false);
        check("accept", "a\0", false);
    }

    #[test]
    fn ordinary_headers_pass() {
        check("Accept", "application/json", true);
        check("Content-Type", "application/json", true);
        check("X-Request-Id", "1", true);
    }
}
