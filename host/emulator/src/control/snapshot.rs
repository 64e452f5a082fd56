//! The whole state as one JSON document, and back. Tokens are in it as hashes, webhook secrets in clear.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::http::answer::Answer;
use crate::state::shared::Shared;
use crate::state::world::{World, real_ms};

/// Changes when documents of before cannot be read any more.
const FORMAT: u32 = 2;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document<T> {
    switchboard_emulator: u32,
    /// What its clock said, in milliseconds since 1970; it goes on from there.
    at_ms: i64,
    world: T,
}

pub fn save(world: &World) -> Answer {
    let document = Document { switchboard_emulator: FORMAT, at_ms: world.now_ms(), world };
    match serde_json::to_vec(&document) {
        Ok(bytes) => Answer::bytes(200, "application/json", bytes),
        Err(error) => Answer::json(500, &json!({"error": format!("cannot write the state: {error}")})),
    }
}

/// Replace the state. Addresses stay those of this process.
pub fn restore(shared: &Shared, body: Value) -> Answer {
    match read(body) {
        Ok(world) => {
            shared.replace(world);
            Answer::empty(204)
        }
        Err(why) => Answer::json(400, &json!({"error": why})),
    }
}

fn read(body: Value) -> Result<World, String> {
    let format = body.get("switchboard_emulator").and_then(Value::as_u64);
    if format != Some(FORMAT.into()) {
        return Err(format!("not a snapshot of format {FORMAT}: `switchboard_emulator` says {format:?}"));
    }
    let document: Document<World> = serde_json::from_value(body).map_err(|error| error.to_string())?;
    let mut world = document.world;
    world.clock_offset_ms = document.at_ms - real_ms();
    Ok(world)
}
