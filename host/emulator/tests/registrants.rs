//! Registrants, live streams and webinars with the traps that clients meet.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod raw;

use raw::{Got, ada, advance, call, control, get};
use serde_json::{Value, json};
use switchboard_emulator::{Emulator, Options, start};

struct Zoom {
    emulator: Emulator,
    token: String,
}

async fn zoom() -> Zoom {
    let emulator = start(Options { rate_limits: false, ..Options::default() }).await.unwrap();
    let token = ada(&emulator);
    Zoom { emulator, token }
}

impl Zoom {
    async fn get(&self, path: &str) -> Got {
        get(&self.emulator, &self.token, path).await
    }

    async fn send(&self, method: &str, path: &str, body: Value) -> Got {
        call(&self.emulator, &self.token, method, path, &body.to_string()).await
    }

    async fn add(&self, meeting: &str, name: &str) -> Got {
        let body = json!({"email": format!("{name}@example.com"), "first_name": name});
        self.send("POST", &format!("/meetings/{meeting}/registrants"), body).await
    }

    async fn rows(&self, meeting: &str, status: &str) -> Vec<Value> {
        let got = self.get(&format!("/meetings/{meeting}/registrants?page_size=300&status={status}")).await;
        assert_eq!(got.status, 200, "{}", got.text());
        got.json()["registrants"].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn a_pending_registrant_has_no_link_until_approved() {
    let zoom = zoom().await;
    let made = zoom.add("81234500002", "nina").await;
    assert_eq!(made.status, 201);
    assert!(made.json().get("join_url").is_none() && made.json()["id"].is_i64());
    let id = made.json()["registrant_id"].as_str().unwrap().to_owned();
    let one = format!("/meetings/81234500002/registrants/{id}");
    assert!(zoom.get(&one).await.json().get("join_url").is_none());
    let decide = json!({"action": "approve", "registrants": [{"id": id}]});
    let done = zoom.send("PUT", "/meetings/81234500002/registrants/status", decide).await;
    assert_eq!((done.status, done.body.len()), (204, 0));
    let shown = zoom.get(&one).await.json();
    assert_eq!(shown["status"], "approved");
    assert!(shown["join_url"].as_str().unwrap().contains("tk="));
    let names: Vec<Value> = control(&zoom.emulator, "GET", "events", Value::Null).await["events"]
        .as_array()
        .map(|all| all.iter().map(|event| event["event"].clone()).collect())
        .unwrap_or_default();
    assert!(names.contains(&json!("meeting.registration_approved")), "{names:?}");
}

#[tokio::test]
async fn states_are_listed_one_at_a_time_and_strangers_are_passed_over() {
    let zoom = zoom().await;
    for (status, count) in [("approved", 2), ("pending", 1), ("denied", 1)] {
        assert_eq!(zoom.rows("81234500002", status).await.len(), count, "{status}");
    }
    let plain = zoom.get("/meetings/81234500002/registrants").await.json();
    assert_eq!(plain["registrants"].as_array().unwrap().len(), 2, "approved when nothing is asked");
    assert_eq!(zoom.get("/meetings/81234500002/registrants?status=all").await.code(), (400, 300));
    let stranger = json!({"action": "deny", "registrants": [{"id": "nobody"}]});
    assert_eq!(zoom.send("PUT", "/meetings/81234500002/registrants/status", stranger).await.status, 204);
}

#[tokio::test]
async fn every_refusal_has_zooms_status_and_code() {
    let zoom = zoom().await;
    assert_eq!(zoom.add("81299999999", "nina").await.code(), (404, 1001));
    assert_eq!(zoom.add("81234500008", "nina").await.code(), (400, 300));
    assert_eq!(zoom.add("81234500004", "nina").await.code(), (400, 3043));
    assert_eq!(zoom.add("81234500006", "nina").await.code(), (400, 3038));
    assert_eq!(zoom.add("91234500001", "nina").await.code(), (400, 3000));
    assert_eq!(zoom.get("/meetings/81299999999/registrants").await.code(), (404, 3001));
    let batch = |people: Value| json!({"registrants": people});
    let one = json!([{"email": "nina@example.com", "first_name": "Nina"}]);
    let path = |meeting: &str| format!("/meetings/{meeting}/batch_registrants");
    assert_eq!(zoom.send("POST", &path("81234500007"), batch(one.clone())).await.code(), (400, 303));
    assert_eq!(zoom.send("POST", &path("81234500008"), batch(one.clone())).await.code(), (400, 404));
    assert_eq!(zoom.send("POST", &path("81234500006"), batch(one)).await.code(), (400, 3038));
    let many: Vec<Value> = (0..31).map(|n| json!({"email": format!("p{n}@example.com"), "first_name": "P"})).collect();
    assert_eq!(zoom.send("POST", &path("81234500001"), batch(json!(many))).await.code(), (400, 300));
    let wrong = zoom.send("POST", "/meetings/81234500001/registrants", json!({"email": "x"})).await.json();
    assert_eq!((&wrong["code"], wrong["errors"].as_array().unwrap().len()), (&json!(300), 2));
    let removed = zoom.send("DELETE", "/meetings/81234500001/registrants/nobody", json!({})).await;
    assert_eq!(removed.code(), (400, 300));
}

#[tokio::test]
async fn the_same_person_registers_three_times_a_day() {
    let mut zoom = zoom().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(zoom.add("81234500001", "nina").await.json()["registrant_id"].clone());
    }
    assert!(ids.iter().all(|id| *id == ids[0]), "one registration: {ids:?}");
    let fourth = zoom.add("81234500001", "NINA").await;
    assert_eq!(fourth.code(), (429, 429));
    assert!(fourth.header("retry-after").is_none(), "no header of any kind");
    assert_eq!(zoom.add("81234500001", "omar").await.status, 201);
    advance(&zoom.emulator, 86_400).await;
    zoom.token = ada(&zoom.emulator);
    assert_eq!(zoom.add("81234500001", "nina").await.status, 201);
}

#[tokio::test]
async fn people_register_for_single_occurrences() {
    let zoom = zoom().await;
    let meeting = zoom.get("/meetings/81234500007").await.json();
    let first = meeting["occurrences"][0]["occurrence_id"].as_str().unwrap().to_owned();
    let second = meeting["occurrences"][1]["occurrence_id"].as_str().unwrap().to_owned();
    let body = json!({"email": "nina@example.com", "first_name": "Nina"});
    let path = "/meetings/81234500007/registrants";
    let made = zoom.send("POST", &format!("{path}?occurrence_ids={first}"), body.clone()).await.json();
    assert_eq!(made["occurrences"].as_array().unwrap().len(), 1, "{made}");
    assert_eq!(zoom.send("POST", &format!("{path}?occurrence_ids=1"), body).await.code(), (400, 300));
    let count = |got: Got| got.json()["registrants"].as_array().unwrap().len();
    assert_eq!(count(zoom.get(&format!("{path}?occurrence_id={first}")).await), 1);
    assert_eq!(count(zoom.get(&format!("{path}?occurrence_id={second}")).await), 0);
    let one = format!("{path}/{}", made["registrant_id"].as_str().unwrap());
    assert_eq!(zoom.send("DELETE", &one, json!({})).await.code(), (400, 300), "which occurrence?");
    assert_eq!(zoom.send("DELETE", &format!("{one}?occurrence_id={first}"), json!({})).await.status, 204);
}

#[tokio::test]
async fn questions_are_checked_stored_and_silently_kept_once() {
    let zoom = zoom().await;
    let path = "/meetings/81234500001/registrants/questions";
    let twice = json!([{"field_name": "city", "required": true}, {"field_name": "city", "required": false}]);
    let custom = json!([{"title": "Why?", "type": "short", "required": false}]);
    let set = zoom.send("PATCH", path, json!({"questions": twice, "custom_questions": custom})).await;
    assert_eq!((set.status, set.body.len()), (204, 0));
    let stored = zoom.get(path).await.json();
    assert_eq!(stored["questions"], json!([{"field_name": "city", "required": true}]));
    assert_eq!(stored["custom_questions"], custom);
    zoom.send("PATCH", path, json!({"custom_questions": []})).await;
    assert_eq!(zoom.get(path).await.json()["questions"].as_array().unwrap().len(), 1, "an absent list stays");
    let bad = json!({"custom_questions": [{"title": "Lunch?", "type": "single"}]});
    assert_eq!(zoom.send("PATCH", path, bad).await.code(), (400, 300));
    assert_eq!(zoom.send("PATCH", path, json!({"questions": [{"field_name": "shoes"}]})).await.code(), (400, 300));
}

#[tokio::test]
async fn only_running_meetings_without_end_to_end_encryption_stream() {
    let zoom = zoom().await;
    let status = |meeting: &str| format!("/meetings/{meeting}/livestream/status");
    let start = json!({"action": "start", "settings": {"layout": "speaker_view"}});
    assert_eq!(zoom.send("PATCH", &status("81234500001"), start.clone()).await.code(), (400, 4927));
    assert_eq!(zoom.send("PATCH", &status("81234500005"), start.clone()).await.code(), (400, 4400));
    let started = zoom.send("PATCH", &status("81234500003"), start).await;
    assert_eq!((started.status, started.body.len()), (204, 0));
    assert_eq!(zoom.send("PATCH", &status("81234500003"), json!({"action": "dance"})).await.code(), (400, 300));
    let set =
        json!({"page_url": "https://x.test", "stream_url": "rtmp://x.test", "stream_key": "k", "resolution": "8k"});
    assert_eq!(zoom.send("PATCH", "/meetings/81234500001/livestream", set).await.status, 204);
    let stored = zoom.get("/meetings/81234500001/livestream").await.json();
    assert_eq!(stored["resolution"], "720p", "silently the usual one");
}

#[tokio::test]
async fn webinars_need_the_plan_and_count_against_the_hosts_day() {
    let zoom = zoom().await;
    let token = raw::server(&zoom.emulator).await;
    let refused = call(&zoom.emulator, &token, "POST", "/users/grace@emulator.test/webinars", "{}").await;
    assert_eq!(refused.code(), (400, 200));
    let body = json!({"topic": "Launch", "start_time": "2099-12-01T10:00:00", "timezone": "Europe/Berlin",
        "settings": {"approval_type": 1, "registrants_restrict_number": 1}});
    let made = zoom.send("POST", "/users/me/webinars", body).await;
    assert_eq!((made.status, &made.json()["start_time"]), (201, &json!("2099-12-01T09:00:00Z")));
    let path = format!("/webinars/{}/registrants", made.json()["id"]);
    let person = |name: &str| json!({"email": format!("{name}@example.com"), "first_name": name});
    let pending = zoom.send("POST", &path, person("nina")).await;
    assert!(pending.status == 201 && pending.json().get("join_url").is_none());
    assert_eq!(zoom.send("POST", &path, person("omar")).await.code(), (400, 3000), "one place");
    let host = json!({"email": "ada@emulator.test", "first_name": "Ada"});
    assert_eq!(zoom.send("POST", &path, host).await.code(), (400, 3027));
    assert_eq!(zoom.send("POST", "/users/me/webinars", json!({"type": 2})).await.code(), (400, 300));
    for _ in 0..99 {
        assert_eq!(zoom.send("PATCH", "/webinars/91234500001", json!({"agenda": "x"})).await.status, 204);
    }
    assert_eq!(zoom.send("POST", "/users/me/webinars", json!({"type": 6})).await.code(), (429, 429));
}

#[tokio::test]
async fn a_webinar_loses_one_occurrence_or_all_of_it() {
    let zoom = zoom().await;
    let path = "/webinars/91234500003";
    let before = zoom.get(path).await.json();
    let rows = before["occurrences"].as_array().unwrap();
    let first = rows[0]["occurrence_id"].as_str().unwrap();
    let gone = zoom.send("DELETE", &format!("{path}?occurrence_id={first}"), json!({})).await;
    assert_eq!(gone.status, 204);
    assert_eq!(zoom.get(path).await.json()["occurrences"].as_array().unwrap().len(), rows.len() - 1);
    let again = zoom.send("DELETE", &format!("{path}?occurrence_id={first}"), json!({})).await;
    assert_eq!(again.code(), (400, 3000));
    assert_eq!(zoom.send("DELETE", path, json!({})).await.status, 204);
    assert_eq!(zoom.get(path).await.code(), (404, 3001));
    let rows = zoom.get("/past_webinars/91234500002/participants").await.json();
    assert_eq!(rows["participants"].as_array().unwrap().len(), 3, "who comes back has two rows");
    assert_eq!(rows["participants"][1]["user_email"], "");
}
