//! Secrets come from files and standard input, never from arguments.

use std::io::{BufRead, Read};
use std::path::Path;

use secrecy::SecretString;

use crate::args::Connect;
use crate::error::CliError;

/// Secrets, tokens and call-back addresses are far shorter.
const MAX_SECRET: u64 = 64 * 1024;
/// What errors call standard input.
const INPUT: &str = "standard input";

pub fn client_id(connect: &Connect) -> Result<String, CliError> {
    connect.client_id.clone().ok_or_else(|| {
        CliError::usage(
            "this way of signing in needs a client id",
            "add --client-id, from your app's credentials page; `switchboard try` needs none",
        )
    })
}

/// The client secret without stray blanks and line ends.
pub fn client_secret(file: Option<&Path>) -> Result<Option<SecretString>, CliError> {
    let Some(file) = file else {
        return Ok(None);
    };
    let text = if file == Path::new("-") {
        line_of_input()?
    } else {
        switchboard_text_file::read(file, MAX_SECRET).map_err(|error| {
            let fix = format!("{}; it must hold the secret alone. - stands for standard input", error.fix());
            CliError::usage(error.to_string(), fix)
        })?
    };
    if text.trim().is_empty() {
        return Err(CliError::usage(
            format!("the file {} holds nothing", file.display()),
            "put the client secret into it, alone",
        ));
    }
    Ok(Some(SecretString::from(text.trim().to_owned())))
}

/// A pasted token, from standard input. `again` is the command that takes it.
pub fn token(again: &str) -> Result<SecretString, CliError> {
    let text = switchboard_text_file::read_stream(std::io::stdin(), INPUT, MAX_SECRET).map_err(unreadable)?;
    if text.trim().is_empty() {
        return Err(CliError::usage(
            "no token came on standard input",
            format!("give it a file with the token alone: {again} < FILE"),
        ));
    }
    Ok(SecretString::from(text.trim().to_owned()))
}

pub fn line_of_input() -> Result<String, CliError> {
    let mut line = Vec::new();
    let mut input = std::io::stdin().lock().take(MAX_SECRET);
    input.read_until(b'\n', &mut line).map_err(|error| CliError::failed("input", error.to_string()))?;
    Ok(switchboard_text_file::decode(line, INPUT).map_err(unreadable)?.trim().to_owned())
}

fn unreadable(error: switchboard_text_file::TextFileError) -> CliError {
    CliError::failed("input", error.to_string()).with_fix(error.fix())
}
