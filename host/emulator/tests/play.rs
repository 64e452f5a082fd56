//! A meeting from its start to its transcript, as webhooks and downloads show it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod raw;

use raw::{Delivery, Receiver, ada, advance, call, control, get, listen, receiver, send, settings};
use serde_json::{Value, json};
use switchboard_emulator::{Emulator, Options, start};

struct Scene {
    emulator: Emulator,
    token: String,
    receiver: Receiver,
    id: String,
}

async fn scene() -> Scene {
    let emulator = start(Options::default()).await.unwrap();
    let receiver = receiver("secret").await;
    listen(&emulator, &receiver, &[]).await;
    let token = ada(&emulator);
    let body = json!({"topic": "Played", "start_time": "2099-01-01T10:00:00Z", "duration": 30}).to_string();
    let id = call(&emulator, &token, "POST", "/users/me/meetings", &body).await.json()["id"].to_string();
    Scene { emulator, token, receiver, id }
}

impl Scene {
    async fn play(&self, what: &str, body: Value) -> Value {
        control(&self.emulator, "POST", &format!("meetings/{}/{what}", self.id), body).await
    }

    /// The deliveries after `skip`, once there are `more`.
    async fn told(&self, skip: usize, more: usize) -> Vec<Delivery> {
        self.receiver.events(skip + more).await.split_off(skip)
    }
}

#[tokio::test]
async fn facts_14_18_ids_are_strings_while_a_meeting_runs_and_integers_in_recordings() {
    let scene = scene().await;
    scene.play("start", json!({})).await;
    scene.play("join", json!({"email": "grace@emulator.test"})).await;
    scene.play("join", json!({"name": "Guest Person"})).await;
    scene.play("record", json!({"action": "start"})).await;
    advance(&scene.emulator, 600).await;
    scene.play("leave", json!({"name": "Guest Person"})).await;
    let ended = scene.play("end", json!({})).await;
    scene.play("finish", json!({})).await;
    let told = scene.told(1, 9).await;
    let shown: Vec<(String, bool)> =
        told.iter().map(|one| (one.event(), one.json()["payload"]["object"]["id"].is_string())).collect();
    let names = [
        ("meeting.started", true),
        ("meeting.participant_joined", true),
        ("meeting.participant_joined", true),
        ("recording.started", false),
        ("meeting.participant_left", true),
        ("meeting.participant_left", true),
        ("recording.stopped", false),
        ("meeting.ended", true),
        ("recording.completed", false),
    ];
    assert_eq!(shown, names.map(|(name, text)| (name.to_owned(), text)));
    let object = |n: usize| told[n].json()["payload"]["object"].clone();
    assert_eq!(object(2)["participant"]["email"], "", "guests have no address");
    assert_eq!(object(1)["participant"]["email"], "grace@emulator.test");
    assert!(object(4)["participant"]["leave_time"].is_string() && object(4)["participant"]["join_time"].is_null());
    assert_eq!(object(3)["recording_file"]["recording_end"], "");
    assert_eq!(object(7)["host_email"], "ada@emulator.test");
    let scheduled = get(&scene.emulator, &scene.token, &format!("/meetings/{}", scene.id)).await.json();
    assert_ne!(ended["uuid"], scheduled["uuid"], "the held instance has a UUID of its own");
}

#[tokio::test]
async fn a_webhooks_download_token_opens_the_files_of_its_meeting_for_a_day() {
    let scene = scene().await;
    scene.play("start", json!({})).await;
    scene.play("record", json!({})).await;
    scene.play("end", json!({})).await;
    scene.play("finish", json!({})).await;
    let told = scene.told(5, 1).await.remove(0).json();
    let token = told["download_token"].as_str().unwrap();
    assert!(told["payload"].get("download_token").is_none(), "beside the payload");
    let file = &told["payload"]["object"]["recording_files"][0];
    let url = file["download_url"].as_str().unwrap();
    let hop = send("GET", url, token, "").await;
    assert_eq!(hop.status, 302, "{}", hop.text());
    let bytes = send("GET", hop.header("location").unwrap(), "", "").await;
    assert_eq!(bytes.body.len() as u64, file["file_size"].as_u64().unwrap());
    assert_eq!(call(&scene.emulator, token, "GET", "/users/me", "").await.code(), (401, 124), "files alone");
    let other = "/users/me/recordings?from=2026-11-01&to=2026-11-30";
    let other = get(&scene.emulator, &scene.token, other).await.json()["meetings"][3]["recording_files"][0].clone();
    let refused = send("GET", other["download_url"].as_str().unwrap(), token, "").await;
    assert!(refused.status == 200 && refused.text().starts_with("<!doctype"), "another meeting's file");
    advance(&scene.emulator, 86_401).await;
    assert_eq!(send("GET", url, token, "").await.status, 401);
}

#[tokio::test]
async fn seed_8_07_a_transcript_comes_later_than_the_video() {
    let scene = scene().await;
    settings(&scene.emulator, json!({"transcript_delay_min": 20})).await;
    scene.play("start", json!({})).await;
    scene.play("record", json!({})).await;
    let ended = scene.play("end", json!({})).await;
    let path = format!("/meetings/{}/recordings", scene.id);
    let processing = get(&scene.emulator, &scene.token, &path).await;
    assert_eq!(processing.code(), (404, 3301), "while Zoom processes it");
    scene.play("finish", json!({})).await;
    let kinds = || async {
        let shown = get(&scene.emulator, &scene.token, &path).await.json();
        let files = shown["recording_files"].as_array().unwrap().clone();
        files.iter().map(|file| file["file_type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(kinds().await, ["MP4", "M4A", "CHAT", "TIMELINE"]);
    advance(&scene.emulator, 21 * 60).await;
    assert_eq!(kinds().await, ["MP4", "M4A", "TRANSCRIPT", "CHAT", "TIMELINE"]);
    scene.play("transcript", json!({})).await;
    let told = scene.told(6, 1).await.remove(0);
    assert_eq!(told.event(), "recording.transcript_completed");
    let object = &told.json()["payload"]["object"];
    assert_eq!((&object["recording_count"], &object["uuid"]), (&json!(1), &ended["uuid"]));
    assert!(told.json()["download_token"].is_string());
}

#[tokio::test]
async fn a_fault_makes_every_transcript_late() {
    let scene = scene().await;
    let list = "/users/me/recordings?from=2026-11-01&to=2026-11-30&page_size=300";
    let count = || async { get(&scene.emulator, &scene.token, list).await.text().matches("TRANSCRIPT").count() };
    assert!(count().await > 20);
    control(&scene.emulator, "POST", "faults", json!({"kind": "late-transcript", "minutes": 30})).await;
    assert_eq!(count().await, 0);
    advance(&scene.emulator, 1801).await;
    assert!(count().await > 20);
}

#[tokio::test]
async fn facts_14_10_trash_recovery_and_deletion_are_told() {
    let scene = scene().await;
    scene.play("start", json!({})).await;
    scene.play("record", json!({})).await;
    let uuid = scene.play("end", json!({})).await["uuid"].as_str().unwrap().to_owned();
    scene.play("finish", json!({})).await;
    let path = format!("/meetings/{}/recordings", raw::twice(&uuid));
    assert_eq!(call(&scene.emulator, &scene.token, "DELETE", &path, "").await.status, 204);
    let body = r#"{"action":"recover"}"#;
    call(&scene.emulator, &scene.token, "PUT", &format!("{path}/status"), body).await;
    call(&scene.emulator, &scene.token, "DELETE", &format!("{path}?action=delete"), "").await;
    let told = scene.told(6, 3).await;
    let names: Vec<(String, bool)> =
        told.iter().map(|one| (one.event(), one.json()["download_token"].is_string())).collect();
    let wanted = [("recording.trashed", true), ("recording.recovered", true), ("recording.deleted", false)];
    assert_eq!(names, wanted.map(|(name, token)| (name.to_owned(), token)));
    assert!(told.iter().all(|one| one.json()["payload"]["operator"] == "ada@emulator.test"));
}

#[tokio::test]
async fn facts_14_10_many_at_once_are_told_by_one_batch_event() {
    let scene = scene().await;
    let all = control(&scene.emulator, "POST", "recordings/trash", json!({"user": "grace@emulator.test"})).await;
    assert_eq!(all["recordings"], 4);
    control(&scene.emulator, "POST", "recordings/recover", json!({"user": "grace@emulator.test"})).await;
    control(&scene.emulator, "POST", "recordings/delete", json!({"user": "grace@emulator.test"})).await;
    let told = scene.told(1, 3).await;
    let part = |n: usize| told[n].json()["payload"].clone();
    assert_eq!(told[0].event(), "recording.batch_trashed");
    assert_eq!(part(0)["operation"], "trash_user_recordings");
    assert_eq!(part(0)["object"]["meeting_uuids"].as_array().unwrap().len(), 4);
    assert_eq!(told[1].event(), "recording.batch_recovered");
    assert_eq!(told[2].event(), "recording.batch_deleted");
    let first = &part(2)["object"]["meetings"][0];
    assert!(first["meeting_uuid"].is_string() && first["recording_file_ids"].as_array().unwrap().len() > 1);
    assert!(told.iter().all(|one| one.json().get("download_token").is_none()));
}
