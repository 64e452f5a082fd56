//! What the host must know about signing in.

use serde_json::Value;

use crate::bindings::auth_export::{Header, Identity, Verdict};
use crate::bindings::http::Response;
use crate::bindings::users::License;
use crate::manifest;
use crate::mark::Mark;
use crate::problem;
use crate::service::Outcome;
use crate::wire;
use crate::wire::error::{Kind, Reading};
use crate::zoom::Zoom;

/// The manifest's `auth` section.
pub fn describe() -> String {
    manifest::AUTH.to_owned()
}

/// Who this connection is.
pub fn identify(zoom: &Zoom<'_>) -> Outcome<Identity> {
    let user: wire::user::User = zoom.get("/users/me".to_owned()).json(Mark::Id(&["id"]))?;
    let plan = match user.license() {
        License::Basic => Some("basic"),
        License::Licensed => Some("licensed"),
        License::Unassigned => Some("unassigned"),
        License::None | License::Other => None,
    };
    Ok(Identity {
        user_id: user.id.ok_or_else(|| problem::broken("Zoom's answer about the connected user has no id"))?,
        account_id: user.account_id,
        email: user.email,
        display_name: user.display_name,
        role: user.role_name,
        plan: plan.map(str::to_owned),
    })
}

/// What an answer of the API or of the token endpoint says about credential and limits.
pub fn classify(status: u16, headers: &[Header], body: &[u8]) -> Verdict {
    if let Some(verdict) = token_endpoint(status, body) {
        return verdict;
    }
    // Times are given back as they are: this function has no clock.
    let response = Response { status, headers: headers.to_vec(), body: body.to_vec() };
    let refusal = match Reading::of(&response, 0) {
        Reading::Refused(refusal) => refusal,
        Reading::Success => return verdict("ok", None, None),
        // A page of a proxy or of the network's own sign-in ends no connection.
        Reading::Foreign => return verdict("other", None, None),
    };
    let kind = match refusal.kind {
        Kind::Expired
        | Kind::Replaced
        | Kind::ScopeMissing
        | Kind::NeedsApproval
        | Kind::Forbidden
        | Kind::RateLimited
        | Kind::Unavailable => refusal.kind.code(),
        _ => "other",
    };
    let absolute =
        wire::error::header(headers, "retry-after").is_some_and(|value| value.trim().parse::<u64>().is_err());
    Verdict {
        scopes: refusal.scopes,
        retry_at: if absolute { refusal.retry_after } else { None },
        ..verdict(kind, refusal.message, Some(refusal.kind.row().fix))
    }
}

/// The token endpoint answers `{"reason", "error"}`.
fn token_endpoint(status: u16, body: &[u8]) -> Option<Verdict> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let error = value.get("error")?.as_str()?;
    let reason = value.get("reason").and_then(Value::as_str).map(str::to_owned);
    Some(match (status, error) {
        // Zoom keeps one grant per user and app, so a grant that works no more was used, withdrawn, or replaced by a later sign-in.
        (400 | 401, "invalid_grant") => verdict(
            "revoked",
            reason,
            Some("connect the account again; if it happens often, the same Zoom user is connected twice with this app"),
        ),
        (400 | 401, "invalid_client" | "unauthorized_client") => {
            verdict("other", reason, Some("check the app's client id and client secret"))
        }
        (500.., _) => verdict("unavailable", reason, None),
        _ => verdict("other", reason, None),
    })
}

fn verdict(kind: &str, message: Option<String>, fix: Option<&str>) -> Verdict {
    Verdict { kind: kind.to_owned(), message, fix: fix.map(str::to_owned), scopes: Vec::new(), retry_at: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::script;

    #[track_caller]
    fn is(status: u16, body: &str, kind: &str) {
        assert_eq!(classify(status, &[], body.as_bytes()).kind, kind, "{status} {body}");
    }

    #[test]
    fn answers_of_both_endpoints_are_classified() {
        is(200, "{}", "ok");
        is(204, "", "ok");
        is(401, r#"{"code":124,"message":"x"}"#, "expired");
        is(400, r#"{"code":4711,"message":"scopes:[a:b]"}"#, "scope-missing");
        is(429, r#"{"code":429,"message":"x"}"#, "rate-limited");
        is(503, "<html>", "unavailable");
        is(404, r#"{"code":3001,"message":"x"}"#, "other");
        is(400, r#"{"reason":"Invalid Token!","error":"invalid_grant"}"#, "revoked");
        is(400, r#"{"reason":"Bad Request","error":"invalid_request"}"#, "other");
        is(401, r#"{"code":"401","message":"x"}"#, "other");
        is(401, "<result><code>124</code><message>x</message></result>", "expired");
    }

    #[test]
    fn a_page_says_nothing_about_the_credential() {
        for status in [302, 400, 401, 403, 404, 407, 451] {
            for body in ["<!doctype html><title>Sign in to the network</title>", "", "Forbidden"] {
                is(status, body, "other");
            }
        }
    }

    #[test]
    fn a_daily_limit_says_until_when() {
        let headers = [Header { name: "retry-after".to_owned(), value: "2026-07-30T00:00:00Z".to_owned() }];
        assert_eq!(classify(429, &headers, b"{}").retry_at, Some(1_785_369_600_000));
    }

    #[test]
    fn the_connection_is_the_user_behind_it() {
        let script = script("GET /users/me", 200, r#"{"id":"u1","account_id":"a1","type":2,"role_name":"Owner"}"#);
        let identity = identify(&Zoom::new(&script)).unwrap();
        assert_eq!((identity.user_id.as_str(), identity.plan.as_deref()), ("u1", Some("licensed")));
    }
}
