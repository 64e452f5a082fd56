//! One request and its redirects, each hop checked like the first.

use std::{error::Error, time::Instant};

use http::{HeaderMap, header};
use reqwest::Response as Answer;
use tokio::time::{Instant as Deadline, timeout_at};
use url::Url;

use crate::{
    Credential, Egress, Failure, KnownSecrets, Method, Policy, Purpose, Request, Trace, TraceLine, headers,
    redact::shown_url, resolver::AddressRefused, response::check_headers,
};

const MOST_REDIRECTS: usize = 5;
const LONGEST_LOCATION: usize = 16 * 1024;
/// What a trace shows of each header about the rate limit.
const LONGEST_RATE: usize = 64;

/// What a request may use.
#[derive(Clone, Copy)]
pub(crate) struct Way<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) credential: Option<&'a Credential>,
    pub(crate) deadline: Deadline,
    pub(crate) trace: &'a dyn Trace,
}

impl Way<'_> {
    fn known(&self) -> KnownSecrets {
        self.credential.map(|credential| credential.known().clone()).unwrap_or_default()
    }
}

impl Egress {
    /// Sends the request for a file and follows its redirects to an answer whose body is still unread.
    ///
    /// `extra` are headers of our own that every hop gets.
    ///
    /// The answer carries what is to be hidden in it.
    pub(crate) async fn open(&self, way: Way<'_>, request: &Request, extra: &HeaderMap) -> Result<Answer, Failure> {
        self.open_for(Purpose::Download, way, request, extra).await
    }

    /// [`Egress::open`] for another purpose.
    pub(crate) async fn open_for(
        &self,
        purpose: Purpose,
        way: Way<'_>,
        request: &Request,
        extra: &HeaderMap,
    ) -> Result<Answer, Failure> {
        let known = way.known();
        let mut answer = self.follow(purpose, way, request, extra).await.map_err(|failure| failure.scrub(&known))?;
        answer.extensions_mut().insert(known);
        Ok(answer)
    }

    async fn follow(
        &self,
        purpose: Purpose,
        way: Way<'_>,
        request: &Request,
        extra: &HeaderMap,
    ) -> Result<Answer, Failure> {
        let mut url = way.policy.resolve(&request.target, &request.query, purpose)?;
        let mut own = headers::checked(&request.headers)?;
        let mut credential = way.credential;
        for hop in 0..=MOST_REDIRECTS {
            credential = credential.filter(|_| way.policy.may_carry(&url, purpose));
            let mut all = own.clone();
            all.extend(extra.clone());
            if let Some(credential) = credential {
                let value = credential
                    .header()
                    .ok_or_else(|| Failure::refused("refused.header", "the credential is not a valid header value"))?;
                all.insert(header::AUTHORIZATION, value);
            }
            let answer =
                self.hop(way, request, &url, all, hop).await.map_err(|failure| failure.after_first_hop(hop))?;
            let Some(next) = next_hop((way.policy, purpose), request.method, &url, &answer)? else {
                return Ok(answer);
            };
            if next.origin() != url.origin() {
                own = headers::for_other_origin(&own);
            }
            url = next;
        }
        Err(Failure::broken("refused.redirect", format!("more than {MOST_REDIRECTS} redirects")))
    }

    async fn hop(
        &self,
        way: Way<'_>,
        request: &Request,
        url: &Url,
        headers: HeaderMap,
        hop: usize,
    ) -> Result<Answer, Failure> {
        if Deadline::now() >= way.deadline {
            return Err(Failure::refused("timeout", "no time was left to send the request"));
        }
        let client = self.clients.for_address(way.policy, url)?;
        let mut outgoing = client.request(request.method.http(), url.clone()).headers(headers);
        if let Some(body) = &request.body {
            outgoing = outgoing.body(body.clone());
        }
        let started = Instant::now();
        let outcome = match timeout_at(way.deadline, outgoing.send()).await {
            Ok(Ok(answer)) => check_headers(answer.headers()).map(|()| answer),
            Ok(Err(error)) => Err(classify(error)),
            Err(_) => Err(Failure::broken("timeout", format!("{} did not answer in time", host_of(url)))),
        };
        if !way.trace.is_read() {
            return outcome;
        }
        let note = match &outcome {
            Err(failure) => Some(failure.code.clone()),
            Ok(_) if hop > 0 => Some(format!("redirect {hop}")),
            Ok(_) => None,
        };
        let known = way.known();
        way.trace.request(TraceLine {
            method: request.method.to_string(),
            url: shown_url(url, way.policy.api_base(), &known),
            status: outcome.as_ref().ok().map(|answer| answer.status().as_u16()),
            millis: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            note,
            rate: outcome.as_ref().ok().and_then(|answer| rate(answer.headers())).map(|rate| known.scrub_text(rate)),
        });
        outcome
    }
}

/// Where a redirect leads, if the answer is one.
pub(crate) fn next_hop(
    (policy, purpose): (&Policy, Purpose),
    method: Method,
    from: &Url,
    answer: &Answer,
) -> Result<Option<Url>, Failure> {
    let status = answer.status().as_u16();
    let Some(location) = answer.headers().get(header::LOCATION) else {
        return Ok(None);
    };
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let refused = |why: &str| Failure::broken("refused.redirect", format!("{} redirected {why}", host_of(from)));
    let location = location.to_str().map_err(|_| refused("to an unreadable address"))?;
    let plain = location.bytes().all(|byte| byte.is_ascii_graphic()) && !location.contains('\\');
    if location.is_empty() || location.len() > LONGEST_LOCATION || !plain {
        return Err(refused("to an unreadable address"));
    }
    let mut next = from.join(location).map_err(|_| refused("to an unreadable address"))?;
    next.set_fragment(None);
    if from.scheme() == "https" && next.scheme() != "https" {
        return Err(refused("away from https"));
    }
    if method != Method::Get && (!matches!(status, 307 | 308) || next.origin() != from.origin()) {
        return Err(refused(&format!("a {method}, which is not sent twice")));
    }
    policy.allow(&next, purpose).map_err(|failure| Failure {
        message: format!("{} redirected to an address that is not allowed: {}", host_of(from), failure.message),
        ..failure.after_first_hop(1)
    })?;
    Ok(Some(next))
}

/// Whether the request may have been seen, and what to call it.
pub(crate) fn classify(error: reqwest::Error) -> Failure {
    let here = error.url().filter(|url| crate::address::is_loopback(url)).map(|url| url.origin().ascii_serialization());
    let error = error.without_url();
    let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
    let mut last = error.to_string();
    while let Some(inner) = cause {
        if let Some(refused) = inner.downcast_ref::<AddressRefused>() {
            return Failure::refused("refused.address", refused.to_string());
        }
        last = inner.to_string();
        cause = inner.source();
    }
    let last = crate::redact(&last);
    if error.is_connect() || error.is_builder() {
        let failure = Failure::refused("unreachable", format!("the service cannot be reached: {last}"));
        if let Some(here) = here {
            return failure.with_fix(format!("nothing answers at {here}: start it, or connect to its address"));
        }
        return failure
            .with_fix("check the network, and that the time and root certificates of this machine are right");
    }
    let code = if error.is_timeout() { "timeout" } else { "unreachable" };
    Failure::broken(code, format!("the connection broke before an answer came: {last}"))
}

pub(crate) fn host_of(url: &Url) -> &str {
    url.host_str().unwrap_or("the service")
}

pub(crate) fn rate(headers: &HeaderMap) -> Option<String> {
    let text = |name: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).map(|text| text.get(..LONGEST_RATE).unwrap_or(text))
    };
    let parts: Vec<String> = [
        text("x-ratelimit-category").map(str::to_owned),
        text("x-ratelimit-remaining").map(|left| match text("x-ratelimit-limit") {
            Some(limit) => format!("{left} of {limit} left"),
            None => format!("{left} left"),
        }),
        text("retry-after").map(|wait| format!("retry after {wait}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| crate::redact(&parts.join(", ")))
}
