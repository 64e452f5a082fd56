//! What the account pays for: it decides the limits and which operations exist for it.

use serde::{Deserialize, Serialize};

use crate::http::answer::Answer;
use crate::state::world::World;

/// The plan, as `plan` in `/_emulator/settings`. Later ones include earlier ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Plan {
    Free,
    #[default]
    Pro,
    Business,
}

/// Refuse with code 200 under HTTP 400 when the account's plan is smaller.
pub fn require_plan(world: &World, least: Plan) -> Result<(), Answer> {
    if world.settings.plan >= least {
        return Ok(());
    }
    let text = match least {
        Plan::Free | Plan::Pro => "Only available for Paid account.",
        Plan::Business => "Only available for Business or higher plan account.",
    };
    Err(Answer::error(400, 200, text))
}
