//! Compressed texts inside a text, in base64: gzip and zlib, which say what they are.

use std::ops::Range;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use memchr::memchr2_iter;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};

/// What each begins with in base64: a gzip header, and those of zlib from the fastest to the best.
const BEGINNINGS: [&[u8]; 5] = [b"H4sI", b"eA", b"eF", b"eJ", b"eN"];
/// Shorter ones hold no secret.
const SHORTEST: usize = 24;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A text that was compressed.
pub(crate) struct Unpacked {
    /// Where it stands.
    pub(crate) source: Range<usize>,
    pub(crate) bytes: Vec<u8>,
    /// There is more of it than may be read.
    pub(crate) is_cut: bool,
}

/// Every compressed text. `left` is how many bytes may come out, and falls by those that do.
pub(crate) fn unpack(text: &[u8], left: &mut usize) -> Vec<Unpacked> {
    let (mut all, mut done) = (Vec::new(), 0);
    for start in memchr2_iter(b'H', b'e', text) {
        let rest = text.get(start..).unwrap_or_default();
        let is_inside = start.checked_sub(1).and_then(|at| text.get(at)).is_some_and(u8::is_ascii_alphanumeric);
        if start < done || is_inside || !BEGINNINGS.iter().any(|beginning| rest.starts_with(beginning)) {
            continue;
        }
        let (digits, length) = digits(rest);
        done = start + length;
        let Some(packed) = decode(&digits) else { continue };
        let Some(deflated) = deflated(&packed) else { continue };
        let (bytes, is_cut) = match decompress_to_vec_with_limit(deflated, *left) {
            Ok(bytes) => (bytes, false),
            // As much as there is of one that was cut short.
            Err(error) => (error.output, error.status == TINFLStatus::HasMoreOutput),
        };
        *left -= bytes.len().min(*left);
        all.push(Unpacked { source: start..done, bytes, is_cut });
    }
    all
}

/// The digits of a base64 text, in lines or not, and its length.
fn digits(text: &[u8]) -> (Vec<u8>, usize) {
    let mut digits = Vec::new();
    let mut length = 0;
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'-' => digits.push(b'+'),
            b'_' => digits.push(b'/'),
            b'+' | b'/' => digits.push(*byte),
            byte if byte.is_ascii_alphanumeric() => digits.push(*byte),
            b'\r' | b'\n' => continue,
            _ => break,
        }
        length = at + 1;
    }
    (digits, length)
}

fn decode(digits: &[u8]) -> Option<Vec<u8>> {
    // One digit of a group is no byte.
    let whole = if digits.len() % 4 == 1 { digits.len() - 1 } else { digits.len() };
    if whole < SHORTEST {
        return None;
    }
    BASE64.decode(digits.get(..whole)?).ok()
}

/// What follows the header (RFC 1950, RFC 1952).
fn deflated(packed: &[u8]) -> Option<&[u8]> {
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    const CHECKSUM: u8 = 2;
    let (flags, mut rest) = match packed {
        [0x1f, 0x8b, 8, flags, _, _, _, _, _, _, rest @ ..] => (*flags, rest),
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, rest @ ..] => (0, rest),
        _ => return None,
    };
    if flags & EXTRA != 0 {
        let [low, high, after @ ..] = rest else { return None };
        rest = after.get(usize::from(u16::from_le_bytes([*low, *high]))..)?;
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = rest.get(end + 1..)?;
        }
    }
    if flags & CHECKSUM == 0 { Some(rest) } else { rest.get(2..) }
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
    use miniz_oxide::deflate::{compress_to_vec, compress_to_vec_zlib};

    use super::*;

    const TEXT: &str = "a text of some length, which is compressed, and some more of it";

    fn gzip(flags: u8, fields: &[u8]) -> Vec<u8> {
        [&[0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3], fields, &compress_to_vec(TEXT.as_bytes(), 6), &[0; 8]].concat()
    }

    #[test]
    fn gzip_and_zlib_are_read() {
        for packed in [
            gzip(0, b""),
            gzip(4 | 8 | 16 | 2, b"\x02\x00abname\0comment\0xx"),
            compress_to_vec_zlib(TEXT.as_bytes(), 1),
            compress_to_vec_zlib(TEXT.as_bytes(), 6),
            compress_to_vec_zlib(TEXT.as_bytes(), 9),
        ] {
            let lines = BASE64_STANDARD.encode(&packed);
            let lines: Vec<&str> = lines.as_bytes().chunks(20).map(|line| str::from_utf8(line).unwrap()).collect();
            for encoded in [BASE64_STANDARD.encode(&packed), BASE64_URL_SAFE_NO_PAD.encode(&packed), lines.join("\r\n")]
            {
                let text = format!("the \"{encoded}\" ends");
                let all = unpack(text.as_bytes(), &mut 1_000);
                assert_eq!(all.len(), 1, "{text}");
                assert_eq!(all[0].bytes, TEXT.as_bytes());
                assert_eq!(&text[all[0].source.clone()], encoded.trim_end_matches('='));
            }
        }
    }

    #[test]
    fn no_more_comes_out_than_may() {
        let bomb = BASE64_STANDARD.encode(compress_to_vec_zlib(&[b'x'; 1 << 20], 6));
        let mut left = 10_000;
        let all = unpack(bomb.as_bytes(), &mut left);
        assert!(all[0].is_cut);
        assert_eq!(all[0].bytes.len() + left, 10_000);
    }

    #[test]
    fn other_words_are_not_read() {
        for text in ["eJwords are short", "He said He", "xeJw0123456789012345678901234567890"] {
            assert!(unpack(text.as_bytes(), &mut 1_000).is_empty(), "{text}");
        }
    }
}
