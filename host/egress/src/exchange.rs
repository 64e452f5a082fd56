//! Requests to a sign-in service's own endpoints.

use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::{
    Egress, Failure, Policy, TraceLine,
    address::is_loopback,
    hops::{classify, host_of},
    redact::shown_url,
    send::read,
};

const LARGEST: usize = 1024 * 1024;

impl Egress {
    /// Sends a request to an endpoint on the origin of `allowed_base`. Follows no redirect.
    ///
    /// The caller authenticates the request; no credential is added.
    pub async fn exchange(
        &self,
        request: http::Request<Vec<u8>>,
        allowed_base: &Url,
        deadline: Instant,
    ) -> Result<http::Response<Vec<u8>>, Failure> {
        let (parts, body) = request.into_parts();
        let policy = Policy::new(allowed_base.clone(), Vec::new());
        let url = Url::parse(&parts.uri.to_string())
            .map_err(|_| Failure::refused("refused.link", "the endpoint is not an absolute address"))?;
        policy.allow(&url)?;
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
            .and_then(|answer| answer.map_err(classify));
        self.exchanges.request(TraceLine {
            method,
            url: shown_url(&url, allowed_base),
            status: answer.as_ref().ok().map(|answer| answer.status().as_u16()),
            millis: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            note: answer.as_ref().err().map(|failure| failure.code.clone()),
            rate: None,
        });
        let answer = answer?;
        if answer.status().is_redirection() {
            let host = host_of(&url);
            return Err(Failure::broken(
                "refused.redirect",
                format!("{host} answered a sign-in request with a redirect"),
            ));
        }
        let (status, received) = (answer.status(), answer.headers().clone());
        let answer = read(answer, LARGEST, deadline).await?;
        let mut response = http::Response::new(answer.body);
        *response.status_mut() = status;
        *response.headers_mut() = received;
        Ok(response)
    }

    /// Where a page on loopback sends the browser, for signing in to an emulator without one. Not followed.
    pub async fn redirect_of(&self, page: &Url, deadline: Instant) -> Result<String, Failure> {
        let policy = Policy::new(page.clone(), Vec::new());
        policy.allow(page)?;
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
