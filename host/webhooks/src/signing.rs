//! How a service signs, as its connector's manifest says.

use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

const TIMESTAMP: &str = "{timestamp}";
const BODY: &str = "{body}";
/// Lower case: one signature has one spelling.
const HEX: &str = "{hmac-sha256-hex}";

/// How a service signs: HMAC-SHA256 over a time and the body, byte by byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Text", into = "Text")]
pub struct Signing {
    text: Text,
    /// What is signed before the time, between time and body, and after the body.
    parts: [String; 3],
    /// What stands before and after the hexadecimal digits.
    around: [String; 2],
}

/// The manifest's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    /// The header with the signature.
    signature_header: String,
    /// The header with the time, seconds since 1970.
    timestamp_header: String,
    /// What is signed: `{timestamp}`, then `{body}`, with text around them.
    signed: String,
    /// How the signature is written: `{hmac-sha256-hex}`, with text around it.
    signature: String,
}

/// What the manifest says of signatures would prove nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    /// A part that is not signed can be changed by anybody.
    #[error(
        "`signed` is `{found}`: it needs `{{timestamp}}` and after it `{{body}}`, with a character between them that is not a digit"
    )]
    Signed { found: String },
    /// Only one way of signing is known.
    #[error("`signature` is `{found}`: it needs `{{hmac-sha256-hex}}`")]
    Signature { found: String },
    /// A header has no name.
    #[error("`{field}` is `{found}`: name the header in lower case")]
    Header { field: &'static str, found: String },
}

impl TryFrom<Text> for Signing {
    type Error = SigningError;

    fn try_from(text: Text) -> Result<Self, SigningError> {
        let headers = [("signature_header", &text.signature_header), ("timestamp_header", &text.timestamp_header)];
        for (field, name) in headers {
            let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            if name.is_empty() || !name.bytes().all(good) {
                return Err(SigningError::Header { field, found: name.clone() });
            }
        }
        let signed = || SigningError::Signed { found: text.signed.clone() };
        let (before, rest) = text.signed.split_once(TIMESTAMP).ok_or_else(signed)?;
        let (between, after) = rest.split_once(BODY).ok_or_else(signed)?;
        // Else digits could move from the body to the time under the same signature.
        if between.bytes().next().is_none_or(|byte| byte.is_ascii_digit()) {
            return Err(signed());
        }
        let (left, right) =
            text.signature.split_once(HEX).ok_or_else(|| SigningError::Signature { found: text.signature.clone() })?;
        let parts = [before.to_owned(), between.to_owned(), after.to_owned()];
        let around = [left.to_owned(), right.to_owned()];
        Ok(Self { text, parts, around })
    }
}

impl From<Signing> for Text {
    fn from(signing: Signing) -> Self {
        signing.text
    }
}

impl Signing {
    /// The header with the signature, in lower case.
    pub fn signature_header(&self) -> &str {
        &self.text.signature_header
    }

    /// The header with the time, in lower case.
    pub fn timestamp_header(&self) -> &str {
        &self.text.timestamp_header
    }

    /// The bytes of a signature as it is written; none for any other form or case.
    pub(crate) fn proof(&self, written: &[u8]) -> Option<[u8; 32]> {
        let [left, right] = &self.around;
        let hex = written.strip_prefix(left.as_bytes())?.strip_suffix(right.as_bytes())?;
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        if hex.len() != 64 {
            return None;
        }
        let mut proof = [0; 32];
        for (byte, pair) in proof.iter_mut().zip(hex.as_chunks::<2>().0) {
            let [high, low] = *pair;
            *byte = digit(high)? << 4 | digit(low)?;
        }
        Some(proof)
    }

    /// Whether the bytes were signed with the secret. Takes the same time whatever the signature is.
    pub(crate) fn holds(&self, secret: &SecretString, timestamp: &str, body: &[u8], proof: &[u8; 32]) -> bool {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else {
            return false;
        };
        let [before, between, after] = &self.parts;
        for part in [before.as_bytes(), timestamp.as_bytes(), between.as_bytes(), body, after.as_bytes()] {
            mac.update(part);
        }
        mac.verify_slice(proof).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_manifest_whose_signatures_would_prove_nothing_is_refused_and_a_good_one_is_kept_as_it_is() {
        let good = json!({"signature_header": "x-sign", "timestamp_header": "x-at", "signed": "{timestamp}.{body}",
            "signature": "{hmac-sha256-hex}"});
        let read: Signing = serde_json::from_value(good.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), good);
        for (field, value) in [
            ("signed", "{timestamp}"),
            ("signed", "{body}"),
            ("signed", "v0:{body}:{timestamp}"),
            ("signed", "{timestamp}{body}"),
            ("signed", "{timestamp}0{body}"),
            ("signature", "v0=abc"),
            ("signature_header", ""),
            ("timestamp_header", "X-At"),
            ("more", "x"),
        ] {
            let mut bad = good.clone();
            bad[field] = json!(value);
            assert!(serde_json::from_value::<Signing>(bad).is_err(), "{field}: {value}");
        }
    }
}
