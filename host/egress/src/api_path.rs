//! Paths below the API's base, as a connector gives them.
//!
//! Servers and the proxies before them decode a path, some of them more than once, and resolve `..` in what comes out. So each
//! layer of percent-encoding is judged, as a server would read it.

use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization;

/// Layers of percent-encoding. Some services want ids encoded twice.
const MAX_LAYERS: usize = 4;

/// Refuses a path that could lead out of the base at any server. The error completes "the path …".
pub(crate) fn check(path: &str) -> Result<(), &'static str> {
    let Some(segments) = path.strip_prefix('/') else { return Err("does not begin with `/`") };
    if path.contains(['?', '#', '\\']) || !path.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("holds a character that must be percent-encoded");
    }
    segments.split('/').try_for_each(check_segment)
}

fn check_segment(segment: &str) -> Result<(), &'static str> {
    if segment.is_empty() {
        return Err("holds an empty segment");
    }
    let mut layer = segment.to_owned();
    for _ in 0..=MAX_LAYERS {
        check_layer(&layer)?;
        let decoded = percent_decode_str(&layer).decode_utf8().map_err(|_| "holds an escape that is not UTF-8")?;
        if decoded == layer {
            return Ok(());
        }
        layer = decoded.into_owned();
    }
    Err("is percent-encoded more than four times")
}

fn check_layer(layer: &str) -> Result<(), &'static str> {
    // A server may read a dot or a slash of another width as the plain one.
    let text: String = layer.nfkc().collect();
    if text.contains('\\') || text.contains(char::is_control) {
        return Err("holds an encoded backslash or control character");
    }
    // Some servers drop what follows a `;` before they resolve dots.
    let name = text.split(';').next().unwrap_or_default().trim();
    if name == "." || name.starts_with("..") {
        return Err("holds a dotted segment");
    }
    if text.contains('/') && text.contains('.') {
        return Err("holds an encoded slash beside a dot");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traversal_is_refused_in_every_layer() {
        for path in [
            "/..%2ftoken",
            "/%5c..%5ctoken",
            "/..;/token",
            "/%2e%2e;x=1/token",
            "/.;/token",
            "/%2e%2e/token",
            "/%252e%252e/token",
            "/%25252e%25252e%25252ftoken",
            "/users/x%2f..%2f..%2ftoken",
            "/users/x%252f..%252ftoken",
            "/%2e%2e%2ftoken",
            "/%20..%20/token",
            "/..%00/token",
            "/...",
            "/users/%00",
            "/users/x%0d%0ay",
            "/%c0%ae%c0%ae/token",
            "/%ef%bc%8e%ef%bc%8e/token",
            "/%e2%80%a5/token",
            "/x%ef%bc%8f%2e%2e",
            "/%ef%bc%bctoken",
            "/users/%255c",
            "/%252525252525252541",
        ] {
            assert!(check(path).is_err(), "{path}");
        }
    }

    #[test]
    fn ids_and_addresses_pass() {
        for path in [
            "/users/me",
            "/users/ada.lovelace%2Bx%40mail.example.com",
            "/users/J%C3%BCrgen%40x.org",
            "/meetings/%252Fab%252F%252Fcd%253D%253D/recordings",
            "/meetings/Ab%2FCd%2BeF0123456789abQ%3D%3D",
            "/users/a%2Fb",
            "/roles/100%25",
            "/v2.1/users;x",
            "/.well-known/x",
        ] {
            assert_eq!(check(path), Ok(()), "{path}");
        }
    }
}
