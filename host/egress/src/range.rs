//! Taking a broken download up where it stopped.

use http::{HeaderMap, HeaderValue, header};

/// What must still hold when the rest is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Version {
    strong_tag: Option<HeaderValue>,
    total: Option<u64>,
    ranges: bool,
}

impl Version {
    /// From the headers of a whole answer.
    pub(crate) fn of(headers: &HeaderMap, total: Option<u64>) -> Self {
        let tag = headers.get(header::ETAG).filter(|tag| !tag.as_bytes().starts_with(b"W/"));
        let ranges = headers.get(header::ACCEPT_RANGES).is_some_and(|units| units.as_bytes() == b"bytes");
        Self { strong_tag: tag.cloned(), total, ranges }
    }

    /// Whether the server said that it can send a part.
    pub(crate) fn resumable(&self) -> bool {
        self.ranges
    }

    /// The headers that ask for everything from `done` on.
    pub(crate) fn ask(&self, done: u64) -> Option<HeaderMap> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        headers.insert(header::RANGE, HeaderValue::try_from(format!("bytes={done}-")).ok()?);
        if let Some(tag) = &self.strong_tag {
            headers.insert(header::IF_RANGE, tag.clone());
        }
        Some(headers)
    }

    /// Whether a 206 answer continues this very version at `done`.
    pub(crate) fn continues(&self, headers: &HeaderMap, done: u64) -> bool {
        let Some((start, total)) = headers.get(header::CONTENT_RANGE).and_then(|value| parse(value.to_str().ok()?))
        else {
            return false;
        };
        let same_tag = self.strong_tag.is_none()
            || headers.get(header::ETAG).is_none_or(|tag| Some(tag) == self.strong_tag.as_ref());
        start == done && same_tag && self.total.is_some() && total == self.total
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
}
