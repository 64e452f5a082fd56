//! A service, or a proxy before it, that repeats what it was given in secret.

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine};
use serde_json::json;

use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::seed;
use crate::state::world::{World, hash};

/// Headers of an answer: clients bound them, and so do proxies.
const MOST_HEADERS: usize = 60;

/// The refusal, with everything that the service was given in secret for this request and its grant.
pub fn answer(world: &World, call: &Call, status: u16, redirect: bool, history: bool) -> Answer {
    let mut secrets = secrets(world, call);
    if history {
        secrets.extend(world.issued.iter().cloned());
    }
    if redirect {
        let path: Vec<String> = secrets.iter().map(|secret| encoded(secret)).collect();
        return Answer::redirect(&format!("/v2/elsewhere/{}?sent={}", path.join("/"), encoded(&secrets.join("&"))));
    }
    let spelled: Vec<String> = secrets.iter().flat_map(|secret| spellings(secret)).collect();
    let all = secrets.join(" ");
    let body = json!({
        "code": 300, "message": format!("Invalid request: {all}"), "errors": [{"field": "sent", "message": all}],
        "error": "invalid_request", "reason": all, "error_description": all,
        "spelled": spelled, "inner": json!({ "sent": secrets }).to_string(),
    });
    let headers = spelled.into_iter().take(MOST_HEADERS).enumerate();
    headers.fold(Answer::json(status, &body), |answer, (number, text)| answer.with(&format!("x-echo-{number}"), text))
}

/// What this request carries, the tokens of its grant and the secret of its app.
fn secrets(world: &World, call: &Call) -> Vec<String> {
    let mut all: Vec<String> = call.header("authorization").map(str::to_owned).into_iter().collect();
    if let Some((_, pair)) = all.first().and_then(|header| header.split_once(' '))
        && let Some(pair) = BASE64_STANDARD.decode(pair).ok().and_then(|pair| String::from_utf8(pair).ok())
    {
        all.extend(pair.split_once(':').map(|(_, secret)| secret.to_owned()));
    }
    all.extend(call.form().into_iter().map(|(_, value)| value).filter(|value| !value.is_empty()));
    let grant =
        call.bearer().and_then(|token| world.access.get(&hash(token))).and_then(|access| world.grant(access.grant));
    if let Some(grant) = grant {
        let of_grant = |token: &&String| {
            let token = hash(token);
            grant.refresh.as_ref() == Some(&token)
                || world.access.get(&token).is_some_and(|access| access.grant == grant.id)
        };
        all.extend(world.issued.iter().filter(of_grant).cloned());
        let app = world.app(&grant.client_id).map(|app| &app.secret_hash);
        all.extend(
            seed::app_secrets().iter().filter(|secret| app == Some(&hash(secret))).map(|secret| (*secret).to_owned()),
        );
    }
    all
}

fn spellings(secret: &str) -> Vec<String> {
    let each = |one: fn(u8) -> String| secret.bytes().map(one).collect::<String>();
    let mut all = vec![
        secret.to_owned(),
        encoded(secret),
        each(|byte| format!("%{byte:02x}")),
        each(|byte| format!("{byte:02X}")),
    ];
    for before in ["", "a", "ab"] {
        all.push(BASE64_STANDARD.encode(format!("{before}{secret}")));
        all.push(BASE64_URL_SAFE_NO_PAD.encode(format!("{before}{secret}")));
    }
    all
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
