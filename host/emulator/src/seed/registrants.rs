//! Meetings with registration, live streams and webinars at well-known numbers. All belong to the owner where nothing else is said.
//!
//! | Number | What |
//! |---|---|
//! | 81234500001 | registration, automatic |
//! | 81234500002 | registration by the host's approval: two approved, one pending, one denied |
//! | 81234500003 | running now, with a stream set |
//! | 81234500004 | registration, full |
//! | 81234500005 | running now, end-to-end encrypted |
//! | 81234500006 | registration, over |
//! | 81234500007 | repeats daily; people register for single occurrences |
//! | 81234500008 | no registration |
//! | 81234500009 | registration, but its host has no licence |
//! | 91234500001 | webinar by approval: one approved, one pending |
//! | 91234500002 | webinar that was held, with participants |
//! | 91234500003 | webinar that repeats weekly |

use jiff::civil::date;
use serde_json::{Value, json};

use super::build::{capital, uuid};
use crate::api::webinars::default_settings;
use crate::state::meeting_instances::{Instance, Participant};
use crate::state::registrations::Registrant;
use crate::state::webinars::Webinar;
use crate::state::world::{Meeting, World};
use crate::time;

const ADA: &str = "ada@emulator.test";
const HOUR: i64 = 3_600_000;

/// Add them.
pub fn fill(world: &mut World) {
    let far = time::at(date(2099, 6, 1), 10, 0);
    let past = time::at(date(2026, 1, 5), 10, 0);
    let open = json!({"approval_type": 0, "registration_type": 1});
    meeting(world, ADA, 81_234_500_001, "Open house", 2, far, open.clone());
    meeting(world, ADA, 81_234_500_002, "Customer day", 2, far, json!({"approval_type": 1}));
    meeting(world, ADA, 81_234_500_003, "Town hall", 2, world.now_ms(), json!({}));
    meeting(world, ADA, 81_234_500_004, "Small round", 2, far, open.clone());
    meeting(world, ADA, 81_234_500_005, "Board", 2, world.now_ms(), json!({"encryption_type": "e2ee"}));
    meeting(world, ADA, 81_234_500_006, "Last week", 2, world.now_ms() - 72 * HOUR, open.clone());
    meeting(world, ADA, 81_234_500_007, "Course", 8, far, json!({"approval_type": 0, "registration_type": 2}));
    meeting(world, ADA, 81_234_500_008, "Without registration", 2, far, json!({}));
    meeting(world, "alan@emulator.test", 81_234_500_009, "Unlicensed", 2, far, open);
    people(world, 81_234_500_002, &[("mary", "approved"), ("john", "approved"), ("kim", "pending"), ("lee", "denied")]);
    people(world, 81_234_500_004, &[("mary", "approved"), ("john", "pending")]);
    world.registrations.capacity.insert(81_234_500_004, 2);
    for id in [81_234_500_003, 81_234_500_005] {
        live(world, id);
    }
    let stream = json!({"page_url": "https://live.example.com/watch", "stream_url": "rtmps://live.example.com/app",
        "stream_key": "emulated-stream-key", "resolution": "720p"});
    if let Value::Object(stream) = stream {
        world.livestreams.set(81_234_500_003, stream);
    }
    webinars(world, far, past);
}

fn webinars(world: &mut World, far: i64, past: i64) {
    let Some(ada) = world.user(ADA).cloned() else {
        return;
    };
    world.webinars.plans.insert(ada.id.clone());
    webinar(world, &ada.id, 91_234_500_001, "Product launch", 5, far, json!({"approval_type": 1}));
    webinar(world, &ada.id, 91_234_500_002, "Year in review", 5, past, json!({"approval_type": 0}));
    webinar(world, &ada.id, 91_234_500_003, "Weekly tips", 9, far, json!({"approval_type": 0, "registration_type": 2}));
    people(world, 91_234_500_001, &[("mary", "approved"), ("kim", "pending")]);
    let stay = |n: i64, name: &str, id: &str, email: &str, from: i64, to: i64| Participant {
        id: id.to_owned(),
        user_id: (16_778_240 + n).to_string(),
        uuid: uuid("stay", n),
        name: name.to_owned(),
        email: email.to_owned(),
        registrant_id: String::new(),
        join_ms: past + from * 60_000,
        leave_ms: Some(past + to * 60_000),
    };
    let mut held = Instance {
        // Begins with a slash: it must be encoded twice.
        uuid: "/wBinAr0p112QmuoKj48548A==".to_owned(),
        meeting_id: 91_234_500_002,
        host: ada.id.clone(),
        topic: "Year in review".to_owned(),
        kind: 5,
        timezone: ada.timezone.clone(),
        start_ms: past,
        end_ms: Some(past + HOUR),
        processed_ms: past + 2 * HOUR,
        participants: vec![
            stay(0, "Ada Lovelace", &ada.id, &ada.email, 0, 60),
            stay(1, "Guest", "", "", 2, 20),
            // The same guest again.
            stay(2, "Guest", "", "", 25, 60),
        ],
    };
    world.webinars.held.push(held.clone());
    // An earlier instance of the same number; its UUID contains two slashes.
    held.uuid = "wB//nar0p112QmuoKj48548A==".to_owned();
    held.start_ms -= 24 * HOUR;
    held.end_ms = Some(held.start_ms + HOUR);
    held.participants.truncate(1);
    world.webinars.held.insert(0, held);
}

fn meeting(world: &mut World, host: &str, id: i64, topic: &str, kind: i64, start_ms: i64, own: Value) {
    let Some(host) = world.user(host).cloned() else {
        return;
    };
    let mut settings = crate::state::schedule::default_settings();
    crate::state::schedule::merge_settings(&mut settings, Some(&own), true);
    let mut fields = json!({"topic": topic, "type": kind, "duration": 60, "timezone": host.timezone, "agenda": "",
        "password": "123456", "start_time": time::utc(start_ms), "settings": settings});
    if let (8, Some(all)) = (kind, fields.as_object_mut()) {
        all.insert("recurrence".into(), json!({"type": 1, "repeat_interval": 1, "end_times": 3}));
    }
    if let Value::Object(fields) = fields {
        let created_ms = time::at(date(2025, 12, 1), 9, 0);
        let (uuid, start_ms) = (uuid("meeting", id), Some(start_ms));
        let mut made = Meeting { id, uuid, host: host.id, created_ms, start_ms, fields, occurrences: Vec::new() };
        made.plan();
        world.meetings.insert(id, made);
    }
}

fn webinar(world: &mut World, host: &str, id: i64, topic: &str, kind: i64, start_ms: i64, own: Value) {
    let mut settings = default_settings();
    crate::state::schedule::merge_settings(&mut settings, Some(&own), true);
    let mut fields = json!({"topic": topic, "type": kind, "duration": 60, "timezone": "Europe/Berlin", "agenda": "",
        "start_time": time::utc(start_ms), "settings": settings});
    if let (9, Some(all)) = (kind, fields.as_object_mut()) {
        all.insert("recurrence".into(), json!({"type": 2, "repeat_interval": 1, "end_times": 4}));
    }
    if let Value::Object(fields) = fields {
        let made = Webinar {
            id,
            uuid: uuid("webinar", id),
            host: host.to_owned(),
            created_ms: time::at(date(2025, 12, 1), 9, 0),
            start_ms: Some(start_ms),
            fields,
            deleted: Default::default(),
        };
        world.webinars.rows.insert(id, made);
    }
}

/// `name@example.com`, registered in that state.
fn people(world: &mut World, event: i64, people: &[(&str, &str)]) {
    for (n, (name, status)) in (0..).zip(people) {
        let fields = json!({"email": format!("{name}@example.com"), "first_name": capital(name), "last_name": "Doe",
            "city": "Berlin", "country": "DE", "org": "Example", "no_of_employees": "101-250"});
        if let Value::Object(fields) = fields {
            let created_ms = time::at(date(2026, 1, 2), 9, 0) + n * 60_000;
            world.registrations.add(event, Registrant::new(event, fields, status, created_ms));
        }
    }
}

/// The meeting began ten minutes ago.
fn live(world: &mut World, id: i64) {
    let Some(found) = world.meetings.get(&id) else {
        return;
    };
    let text = |name: &str| found.fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let start_ms = world.now_ms() - 600_000;
    let running = Instance {
        uuid: uuid("live", id),
        meeting_id: id,
        host: found.host.clone(),
        topic: text("topic"),
        kind: 2,
        timezone: text("timezone"),
        start_ms,
        end_ms: None,
        processed_ms: i64::MAX,
        participants: Vec::new(),
    };
    world.past.push(running);
}
