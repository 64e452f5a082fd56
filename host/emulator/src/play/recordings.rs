//! What an administrator does in the web portal to many recordings at once: `POST /_emulator/recordings/{what}`.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::events;
use crate::http::answer::Answer;
use crate::state::recordings::{Recording, Trash};
use crate::state::world::World;

/// One of the two.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Selection {
    /// Id or e-mail of the host of all of them.
    user: Option<String>,
    #[serde(default)]
    uuids: Vec<String>,
}

/// `trash`, `delete` or `recover`, told by one batch event.
pub fn answer(world: &mut World, what: &str, body: Value) -> Answer {
    match run(world, what, body) {
        Ok(count) => Answer::json(200, &json!({"recordings": count})),
        Err(why) => Answer::json(400, &json!({"error": why})),
    }
}

fn run(world: &mut World, what: &str, body: Value) -> Result<usize, String> {
    let which: Selection = serde_json::from_value(body).map_err(|error| error.to_string())?;
    let host = match &which.user {
        Some(name) => Some(world.user(name).map(|user| user.id.clone()).ok_or(format!("no user `{name}`"))?),
        None => None,
    };
    let all = world.recordings.between(host.as_deref(), i64::MIN, i64::MAX);
    let fits = |row: &Recording| {
        let named = host.is_some() || which.uuids.contains(&row.uuid);
        let state = match what {
            "trash" => row.is_live() && !row.processing,
            "recover" => row.trashed(true).next().is_some(),
            _ => !row.processing,
        };
        named && state
    };
    let places: Vec<usize> = all.into_iter().filter(|place| world.recordings.at(*place).is_some_and(fits)).collect();
    let rows: Vec<(String, Vec<String>)> = places
        .iter()
        .filter_map(|place| world.recordings.at(*place))
        .map(|row| (row.uuid.clone(), row.files.iter().map(|file| file.id.clone()).collect()))
        .collect();
    let (event, operation) = match what {
        "trash" => ("recording.batch_trashed", Some("trash_user_recordings")),
        "delete" => ("recording.batch_deleted", None),
        "recover" => ("recording.batch_recovered", None),
        _ => return Err("say recordings/trash, recordings/delete or recordings/recover".into()),
    };
    let now = world.now_ms();
    for place in places {
        if what == "delete" {
            world.recordings.remove(place);
            continue;
        }
        let trash = (what == "trash").then_some(Trash { at_ms: now, whole: true });
        world.recordings.change(place, |row| {
            row.generation += 1;
            row.files.iter_mut().for_each(|file| file.trash = trash);
        });
    }
    let object = match what {
        "trash" => json!({"meeting_uuids": rows.iter().map(|(uuid, _)| uuid).collect::<Vec<_>>()}),
        _ => {
            let meetings = rows.iter().map(|(uuid, files)| json!({"meeting_uuid": uuid, "recording_file_ids": files}));
            json!({"meetings": meetings.collect::<Vec<_>>()})
        }
    };
    let owner = world.users.iter().find(|user| user.role == "0");
    let mut more = owner.map_or_else(Map::new, events::operator);
    if let Some(operation) = operation {
        more.insert("operation".into(), json!(operation));
    }
    world.emit_with(event, object, more);
    Ok(rows.len())
}
