//! Sign-ins that did not end well, and how to be done with them.

use switchboard_connections::number_in;
use switchboard_manifest::Manifest;
use switchboard_manifest::remedy::Sign;
use tokio::time::{Duration, Instant};
use url::Url;

use super::Finding;
use crate::connect::attempt::Attempt;
use crate::remedy::Facts;
use crate::{App, NextStep, message, time};

const ABOUT: &str = "last attempt";

/// What became of one.
pub async fn look(app: &App, manifest: &Manifest, attempt: &Attempt) -> Finding {
    judge(app, manifest, attempt).await.with_dismissal(&attempt.label)
}

/// What is known of one. Of a connection that is there already it was to be a new sign-in.
pub async fn facts(app: &App, attempt: &Attempt) -> Facts {
    let connected = app.connections().await.ok().and_then(|all| all.show(&attempt.label).ok());
    Facts { connected: connected.map(|row| row.method), ..attempt.facts() }
}

async fn judge(app: &App, manifest: &Manifest, attempt: &Attempt) -> Finding {
    let facts = facts(app, attempt).await;
    let what = if facts.connected.is_some() { "was not signed in again" } else { "was not connected" };
    let began = format!("`{}` {what} at {}", attempt.label, time::text(attempt.at_ms));
    if let Some(number) = page_number(app, attempt).await {
        let sign = Sign { code: Some(number.clone()), ..Sign::default() };
        if let Some(remedy) = manifest.remedy(&sign) {
            let text =
                format!("{began}: the sign-in page of {} shows error {number} ({})", manifest.title, remedy.title);
            return Finding::bad(ABOUT, text).with_remedy(Some(remedy), &facts);
        }
    }
    if attempt.is_open(app.now()) {
        let since = time::text(attempt.at_ms);
        let text =
            format!("`{}` is being connected: another sign-in waits for the answer since {since}", attempt.label);
        return Finding::note(ABOUT, text).with_fix("answer on the page that it opened, or end it there");
    }
    let Some(failure) = &attempt.failure else {
        // Stopped, most often by the person: no trouble of its own.
        let text =
            format!("{began}: no answer came. If you did not cancel it, look at the page in the browser for the cause");
        return Finding::note(ABOUT, text).with_fix(NextStep::ReportPage);
    };
    match failure.remedy.as_deref().and_then(|id| manifest.remedy_of(id)) {
        Some(remedy) => {
            let finding = Finding::bad(ABOUT, format!("{began}: {}", remedy.title));
            finding.with_remedy(Some(remedy), &facts).with_repeat(attempt.original.clone())
        }
        None => Finding::bad(ABOUT, format!("{began}: {} ({})", failure.message, failure.code))
            .with_fix(message!["sign in again: ", facts.again()]),
    }
}

/// The number on the page that the sign-in's address gives when it is refused before anybody signs in.
async fn page_number(app: &App, attempt: &Attempt) -> Option<String> {
    let page: Url = attempt.authorize.as_ref()?.parse().ok()?;
    let base: Url = attempt.oauth_base.as_ref()?.parse().ok()?;
    let request = http::Request::get(page.as_str()).body(Vec::new()).ok()?;
    let answer = app.egress().exchange(request, &base, Instant::now() + Duration::from_secs(10)).await.ok()?;
    if answer.status().is_success() {
        return None;
    }
    number_in(&String::from_utf8_lossy(answer.body()))
}
