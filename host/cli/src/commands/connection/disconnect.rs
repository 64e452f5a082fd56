//! `switchboard connection disconnect`: what became of the connection and of its grant.

use serde_json::json;
use switchboard_app::connection::{self, Consent, Disconnection, RevocationResult, usage_sentence};

use super::usage_to_json;
use crate::app::App;
use crate::output;
use crate::present::next_step::spell;
use switchboard_app::AppError;

pub async fn run(app: &App, label: &str, consent: Consent) -> Result<(), AppError> {
    let Disconnection { revocation, was_default, usage, .. } = connection::disconnect(app, label, consent).await?;
    let note = revocation.note().map(|note| note.spell(spell));
    let is_revoked = matches!(revocation, RevocationResult::Revoked);
    if app.global.json {
        let used_by: Vec<_> = usage.iter().map(usage_to_json).collect();
        return output::json(
            &json!({ "label": label, "disconnected": true, "revoked": is_revoked, "was_default": was_default, "note": note, "used_by": used_by }),
        );
    }
    output::line(&format!("{label} is disconnected"))?;
    usage.iter().for_each(|usage| app.say(&format!("! {}", usage_sentence(usage))));
    if was_default {
        app.say("it was the default connection: switchboard connection default LABEL chooses another");
    }
    if let Some(note) = note {
        app.say(&note);
    }
    Ok(())
}
