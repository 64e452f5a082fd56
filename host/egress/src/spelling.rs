//! The ways a secret may be written in an answer, apart from escapes.

use base64::{
    Engine,
    prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD},
};
use zeroize::Zeroizing;

/// A signature of a JWT has at least this many characters.
const SIGNATURE: usize = 20;

/// One way to write a secret.
pub(crate) struct Spelling {
    pub(crate) text: Zeroizing<Vec<u8>>,
    /// Where the part begins that no other text has. Tokens of one issuer share the beginning.
    pub(crate) unique_from: usize,
}

/// As it is, in hex, and in base64 of both alphabets at each of the three places it may have in a longer text.
pub(crate) fn spellings(secret: &str) -> Vec<Spelling> {
    let unique_from = unique_from(secret);
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut all = vec![
        Spelling { text: secret.as_bytes().to_vec().into(), unique_from },
        Spelling { text: hex.into_bytes().into(), unique_from: 2 * unique_from },
    ];
    for before in 0..3 {
        let standard = base64_at(&BASE64_STANDARD_NO_PAD, before, secret, unique_from);
        let url = base64_at(&BASE64_URL_SAFE_NO_PAD, before, secret, unique_from);
        if url.text != standard.text {
            all.push(url);
        }
        all.push(standard);
    }
    all
}

/// The characters of base64 that depend on the secret alone, with `before` bytes in front of it.
fn base64_at(alphabet: &impl Engine, before: usize, secret: &str, unique_from: usize) -> Spelling {
    let mut padded = Zeroizing::new(vec![0; before]);
    padded.extend_from_slice(secret.as_bytes());
    let text = Zeroizing::new(alphabet.encode(&padded).into_bytes());
    let at = |bytes: usize| (bytes * 8).div_ceil(6);
    let (begin, end) = (at(before), padded.len() * 8 / 6);
    let text = text.get(begin..end).unwrap_or_default().to_vec().into();
    Spelling { text, unique_from: at(before + unique_from) - begin }
}

/// In a JWT the signature: header and claims are nearly the same in the next token of the same account.
fn unique_from(secret: &str) -> usize {
    let signature = secret.rfind('.').map(|dot| dot + 1).filter(|at| secret.len() - at >= SIGNATURE);
    match signature {
        Some(at) if secret.starts_with("eyJ") => at,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jwt_is_told_by_its_signature() {
        assert_eq!(unique_from("eyJhbGciOi.eyJhdWQi.0123456789012345678901234"), 20);
        assert_eq!(unique_from("eyJhbGciOi.eyJhdWQi.short"), 0);
        assert_eq!(unique_from("opaque.0123456789012345678901234"), 0);
    }
}
