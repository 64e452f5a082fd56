//! A meeting as Zoom shows it.

use serde_json::{Value, json};

use crate::seed;
use crate::state::meetings::Occurrence;
use crate::state::schedule;
use crate::state::world::{Meeting, World};
use crate::time::utc;

/// The whole meeting. Times that are over are listed only when asked for.
pub fn whole(world: &World, meeting: &Meeting, previous: bool) -> Value {
    let mut shown = meeting.fields.clone();
    let host = world.user(&meeting.host);
    let email = host.map(|user| user.email.clone()).unwrap_or_default();
    let pwd = secret(meeting);
    shown.retain(|name, _| !matches!(name.as_str(), "start_time" | "template_id" | "default_password"));
    let password = shown.get("password").and_then(Value::as_str).unwrap_or_default().to_owned();
    let own = json!({
        "uuid": meeting.uuid, "id": meeting.id, "host_id": meeting.host, "host_email": email, "assistant_id": "",
        "status": if world.live(meeting.id).is_some() { "started" } else { "waiting" },
        "created_at": utc(meeting.created_ms), "encrypted_password": pwd, "pstn_password": password,
        "h323_password": password, "pre_schedule": shown.get("pre_schedule").cloned().unwrap_or(json!(false)),
        "start_url": format!("{}/s/{}?zak={}", world.origin, meeting.id, crate::state::world::random(24)),
        "join_url": join_url(world, meeting), "chat_join_url": format!("{}/launch/jc/{}", world.origin, meeting.id),
        "creation_source": "open_api",
    });
    if let Value::Object(own) = own {
        shown.extend(own);
    }
    if meeting.fields.get("settings").and_then(|all| all.get("use_pmi")) == Some(&json!(true))
        && let Some(host) = host
    {
        shown.insert("pmi".into(), json!(host.pmi.to_string()));
    }
    let approval = meeting.fields.get("settings").and_then(|all| all.get("approval_type")).and_then(Value::as_i64);
    if matches!(approval, Some(0 | 1)) {
        let url = format!("{}/meeting/register/{pwd}", world.origin);
        shown.insert("registration_url".into(), json!(url));
    }
    if let Some(start) = meeting.start_ms {
        shown.insert("start_time".into(), json!(utc(start)));
    }
    if meeting.kind() == 8 {
        let now = world.now_ms();
        let minutes = schedule::minutes(&meeting.fields);
        let over = |one: &&Occurrence| one.start_ms + minutes * 60_000 < now;
        let rows = meeting.occurrences.iter().filter(|one| previous || !over(one)).map(|one| occurrence(meeting, one));
        shown.insert("occurrences".into(), rows.collect());
    }
    Value::Object(shown)
}

pub fn occurrence(meeting: &Meeting, one: &Occurrence) -> Value {
    let minutes = one.fields.get("duration").cloned().unwrap_or(json!(schedule::minutes(&meeting.fields)));
    json!({"occurrence_id": one.id, "start_time": utc(one.start_ms), "duration": minutes,
        "status": if one.deleted { "deleted" } else { "available" }})
}

pub fn join_url(world: &World, meeting: &Meeting) -> String {
    format!("{}/j/{}?pwd={}", world.origin, meeting.id, secret(meeting))
}

fn secret(meeting: &Meeting) -> String {
    seed::build::uuid("pwd", meeting.id).replace(['/', '+', '='], "")
}
