//! The last sign-in that did not end well.

use serde_json::Value;
use switchboard_runtime::manifest::Manifest;
use switchboard_runtime::remedy::Sign;
use tokio::time::{Duration, Instant};
use url::Url;

use super::Finding;
use crate::app::App;
use crate::commands::connect::last_attempt;
use crate::remedy::{Facts, number};

/// What is known of an attempt.
pub fn facts(attempt: Option<&Value>) -> Facts {
    let text = |name: &str| attempt.and_then(|attempt| attempt.get(name)).and_then(Value::as_str).map(str::to_owned);
    Facts {
        label: text("label"),
        email: text("expected"),
        expected: text("expected"),
        client_id: text("client_id"),
        redirect: text("redirect"),
        scopes: Vec::new(),
    }
}

pub async fn look(app: &App, manifest: &Manifest) -> Option<Finding> {
    let attempt = last_attempt(app)?;
    let facts = facts(Some(&attempt));
    let label = facts.label.as_deref().unwrap_or("?");
    let about = "last attempt";
    if let Some(number) = page_number(app, &attempt).await {
        let sign = Sign { code: Some(number.clone()), ..Sign::default() };
        if let Some(remedy) = manifest.remedy(&sign) {
            let text =
                format!("`{label}` was not connected: the sign-in page answers with {number} ({})", remedy.title);
            return Some(Finding::bad(about, text).remedy(Some(remedy), &facts));
        }
    }
    let seen = attempt.get("seen").and_then(Value::as_str);
    let remedy = seen.and_then(|seen| {
        let sign = Sign { problem: Some(seen.to_owned()), ..Sign::default() };
        manifest.remedy_of(seen).or_else(|| manifest.remedy(&sign))
    });
    Some(match (seen, remedy) {
        (_, Some(remedy)) => {
            let text = format!("`{label}` was not connected: {}", remedy.title);
            Finding::bad(about, text).remedy(Some(remedy), &facts)
        }
        (Some("timeout") | None, None) => {
            // Stopped, most often by the person: no trouble of its own. The next sign-in that works ends it.
            let text = format!(
                "`{label}` was not connected: no answer came. Where that was not your wish, the page that the browser showed tells why"
            );
            Finding::note(about, text).fix("switchboard doctor --seen \"what the page says\"")
        }
        (Some(code), None) => {
            let text = format!("`{label}` was not connected: {code}");
            Finding::bad(about, text).fix("run the same command again")
        }
    })
}

/// The number on the page that the sign-in's address gives when it is refused before anybody signs in.
async fn page_number(app: &App, attempt: &Value) -> Option<String> {
    let page: Url = attempt.get("authorize")?.as_str()?.parse().ok()?;
    let base: Url = attempt.get("oauth_base")?.as_str()?.parse().ok()?;
    let request = http::Request::get(page.as_str()).body(Vec::new()).ok()?;
    let answer = app.egress.exchange(request, &base, Instant::now() + Duration::from_secs(10)).await.ok()?;
    if answer.status().is_success() {
        return None;
    }
    number(&String::from_utf8_lossy(answer.body()))
}
