//! Every spelling a secret may hide in, looked for in one pass.

use std::collections::{HashMap, HashSet};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};

use crate::Secret;

/// Long secrets are looked for in pieces of this many bytes, so that a part of one is found too.
const PIECE: usize = 32;
/// Shorter texts occur by chance.
const SHORTEST: usize = 12;
/// Bytes a needle is found by.
const HEAD: usize = 8;
const FILTER_BITS: u32 = 20;

/// Everything that must not be found, ready to look for all of it in one pass.
pub struct Needles {
    /// A bit for each head there may be: most bytes are passed by it alone.
    filter: Vec<u64>,
    by_head: HashMap<u64, Vec<Needle>>,
    too_short: Vec<String>,
}

struct Needle {
    bytes: Vec<u8>,
    secret: String,
}

impl Needles {
    /// Of named secrets. The name is told when one is found, the secret is not.
    pub fn new(secrets: &[Secret]) -> Self {
        let mut all = Self { filter: vec![0; 1 << (FILTER_BITS - 6)], by_head: HashMap::new(), too_short: Vec::new() };
        let mut known = HashSet::new();
        for (name, secret) in secrets {
            let pieces = pieces(secret);
            if pieces.is_empty() {
                all.too_short.push(name.clone());
            }
            for piece in pieces {
                if known.insert(piece) {
                    for bytes in spellings(piece) {
                        all.add(name, bytes);
                    }
                }
            }
        }
        all
    }

    fn add(&mut self, name: &str, bytes: Vec<u8>) {
        let Some(head) = bytes.first_chunk::<HEAD>().map(|head| u64::from_be_bytes(*head)) else { return };
        let (word, bit) = slot(head);
        if let Some(word) = self.filter.get_mut(word) {
            *word |= bit;
        }
        self.by_head.entry(head).or_default().push(Needle { bytes, secret: name.to_owned() });
    }

    /// The names of those that cannot be looked for.
    pub fn too_short(&self) -> &[String] {
        &self.too_short
    }

    /// The name of a secret that is in there.
    pub fn find(&self, text: &[u8]) -> Option<&str> {
        let mut head = 0u64;
        for (at, byte) in text.iter().enumerate() {
            head = head << 8 | u64::from(*byte);
            let (word, bit) = slot(head);
            if self.filter.get(word).is_none_or(|word| word & bit == 0) {
                continue;
            }
            let rest = (at + 1).checked_sub(HEAD).and_then(|begin| text.get(begin..)).unwrap_or_default();
            let candidates = self.by_head.get(&head).into_iter().flatten();
            if let Some(found) = candidates.into_iter().find(|needle| rest.starts_with(&needle.bytes)) {
                return Some(&found.secret);
            }
        }
        None
    }
}

fn slot(head: u64) -> (usize, u64) {
    let hash = head.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - FILTER_BITS);
    ((hash >> 6) as usize, 1 << (hash & 63))
}

/// A secret in pieces. The header of a JWT is the same in all of them, and no secret.
fn pieces(secret: &[u8]) -> Vec<&[u8]> {
    let body = match secret.strip_prefix(b"eyJ") {
        Some(rest) => rest.iter().position(|byte| *byte == b'.').and_then(|dot| rest.get(dot + 1..)).unwrap_or(rest),
        None => secret,
    };
    if body.len() < SHORTEST {
        return Vec::new();
    }
    let mut pieces: Vec<&[u8]> = body.chunks(PIECE).filter(|piece| piece.len() >= SHORTEST).collect();
    pieces.extend(body.last_chunk::<PIECE>().map(|last| last.as_slice()));
    pieces
}

/// Every spelling the bytes may hide in, also inside a longer text that was encoded as a whole.
pub fn spellings(secret: &[u8]) -> HashSet<Vec<u8>> {
    let each =
        |one: fn(&u8) -> String, between: &str| -> String { secret.iter().map(one).collect::<Vec<_>>().join(between) };
    let mut texts = vec![
        each(|byte| format!("{byte:02x}"), ""),
        each(|byte| format!("{byte:02X}"), ""),
        // A list of bytes as Rust and JSON print it.
        each(u8::to_string, ", "),
        each(u8::to_string, ","),
        each(|byte| format!("%{byte:02X}"), ""),
        each(|byte| format!("%{byte:02x}"), ""),
        each(|byte| format!("\\u{byte:04x}"), ""),
        each(|byte| format!("\\u{byte:04X}"), ""),
    ];
    for before in 0..3 {
        texts.push(inside(&BASE64_STANDARD_NO_PAD, before, secret));
        texts.push(inside(&BASE64_URL_SAFE_NO_PAD, before, secret));
    }
    let mut found: HashSet<Vec<u8>> = HashSet::from([secret.to_vec()]);
    if let Ok(text) = std::str::from_utf8(secret) {
        let percent: String = url::form_urlencoded::byte_serialize(secret).collect();
        texts.push(percent.replace('+', "%20"));
        texts.push(percent);
        let quoted = serde_json::Value::from(text).to_string();
        texts.push(quoted.trim_matches('"').to_owned());
        texts.push(quoted.trim_matches('"').replace('/', "\\/"));
        let html = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        texts.extend(["&quot;", "&#34;"].map(|quote| html.replace('"', quote)));
        texts.push(html);
        found.insert(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        found.insert(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    }
    found.extend(texts.into_iter().map(String::into_bytes));
    found
}

/// What base64 makes of the bytes wherever they stand: the characters at both ends that depend on the neighbours left out.
fn inside(alphabet: &impl Engine, before: usize, secret: &[u8]) -> String {
    let padded: Vec<u8> = std::iter::repeat_n(0, before).chain(secret.iter().copied()).collect();
    let text = alphabet.encode(&padded);
    let begin = (before * 8).div_ceil(6);
    let whole = padded.len() * 8 / 6;
    text.get(begin..whole).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"a-canary+of/forty \"characters\"-012345678";

    fn needles() -> Needles {
        Needles::new(&[("canary".into(), SECRET.to_vec())])
    }

    #[test]
    fn inside_a_longer_text_that_was_encoded_as_a_whole_it_is_found() {
        for before in 0..4 {
            let whole = [&b"app:id"[..before], SECRET, b":after"].concat();
            for text in [BASE64_STANDARD_NO_PAD.encode(&whole), BASE64_URL_SAFE_NO_PAD.encode(&whole)] {
                assert_eq!(needles().find(text.as_bytes()), Some("canary"), "{before}");
            }
        }
    }

    #[test]
    fn a_part_of_a_long_token_is_found_and_its_common_header_is_not() {
        let token =
            format!("eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzUxMiJ9.{}", "0123456789abcdef".repeat(4) + &"x-Y_z".repeat(40));
        let needles = Needles::new(&[("token".into(), token.clone().into_bytes())]);
        assert_eq!(needles.find(&token.as_bytes()[100..170]), Some("token"));
        assert_eq!(needles.find(&token.as_bytes()[..40]), None);
    }
}
