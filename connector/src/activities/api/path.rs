//! Paths under the API's base that cannot lead anywhere else.

use crate::problem::invalid;
use crate::service::Outcome;

/// Check a path. The host appends it to the base, so nothing in it may name another origin or climb out.
pub fn checked(path: &str) -> Outcome<&str> {
    let wrong = |message: &str, fix: &str| Err(invalid("/path", message, fix));
    if path.contains("://") || path.starts_with("//") {
        return wrong("this is an address, not a path", "leave out the origin: write `/users/me`");
    }
    if !path.starts_with('/') || path.len() < 2 || path.len() > 2048 {
        return wrong("this is not a path", "begin it with `/`, for example `/users/me`");
    }
    if path == "/v2" || path.starts_with("/v2/") {
        return wrong("the version is part of the API's base", "leave out `/v2`");
    }
    if path.contains(['?', '#']) {
        return wrong("a path has no `?` and no `#`", "give parameters in `query`");
    }
    if !path.bytes().all(allowed) || !escapes(path) {
        return wrong("a character is not percent-encoded", "encode it, for example a blank as `%20`");
    }
    if path.split('/').skip(1).any(|segment| segment.is_empty() || climbs(segment)) {
        return wrong("a part of the path is empty or made of dots", "write the path without `//`, `.` and `..`");
    }
    Ok(path)
}

/// What RFC 3986 allows in a path, without `\`.
fn allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@%/".contains(&byte)
}

/// Each `%` is followed by two hex digits.
fn escapes(path: &str) -> bool {
    path.split('%').skip(1).all(|rest| rest.get(..2).is_some_and(|two| two.bytes().all(|b| b.is_ascii_hexdigit())))
}

/// `.` and `..`, also when encoded, however often.
fn climbs(segment: &str) -> bool {
    let mut plain = segment.to_ascii_lowercase();
    while plain.contains("%25") {
        plain = plain.replace("%25", "%");
    }
    let plain = plain.replace("%2e", ".");
    matches!(plain.as_str(), "." | "..")
        || plain.split("%2f").any(|part| matches!(part, "." | ".."))
        || plain.contains("%5c")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_under_the_base_are_taken() {
        for path in [
            "/users/me",
            "/users/ada%40example.com/settings",
            "/meetings/%252FajXp112QmuoKj4854875%253D%253D/recordings",
            "/phone/recordings/a.b..c",
            "/users/a@b.org",
        ] {
            assert!(checked(path).is_ok(), "{path}");
        }
    }

    #[test]
    fn what_could_lead_elsewhere_is_refused() {
        for path in [
            "",
            "/",
            "users/me",
            "https://evil.test/",
            "//evil.test/users",
            "/users//me",
            "/users/../oauth/token",
            "/..",
            "/users/%2e%2E/x",
            "/users/%252e%252e/x",
            "/users/..%2fx",
            "/users/me?x=1",
            "/users/me#x",
            "/users/me\\x",
            "/users/a b",
            "/users/é",
            "/users/%zz",
            "/users/%2",
            "/v2/users/me",
            "/users/me\r\nauthorization: x",
            "/@evil.test://x",
            "/users/%5c%5c",
            "/users/",
        ] {
            assert_eq!(checked(path).unwrap_err().pointer.as_deref(), Some("/path"), "{path}");
        }
    }
}
