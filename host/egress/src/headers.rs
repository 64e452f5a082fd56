//! Which headers a connector may set.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::Failure;

const MOST: usize = 64;
const LONGEST: usize = 8 * 1024;

/// What a connector may say of a request. Everything else is the host's, the connection's or the network's: a name that is not
/// here may change who asks, where the request goes or what is asked, at a server or at a proxy before it
/// (`x-original-url`, `x-http-method-override`, `true-client-ip`).
const ALLOWED: &[&str] = &[
    "accept",
    "accept-language",
    "cache-control",
    "content-language",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    "prefer",
    "x-correlation-id",
    "x-request-id",
];

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
        if !ALLOWED.contains(&name.as_str()) {
            return Err(refused("is not one that a connector may set"));
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
            "X-Original-URL",
            "X-Rewrite-URL",
            "X-Host",
            "X-Original-Host",
            "True-Client-IP",
            "CF-Connecting-IP",
            "X-Client-IP",
            "X-Api-Key",
            "Content-Location",
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
