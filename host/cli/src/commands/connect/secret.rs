//! Secrets come from files and standard input, never from arguments.

use std::io::IsTerminal;
use std::path::Path;

use secrecy::SecretString;

use crate::input;
use switchboard_app::{AppError, files, memory};

/// Secrets, tokens and call-back addresses are far shorter.
const MAX_SECRET: u64 = 64 * 1024;
/// What errors call standard input.
const INPUT: &str = "standard input";

/// The client secret without stray blanks and line ends. On standard input the address that a browser ended on may follow it.
pub fn client_secret(file: &Path, address_follows: bool) -> Result<SecretString, AppError> {
    memory::hide_from_other_processes();
    let is_input = file == Path::new("-");
    let text = if is_input && (address_follows || std::io::stdin().is_terminal()) {
        input::next_line().map(Option::unwrap_or_default)
    } else if is_input {
        files::read_stream(std::io::stdin(), INPUT, MAX_SECRET).map_err(unreadable)
    } else {
        files::read(file, MAX_SECRET).map_err(|error| {
            let fix = format!("{}; it must hold only the secret. - stands for standard input", error.fix());
            AppError::usage(error.to_string(), fix)
        })
    };
    let name = if is_input { INPUT.to_owned() } else { format!("the file {}", file.display()) };
    files::one_line(&text?, &name)
}

/// A pasted token, from standard input. `again` is the command that takes it.
pub fn token(again: &str) -> Result<SecretString, AppError> {
    memory::hide_from_other_processes();
    let text = files::read_stream(std::io::stdin(), INPUT, MAX_SECRET).map_err(unreadable)?;
    if text.trim().is_empty() {
        return Err(AppError::usage(
            "standard input is empty",
            format!("pass a file that holds only the token: {again} < FILE"),
        ));
    }
    files::one_line(&text, INPUT)
}

fn unreadable(error: files::TextFileError) -> AppError {
    AppError::failed("input", error.to_string()).with_fix(error.fix())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn memory_is_hidden_before_the_secret_is_read() {
        capctl::prctl::set_dumpable(true).unwrap();
        assert!(client_secret(Path::new("/nowhere/secret"), false).is_err());
        assert!(!capctl::prctl::get_dumpable().unwrap());
    }
}
