//! The proof.

use std::fmt;

use serde_json::Value;

use crate::{Refusal, Replays, Signing, SigningSecrets, Unverified, unverified};

/// Signatures older or newer than this are not accepted. A service that sends again signs anew.
const TOLERANCE_MS: i64 = 5 * 60_000;
/// A time after this, some three thousand years from now, was not meant in seconds.
const LAST_SECOND: i64 = 100_000_000_000;

/// A delivery that was signed for one app within the last five minutes, and had not come in before.
///
/// There is one way to it, [`Unverified::verify`]: nothing reads one from a file, and nobody can write one down.
///
/// ```compile_fail
/// let made_up = switchboard_webhooks::Verified { app: "a".to_owned(), sent_s: 1, value: serde_json::json!({}) };
/// ```
pub struct Verified {
    app: String,
    sent_s: i64,
    value: Value,
}

impl Verified {
    /// The client id of the app whose secret it was signed with. It speaks for no other.
    pub fn app(&self) -> &str {
        &self.app
    }

    /// When it was signed, seconds since 1970.
    pub fn sent_s(&self) -> i64 {
        self.sent_s
    }

    /// What it says, with the tokens that the service put into it.
    pub fn value(&self) -> &Value {
        &self.value
    }
}

impl fmt::Debug for Verified {
    /// What it says holds tokens and names of people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified").field("app", &self.app).finish_non_exhaustive()
    }
}

impl Unverified<'_> {
    /// The delivery, when one of the app's secrets signed exactly these bytes within five minutes of `now_ms` (milliseconds
    /// since 1970) and `replays` has not seen it.
    ///
    /// Its age counts after its signature, so [`Refusal::OutOfTime`] says that the secret is right; nothing is remembered of a
    /// message that is refused.
    ///
    /// # Errors
    /// [`Refusal`]. All but [`Refusal::ReplaysUnknown`] stay true however often the same message comes.
    pub async fn verify(
        &self,
        signing: &Signing,
        secrets: &SigningSecrets,
        now_ms: i64,
        replays: &dyn Replays,
    ) -> Result<Verified, Refusal> {
        let (timestamp, sent_s) = self.sent(signing)?;
        let proof = signing.proof(self.header(signing.signature_header())?).ok_or(Refusal::SignatureUnreadable)?;
        if !secrets.secrets.iter().any(|secret| signing.holds(secret, timestamp, self.body, &proof)) {
            return Err(Refusal::Forged);
        }
        let sent_ms = sent_s.saturating_mul(1_000);
        if sent_ms.abs_diff(now_ms) > TOLERANCE_MS.unsigned_abs() {
            return Err(Refusal::OutOfTime { sent_s });
        }
        let value = unverified::json(self.body)?;
        // Twice the time, for a clock that is set back meanwhile.
        let until = sent_ms.saturating_add(2 * TOLERANCE_MS);
        match replays.first(&proof, now_ms, until).await {
            Ok(true) => Ok(Verified { app: secrets.app.clone(), sent_s, value }),
            Ok(false) => Err(Refusal::Replayed),
            Err(why) => Err(Refusal::ReplaysUnknown { why }),
        }
    }

    /// When it says it was signed: as it is written, and in seconds since 1970.
    fn sent(&self, signing: &Signing) -> Result<(&str, i64), Refusal> {
        let written = self.header(signing.timestamp_header())?;
        let unreadable =
            || Refusal::TimeUnreadable { found: String::from_utf8_lossy(written).chars().take(20).collect() };
        let text = std::str::from_utf8(written).map_err(|_| unreadable())?;
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(unreadable());
        }
        match text.parse() {
            Ok(found) if found > LAST_SECOND => Err(Refusal::TimeInMilliseconds { found }),
            Ok(seconds) => Ok((text, seconds)),
            Err(_) => Err(unreadable()),
        }
    }
}

#[cfg(test)]
#[path = "verified_tests.rs"]
mod tests;
