//! Meetings with the traps that clients meet.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod raw;

use raw::{Got, ada, advance, call, get, server, settings};
use serde_json::{Value, json};
use switchboard_emulator::{Emulator, Options, start};

const DAY: i64 = 86_400;
/// 2026-11-24T10:00:00Z
const START: i64 = 1_795_514_400_000;
const LAST: &str = "%252FHeldLastWeek%252F%252F00000001%253D%253D";

struct Zoom {
    emulator: Emulator,
    token: String,
}

async fn zoom() -> Zoom {
    let emulator = start(Options { rate_limits: false, at_ms: Some(START), ..Options::default() }).await.unwrap();
    let token = ada(&emulator);
    Zoom { emulator, token }
}

impl Zoom {
    async fn get(&self, path: &str) -> Got {
        get(&self.emulator, &self.token, path).await
    }

    async fn send(&self, method: &str, path: &str, body: Value) -> Got {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        call(&self.emulator, &self.token, method, path, &text).await
    }

    /// The clock goes on, and with it the token's life: a new one.
    async fn later(&mut self, seconds: i64) {
        advance(&self.emulator, seconds).await;
        self.token = ada(&self.emulator);
    }

    async fn create(&self, body: Value) -> Value {
        let made = self.send("POST", "/users/me/meetings", body).await;
        assert_eq!(made.status, 201, "{}", made.text());
        made.json()
    }

    /// Start times of a list.
    async fn listed(&self, query: &str) -> Vec<(i64, String)> {
        let got = self.get(&format!("/users/me/meetings?page_size=300&{query}")).await;
        assert_eq!(got.status, 200, "{}", got.text());
        let row =
            |row: &Value| (row["id"].as_i64().unwrap(), row["start_time"].as_str().unwrap_or_default().to_owned());
        got.json()["meetings"].as_array().unwrap().iter().map(row).collect()
    }
}

fn ids(rows: &[(i64, String)]) -> Vec<i64> {
    let mut ids: Vec<i64> = rows.iter().map(|(id, _)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

#[tokio::test]
async fn facts_14_13_changes_are_normalised_or_ignored_without_a_word() {
    let zoom = zoom().await;
    let one = "/meetings/81234567890";
    let before = zoom.get(one).await.json();
    for body in [json!({"settings": {}}), json!({"start_time": "2020-01-01T10:00:00Z"}), json!({"colour": "green"})] {
        let changed = zoom.send("PATCH", one, body).await;
        assert_eq!((changed.status, changed.body.len()), (204, 0));
        let after = zoom.get(one).await.json();
        for field in ["settings", "start_time", "colour"] {
            assert_eq!(after[field], before[field], "{field}");
        }
    }
    zoom.send("PATCH", one, json!({"settings": {"auto_recording": "moon", "jbh_time": 10}})).await;
    zoom.send("PATCH", one, json!({"tracking_fields": [{"field": "Project", "value": "7"}, {"field": "Nobody's"}]}))
        .await;
    let after = zoom.get(one).await.json();
    assert_eq!((&after["settings"]["auto_recording"], &after["settings"]["jbh_time"]), (&json!("none"), &json!(0)));
    assert_eq!(after["tracking_fields"], json!([{"field": "Project", "value": "7"}]));
    zoom.send("PATCH", one, json!({"settings": {"auto_recording": "cloud", "encryption_type": "e2ee"}})).await;
    assert_eq!(zoom.get(one).await.json()["settings"]["auto_recording"], "none");
    // What the host's licence does not allow.
    let server = server(&zoom.emulator).await;
    let body = json!({"settings": {"auto_recording": "cloud", "approval_type": 0}}).to_string();
    let basic = call(&zoom.emulator, &server, "POST", "/users/alan@emulator.test/meetings", &body).await.json();
    assert_eq!(
        (&basic["settings"]["auto_recording"], &basic["settings"]["approval_type"]),
        (&json!("none"), &json!(2))
    );
}

#[tokio::test]
async fn personal_meetings_and_audio_conferences_stay() {
    let zoom = zoom().await;
    let personal = zoom.get("/meetings/3542471131").await.json();
    assert_eq!((&personal["type"], personal.get("start_time")), (&json!(4), None));
    assert_eq!(zoom.send("DELETE", "/meetings/3542471131", Value::Null).await.code(), (400, 3018));
    assert_eq!(zoom.send("DELETE", "/meetings/81234567894", Value::Null).await.code(), (400, 3037));
    assert!(!ids(&zoom.listed("type=scheduled").await).contains(&3_542_471_131));
}

#[tokio::test]
async fn one_occurrence_is_changed_and_deleted_alone() {
    let zoom = zoom().await;
    let rule = json!({"type": 2, "weekly_days": "2,4", "end_times": 4});
    let made = zoom
        .create(
            json!({"type": 8, "start_time": "2099-12-01T10:00:00", "timezone": "Europe/Berlin", "recurrence": rule}),
        )
        .await;
    let starts = |meeting: &Value| -> Vec<String> {
        let all = meeting["occurrences"].as_array().unwrap().iter();
        all.map(|one| format!("{} {}", one["start_time"].as_str().unwrap(), one["status"].as_str().unwrap())).collect()
    };
    // 1 December 2099 is a Tuesday.
    let planned =
        ["2099-12-02", "2099-12-07", "2099-12-09", "2099-12-14"].map(|day| format!("{day}T09:00:00Z available"));
    assert_eq!(starts(&made), planned);
    let one = format!("/meetings/{}", made["id"]);
    let occurrence = |n: usize| made["occurrences"][n]["occurrence_id"].as_str().unwrap().to_owned();
    let second = format!("{one}?occurrence_id={}", occurrence(1));
    let body = json!({"topic": "Ignored", "duration": 15, "start_time": "2099-12-07T12:00:00", "settings": {"waiting_room": false}});
    assert_eq!(zoom.send("PATCH", &second, body).await.status, 204);
    let (changed, whole) = (zoom.get(&second).await.json(), zoom.get(&one).await.json());
    assert_eq!((&changed["start_time"], &changed["duration"]), (&json!("2099-12-07T11:00:00Z"), &json!(15)));
    assert_eq!(
        (&changed["settings"]["waiting_room"], &whole["settings"]["waiting_room"]),
        (&json!(false), &json!(true))
    );
    assert_eq!((&changed["topic"], &whole["duration"]), (&json!("Zoom Meeting"), &json!(60)));
    assert_eq!(zoom.send("DELETE", &second, Value::Null).await.status, 204);
    assert_eq!(zoom.get(&second).await.code(), (400, 300));
    assert_eq!(zoom.send("DELETE", &second, Value::Null).await.code(), (400, 300));
    assert_eq!(starts(&zoom.get(&one).await.json())[1], "2099-12-07T11:00:00Z deleted");
    // A new rule plans anew.
    let rule = json!({"type": 3, "monthly_week": -1, "monthly_week_day": 6, "end_times": 2});
    assert_eq!(zoom.send("PATCH", &one, json!({"recurrence": rule})).await.status, 204);
    assert_eq!(
        starts(&zoom.get(&one).await.json()),
        ["2099-12-25T09:00:00Z available", "2100-01-29T09:00:00Z available"]
    );
    // Without its last occurrence the meeting is gone.
    for n in 0..2 {
        let left = zoom.get(&one).await.json();
        let path = format!("{one}?occurrence_id={}", left["occurrences"][n]["occurrence_id"].as_str().unwrap());
        assert_eq!(zoom.send("DELETE", &path, Value::Null).await.status, 204);
    }
    assert_eq!(zoom.get(&one).await.code(), (404, 3001));
}

#[tokio::test]
async fn times_that_are_over_show_only_when_asked_for_and_numbers_expire() {
    let mut zoom = zoom().await;
    let rows = |meeting: &Value| meeting["occurrences"].as_array().unwrap().len();
    assert_eq!(rows(&zoom.get("/meetings/81234567891").await.json()), 10);
    zoom.later(15 * DAY).await;
    assert!(rows(&zoom.get("/meetings/81234567891").await.json()) < 10);
    assert_eq!(rows(&zoom.get("/meetings/81234567891?show_previous_occurrences=true").await.json()), 10);
    assert_eq!(zoom.get("/meetings/81234567890").await.status, 200);
    zoom.later(25 * DAY).await;
    assert_eq!(zoom.get("/meetings/81234567890").await.code(), (404, 3001));
    assert_eq!(zoom.get("/meetings/81234567891").await.status, 200);
    zoom.later(400 * DAY).await;
    assert_eq!(zoom.get("/meetings/81234567891").await.code(), (404, 3001));
}

#[tokio::test]
async fn lists_cut_agendas_and_know_five_kinds() {
    let mut zoom = zoom().await;
    let agenda = "a".repeat(300);
    let made = zoom.create(json!({"start_time": "2099-12-01T10:00:00Z", "agenda": agenda})).await;
    let row = zoom.get("/users/me/meetings?page_size=300").await.json();
    let row = row["meetings"].as_array().unwrap().iter().find(|row| row["id"] == made["id"]).unwrap().clone();
    assert_eq!((row["agenda"].as_str().unwrap().len(), made["agenda"].as_str().unwrap().len()), (250, 300));
    assert!(row.get("settings").is_none() && row.get("password").is_none());
    let live = ids(&zoom.listed("type=live").await);
    assert!([81_234_567_893, 81_234_567_895].iter().all(|id| live.contains(id)), "{live:?}");
    assert!(!live.contains(&81_234_567_890));
    let upcoming = zoom.listed("type=upcoming").await;
    assert_eq!(upcoming.iter().filter(|(id, _)| *id == 81_234_567_891).count(), 10, "a row for each occurrence");
    assert_eq!(upcoming, zoom.listed("type=upcoming_meetings").await);
    assert!(!ids(&upcoming).contains(&made["id"].as_i64().unwrap()), "six months at most");
    assert!(ids(&zoom.listed("type=scheduled").await).contains(&made["id"].as_i64().unwrap()));
    let instant = zoom.create(json!({"type": 1})).await;
    assert!(!ids(&zoom.listed("type=scheduled").await).contains(&instant["id"].as_i64().unwrap()));
    zoom.later(15 * DAY).await;
    let previous = zoom.listed("type=previous_meetings").await;
    assert!(previous.iter().filter(|(id, _)| *id == 81_234_567_891).count() > 1);
    assert_eq!(zoom.get("/users/me/meetings?type=odd").await.code(), (400, 300));
}

#[tokio::test]
async fn the_next_day_has_own_meetings_and_invitations() {
    let mut zoom = zoom().await;
    zoom.later(5 * DAY - 2 * 3600).await;
    let rows = zoom.get("/users/me/upcoming_meetings").await.json();
    let rows: Vec<(Value, Value)> =
        rows["meetings"].as_array().unwrap().iter().map(|row| (row["id"].clone(), row["is_host"].clone())).collect();
    assert!(rows.contains(&(json!(81_234_567_896_i64), json!(false))), "{rows:?}");
    assert_eq!(
        call(&zoom.emulator, &server(&zoom.emulator).await, "GET", "/users/nobody/upcoming_meetings", "").await.code(),
        (404, 3001)
    );
}

#[tokio::test]
async fn who_may_not_host_is_refused_everywhere() {
    let zoom = zoom().await;
    settings(&zoom.emulator, json!({"no_meetings": ["ada@emulator.test"]})).await;
    for (method, path) in [
        ("POST", "/users/me/meetings"),
        ("GET", "/users/me/meetings"),
        ("GET", "/meetings/81234567890"),
        ("DELETE", "/meetings/81234567890"),
        ("GET", "/meetings/81234567890/polls"),
    ] {
        let body = if method == "POST" { json!({}) } else { Value::Null };
        assert_eq!(zoom.send(method, path, body).await.code(), (400, 3161), "{method} {path}");
    }
}

#[tokio::test]
async fn scheduling_for_others_needs_their_leave() {
    let zoom = zoom().await;
    let code = async |kind: i64, who: &str| {
        let body = json!({"type": kind, "schedule_for": who, "start_time": "2099-12-01T10:00:00Z"});
        zoom.send("POST", "/users/me/meetings", body).await
    };
    assert_eq!(code(2, "nobody@emulator.test").await.code(), (400, 300));
    assert_eq!(code(2, "grace@emulator.test").await.code(), (400, 3000));
    assert_eq!(code(1, "margaret@emulator.test").await.code(), (400, 3000));
    assert_eq!(code(2, "margaret@emulator.test").await.json()["host_email"], "margaret@emulator.test");
    let body = json!({"schedule_for": "nobody"});
    assert_eq!(zoom.send("PATCH", "/meetings/81234567890", body).await.code(), (400, 300));
}

#[tokio::test]
async fn seed_8_10_held_meetings_are_known_for_a_year() {
    let zoom = zoom().await;
    let past = zoom.get("/past_meetings/81234567892").await.json();
    assert_eq!((&past["uuid"], &past["duration"]), (&json!("/HeldLastWeek//00000001=="), &json!(60)));
    assert_eq!(zoom.get(&format!("/past_meetings/{LAST}")).await.json(), past);
    // Encoded once it is another path.
    assert_eq!(zoom.get("/past_meetings/%2FHeldLastWeek%2F%2F00000001%3D%3D").await.code(), (404, 2300));
    for what in ["", "/participants", "/polls", "/qa"] {
        let old = zoom.get(&format!("/past_meetings/HeldLongAgo00000000003%3D%3D{what}")).await;
        assert_eq!(old.code(), (400, 12702), "{what}");
        assert_eq!(zoom.get(&format!("/past_meetings/81234567893{what}")).await.code(), (404, 3001), "running {what}");
    }
    let instances = zoom.get("/past_meetings/81234567892/instances").await.json();
    assert_eq!(instances["meetings"].as_array().unwrap().len(), 3);
    settings(&zoom.emulator, json!({"plan": "free"})).await;
    assert_eq!(zoom.get("/past_meetings/81234567892").await.code(), (400, 200));
}

#[tokio::test]
async fn seed_8_10_participants_are_rows_of_joins_none_for_one_person_and_uncounted_at_first() {
    let mut zoom = zoom().await;
    let rows = async |zoom: &Zoom, meeting: &str| -> Vec<Value> {
        let got = zoom.get(&format!("/past_meetings/{meeting}/participants")).await.json();
        got["participants"].as_array().unwrap().clone()
    };
    let last = rows(&zoom, LAST).await;
    assert_eq!(last.iter().filter(|row| row["name"] == "Grace Hopper").count(), 2);
    let guest = last.iter().find(|row| row["name"] == "Mary Somerville").unwrap();
    assert_eq!((&guest["id"], &guest["user_email"], &guest["internal_user"]), (&json!(""), &json!(""), &json!(false)));
    assert_eq!(guest["duration"], 52 * 60);
    assert!(rows(&zoom, "HeldWithNobodyElse0002%3D%3D").await.is_empty());
    let sums = |rows: &[Value]| rows.iter().map(|row| row["duration"].as_i64().unwrap()).sum::<i64>();
    assert_eq!(sums(&rows(&zoom, "HeldJustNow00000000004%3D%3D").await), 0);
    zoom.later(2 * 3600).await;
    assert!(sums(&rows(&zoom, "HeldJustNow00000000004%3D%3D").await) > 0);
}

#[tokio::test]
async fn summaries_and_polls_can_be_switched_off() {
    let zoom = zoom().await;
    let summary = format!("/meetings/{LAST}/meeting_summary");
    assert_eq!(zoom.get(&summary).await.json()["summary_title"], "Reading group");
    assert_eq!(zoom.get("/meetings/81234567892/meeting_summary").await.code(), (400, 300));
    assert_eq!(zoom.get("/meetings/HeldWithNobodyElse0002%3D%3D/meeting_summary").await.code(), (404, 3001));
    settings(&zoom.emulator, json!({"summaries_restricted": true, "polls": "basic"})).await;
    assert_eq!(zoom.get(&summary).await.code(), (403, 2305));
    let polls = "/meetings/81234567890/polls";
    let question = json!([{"name": "How?", "type": "single", "answers": ["So", "So so"]}]);
    let quiz = json!({"title": "Test", "poll_type": 3, "questions": question});
    assert_eq!(zoom.send("POST", polls, quiz).await.code(), (400, 4400));
    let made = zoom.send("POST", polls, json!({"title": "Plain", "questions": question})).await;
    assert_eq!((made.status, &made.json()["questions"][0]["answer_required"]), (201, &json!(true)));
    let one = format!("{polls}/{}", made.json()["id"].as_str().unwrap());
    let changed = zoom.send("PUT", &one, json!({"title": "Plainer", "questions": question})).await;
    assert_eq!((changed.status, changed.body.len()), (204, 0));
    assert_eq!(zoom.get(&one).await.json()["title"], "Plainer");
    assert_eq!(zoom.send("POST", polls, json!({"title": "None", "questions": []})).await.code(), (400, 300));
    assert_eq!(zoom.send("DELETE", &one, Value::Null).await.status, 204);
    assert_eq!(zoom.get(&one).await.code(), (404, 404));
    assert_eq!(zoom.get("/meetings/81239999999/polls").await.code(), (404, 404));
    settings(&zoom.emulator, json!({"polls": "none"})).await;
    assert_eq!(zoom.get(polls).await.code(), (400, 4400));
}

#[tokio::test]
async fn a_meeting_is_ended_and_a_deleted_one_comes_back() {
    let zoom = zoom().await;
    let end = json!({"action": "end"});
    assert_eq!(zoom.get("/meetings/81234567893").await.json()["status"], "started");
    assert_eq!(zoom.send("PUT", "/meetings/81234567893/status", end.clone()).await.status, 204);
    assert_eq!(zoom.get("/meetings/81234567893").await.json()["status"], "waiting");
    assert_eq!(zoom.get("/past_meetings/81234567893").await.status, 200);
    assert_eq!(zoom.send("PUT", "/meetings/81234567895/status", end).await.code(), (400, 3063));
    let one = "/meetings/81234567890";
    assert_eq!(
        zoom.send("DELETE", &format!("{one}?schedule_for_reminder=perhaps"), Value::Null).await.code(),
        (400, 300)
    );
    assert_eq!(zoom.send("DELETE", one, Value::Null).await.status, 204);
    assert_eq!(zoom.get(one).await.code(), (404, 3001));
    assert_eq!(zoom.send("PUT", &format!("{one}/status"), json!({"action": "recover"})).await.status, 204);
    assert_eq!(zoom.get(one).await.status, 200);
    assert_eq!(zoom.send("PUT", &format!("{one}/status"), json!({"action": "pause"})).await.code(), (400, 300));
}

#[tokio::test]
async fn links_are_made_for_each_name() {
    let zoom = zoom().await;
    let path = "/meetings/81234567890/invite_links";
    let made = zoom.send("POST", path, json!({"attendees": [{"name": "Mary"}, {"name": "Mary"}], "ttl": 0})).await;
    let rows = made.json()["attendees"].as_array().unwrap().clone();
    assert_eq!((made.status, rows.len()), (201, 2));
    assert_ne!(rows[0]["join_url"], rows[1]["join_url"]);
    for wrong in
        [json!({"attendees": [{}]}), json!({"attendees": [{"name": "x".repeat(65)}]}), json!({"ttl": 7_776_001})]
    {
        assert_eq!(zoom.send("POST", path, wrong).await.code(), (400, 300));
    }
}
