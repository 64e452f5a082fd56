//! Sign-ins that did not end well, and how to be done with them.

use serde_json::json;
use switchboard_connections::number_in;
use switchboard_manifest::Manifest;
use switchboard_manifest::remedy::Sign;
use tokio::time::{Duration, Instant};
use url::Url;

use super::Finding;
use crate::app::App;
use crate::command_line::CommandLine;
use crate::commands::connect::attempt::{self, Attempt};
use crate::output;
use crate::present::remedy::again;
use switchboard_app::AppError;
use switchboard_app::remedy::Facts;

const ABOUT: &str = "last attempt";

/// What became of one.
pub async fn look(app: &App, manifest: &Manifest, attempt: &Attempt) -> Finding {
    let found = judge(app, manifest, attempt).await;
    found.dismissed_by(format!("switchboard doctor --dismiss {}", attempt.label))
}

/// What is known of one. Of a connection that is there already it was to be a new sign-in.
pub async fn facts(app: &App, attempt: &Attempt) -> Facts {
    let connected = app.connections().await.ok().and_then(|all| all.show(&attempt.label).ok());
    Facts { connected: connected.map(|row| row.method), ..attempt.facts() }
}

async fn judge(app: &App, manifest: &Manifest, attempt: &Attempt) -> Finding {
    let facts = facts(app, attempt).await;
    let what = if facts.connected.is_some() { "was not signed in again" } else { "was not connected" };
    let began = format!("`{}` {what} at {}", attempt.label, output::time(attempt.at_ms));
    if let Some(number) = page_number(app, attempt).await {
        let sign = Sign { code: Some(number.clone()), ..Sign::default() };
        if let Some(remedy) = manifest.remedy(&sign) {
            let text = format!("{began}: Zoom's sign-in page shows error {number} ({})", remedy.title);
            return Finding::bad(ABOUT, text).remedy(Some(remedy), &facts);
        }
    }
    if attempt.is_open() {
        let since = output::time(attempt.at_ms);
        let text =
            format!("`{}` is being connected: another command waits for the answer since {since}", attempt.label);
        return Finding::note(ABOUT, text).fix("answer on the page that it opened, or end it there");
    }
    let Some(failure) = &attempt.failure else {
        // Stopped, most often by the person: no trouble of its own.
        let text =
            format!("{began}: no answer came. If you did not cancel it, look at the page in the browser for the cause");
        return Finding::note(ABOUT, text).fix("switchboard doctor --seen \"what the page says\"");
    };
    match failure.remedy.as_deref().and_then(|id| manifest.remedy_of(id)) {
        Some(remedy) => {
            let found = Finding::bad(ABOUT, format!("{began}: {}", remedy.title)).remedy(Some(remedy), &facts);
            let same = attempt
                .given
                .clone()
                .map(|given| format!("The same command again: {}", CommandLine::from(given).copyable()));
            found.and_then_here(same)
        }
        None => Finding::bad(ABOUT, format!("{began}: {} ({})", failure.message, failure.code))
            .fix(format!("run the same command again: {}", again(&facts))),
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

/// `doctor --dismiss`: forgets those of a label, or all of them. Connections are not touched.
pub async fn dismiss(app: &App, label: Option<&str>) -> Result<(), AppError> {
    let dismissed = attempt::dismiss(&app.store()?, label).await?;
    if let (Some(label), true) = (label, dismissed.is_empty()) {
        return Err(AppError::not_found(
            format!("no failed sign-in is stored for `{label}`"),
            "`switchboard doctor` lists failed sign-ins",
        ));
    }
    if app.global.json {
        return output::json(&json!({ "dismissed": dismissed }));
    }
    match dismissed.as_slice() {
        [] => output::line("no failed sign-in is stored"),
        all => output::line(&format!("forgotten: the sign-in as {}", all.join(", "))),
    }
}
