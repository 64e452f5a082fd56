//! Secrets that a grant had before, and those it was made with. A service may repeat them. They are kept sealed beside the
//! token, to be hidden in answers, and are never sent.

use std::collections::VecDeque;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use switchboard_egress::KnownSecrets;

use crate::grant::token::Token;

/// Earlier tokens: those of eight refreshes that each replaced both.
const MOST: usize = 16;
/// All of them together, bytes. Zoom's have about 700 each.
const MOST_BYTES: usize = 32 * 1024;

/// See the module.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct SecretHistory {
    /// The code of the sign-in and the proof sent with it.
    #[serde(default, serialize_with = "seal", deserialize_with = "unseal")]
    sign_in: VecDeque<SecretString>,
    /// Oldest first.
    #[serde(default, serialize_with = "seal", deserialize_with = "unseal")]
    tokens: VecDeque<SecretString>,
}

impl SecretHistory {
    /// The history of a grant that was made with these.
    pub fn of_sign_in<'a>(secrets: impl IntoIterator<Item = &'a SecretString>) -> SecretHistory {
        SecretHistory {
            sign_in: secrets.into_iter().filter(|secret| can_be_hidden(secret)).cloned().collect(),
            tokens: VecDeque::new(),
        }
    }

    /// The history of the token that replaces `old`, by a refresh of the same grant.
    pub fn after(old: &Token) -> SecretHistory {
        let mut history = old.history.clone();
        history.add(old.tokens());
        history
    }

    /// Adds all secrets of a grant that another one takes the place of.
    pub fn add_former(&mut self, former: &Token) {
        let newer = std::mem::take(&mut self.tokens);
        self.add(former.secrets());
        self.add(&newer);
    }

    /// All of them.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretString> {
        self.sign_in.iter().chain(&self.tokens)
    }

    fn add<'a>(&mut self, secrets: impl IntoIterator<Item = &'a SecretString>) {
        for secret in secrets {
            let same = |known: &SecretString| known.expose_secret() == secret.expose_secret();
            if can_be_hidden(secret) && !self.secrets().any(same) {
                self.tokens.push_back(secret.clone());
            }
        }
        let bytes =
            |tokens: &VecDeque<SecretString>| -> usize { tokens.iter().map(|token| token.expose_secret().len()).sum() };
        while self.tokens.len() > MOST || bytes(&self.tokens) > MOST_BYTES {
            self.tokens.pop_front();
        }
    }
}

/// A short text is not hidden: it occurs by chance.
fn can_be_hidden(secret: &SecretString) -> bool {
    !KnownSecrets::of([secret.expose_secret()]).is_empty()
}

fn seal<S: Serializer>(secrets: &VecDeque<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(secrets.iter().map(ExposeSecret::expose_secret))
}

fn unseal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<VecDeque<SecretString>, D::Error> {
    Ok(Vec::<String>::deserialize(deserializer)?.into_iter().map(SecretString::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grant::token::tests::token;

    fn texts(history: &SecretHistory) -> Vec<&str> {
        history.secrets().map(ExposeSecret::expose_secret).collect()
    }

    #[test]
    fn each_refresh_adds_the_tokens_before_it() {
        let mut token = token("the-access-token-1", Some("the-refresh-token-1"), 1);
        token.history = SecretHistory::of_sign_in([&"the-authorization-code".into()]);
        token.history = SecretHistory::after(&token);
        token.access = "the-access-token-2".into();
        token.history = SecretHistory::after(&token);
        assert_eq!(
            texts(&token.history),
            ["the-authorization-code", "the-access-token-1", "the-refresh-token-1", "the-access-token-2"]
        );
    }

    #[test]
    fn the_oldest_tokens_are_dropped_and_the_code_stays() {
        let mut token = token("the-access-token", None, 1);
        token.history = SecretHistory::of_sign_in([&"the-authorization-code".into()]);
        for number in 0..40 {
            token.history = SecretHistory::after(&token);
            token.access = format!("the-access-token-{number}").into();
        }
        let texts = texts(&token.history);
        assert_eq!(texts.len(), MOST + 1);
        assert_eq!((texts.first(), texts.last()), (Some(&"the-authorization-code"), Some(&"the-access-token-38")));
    }

    #[test]
    fn long_tokens_stay_below_the_bound() {
        let mut token = token("the-access-token", None, 1);
        for number in 0..10 {
            token.history = SecretHistory::after(&token);
            token.access = format!("{number}{}", "a".repeat(MOST_BYTES / 3)).into();
        }
        assert_eq!(texts(&token.history).len(), 2);
    }

    #[test]
    fn a_new_grant_remembers_the_former_one() {
        let mut former = token("the-access-token-1", Some("the-refresh-token-1"), 1);
        former.history = SecretHistory::of_sign_in([&"the-code-token-1".into()]);
        let mut history = SecretHistory::of_sign_in([&"the-code-token-2".into()]);
        history.add_former(&former);
        assert_eq!(
            texts(&history),
            ["the-code-token-2", "the-access-token-1", "the-refresh-token-1", "the-code-token-1"]
        );
    }

    #[test]
    fn it_reads_back_what_it_writes() {
        let mut token = token("the-access-token-1", None, 1);
        token.history = SecretHistory::of_sign_in([&"the-authorization-code".into()]);
        token.history = SecretHistory::after(&token);
        let text = serde_json::to_string(&token.history).unwrap();
        let again: SecretHistory = serde_json::from_str(&text).unwrap();
        assert_eq!(texts(&again), ["the-authorization-code", "the-access-token-1"]);
    }
}
