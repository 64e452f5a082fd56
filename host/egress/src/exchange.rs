//! Requests to a sign-in service's own endpoints.

use base64::prelude::{BASE64_STANDARD, Engine};
use http::{HeaderMap, HeaderValue};
use tokio::time::{Instant, timeout_at};
use url::{Url, form_urlencoded};
use zeroize::Zeroize;

use crate::{
    Egress, Failure, KnownSecrets, Policy, Purpose, TraceLine,
    address::is_loopback,
    hops::{classify, host_of},
    redact::shown_url,
    response::check_headers,
    send::read,
};

const LARGEST: usize = 1024 * 1024;

/// Fields of a form whose values are secrets (RFC 6749, 7009, 7521, 7636, 8628, 8693).
const SECRET_FIELDS: [&str; 11] = [
    "actor_token",
    "assertion",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "device_code",
    "password",
    "refresh_token",
    "subject_token",
    "token",
];

impl Egress {
    /// Sends a request to an endpoint on the origin of `allowed_base`. Follows no redirect.
    ///
    /// The caller authenticates the request; no credential is added. What the request carries in secret is hidden in the
    /// answer's headers, in every failure, and in the body unless that is a success, which may hold a token that stays good.
    pub async fn exchange(
        &self,
        request: http::Request<Vec<u8>>,
        allowed_base: &Url,
        deadline: Instant,
    ) -> Result<http::Response<Vec<u8>>, Failure> {
        let known = secrets_of(&request);
        let answer = self.ask(request, allowed_base, deadline, &known).await;
        answer.map_err(|failure| failure.scrub(&known))
    }

    async fn ask(
        &self,
        request: http::Request<Vec<u8>>,
        allowed_base: &Url,
        deadline: Instant,
        known: &KnownSecrets,
    ) -> Result<http::Response<Vec<u8>>, Failure> {
        let (parts, body) = request.into_parts();
        let policy = Policy::new(allowed_base.clone(), Vec::new());
        let url = Url::parse(&parts.uri.to_string())
            .map_err(|_| Failure::refused("refused.link", "the endpoint is not an absolute address"))?;
        policy.allow(&url, Purpose::Call)?;
        if url.origin() != allowed_base.origin() {
            let host = host_of(&url);
            return Err(Failure::refused("refused.host", format!("`{host}` is not the sign-in service's own host")));
        }
        if Instant::now() >= deadline {
            return Err(Failure::refused("timeout", "no time was left to send the request"));
        }
        let mut headers = parts.headers;
        headers.remove(http::header::HOST);
        if let Some(value) = headers.get_mut(http::header::AUTHORIZATION) {
            value.set_sensitive(true);
        }
        let client = self.clients.for_address(&policy, &url)?;
        let (method, started) = (parts.method.to_string(), Instant::now());
        let sending = client.request(parts.method, url.clone()).headers(headers).body(body).send();
        let answer = timeout_at(deadline, sending)
            .await
            .map_err(|_| Failure::broken("timeout", format!("{} did not answer in time", host_of(&url))))
            .and_then(|answer| answer.map_err(classify))
            .and_then(|answer| check_headers(answer.headers()).map(|()| answer));
        self.exchanges.request(TraceLine {
            method,
            url: shown_url(&url, allowed_base, known),
            status: answer.as_ref().ok().map(|answer| answer.status().as_u16()),
            millis: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            note: answer.as_ref().err().map(|failure| failure.code.clone()),
            rate: None,
        });
        let mut answer = answer?;
        if answer.status().is_redirection() {
            let host = host_of(&url);
            return Err(Failure::broken(
                "refused.redirect",
                format!("{host} answered a sign-in request with a redirect"),
            ));
        }
        let status = answer.status();
        let received = scrubbed(answer.headers(), known);
        if !status.is_success() {
            answer.extensions_mut().insert(known.clone());
        }
        let answer = read(answer, LARGEST, deadline).await?;
        let mut response = http::Response::new(answer.body);
        *response.status_mut() = status;
        *response.headers_mut() = received;
        Ok(response)
    }

    /// Where a page on loopback sends the browser, for signing in to an emulator without one. Not followed.
    pub async fn redirect_of(&self, page: &Url, deadline: Instant) -> Result<String, Failure> {
        let policy = Policy::new(page.clone(), Vec::new());
        policy.allow(page, Purpose::Call)?;
        if !is_loopback(page) {
            return Err(Failure::refused("refused.host", format!("`{}` is not on loopback", host_of(page))));
        }
        let sending = self.clients.for_address(&policy, page)?.get(page.clone()).send();
        let answer = timeout_at(deadline, sending)
            .await
            .map_err(|_| Failure::broken("timeout", format!("{} did not answer in time", host_of(page))))?
            .map_err(classify)?;
        let location = answer.headers().get(http::header::LOCATION).and_then(|value| value.to_str().ok());
        location.map(str::to_owned).ok_or_else(|| {
            Failure::broken(
                "refused.redirect",
                format!("the sign-in page answered {} without a redirect", answer.status()),
            )
        })
    }
}

/// What a request to a sign-in service says in secret: who the app is, and the fields of its form.
fn secrets_of(request: &http::Request<Vec<u8>>) -> KnownSecrets {
    let mut all: Vec<String> = Vec::new();
    let header = request.headers().get(http::header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if let Some((scheme, value)) = header.and_then(|header| header.split_once(' ')) {
        all.push(value.to_owned());
        let pair = BASE64_STANDARD.decode(value).ok().and_then(|pair| String::from_utf8(pair).ok());
        if scheme.eq_ignore_ascii_case("basic")
            && let Some((_, secret)) = pair.as_deref().and_then(|pair| pair.split_once(':'))
        {
            // The standard has it encoded as in a form (RFC 6749, section 2.3.1).
            all.extend(form_urlencoded::parse(secret.as_bytes()).map(|(decoded, _)| decoded.into_owned()));
            all.push(secret.to_owned());
        }
    }
    let fields = form_urlencoded::parse(request.body());
    all.extend(fields.filter(|(name, _)| SECRET_FIELDS.contains(&name.as_ref())).map(|(_, value)| value.into_owned()));
    let known = KnownSecrets::of(all.iter().map(String::as_str));
    all.zeroize();
    known
}

fn scrubbed(headers: &HeaderMap, known: &KnownSecrets) -> HeaderMap {
    headers
        .iter()
        .filter_map(|(name, value)| {
            let value = HeaderValue::from_bytes(&known.scrub(value.as_bytes().to_vec())).ok()?;
            Some((name.clone(), value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secrets_of_a_request_are_known() {
        let pair = BASE64_STANDARD.encode("app:s3cret%2Fof-the-app");
        let request = http::Request::post("https://a.example/token")
            .header("authorization", format!("Basic {pair}"))
            .body(b"grant_type=refresh_token&refresh_token=a%2Brefresh-token&scope=one-and-two-and-three".to_vec())
            .unwrap();
        let known = secrets_of(&request);
        let said = format!("{pair} s3cret%2Fof-the-app s3cret/of-the-app a+refresh-token one-and-two-and-three");
        assert_eq!(known.scrub_text(said), "[hidden] [hidden] one-and-two-and-three");
    }
}
