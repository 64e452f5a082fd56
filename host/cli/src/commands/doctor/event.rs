//! A message of the service, as it came in: whether it was signed with the secret that is kept for it.

use std::path::Path;

use switchboard_connections::{SecretString, SignedEvent};
use switchboard_runtime::manifest::Manifest;
use switchboard_runtime::remedy::Sign;

use super::Finding;
use crate::error::CliError;
use crate::remedy::Facts;

const ABOUT: &str = "event";

/// A request as a tunnel or a log shows it: headers, an empty line, the body byte by byte.
struct Message {
    signature: String,
    timestamp: String,
    body: Vec<u8>,
}

/// Judges a saved request by the secret in a file.
pub fn look(manifest: Option<&Manifest>, message: &Path, secret: &Path) -> Result<Finding, CliError> {
    let secret = String::from_utf8_lossy(&read(secret)?).trim().to_owned();
    if secret.is_empty() {
        return Err(CliError::usage("the file of the secret is empty", "put the app's secret token into it, alone"));
    }
    let message = parse(&read(message)?).ok_or_else(|| {
        CliError::usage(
            format!("{} is no signed message", message.display()),
            "save the whole request: its headers (one ends in -signature, one in -timestamp), an empty line, its body unchanged",
        )
    })?;
    Ok(judge(manifest, &message, &secret.into(), jiff::Timestamp::now().as_second()))
}

fn judge(manifest: Option<&Manifest>, message: &Message, secret: &SecretString, now_s: i64) -> Finding {
    let event = SignedEvent { body: &message.body, timestamp: &message.timestamp, signature: &message.signature };
    let sent_s = message.timestamp.parse::<i64>().unwrap_or(now_s);
    // How old it is, is another question than who signed it.
    let name = match event.verify(secret, sent_s.saturating_mul(1000)) {
        Ok(value) => value.get("event").and_then(|name| name.as_str()).unwrap_or("a message").to_owned(),
        Err(error) => {
            let sign = Sign { problem: Some(error.code().to_owned()), ..Sign::default() };
            let remedy = manifest.and_then(|manifest| manifest.remedy(&sign));
            let text =
                format!("{error}. The secret is another app's, or an earlier one; or the body was changed on its way");
            return Finding::bad(ABOUT, text).remedy(remedy, &Facts::default());
        }
    };
    let age = now_s - sent_s;
    if event.verify(secret, now_s.saturating_mul(1000)).is_err() {
        let text = format!(
            "{name}: the secret is right, but by this clock the message was sent {age} s ago, and is refused after 300"
        );
        return Finding::note(ABOUT, text)
            .fix("a message that came just now: set the clock by the network (timedatectl set-ntp true)");
    }
    Finding::good(ABOUT, format!("{name}: signed with this secret, {age} s ago"))
}

fn parse(request: &[u8]) -> Option<Message> {
    let end =
        |mark: &[u8]| request.windows(mark.len()).position(|window| window == mark).map(|at| (at, at + mark.len()));
    let (head, body) = end(b"\r\n\r\n").or_else(|| end(b"\n\n"))?;
    let (head, body) = (std::str::from_utf8(request.get(..head)?).ok()?, request.get(body..)?.to_vec());
    let header = |suffix: &str| {
        let found = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.trim().to_lowercase().ends_with(suffix));
        found.map(|(_, value)| value.trim().to_owned())
    };
    Some(Message { signature: header("-signature")?, timestamp: header("-timestamp")?, body })
}

fn read(file: &Path) -> Result<Vec<u8>, CliError> {
    std::fs::read(file).map_err(|error| {
        CliError::usage(format!("cannot read {}: {error}", file.display()), "name a file that is there")
    })
}
