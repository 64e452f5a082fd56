//! Secrets come from files and standard input, never from arguments.

use std::io::Read;
use std::path::Path;

use secrecy::SecretString;

use crate::args::Connect;
use crate::error::CliError;

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
        std::fs::read_to_string(file).map_err(|error| {
            CliError::usage(
                format!("cannot read {}: {error}", file.display()),
                "name a file that holds the secret alone",
            )
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
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|error| CliError::failed("input", error.to_string()))?;
    if text.trim().is_empty() {
        return Err(CliError::usage(
            "no token came on standard input",
            format!("give it a file with the token alone: {again} < FILE"),
        ));
    }
    Ok(SecretString::from(text.trim().to_owned()))
}

pub fn line_of_input() -> Result<String, CliError> {
    let mut text = String::new();
    std::io::stdin().read_line(&mut text).map_err(|error| CliError::failed("input", error.to_string()))?;
    Ok(text.trim().to_owned())
}
