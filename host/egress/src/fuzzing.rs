//! The readers of headers without a network around them, for the fuzz gate alone.

use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::download::{essence, type_problem};
use crate::range::Version;
use crate::{Expectation, HostRule, Method, Policy, Purpose, headers, hops, response};

/// What becomes of a service's answer with this head: what the guest sees of it, its trace line, where it redirects to, and
/// whether it continues a download. The same head as a guest's own is checked as well.
pub fn answer(status: u16, lines: &[(String, Vec<u8>)]) {
    let own = lines.iter().map(|(name, value)| (name.clone(), String::from_utf8_lossy(value).into_owned()));
    let _ = headers::checked(&own.collect::<Vec<_>>());
    let mut head = HeaderMap::new();
    for (name, value) in lines {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(value)) {
            // More than a map holds is refused before it is read.
            let _ = head.try_append(name, value);
        }
    }
    let _ = (response::check_headers(&head), response::visible(&head));
    let _ = hops::rate(&head);
    let _ = (essence(&head), type_problem(&head, &Expectation::default()));
    let version = Version::of(&head, Some(10));
    let _ = (version.resumable(), version.proof(), version.ask(5), version.continues(&head, 5));
    let mut answer = http::Response::new(Vec::new());
    *answer.headers_mut() = head;
    let (Ok(status), Ok(base)) = (http::StatusCode::from_u16(status), Url::parse("https://api.example.com/v2")) else {
        return;
    };
    *answer.status_mut() = status;
    let hosts: Vec<HostRule> = "*.example.com".parse().into_iter().collect();
    let (policy, answer) = (Policy::new(base.clone(), hosts), answer.into());
    for method in [Method::Get, Method::Post] {
        for purpose in [Purpose::Call, Purpose::Download] {
            let _ = hops::next_hop((&policy, purpose), method, &base, &answer);
        }
    }
}
