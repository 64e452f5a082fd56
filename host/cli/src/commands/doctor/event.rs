//! A message of the service, as it came in: whether it was signed with the secret that is kept for it.

use std::path::Path;

use switchboard_connections::{ConnectionsError, SecretString, SignedEvent};
use switchboard_runtime::manifest::{DeliveryHeaders, Manifest};
use switchboard_runtime::remedy::Sign;

use super::Finding;
use crate::error::CliError;
use crate::remedy::Facts;

const ABOUT: &str = "event";
/// A time after this, some three thousand years from now, was not meant in seconds.
const LAST_SECOND: i64 = 100_000_000_000;

/// A request as a tunnel or a log shows it: headers, an empty line, the body byte by byte.
struct Message {
    signature: String,
    timestamp: String,
    body: Vec<u8>,
}

/// Judges a saved request by the secret in a file.
pub fn look(manifest: &Manifest, message: &Path, secret: &Path) -> Result<Finding, CliError> {
    let secret = String::from_utf8_lossy(&read(secret)?).trim().to_owned();
    if secret.is_empty() {
        return Err(CliError::usage("the file of the secret is empty", "put the app's secret token into it, alone"));
    }
    let headers = &manifest.deliveries.headers;
    let message = parse(&read(message)?, headers).ok_or_else(|| {
        CliError::usage(
            format!("{} is no signed message", message.display()),
            format!(
                "save the whole request: its headers (with `{}` and `{}`), an empty line, its body unchanged",
                headers.signature, headers.timestamp
            ),
        )
    })?;
    Ok(judge(manifest, &message, &secret.into(), jiff::Timestamp::now().as_second()))
}

fn judge(manifest: &Manifest, message: &Message, secret: &SecretString, now_s: i64) -> Finding {
    let event = SignedEvent { body: &message.body, timestamp: &message.timestamp, signature: &message.signature };
    let Ok(sent_s) = message.timestamp.parse::<i64>() else {
        return Finding::bad(ABOUT, format!("its time, `{}`, is no number of seconds", shortened(&message.timestamp)))
            .fix("save the request as it came in");
    };
    if sent_s > LAST_SECOND {
        return Finding::bad(
            ABOUT,
            format!("its time, `{sent_s}`, is in milliseconds, where the service says seconds"),
        )
        .fix("save the request as it came in");
    }
    // How old it is, is another question than who signed it.
    let signed = |event: SignedEvent<'_>| event.verify(secret, sent_s.saturating_mul(1000));
    let name = match signed(event) {
        Ok(value) => value.get("event").and_then(|name| name.as_str()).unwrap_or("a message").to_owned(),
        Err(ConnectionsError::EventRefused { why }) if why != SignedEvent::FORGED => {
            return Finding::bad(ABOUT, format!("the message cannot be judged: {why}"))
                .fix("save the request as it came in, its body byte by byte");
        }
        Err(_)
            if message.body.last() == Some(&b'\n')
                && signed(SignedEvent { body: unended(&message.body), ..event }).is_ok() =>
        {
            return Finding::bad(
                ABOUT,
                "signed with this secret, but the saved body has a line end more than the message",
            )
            .fix("nothing, if an editor added it; else let the tunnel or server pass the body on unchanged");
        }
        Err(error) => {
            let sign = Sign { problem: Some(error.code().to_owned()), ..Sign::default() };
            let text =
                format!("{error}. The secret is another app's, or an earlier one; or the body was changed on its way");
            return Finding::bad(ABOUT, text).remedy(manifest.remedy(&sign), &Facts::default());
        }
    };
    let age = now_s.saturating_sub(sent_s);
    let when = if age < 0 { format!("{} s in the future", age.unsigned_abs()) } else { format!("{age} s ago") };
    if event.verify(secret, now_s.saturating_mul(1000)).is_err() {
        let text = format!(
            "{name}: the secret is right, but by this clock the message was sent {when}, and only 300 s are allowed"
        );
        return Finding::note(ABOUT, text)
            .fix("a message that came just now: set the clock by the network (timedatectl set-ntp true)");
    }
    Finding::good(ABOUT, format!("{name}: signed with this secret, {when}"))
}

/// Without the line end at its end.
fn unended(body: &[u8]) -> &[u8] {
    body.strip_suffix(b"\r\n").or_else(|| body.strip_suffix(b"\n")).unwrap_or(body)
}

fn shortened(text: &str) -> String {
    text.chars().take(20).collect()
}

fn parse(request: &[u8], headers: &DeliveryHeaders) -> Option<Message> {
    let end =
        |mark: &[u8]| request.windows(mark.len()).position(|window| window == mark).map(|at| (at, at + mark.len()));
    let (head, body) = end(b"\r\n\r\n").or_else(|| end(b"\n\n"))?;
    let (head, body) = (std::str::from_utf8(request.get(..head)?).ok()?, request.get(body..)?.to_vec());
    let header = |wanted: &str| {
        let mut all = head.lines().filter_map(|line| line.split_once(':'));
        all.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim().to_owned())
    };
    Some(Message { signature: header(&headers.signature)?, timestamp: header(&headers.timestamp)?, body })
}

fn read(file: &Path) -> Result<Vec<u8>, CliError> {
    std::fs::read(file).map_err(|error| {
        CliError::usage(format!("cannot read {}: {error}", file.display()), "name a file that is there")
    })
}
