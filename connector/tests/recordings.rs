//! Recordings from their list to the trash, against the emulator.
#![expect(clippy::panic, reason = "a helper of tests fails the test")]

mod live;

use std::collections::BTreeSet;

use live::Bench;
use serde_json::{Value, json};
use switchboard_emulator::Seed;

const READ: &[&str] = &["recording:read"];
const BOTH: &[&str] = &["recording:read", "recording:write"];
const SLASH: &str = "/SlashFirst000000000011==";

fn must(bench: &Bench, activity: &str, input: &Value, scopes: &[&str]) -> Value {
    bench.call(activity, input, scopes).unwrap_or_else(|problem| panic!("{activity}: {problem:?}"))
}

/// Fewest possible: 334 pages of 300; a month of 31 days has 2,831 recordings in 10 pages.
#[test]
fn a_hundred_thousand_recordings_are_listed_once_each_in_bounded_calls_and_nearly_the_fewest_requests() {
    let bench = Bench::seeded(Seed::Campus);
    let scopes = ["cloud_recording:read:list_account_recordings:admin"];
    let mut input = json!({"from": "2020-01-01"});
    let (mut uuids, mut pages, mut count, mut calls) = (BTreeSet::new(), 0, 0, 0);
    let mut older = "9999".to_owned();
    loop {
        let answer = must(&bench, "recordings.list-account", &input, &scopes);
        let rows = answer["recordings"].as_array().unwrap();
        assert!(rows.len() <= 4_000, "{}", rows.len());
        for row in rows {
            let start = row["start_time"].as_str().unwrap();
            assert!(start <= older.as_str(), "{start} after {older}");
            start.clone_into(&mut older);
            uuids.insert(row["meeting_uuid"].as_str().unwrap().to_owned());
        }
        count += rows.len();
        pages += answer["coverage"]["pages"].as_u64().unwrap();
        calls += 1;
        match answer["coverage"]["next"].as_str() {
            Some(next) => input["next"] = next.into(),
            None => {
                assert_eq!((&answer["coverage"]["complete"], calls > 20), (&json!(true), true));
                break;
            }
        }
    }
    assert_eq!((count, uuids.len()), (100_000, 100_000));
    // 36 months of 10 pages, and the empty months before.
    assert!(pages <= 440, "{pages} requests");
}

#[test]
fn seed_ensemble_26_and_27_what_is_removed_is_in_the_trash_and_comes_back() {
    let bench = Bench::new();
    let one = json!({"meeting": SLASH});
    must(&bench, "recordings.trash", &one, BOTH);
    assert_eq!(bench.call("recordings.get", &one, READ).unwrap_err().code, "recording-not-ready-or-none");
    let trash = must(&bench, "recordings.list-trash", &json!({}), READ);
    let row = trash["recordings"].as_array().unwrap().iter().find(|row| row["recording"]["meeting_uuid"] == SLASH);
    assert!(row.unwrap()["removed_at"].as_str() > row.unwrap()["deleted_at"].as_str());
    let uuid = json!({"meeting": SLASH});
    must(&bench, "recordings.recover", &uuid, BOTH);
    assert_eq!(must(&bench, "recordings.get", &one, READ)["meeting_uuid"], SLASH);
    let gone = bench.call("recordings.recover", &uuid, BOTH).unwrap_err();
    assert!(gone.code == "not-found" && gone.fix.unwrap().contains("30 days"));
    must(&bench, "recordings.delete-permanently", &uuid, BOTH);
    assert_eq!(bench.call("recordings.recover", &uuid, BOTH).unwrap_err().code, "not-found");
}

#[test]
fn a_file_still_downloads_after_its_sibling_went() {
    let bench = Bench::new();
    let files = must(&bench, "recordings.files", &json!({"meeting": SLASH}), READ);
    let chat = files["files"].as_array().unwrap().iter().find(|file| file["file_type"] == "chat").unwrap();
    must(&bench, "recordings.trash-file", &json!({"meeting": SLASH, "file": chat["id"]}), BOTH);
    must(&bench, "recordings.download", &json!({"meeting": SLASH, "file_type": "mp4"}), READ);
    let input = json!({"meeting": SLASH, "file": chat["id"]});
    assert_eq!(bench.call("recordings.download", &input, READ).unwrap_err().code, "not-found");
    must(&bench, "recordings.recover-file", &input, BOTH);
    must(&bench, "recordings.download", &input, READ);
}

#[expect(clippy::unwrap_used, reason = "a helper of tests fails the test")]
fn set(bench: &Bench, text: &str) {
    let url = format!("{}/settings", bench.emulator.control_base());
    ureq::post(url).header("content-type", "application/json").send(text).unwrap();
}

/// Which of the two limits it is, only the words of the page that comes in place of the file say, and Zoom translates them.
#[test]
fn seed_ensemble_47_a_file_whose_download_is_off_is_refused_by_name() {
    let bench = Bench::new();
    set(&bench, r#"{"downloads_disabled":true}"#);
    let video = json!({"meeting": SLASH, "file_type": "mp4"});
    let problem = bench.call("recordings.download", &video, READ).unwrap_err();
    assert_eq!((problem.code.as_str(), problem.details.unwrap().contains("disabled")), ("download-refused", true));
    set(&bench, r#"{"downloads_disabled":false}"#);
    must(&bench, "recordings.download", &video, READ);
}

#[test]
fn seed_ensemble_48_a_file_that_only_its_host_may_have_is_refused_by_name() {
    let bench = Bench::new();
    let of_grace = json!({"user": "grace@emulator.test", "from": "2026-10-01", "to": "2026-10-31"});
    let found = must(&bench, "recordings.list", &of_grace, &["recording:read:admin"]);
    let video = json!({"meeting": found["recordings"][0]["meeting_uuid"], "file_type": "mp4"});
    let problem = bench.call("recordings.download", &video, &["recording:read:admin"]).unwrap_err();
    assert_eq!((problem.code.as_str(), problem.details.unwrap().contains("page")), ("download-refused", true));
    assert!(problem.fix.unwrap().contains("host"));
}

#[test]
fn seed_next_05_with_a_persons_own_scopes_another_persons_recordings_are_refused() {
    let bench = Bench::new();
    let of_grace = json!({"user": "grace@emulator.test", "from": "2026-10-01", "to": "2026-10-31"});
    let own = ["cloud_recording:read:list_user_recordings"];
    assert_eq!(bench.call("recordings.list", &of_grace, &own).unwrap_err().code, "forbidden");
    must(&bench, "recordings.list", &json!({"from": "2026-10-01", "to": "2026-10-31"}), &own);
}
