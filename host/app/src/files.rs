//! Files that a person names.

use secrecy::SecretString;
pub use switchboard_text_file::{TextFileError, decode, read, read_stream};

use crate::{AppError, Class};

/// The failure of a file that cannot be used.
pub fn file_error(error: &TextFileError) -> AppError {
    AppError::failed("input.unreadable", error.to_string()).with_fix(error.fix()).with_class(Class::Invalid)
}

/// A secret that stands alone in a text. What else is there is no part of a secret: nothing of it is repeated.
pub fn one_line(text: &str, name: &str) -> Result<SecretString, AppError> {
    let secret = text.trim();
    let mistake = if secret.is_empty() {
        "is empty"
    } else if secret.lines().count() > 1 {
        "holds more than one line"
    } else if secret.chars().any(char::is_control) {
        "holds a control character"
    } else {
        return Ok(SecretString::from(secret.to_owned()));
    };
    Err(AppError::usage(format!("{name} {mistake}"), "put only the secret into it, in one line of plain text"))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_secret_stands_alone_in_one_line() {
        assert_eq!(one_line(" s3cret\r\n\n", "it").unwrap().expose_secret(), "s3cret");
        for (text, mistake) in [
            (" \n", "it is empty"),
            ("a\nb", "it holds more than one line"),
            ("a\0b", "it holds a control character"),
            ("a\u{1b}[31mb", "it holds a control character"),
            ("a\rb", "it holds a control character"),
        ] {
            assert_eq!(one_line(text, "it").unwrap_err().to_string(), mistake);
        }
    }
}
