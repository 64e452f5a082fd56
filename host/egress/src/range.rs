//! Which version of a file a server has, and taking a broken download of it up where it stopped.

use http::{HeaderMap, HeaderValue, header};

/// What must still hold when the rest is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Version {
    strong_tag: Option<HeaderValue>,
    modified: Option<HeaderValue>,
    total: Option<u64>,
    ranges: bool,
}

impl Version {
    /// From the headers of a whole answer.
    pub(crate) fn of(headers: &HeaderMap, total: Option<u64>) -> Self {
        let strong_tag = headers.get(header::ETAG).filter(|tag| !tag.as_bytes().starts_with(b"W/")).cloned();
        let modified = headers.get(header::LAST_MODIFIED).cloned();
        let ranges = headers.get(header::ACCEPT_RANGES).is_some_and(|units| units.as_bytes() == b"bytes");
        Self { strong_tag, modified, total, ranges }
    }

    /// Whether the server said that it can send a part.
    pub(crate) fn resumable(&self) -> bool {
        self.ranges
    }

    /// What tells this version from every other of the same file, also tomorrow. None where the server gives no such thing:
    /// the size does not suffice.
    pub(crate) fn proof(&self) -> Option<String> {
        let size = self.total.map_or_else(String::new, |total| total.to_string());
        match (&self.strong_tag, &self.modified) {
            (Some(tag), _) => Some(format!("etag {tag:?} {size}")),
            (None, Some(modified)) if self.total.is_some() => Some(format!("modified {modified:?} {size}")),
            _ => None,
        }
    }

    /// The headers that ask for everything from `from` on.
    pub(crate) fn ask(&self, from: u64) -> Option<HeaderMap> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        headers.insert(header::RANGE, HeaderValue::try_from(format!("bytes={from}-")).ok()?);
        if let Some(validator) = self.strong_tag.as_ref().or(self.modified.as_ref()) {
            headers.insert(header::IF_RANGE, validator.clone());
        }
        Some(headers)
    }

    /// Whether a 206 answer continues this very version at `from`.
    pub(crate) fn continues(&self, headers: &HeaderMap, from: u64) -> bool {
        let Some((start, total)) = headers.get(header::CONTENT_RANGE).and_then(|value| parse(value.to_str().ok()?))
        else {
            return false;
        };
        let same = |known: &Option<HeaderValue>, name| {
            known.is_none() || headers.get(name).is_none_or(|value| Some(value) == known.as_ref())
        };
        let same = same(&self.strong_tag, header::ETAG) && same(&self.modified, header::LAST_MODIFIED);
        start == from && same && self.total.is_some() && total == self.total
    }
}

/// First byte and total of `bytes 5-9/10`.
fn parse(text: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (start, _) = range.split_once('-')?;
    let total = if total == "*" { None } else { Some(total.parse().ok()?) };
    Some((start.parse().ok()?, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_the_same_version_at_the_same_place_continues() {
        let version = Version::of(&headers(&[("etag", "\"a\""), ("accept-ranges", "bytes")]), Some(10));
        assert!(version.resumable());
        for (range, tag, expected) in [
            ("bytes 5-9/10", "\"a\"", true),
            ("bytes 4-9/10", "\"a\"", false),
            ("bytes 5-10/11", "\"a\"", false),
            ("bytes 5-9/*", "\"a\"", false),
            ("bytes 5-9/10", "\"b\"", false),
            ("nonsense", "\"a\"", false),
        ] {
            assert_eq!(
                version.continues(&headers(&[("content-range", range), ("etag", tag)]), 5),
                expected,
                "{range} {tag}"
            );
        }
    }

    #[test]
    fn a_size_alone_proves_no_version() {
        let proof = |pairs: &[(&'static str, &'static str)]| Version::of(&headers(pairs), Some(10)).proof();
        assert_eq!(proof(&[]), None);
        assert_eq!(proof(&[("etag", "W/\"a\"")]), None);
        assert_ne!(proof(&[("etag", "\"a\"")]), proof(&[("etag", "\"b\"")]));
        assert!(proof(&[("last-modified", "Mon, 02 Nov 2026 00:00:00 GMT")]).is_some());
    }
}
