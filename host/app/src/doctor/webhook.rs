//! A message of the service, as it came in: whether it was signed with the secret that is kept for it.

use std::path::Path;

use serde_json::Value;
use switchboard_manifest::Manifest;
use switchboard_manifest::remedy::Sign;
use switchboard_runtime::{MemoryReplays, Refusal, Signing, SigningSecrets, Unverified, Verified};

use super::Finding;
use crate::remedy::Facts;
use crate::webhooks::{SavedWebhook, secrets, signing, unsigned_error};
use crate::{App, AppError};

const ABOUT: &str = "event";

/// Judges a saved request by the secret in a file.
pub async fn look(app: &App, manifest: &Manifest, message: &Path, secret: &Path) -> Result<Finding, AppError> {
    // Which app it speaks for makes no difference here: nothing is done that it says.
    let (signing, secrets) = (signing(manifest)?, secrets("", secret)?);
    let parsed = SavedWebhook::read(message, signing)?;
    let judged = judge(manifest, signing, &parsed, &secrets, app.now()).await;
    judged.ok_or_else(|| unsigned_error(message, signing))
}

/// None for a message without the headers of one that is signed.
async fn judge(
    manifest: &Manifest,
    signing: &Signing,
    message: &SavedWebhook,
    secrets: &SigningSecrets,
    now: jiff::Timestamp,
) -> Option<Finding> {
    Some(match take(signing, message, &message.body, secrets, now).await {
        Ok(delivery) => {
            let age = when(now.as_second().saturating_sub(delivery.sent_s()));
            Finding::good(ABOUT, format!("{}: signed with this secret, {age}", name(delivery.value())))
        }
        Err(Refusal::HeaderMissing { .. }) => return None,
        Err(Refusal::OutOfTime { sent_s }) => {
            let name = name_of(&message.body);
            let age = now.as_second().saturating_sub(sent_s);
            let text = format!(
                "{name}: the secret is right, but by this clock the message was sent {}, and only 300 s are allowed",
                when(age)
            );
            Finding::note(ABOUT, text).with_fix(late(age))
        }
        Err(refusal @ (Refusal::TimeUnreadable { .. } | Refusal::TimeInMilliseconds { .. })) => {
            Finding::bad(ABOUT, refusal.to_string()).with_fix("save the request as it came in")
        }
        Err(refusal @ Refusal::HeaderTwice { .. }) => {
            Finding::bad(ABOUT, format!("cannot check the webhook: {refusal}"))
                .with_fix("let the tunnel or server pass each header on once, as it came in")
        }
        Err(refusal @ Refusal::Forged) => {
            let shorter = take(signing, message, unended(&message.body), secrets, now).await;
            if matches!(shorter, Ok(_) | Err(Refusal::OutOfTime { .. })) {
                let text = "signed with this secret, but the saved body has a line end more than the message";
                return Some(Finding::bad(ABOUT, text).with_fix(
                    "nothing, if an editor added it; else let the tunnel or server pass the body on unchanged",
                ));
            }
            let sign = Sign { problem: Some(refusal.code().to_owned()), ..Sign::default() };
            let text = format!(
                "the message is not accepted: {refusal}. The secret is another app's, or an earlier one; or the body was changed on its way"
            );
            Finding::bad(ABOUT, text).with_remedy(manifest.remedy(&sign), &Facts::default())
        }
        Err(refusal) => Finding::bad(ABOUT, format!("cannot check the webhook: {refusal}"))
            .with_fix("save the request as it came in, its body byte by byte"),
    })
}

/// The message as a server would take it in.
async fn take(
    signing: &Signing,
    message: &SavedWebhook,
    body: &[u8],
    secrets: &SigningSecrets,
    now: jiff::Timestamp,
) -> Result<Verified, Refusal> {
    // A file may be judged as often as one likes.
    let replays = MemoryReplays::default();
    message.with(body).verify(signing, secrets, now.as_millisecond(), &replays).await
}

fn name(value: &Value) -> String {
    value.get("event").and_then(Value::as_str).unwrap_or("a message").to_owned()
}

fn name_of(body: &[u8]) -> String {
    Unverified::for_inspection(body).map_or_else(|_| "a message".to_owned(), |body| name(body.value()))
}

fn when(age: i64) -> String {
    let (amount, unit) = match age.unsigned_abs() {
        seconds @ ..=7_199 => (seconds, "s"),
        seconds @ ..=172_799 => (seconds / 3_600, "hours"),
        seconds => (seconds / 86_400, "days"),
    };
    if age < 0 { format!("{amount} {unit} in the future") } else { format!("{amount} {unit} ago") }
}

/// Clocks are wrong by minutes, and by hours where the time zone is. An older message is simply old.
fn late(age: i64) -> &'static str {
    const HALF_A_DAY_S: i64 = 43_200;
    if age > HALF_A_DAY_S {
        "if the message was saved earlier, send a new one. If it just arrived, it was delayed on its way, or somebody kept it and sent it \
         again"
    } else {
        "if the message was saved earlier, do nothing. If it just arrived, set the clock by the network (timedatectl set-ntp true)"
    }
}

/// Without the line end at its end.
fn unended(body: &[u8]) -> &[u8] {
    body.strip_suffix(b"\r\n").or_else(|| body.strip_suffix(b"\n")).unwrap_or(body)
}
