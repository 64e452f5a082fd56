//! The answer of a sign-in as the browser carries it back.

use secrecy::{ExposeSecret, SecretString};
use switchboard_egress::KnownSecrets;
use url::form_urlencoded;

use crate::text::clean;
use crate::{ConnectionsError, Service};

/// Path the browser is sent back to.
pub(crate) const PATH: &str = "/oauth/callback";
const MAX_QUERY: usize = 16 * 1024;

/// What a query says. Nothing of it is trusted yet.
#[derive(Debug, Default)]
pub(crate) struct Callback {
    pub state: Option<String>,
    pub code: Option<SecretString>,
    error: Option<String>,
    description: Option<String>,
    issuer: Option<String>,
}

impl Callback {
    /// Reads a query. None when a parameter comes twice or it is no answer at all.
    pub fn from_query(query: &str) -> Option<Callback> {
        if query.len() > MAX_QUERY {
            return None;
        }
        let mut callback = Callback::default();
        let mut code = None;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let place = match name.as_ref() {
                "state" => &mut callback.state,
                "code" => &mut code,
                "error" => &mut callback.error,
                "error_description" => &mut callback.description,
                "iss" => &mut callback.issuer,
                _ => continue,
            };
            if place.replace(value.into_owned()).is_some() {
                return None;
            }
        }
        callback.code = code.filter(|code| !code.is_empty()).map(SecretString::from);
        (callback.code.is_some() || callback.error.is_some()).then_some(callback)
    }

    /// Whether the service said no.
    pub fn is_refusal(&self) -> bool {
        self.error.is_some()
    }

    /// The code, once the state has been found right. No error shows a secret of `known`, or the code.
    pub fn into_code(self, service: &Service, known: &KnownSecrets) -> Result<SecretString, ConnectionsError> {
        if let Some(issuer) = &self.issuer
            && issuer != service.issuer()
        {
            return Err(ConnectionsError::StateMismatch { what: "another service answered" });
        }
        if let Some(error) = self.error {
            let reason = self.description.as_deref().map_or(String::new(), |text| format!(": {text}"));
            let known = known.and(&KnownSecrets::of(self.code.iter().map(ExposeSecret::expose_secret)));
            return Err(ConnectionsError::Denied { reason: clean(&known.scrub_text(format!("{error}{reason}"))) });
        }
        self.code.ok_or(ConnectionsError::StateMismatch { what: "it holds no code" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::tests::service;

    fn answer(query: &str) -> Result<SecretString, String> {
        let service = service("https://api.example.com/v2", "https://example.com/oauth");
        Callback::from_query(query)
            .ok_or("none".to_owned())?
            .into_code(&service, &KnownSecrets::default())
            .map_err(|error| error.code().to_owned())
    }

    #[test]
    fn only_one_clear_answer_is_taken() {
        for (query, expected) in [
            ("state=s&code=c", Ok(())),
            ("state=s&code=c&iss=https%3A%2F%2Fexample.com%2Foauth", Ok(())),
            ("state=s&code=c&iss=https%3A%2F%2Fexample.com%2Foauth%2F", Err("state-mismatch")),
            ("state=s&code=c&iss=https%3A%2F%2Fexample.com", Err("state-mismatch")),
            ("state=s&code=c&iss=HTTPS%3A%2F%2Fexample.com%2Foauth", Err("state-mismatch")),
            ("state=s&code=c&iss=https%3A%2F%2Fother.example", Err("state-mismatch")),
            ("state=s&code=c&code=d", Err("none")),
            ("state=s&code=", Err("none")),
            ("state=s", Err("none")),
            ("state=s&error=access_denied", Err("denied")),
        ] {
            assert_eq!(
                answer(query).map(|_| ()).as_ref().map_err(String::as_str),
                expected.as_ref().map_err(|e| *e),
                "{query}"
            );
        }
    }

    #[test]
    fn o_18_a_hostile_description_is_made_harmless() {
        let service = service("https://api.example.com/v2", "https://example.com/oauth");
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        for hostile in [
            "\u{1b}[31mred\u{1b}]0;title\u{7}",
            "a\r\nforged line: granted",
            "\u{202e}detnarg\u{2066}\u{200b}\u{feff}",
            &"x".repeat(10_000),
            &"\u{1f600}".repeat(10_000),
        ] {
            for query in [
                format!("error=access_denied&error_description={}", encoded(hostile)),
                format!("error={}", encoded(hostile)),
            ] {
                let error =
                    Callback::from_query(&query).map(|callback| callback.into_code(&service, &KnownSecrets::default()));
                // Longer than any honest answer: no answer at all.
                let Some(error) = error else { continue };
                let error = error.unwrap_err().to_string();
                let shown = |c: char| !c.is_control() && !"\u{202e}\u{2066}\u{200b}\u{feff}".contains(c);
                assert!(error.chars().all(shown) && error.chars().count() < 400, "{error}");
            }
        }
    }
}
