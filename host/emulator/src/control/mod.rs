//! `/_emulator/…`: what tests and `try` steer the emulator with.

mod approval;
pub mod page;
mod snapshot;

use serde_json::{Value, json};

use crate::faults::fault::{Fault, FaultKind};
use crate::faults::{fault_parse, refusals};
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::state::media::Media;
use crate::state::shared::Shared;
use crate::state::world::{AppKind, Settings, World};
use crate::state::{limits, patches};
use crate::{downloads, events, play, seed, time};

pub async fn answer(shared: &Shared, call: &Call) -> Answer {
    let segments = call.segments();
    let Some(body) = call.json() else {
        return bad("the body is not JSON");
    };
    match (call.method.as_str(), segments.get(1).copied().unwrap_or_default()) {
        ("POST", "webhooks") => events::control::register(shared, body).await,
        (method, what) => at_once(shared, call, (method, what, segments.get(2).copied()), body),
    }
}

fn at_once(shared: &Shared, call: &Call, (method, what, which): (&str, &str, Option<&str>), body: Value) -> Answer {
    let mut world = shared.world();
    match (method, what) {
        ("GET", "webhooks") => Answer::json(200, &events::control::list(&world)),
        ("DELETE", "webhooks") => events::control::remove(&mut world, which),
        ("GET", "events") => Answer::json(200, &json!({"events": world.events.emitted})),
        ("DELETE", "events") => {
            world.events.emitted.clear();
            Answer::empty(204)
        }
        ("GET", "requests") => Answer::json(200, &json!({"requests": world.log})),
        ("DELETE", "requests") => {
            world.log.clear();
            Answer::empty(204)
        }
        ("GET", "limits") => Answer::json(200, &limits::show(&mut world)),
        ("POST", "limits") => match limits::set(&mut world, &body) {
            Ok(()) => Answer::json(200, &limits::show(&mut world)),
            Err(why) => bad(&why),
        },
        ("POST", "apps") => apps(&mut world, call, &body),
        ("GET", "faults") => Answer::json(200, &json!({"faults": world.faults})),
        ("POST", "faults") => faults(&mut world, body),
        ("DELETE", "faults") => {
            world.faults.clear();
            Answer::empty(204)
        }
        ("GET", "settings") => Answer::json(200, &json!(world.settings)),
        ("POST", "settings") => settings(&mut world, &body),
        ("GET" | "POST", "approval") => approval::answer(&mut world, &call.method, body),
        ("POST", "clock") => clock(&mut world, &body),
        ("POST", "reset") => {
            drop(world);
            shared.reset(None);
            Answer::empty(204)
        }
        ("POST", "seed") => match serde_json::from_value(body.get("seed").cloned().unwrap_or_default()) {
            Ok(seed) => {
                drop(world);
                shared.reset(Some(seed));
                Answer::empty(204)
            }
            Err(_) => bad("give {\"seed\": \"small\", \"empty\", \"campus\" or \"broken\"}"),
        },
        ("GET", "snapshot") => snapshot::save(&world),
        ("POST", "snapshot") => {
            drop(world);
            snapshot::restore(shared, body)
        }
        ("GET", "" | "page") => page::answer(&world),
        ("POST", "meetings") => {
            let segments = call.segments();
            let what = segments.get(3).copied().unwrap_or_default();
            play::meetings::answer(&mut world, which.unwrap_or_default(), what, &body)
        }
        ("POST", "recordings") => play::recordings::answer(&mut world, which.unwrap_or_default(), body),
        ("GET", "patches") => Answer::json(200, &json!({"patches": world.patches})),
        ("POST", "patches") => patches::add(&mut world.patches, body),
        ("DELETE", "patches") => {
            world.patches.clear();
            Answer::empty(204)
        }
        ("GET", "clock") => Answer::json(200, &json!({"now": time::utc(world.now_ms())})),
        ("GET", "state") => Answer::json(200, &state(&world)),
        ("GET", "secrets") => Answer::json(200, &secrets(&world)),
        ("GET", "blob") => match call.query("size").and_then(|size| size.parse().ok()) {
            Some(size) => downloads::blob(size),
            None => bad("give the number of bytes: ?size=N"),
        },
        _ => Answer::json(404, &json!({"error": "no such control; see host/emulator/README.md"})),
    }
}

fn faults(world: &mut World, body: Value) -> Answer {
    let list = if body.is_array() { body } else { Value::Array(vec![body]) };
    if let Some(why) = list.as_array().into_iter().flatten().find_map(|fault| fault_parse::check(fault).err()) {
        return bad(&why);
    }
    let faults: Vec<Fault> = match serde_json::from_value(list) {
        Ok(faults) => faults,
        Err(error) => return bad(&error.to_string()),
    };
    for fault in faults {
        match fault.kind {
            FaultKind::TokenDeath { refresh } => {
                world.access.clear();
                for grant in world.grants.iter_mut().filter(|_| refresh) {
                    grant.live = false;
                    grant.refresh = None;
                }
            }
            FaultKind::LateTranscript { minutes } => late_transcripts(world, minutes),
            _ => match refusals::complete(fault) {
                Ok(fault) => world.faults.push(fault),
                Err(why) => return bad(&why),
            },
        }
    }
    Answer::json(200, &json!({"faults": world.faults}))
}

fn late_transcripts(world: &mut World, minutes: i64) {
    let now = world.now_ms();
    for place in world.recordings.between(None, i64::MIN, i64::MAX) {
        world.recordings.change(place, |row| {
            let transcripts = row.files.iter_mut().filter(|file| file.media == Media::Transcript);
            transcripts.for_each(|file| file.ready_ms = file.ready_ms.max(now + minutes * 60_000));
        });
    }
}

/// Change the named settings, keep the others.
fn settings(world: &mut World, body: &Value) -> Answer {
    let mut merged = json!(world.settings);
    if let (Some(all), Some(new)) = (merged.as_object_mut(), body.as_object()) {
        all.extend(new.clone());
    }
    match serde_json::from_value::<Settings>(merged) {
        Ok(settings) => {
            world.settings = settings;
            Answer::json(200, &json!(world.settings))
        }
        Err(error) => bad(&error.to_string()),
    }
}

fn clock(world: &mut World, body: &Value) -> Answer {
    let Some(seconds) = body.get("advance_s").and_then(Value::as_i64) else {
        return bad("give {\"advance_s\": seconds}");
    };
    world.clock_offset_ms = world.clock_offset_ms.saturating_add(seconds.saturating_mul(1000));
    world.events.wake.notify_one();
    Answer::json(200, &json!({"now": time::utc(world.now_ms())}))
}

/// `apps/{client_id}/deauthorize` with `{"user": …}`: the user removes the app, and is not asked; with `"retain": true` the
/// data may be kept.
fn apps(world: &mut World, call: &Call, body: &Value) -> Answer {
    let segments = call.segments();
    let [_, _, client_id, "deauthorize"] = segments.as_slice() else {
        return bad("say /_emulator/apps/{client_id}/deauthorize");
    };
    let user = body.get("user").and_then(Value::as_str).and_then(|name| world.user(name)).map(|user| user.id.clone());
    let Some(user) = user else {
        return bad("give {\"user\": e-mail or id} of a user of the account");
    };
    if world.app(client_id).is_none() {
        return bad(&format!("no app `{client_id}`; GET /_emulator/state lists them"));
    }
    let retain = body.get("retain").and_then(Value::as_bool).unwrap_or_default();
    world.deauthorize(client_id, &user, retain);
    Answer::empty(204)
}

fn state(world: &World) -> Value {
    let users = world
        .users
        .iter()
        .map(|user| json!({"id": user.id, "email": user.email, "status": user.status, "role": user.role}));
    let apps = world
        .apps
        .iter()
        .map(|app| json!({"client_id": app.client_id, "name": app.name, "kind": kind(app.kind), "scopes": app.scopes}));
    let grants = world.grants.iter().map(|grant| {
        let refresh = grant.refresh.as_ref().map(|hash| hash.chars().take(12).collect::<String>());
        json!({"id": grant.id, "client_id": grant.client_id, "user": grant.user, "scopes": grant.scopes, "live": grant.live, "refresh_sha256": refresh})
    });
    let meetings = world.meetings.values().map(
        |meeting| json!({"id": meeting.id, "uuid": meeting.uuid, "host_id": meeting.host, "fields": meeting.fields}),
    );
    let recordings = world.recordings.iter().map(|recording| {
        json!({"uuid": recording.uuid, "id": recording.id, "host_id": recording.host, "start_time": time::utc(recording.start_ms),
            "files": recording.files.len(), "trashed": !recording.is_live()})
    });
    json!({
        "now": time::utc(world.now_ms()), "account_id": seed::ACCOUNT, "settings": world.settings, "approval": world.approval,
        "users": users.collect::<Vec<_>>(), "apps": apps.collect::<Vec<_>>(), "grants": grants.collect::<Vec<_>>(),
        "access_tokens": world.access.len(), "meetings": meetings.collect::<Vec<_>>(), "recordings": recordings.collect::<Vec<_>>(),
    })
}

/// Everything that nobody may find in what a client leaves behind.
fn secrets(world: &World) -> Value {
    let endpoints = world.events.endpoints.iter().map(|endpoint| &endpoint.secret);
    json!({"issued": world.issued, "apps": seed::app_secrets(), "endpoints": endpoints.collect::<Vec<_>>()})
}

fn kind(kind: AppKind) -> &'static str {
    match kind {
        AppKind::User => "user",
        AppKind::Admin => "admin",
        AppKind::Server => "server",
    }
}

fn bad(text: &str) -> Answer {
    Answer::json(400, &json!({"error": text}))
}
