//! What a scope or a grant alone must be enough for.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod live;
mod played;

use live::Bench;
use played::control;
use serde_json::{Value, json};

const RECORDED: &str = "FilesInTwoSets000000001==";

/// Makes a webinar's recording of a meeting's one.
fn of_a_webinar(bench: &Bench) {
    fn change(value: &mut Value) -> usize {
        match value {
            Value::Object(fields)
                if fields.get("uuid").is_some_and(|uuid| uuid == RECORDED) && fields.contains_key("kind") =>
            {
                fields.insert("kind".to_owned(), 5.into());
                1
            }
            Value::Object(fields) => fields.values_mut().map(change).sum(),
            Value::Array(items) => items.iter_mut().map(change).sum(),
            _ => 0,
        }
    }
    let url = format!("{}/snapshot", bench.emulator.control_base());
    let mut answer = ureq::get(&url).call().unwrap();
    let mut snapshot: Value = serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
    assert_eq!(change(&mut snapshot), 1, "the snapshot has the recording once");
    control(bench, "snapshot", &snapshot);
}

#[test]
fn seed_uipath_39_recording_read_alone_lists_and_reads_recordings_of_meetings_and_webinars() {
    let bench = Bench::new();
    of_a_webinar(&bench);
    let scopes = ["recording:read"];
    let list = bench.call("recordings.list", &json!({"from": "2020-01-01"}), &scopes).unwrap();
    let rows = list["recordings"].as_array().unwrap();
    let webinar = rows.iter().find(|row| row["meeting_uuid"] == RECORDED).unwrap();
    assert_eq!(webinar["kind"], "webinar");
    let meeting = rows.iter().find(|row| row["kind"] != "webinar" && row["ready"] == true).unwrap();
    for row in [webinar, meeting] {
        let one = bench.call("recordings.get", &json!({"meeting": row["meeting_uuid"]}), &scopes).unwrap();
        assert_eq!((&one["kind"], &one["topic"]), (&row["kind"], &row["topic"]));
        assert!(!one["files"].as_array().unwrap().is_empty(), "{one}");
    }
    let refused = bench.call("recordings.get", &json!({"meeting": RECORDED}), &["webinar:read"]).unwrap_err();
    assert_eq!(refused.code, "scope-missing");
}

#[test]
fn seed_next_06_the_connected_users_id_name_address_and_account_are_told() {
    let bench = Bench::new();
    let me = bench.call("users.me", &json!({}), &["user:read:user"]).unwrap();
    for field in ["id", "account_id"] {
        assert!(me[field].as_str().is_some_and(|text| text.len() > 10), "{field}: {me}");
    }
    assert_eq!(
        (&me["email"], &me["first_name"], &me["last_name"]),
        (&json!(live::OWNER), &json!("Ada"), &json!("Lovelace"))
    );
    assert_eq!(me["display_name"], "Ada Lovelace");
}
