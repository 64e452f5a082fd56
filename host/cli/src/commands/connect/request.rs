//! The flags of `connect` as a request: which way to connect they mean, and which of them do not belong to it.

use std::path::PathBuf;

use switchboard_app::connect::{
    AccessRequest, ConnectRequest, Credentials, LinkRequest, SecretInput, SignInChannel, SignInRequest, retired_app,
};
use switchboard_app::manifest::scopes::Style as ScopeStyle;
use switchboard_app::{AppError, Cloud};

use super::secret;
use crate::args::{Connect, Method, Style};
use crate::command_line::CommandLine;
use crate::connect_args::Link;

/// The flags without blanks around ids. An empty id is none.
pub fn without_blanks(mut connect: Connect) -> Connect {
    let trimmed = |id: Option<String>| id.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
    connect.client_id = trimmed(connect.client_id);
    connect.account_id = trimmed(connect.account_id);
    connect
}

/// The request that the flags are.
pub fn of(connect: &Connect) -> Result<ConnectRequest, AppError> {
    let method = method(connect);
    check_fit(connect, method)?;
    let credentials = match method {
        Method::Browser => Credentials::PackagedApp(sign_in(connect)),
        Method::Byo => Credentials::OwnApp {
            client_id: client_id(connect)?,
            client_secret: client_secret(connect.client_secret_file.as_ref(), connect.paste),
            sign_in: sign_in(connect),
        },
        Method::S2s => account_app(connect)?,
        Method::Token => Credentials::Token(SecretInput::new(|| secret::token(&CommandLine::now().line()))),
    };
    Ok(ConnectRequest {
        label: connect.label.clone().unwrap_or_default(),
        cloud: cloud(connect),
        credentials,
        access: access(connect),
        expected_email: connect.expect_email.clone(),
        replace: connect.replace,
        original: Some(CommandLine::now().into()),
    })
}

/// The cloud that the flags name.
pub fn cloud(connect: &Connect) -> Cloud {
    Cloud {
        profile: connect.profile.clone(),
        api_base: connect.api_base.clone(),
        oauth_base: connect.oauth_base.clone(),
    }
}

/// How the person signs in.
pub fn sign_in(connect: &Connect) -> SignInRequest {
    let channel = if connect.link.link {
        SignInChannel::Link(link(&connect.link))
    } else if connect.device {
        SignInChannel::DeviceCode
    } else if connect.paste {
        SignInChannel::PastedAddress
    } else {
        SignInChannel::Browser { is_opened: !connect.no_open }
    };
    SignInRequest { port: connect.redirect_port, channel }
}

/// The link that the flags ask for.
pub fn link(link: &Link) -> LinkRequest {
    LinkRequest { public_url: link.public_url.clone(), bind: link.bind, minutes: link.link_minutes }
}

/// What the connection is for.
pub fn access(connect: &Connect) -> AccessRequest {
    AccessRequest {
        activities: connect.activities.clone(),
        automations: connect.for_automation.clone(),
        scopes: connect.scopes.clone(),
        style: connect.style.map_or(ScopeStyle::Granular, style),
        is_for_account: connect.admin || method(connect) == Method::S2s,
    }
}

/// The kind of scopes that a flag names.
pub fn style(style: Style) -> ScopeStyle {
    match style {
        Style::Classic => ScopeStyle::Classic,
        Style::Granular => ScopeStyle::Granular,
    }
}

/// What reads the secret of a file, when it is needed.
pub fn client_secret(file: Option<&PathBuf>, address_follows: bool) -> Option<SecretInput> {
    let file = file?.clone();
    Some(SecretInput::new(move || secret::client_secret(&file, address_follows)))
}

fn client_id(connect: &Connect) -> Result<String, AppError> {
    connect.client_id.clone().ok_or_else(|| {
        AppError::usage(
            "this way of signing in needs a client id",
            "add --client-id, from your app's credentials page; `switchboard try` needs none",
        )
    })
}

/// The app of a whole account.
fn account_app(connect: &Connect) -> Result<Credentials, AppError> {
    let secret = client_secret(connect.client_secret_file.as_ref(), connect.paste);
    let missing: Vec<&str> = [
        ("--account-id", connect.account_id.is_none()),
        ("--client-id", connect.client_id.is_none()),
        ("--client-secret-file", secret.is_none()),
    ]
    .into_iter()
    .filter_map(|(flag, is_missing)| is_missing.then_some(flag))
    .collect();
    if let (Some(account_id), Some(client_id), Some(client_secret)) = (&connect.account_id, &connect.client_id, secret)
    {
        let (account_id, client_id) = (account_id.clone(), client_id.clone());
        return Ok(Credentials::AccountApp { account_id, client_id, client_secret });
    }
    if missing == ["--account-id"] {
        return Err(AppError::usage(
            "Server-to-Server needs the account id as well (--account-id). If there is none, these are the API key and secret of a JWT app, which Zoom retired in 2023",
            "App Credentials of a Server-to-Server app shows all three; `switchboard connect --guide s2s` explains how to make one",
        ));
    }
    Err(AppError::usage(
        format!("Server-to-Server needs {}", missing.join(" and ")),
        "all three are under App Credentials of the app; the secret comes from a file, or - for standard input",
    ))
}

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
fn check_fit(connect: &Connect, method: Method) -> Result<(), AppError> {
    if connect.api_key.is_some() {
        return Err(retired_app());
    }
    check_token_source(connect.token.as_deref())?;
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
pub fn check_token_source(token: Option<&str>) -> Result<(), AppError> {
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
