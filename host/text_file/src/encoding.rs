//! Bytes to text: UTF-8, with or without a byte order mark.

use crate::TextFileError;

/// U+FEFF in UTF-8, as some editors put it before the text.
const UTF8_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];
/// U+FEFF in UTF-16, both byte orders; the first is also how UTF-32 begins.
const UTF16_MARKS: [[u8; 2]; 2] = [[0xFF, 0xFE], [0xFE, 0xFF]];
/// Bytes that are looked at to recognise UTF-16 without a mark: a key or the beginning of a document.
const SAMPLE: usize = 64;

/// Text of bytes: a leading byte order mark is dropped, UTF-16 is named. `name` is what errors call it.
pub fn decode(mut bytes: Vec<u8>, name: &str) -> Result<String, TextFileError> {
    if is_utf16(&bytes) {
        return Err(TextFileError::Utf16 { name: name.to_owned() });
    }
    if bytes.starts_with(&UTF8_MARK) {
        bytes.drain(..UTF8_MARK.len());
    }
    String::from_utf8(bytes).map_err(|error| {
        let error = error.utf8_error();
        TextFileError::NotUtf8 { name: name.to_owned(), at: error.valid_up_to() }
    })
}

fn is_utf16(bytes: &[u8]) -> bool {
    if UTF16_MARKS.iter().any(|mark| bytes.starts_with(mark)) {
        return true;
    }
    // Without a mark: of text in Latin letters, every second byte is zero.
    let pairs = bytes.get(..bytes.len().min(SAMPLE)).unwrap_or_default().chunks_exact(2);
    let zeros = |high: usize| pairs.len() > 0 && pairs.clone().all(|pair| pair.get(high) == Some(&0) && pair != [0, 0]);
    zeros(0) || zeros(1)
}
