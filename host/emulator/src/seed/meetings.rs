//! Meetings that examples and tests name, planned and held.
//!
//! Numbers and UUIDs never change; days count from the day of the start, so that what is planned stays to come.

use serde_json::{Map, Value, json};

use super::build::uuid;
use crate::state::meeting_instances::{Instance, Participant};
use crate::state::world::{Meeting, World};
use crate::time;

const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;

/// To come, ada's; with two polls.
pub const PLANNED: i64 = 81_234_567_890;
/// Every Monday and Thursday, ada's.
pub const WEEKLY: i64 = 81_234_567_891;
/// Held three times, ada's; the last time with participants, polls, questions and a summary.
pub const HELD: i64 = 81_234_567_892;
/// Running, ada's.
pub const RUNNING: i64 = 81_234_567_893;
/// A personal audio conference of ada.
pub const AUDIO: i64 = 81_234_567_894;
/// Running on a connector of the account's own.
pub const ON_PREMISES: i64 = 81_234_567_895;
/// To come, grace's.
pub const OF_GRACE: i64 = 81_234_567_896;
/// The last time that HELD took place. It must be encoded twice.
pub const LAST: &str = "/HeldLastWeek//00000001==";
/// The time before, when only the host came.
pub const ALONE: &str = "HeldWithNobodyElse0002==";
/// More than a year ago.
pub const OLD: &str = "HeldLongAgo00000000003==";
/// Ended an hour ago; durations are not counted yet.
pub const FRESH: &str = "HeldJustNow00000000004==";

pub fn small(world: &mut World) {
    let (Some(ada), Some(grace)) =
        (world.user("ada@emulator.test").cloned(), world.user("grace@emulator.test").cloned())
    else {
        return;
    };
    if let Some(margaret) = world.users.find_mut("margaret@emulator.test") {
        margaret.assistants.push(ada.id.clone());
    }
    let now = world.now_ms();
    // Nine o'clock UTC of today.
    let today = time::at(time::day(now), 9, 0);
    let recurrence = json!({"recurrence": {"type": 2, "repeat_interval": 1, "weekly_days": "2,5", "end_times": 10}});
    let plans = [
        (
            PLANNED,
            &ada.id,
            2,
            "Weekly sync",
            7,
            json!({"agenda": "What happened, and what is next.", "settings": {"approval_type": 0}}),
        ),
        (WEEKLY, &ada.id, 8, "Stand-up", 1, recurrence),
        (HELD, &ada.id, 3, "Reading group", 0, json!({})),
        (RUNNING, &ada.id, 2, "Open office", 0, json!({})),
        (AUDIO, &ada.id, 2, "Telephone", 3, json!({})),
        (ON_PREMISES, &ada.id, 2, "In the cellar", 3, json!({})),
        (
            OF_GRACE,
            &grace.id,
            2,
            "Compilers",
            5,
            json!({"settings": {"meeting_invitees": [{"email": "ada@emulator.test"}]}}),
        ),
    ];
    for (id, host, kind, topic, days, more) in plans {
        let meeting = planned(id, host, (kind, topic), today + days * DAY_MS, now - 40 * DAY_MS, more);
        world.meetings.insert(id, meeting);
    }
    world.meeting_extras.audio_conferences.insert(AUDIO);
    world.meeting_extras.on_premises.insert(ON_PREMISES);
    polls(world);
    let stay = |n: i64, name: &str, id: &str, email: &str, from: i64, to: i64| Participant {
        id: id.to_owned(),
        user_id: (16_778_240 + n).to_string(),
        uuid: uuid("stay", n),
        name: name.to_owned(),
        email: email.to_owned(),
        registrant_id: String::new(),
        join_ms: from * MINUTE_MS,
        leave_ms: Some(to * MINUTE_MS),
    };
    let host = || stay(1, "Ada Lovelace", &ada.id, &ada.email, 0, 60);
    let people = vec![
        host(),
        stay(2, "Grace Hopper", &grace.id, &grace.email, 2, 20),
        stay(3, "Mary Somerville", "", "", 3, 55),
        // Grace lost her connection and came back.
        stay(2, "Grace Hopper", &grace.id, &grace.email, 25, 58),
    ];
    let times = [
        (OLD, HELD, 400 * DAY_MS, Some(60), people.clone()),
        (ALONE, HELD, 14 * DAY_MS, Some(60), vec![host()]),
        (LAST, HELD, 7 * DAY_MS, Some(60), people.clone()),
        (FRESH, PLANNED, 2 * 60 * MINUTE_MS, Some(60), people.clone()),
        (
            "RunningNow000000000005==",
            RUNNING,
            20 * MINUTE_MS,
            None,
            vec![host(), stay(3, "Mary Somerville", "", "", 3, 55)],
        ),
        ("RunningBelow00000000006==", ON_PREMISES, 20 * MINUTE_MS, None, Vec::new()),
    ];
    for (held, id, ago, minutes, people) in times {
        let (start, topic) =
            (now - ago, world.meetings.get(&id).map(|meeting| meeting.fields.clone()).unwrap_or_default());
        let end_ms = minutes.map(|minutes| start + minutes * MINUTE_MS);
        world.past.push(Instance {
            uuid: held.to_owned(),
            meeting_id: id,
            host: ada.id.clone(),
            topic: topic.get("topic").and_then(Value::as_str).unwrap_or_default().to_owned(),
            kind: topic.get("type").and_then(Value::as_i64).unwrap_or(2),
            timezone: ada.timezone.clone(),
            start_ms: start,
            end_ms,
            processed_ms: if held == FRESH { now + 60 * MINUTE_MS } else { end_ms.unwrap_or(now) },
            participants: people
                .into_iter()
                .map(|stay| Participant {
                    join_ms: start + stay.join_ms,
                    leave_ms: stay.leave_ms.filter(|_| minutes.is_some()).map(|leave| start + leave),
                    ..stay
                })
                .collect(),
        });
    }
    spoken(world, now - 7 * DAY_MS);
}

fn planned(id: i64, host: &str, (kind, topic): (i64, &str), start: i64, created_ms: i64, more: Value) -> Meeting {
    let mut settings = crate::state::schedule::default_settings();
    crate::state::schedule::merge_settings(&mut settings, more.get("settings"), true);
    let fields =
        json!({"topic": topic, "type": kind, "duration": 60, "timezone": "Europe/Berlin", "password": "482913"});
    let mut fields: Map<String, Value> = fields.as_object().cloned().unwrap_or_default();
    fields.extend(more.as_object().cloned().unwrap_or_default());
    fields.insert("settings".into(), settings);
    let mut meeting = Meeting {
        id,
        uuid: uuid("meeting", id),
        host: host.to_owned(),
        created_ms,
        start_ms: (kind != 3).then_some(start),
        fields,
        occurrences: Vec::new(),
    };
    meeting.plan();
    meeting
}

fn polls(world: &mut World) {
    let question =
        json!({"name": "How was it?", "type": "single", "answers": ["Good", "Bad"], "answer_required": true});
    let rows = [
        json!({"id": "QalIoKWLTJehBJ8e1xRrbQ", "status": "notstart", "title": "Mood", "anonymous": false, "poll_type": 1, "questions": [question]}),
        json!({"id": "RbmJpLXMUKfiCK9f2ySscR", "status": "ended", "title": "Secret mood", "anonymous": true, "poll_type": 1, "questions": [question]}),
    ];
    let rows = rows.iter().filter_map(|row| row.as_object().cloned()).collect();
    world.meeting_extras.polls.insert(PLANNED, rows);
}

/// What was said the last time.
fn spoken(world: &mut World, start: i64) {
    let at = time::utc(start + 30 * MINUTE_MS);
    let answers = json!([
        {"name": "Grace Hopper", "email": "grace@emulator.test", "question_details": [
            {"question": "Which chapter next?", "answer": "Third;Fourth", "polling_id": "798fGJEWrA", "date_time": at}]},
        {"name": "", "email": "", "question_details": [
            {"question": "Which chapter next?", "answer": "Third", "polling_id": "798fGJEWrA", "date_time": at}]}]);
    world.meeting_extras.poll_answers.insert(LAST.into(), answers);
    let questions = json!([{"name": "Mary Somerville", "email": "", "question_details": [
        {"question": "Is there a recording?", "answer": "Yes, until next week."}]}]);
    world.meeting_extras.questions.insert(LAST.into(), questions);
    let done = time::utc(start + 65 * MINUTE_MS);
    let summary = json!({
        "summary_start_time": time::utc(start), "summary_end_time": time::utc(start + 60 * MINUTE_MS),
        "summary_created_time": done, "summary_last_modified_time": done,
        "summary_last_modified_user_id": "", "summary_last_modified_user_email": "",
        "summary_title": "Reading group", "summary_content": "## Reading group\n\nThe group read the second chapter.",
        "summary_overview": "The group read the second chapter.",
        "summary_details": [{"label": "Chapter two", "summary": "Notes G to K were read aloud."}],
        "next_steps": ["Everybody reads chapter three."]});
    world.meeting_extras.summaries.insert(LAST.into(), summary);
}
