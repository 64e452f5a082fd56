//! What a refusal of the token service means for the connection.

use crate::{Service, State, TokenRefusal};

/// What a refusal means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The grant is over, and this is what the connection becomes.
    Over(State),
    /// The app or the request was refused: the grant may be as good as ever.
    App,
}

/// Reads a refusal by its codes, never by its words. The service's own code decides when the manifest knows it.
///
/// Some services refuse a spent token with status 400 and no code at all.
pub(crate) fn judge(service: &Service, refusal: &TokenRefusal) -> Verdict {
    let known = |code: &str| service.token_errors.get(code).map(String::as_str);
    let (error, code) = (refusal.error.as_deref(), refusal.code.as_deref());
    match code.and_then(known).or_else(|| error.and_then(known)) {
        Some("app") => return Verdict::App,
        Some(name) => return Verdict::Over(State::from_name(name).unwrap_or(State::NeedsReconnect)),
        None => {}
    }
    // `invalid_request` is what some services answer for a token they no longer know.
    match (error, refusal.status) {
        (Some("invalid_grant" | "invalid_request"), _) | (None, 400) => Verdict::Over(State::NeedsReconnect),
        _ => Verdict::App,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::tests::service;

    #[test]
    fn the_services_own_code_decides() {
        let mut service = service("https://api.example.com/v2", "https://example.com/oauth");
        service.token_errors = [("9001", "revoked"), ("9002", "disconnected"), ("9003", "app"), ("9004", "unheard-of")]
            .map(|(code, state)| (code.to_owned(), state.to_owned()))
            .into();
        for (error, code, verdict) in [
            ("", None, Verdict::Over(State::NeedsReconnect)),
            ("invalid_grant", None, Verdict::Over(State::NeedsReconnect)),
            ("invalid_request", Some("1"), Verdict::Over(State::NeedsReconnect)),
            ("invalid_grant", Some("9001"), Verdict::Over(State::Revoked)),
            ("9002", None, Verdict::Over(State::Disconnected)),
            ("invalid_grant", Some("9003"), Verdict::App),
            ("invalid_grant", Some("9004"), Verdict::Over(State::NeedsReconnect)),
            ("invalid_client", None, Verdict::App),
            ("unsupported_grant_type", None, Verdict::App),
        ] {
            let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            let refusal = TokenRefusal { error: text(error), reason: None, code: code.and_then(text), status: 400 };
            assert_eq!(judge(&service, &refusal), verdict, "{refusal}");
        }
    }
}
