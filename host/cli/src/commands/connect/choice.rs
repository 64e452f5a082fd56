//! Which way to connect the flags mean, and which of them do not belong to it.

use crate::args::{Connect, Method};
use switchboard_app::AppError;

/// The way that was named, else the one that the other flags belong to.
pub fn method(connect: &Connect) -> Method {
    connect.method.unwrap_or(if connect.token.is_some() {
        Method::Token
    } else if connect.account_id.is_some() {
        Method::S2s
    } else if connect.client_id.is_some() || connect.client_secret_file.is_some() {
        Method::Byo
    } else {
        Method::Browser
    })
}

/// Refuses what belongs to another way of connecting.
pub fn fits(connect: &Connect, method: Method) -> Result<(), AppError> {
    if connect.api_key.is_some() {
        return Err(jwt());
    }
    only_from_input(connect.token.as_deref())?;
    let given = [
        ("--client-id (or SWITCHBOARD_CLIENT_ID)", connect.client_id.is_some(), &[Method::Byo, Method::S2s][..]),
        ("--client-secret-file", connect.client_secret_file.is_some(), &[Method::Byo, Method::S2s]),
        ("--account-id", connect.account_id.is_some(), &[Method::S2s]),
        ("--token", connect.token.is_some(), &[Method::Token]),
        ("--paste", connect.paste, &[Method::Browser, Method::Byo]),
        ("--device", connect.device, &[Method::Browser, Method::Byo]),
        ("--link", connect.link.link, &[Method::Browser, Method::Byo]),
        ("--replace", connect.replace, &[Method::Browser, Method::Byo]),
    ];
    for (flag, is_given, fitting) in given {
        if is_given && !fitting.contains(&method) {
            return Err(AppError::usage(
                format!("{flag} does not belong to --method {}", name(method)),
                "`switchboard connect --help` lists the ways to connect with what each needs",
            ));
        }
    }
    Ok(())
}

/// Refuses a token that stands in the arguments.
pub fn only_from_input(token: Option<&str>) -> Result<(), AppError> {
    match token {
        None | Some("-") => Ok(()),
        Some(_) => Err(AppError::usage(
            "a token is not taken from the arguments, where every program of this machine can read it",
            "if it was a real one, end it at the service; then give a new one on standard input: --token - < FILE",
        )),
    }
}

fn name(method: Method) -> &'static str {
    match method {
        Method::Browser => "browser",
        Method::Byo => "byo",
        Method::S2s => "s2s",
        Method::Token => "token",
    }
}

fn jwt() -> AppError {
    AppError::Failed {
        code: "jwt-retired".into(),
        message: "an API key with an API secret belongs to a JWT app; Zoom retired these apps in 2023, so these credentials no longer work".into(),
        fix: Some("make a Server-to-Server app in its place: switchboard connect --guide s2s".into()),
        class: switchboard_app::Class::SignIn,
    }
}
