//! Paths below the API's base, as a connector gives them.
//!
//! Servers and the proxies before them decode a path, some of them more than once, and resolve `..` in what comes out. So each
//! layer of percent-encoding is judged, as a server would read it.

use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization;

use crate::is_hidden;

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
    if has_unicode_escape(layer) {
        return Err("holds an escape such as `%u002e`");
    }
    // A server may read a dot or a slash of another width, or one that looks alike, as the plain one.
    let text: String = layer.nfkc().map(plain).collect();
    if text.contains('\\') {
        return Err("holds an encoded backslash");
    }
    // A server may drop what is not seen, and join what it parts: two dots.
    if text.contains(is_hidden) {
        return Err("holds an encoded control character, or one that is not seen");
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

/// `%u002e`: no escape of an address, and some servers read it as one.
fn has_unicode_escape(layer: &str) -> bool {
    layer.as_bytes().windows(6).any(|part| match part {
        [b'%', b'u' | b'U', digits @ ..] => digits.iter().all(u8::is_ascii_hexdigit),
        _ => false,
    })
}

/// The plain sign for one that looks alike, and that Unicode does not hold equal.
fn plain(character: char) -> char {
    match character {
        '\u{2044}' | '\u{2215}' | '\u{29f8}' => '/',
        '\u{2216}' | '\u{29f5}' | '\u{29f9}' => '\\',
        '\u{3002}' => '.',
        other => other,
    }
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
            "/%u002e%u002e/token",
            "/%u002E.%u002ftoken",
            "/%25u002e%25u002e/token",
            "/x%U2215..",
            // U+2215, U+2044, U+29F8 and a slash of full width
            "/x%e2%88%95..%e2%88%95token",
            "/x%e2%81%84..%e2%81%84token",
            "/x%e2%a7%b8..",
            "/x%ef%bc%8f%ef%bc%8e%ef%bc%8e",
            "/x%25e2%2588%2595..",
            // U+2216 and U+29F5 for a backslash, U+3002 and U+FF61 for a dot
            "/%e2%88%96token",
            "/%e2%a7%b5token",
            "/%e3%80%82%e3%80%82",
            "/%ef%bd%a1.",
            // a soft hyphen, a blank of no width, a mark of direction, a variation selector, a Hangul filler, a tag
            "/.%c2%ad.",
            "/.%e2%80%8b./token",
            "/%e2%80%8e..",
            "/users/x%ef%b8%8f",
            "/.%ef%be%a0.",
            "/.%f3%a0%80%ae.",
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
            "/users/100%25up",
            "/groups/%e4%bc%9a%e2%88%95%e2%9d%a4",
            "/v2.1/users;x",
            "/.well-known/x",
        ] {
            assert_eq!(check(path), Ok(()), "{path}");
        }
    }
}
