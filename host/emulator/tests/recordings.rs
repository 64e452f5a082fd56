//! Cloud recordings: what is awkward about the trash, files, transcripts, sharing and registrants; and a model of the trash.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod raw;

use std::collections::BTreeMap;

use proptest::prelude::*;
use raw::{ada, advance, call, get, send, twice};
use serde_json::{Value, json};
use switchboard_emulator::{Emulator, Options, start};

const SETS: &str = "FilesInTwoSets000000001==";
const SLASH: &str = "/SlashFirst000000000011==";
const DAY: i64 = 86_400;

async fn world() -> (Emulator, String) {
    let emulator =
        start(Options { rate_limits: false, access_ttl_s: 40 * 86_400, ..Options::default() }).await.unwrap();
    let token = ada(&emulator);
    (emulator, token)
}

fn path(uuid: &str) -> String {
    format!("/meetings/{}/recordings", twice(uuid))
}

async fn recover(emulator: &Emulator, token: &str, uuid: &str) -> (u16, i64) {
    call(emulator, token, "PUT", &format!("{}/status", path(uuid)), r#"{"action":"recover"}"#).await.code()
}

#[tokio::test]
async fn seed_ensemble_27_the_trash_keeps_thirty_days_and_then_it_is_gone() {
    let (emulator, token) = world().await;
    assert_eq!(call(&emulator, &token, "DELETE", &path(SETS), "").await.status, 204);
    assert_eq!(get(&emulator, &token, &path(SETS)).await.code(), (404, 3301));
    assert_eq!(recover(&emulator, &token, "81250000001").await, (404, 3301), "a meeting's number is not enough");
    advance(&emulator, 30 * DAY - 60).await;
    assert_eq!(recover(&emulator, &token, SETS).await.0, 200);
    assert_eq!(get(&emulator, &token, &path(SETS)).await.status, 200);
    assert_eq!(call(&emulator, &token, "DELETE", &path(SETS), "").await.status, 204);
    advance(&emulator, 30 * DAY + 60).await;
    let token = ada(&emulator);
    assert_eq!(recover(&emulator, &token, SETS).await, (404, 3301));
}

#[tokio::test]
async fn single_files_have_a_trash_of_their_own_and_siblings_addresses_die() {
    let (emulator, token) = world().await;
    let before = get(&emulator, &token, &path(SLASH)).await.json();
    let files = before["recording_files"].as_array().unwrap();
    let (chat, video) = (files[3]["id"].as_str().unwrap(), files[0]["download_url"].as_str().unwrap());
    assert_eq!(send("GET", video, &token, "").await.status, 302);
    assert_eq!(call(&emulator, &token, "DELETE", &format!("{}/{chat}", path(SLASH)), "").await.status, 204);
    let gone = send("GET", video, &token, "").await;
    assert!(gone.status == 404 && gone.head.contains("text/html"), "{}", gone.head);
    let after = get(&emulator, &token, &path(SLASH)).await.json();
    let fresh = after["recording_files"][0]["download_url"].as_str().unwrap();
    assert_eq!(send("GET", fresh, &token, "").await.status, 302, "the address that is read again works");
    let listed = async |kind: &str| {
        let asked = format!("/users/me/recordings?trash=true&trash_type={kind}&from=2020-01-01&to=2020-01-02");
        let all = get(&emulator, &token, &asked).await.json();
        let all = all["meetings"].as_array().unwrap().clone();
        all.into_iter().find(|row| row["uuid"] == SLASH)
    };
    assert_eq!(listed("meeting_recordings").await, None);
    let row = listed("recording_file").await.unwrap();
    assert_eq!(row["recording_files"].as_array().unwrap().len(), 1);
    assert!(row["recording_files"][0]["deleted_time"].is_string());
}

#[tokio::test]
async fn refusals_of_deleting_and_recovering_are_told_apart() {
    let (emulator, token) = world().await;
    let delete = async |path: String| call(&emulator, &token, "DELETE", &path, "").await.code();
    assert_eq!(delete(path("InUseBySimulive00000003==")).await, (400, 3310));
    assert_eq!(delete("/meetings/81200009001/recordings/any".to_owned()).await, (400, 3303));
    assert_eq!(recover(&emulator, &token, "TrashedNoRoom0000000006==").await, (400, 3309));
    assert_eq!(delete(format!("{}?action=burn", path(SETS))).await, (400, 300));
    let server = raw::server(&emulator).await;
    assert_eq!(get(&emulator, &server, &path("HostLeftTheAccount00008==")).await.code(), (400, 1010));
}

#[tokio::test]
async fn seed_8_07_a_transcript_comes_later_than_its_video_and_says_why_not() {
    let (emulator, token) = world().await;
    let words = async |uuid: &str| get(&emulator, &token, &format!("/meetings/{}/transcript", twice(uuid))).await;
    let later = "TranscriptComesLater010==";
    let reason = |got: &Value| got["download_restriction_reason"].clone();
    assert_eq!(reason(&words(later).await.json()), "NOT_READY");
    let kinds = async |uuid: &str| {
        let found = get(&emulator, &token, &path(uuid)).await.json();
        let files = found["recording_files"].as_array().unwrap().clone();
        files.into_iter().map(|file| file["file_type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(!kinds(later).await.contains(&"TRANSCRIPT".to_owned()));
    advance(&emulator, 1_300).await;
    assert!(kinds(later).await.contains(&"TRANSCRIPT".to_owned()));
    let found = words(later).await.json();
    assert!(found["can_download"] == true && found["download_url"].is_string() && reason(&found).is_null());
    assert_eq!(reason(&words("TrashedWhole00000000005==").await.json()), "DELETED_OR_TRASHED");
    assert_eq!(words("NoSuchMeeting000000000A==").await.code(), (404, 3322));
    assert!(!kinds("TranscriptElsewhere0002==").await.contains(&"TRANSCRIPT".to_owned()));
    assert_eq!(words("TranscriptElsewhere0002==").await.json()["can_download"], true);
}

#[tokio::test]
async fn settings_drop_what_they_do_not_take_and_registrants_wait_without_a_page() {
    let (emulator, token) = world().await;
    let settings = format!("{}/settings", path(SETS));
    let change = r#"{"share_recording":"with friends","viewer_download":false,"nonsense":1}"#;
    let changed = call(&emulator, &token, "PATCH", &settings, change).await;
    assert_eq!((changed.status, changed.body.len()), (204, 0));
    let now = get(&emulator, &token, &settings).await.json();
    assert_eq!((&now["share_recording"], &now["viewer_download"]), (&json!("publicly"), &json!(false)));
    assert_eq!(call(&emulator, &token, "PATCH", &settings, r#"{"password":"aaaaaaaa"}"#).await.code(), (400, 300));

    let add = async |meeting: i64| {
        let body = r#"{"email":"emmy@example.com","first_name":"Emmy"}"#;
        call(&emulator, &token, "POST", &format!("/meetings/{meeting}/recordings/registrants"), body).await
    };
    assert_eq!(add(81_250_000_001).await.code(), (404, 404), "not on demand");
    let first = add(81_250_000_004).await.json();
    assert!(first["share_url"].is_null());
    let id = first["registrant_id"].as_str().unwrap().to_owned();
    let decide = format!(r#"{{"action":"approve","registrants":[{{"id":"{id}"}}]}}"#);
    let registrants = "/meetings/81250000004/recordings/registrants";
    assert_eq!(call(&emulator, &token, "PUT", &format!("{registrants}/status"), &decide).await.status, 204);
    assert_eq!(add(81_250_000_004).await.json()["registrant_id"], id.as_str(), "the same address, the same registrant");
    let approved = get(&emulator, &token, registrants).await.json();
    assert_eq!(approved["total_records"], 2);
}

#[tokio::test]
async fn visits_are_counted_for_a_month_at_most() {
    let (emulator, token) = world().await;
    let asked = "/meetings/81250000004/recordings/analytics_summary?from=2025-01-01&to=2025-12-31";
    let month = get(&emulator, &token, asked).await.json();
    assert_eq!(month["from"], "2025-11-30");
    assert_eq!(
        month["analytics_summary"],
        json!([{"date": "2025-12-10", "views_total_count": 1, "downloads_total_count": 1},
            {"date": "2025-12-12", "views_total_count": 1, "downloads_total_count": 0}])
    );
}

#[derive(Debug, Clone)]
enum Step {
    Trash(usize),
    TrashFile(usize, usize),
    Recover(usize),
    RecoverFile(usize, usize),
    Delete(usize),
    DeleteFile(usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let (row, file) = (0..3_usize, 0..5_usize);
    prop_oneof![
        2 => row.clone().prop_map(Step::Trash),
        3 => (row.clone(), file.clone()).prop_map(|(row, file)| Step::TrashFile(row, file)),
        3 => row.clone().prop_map(Step::Recover),
        3 => (row.clone(), file.clone()).prop_map(|(row, file)| Step::RecoverFile(row, file)),
        1 => row.clone().prop_map(Step::Delete),
        2 => (row, file).prop_map(|(row, file)| Step::DeleteFile(row, file)),
    ]
}

/// Where a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Live,
    /// Trashed with its recording.
    Whole,
    /// Trashed alone.
    Alone,
}

type Model = BTreeMap<String, BTreeMap<String, Place>>;

/// What each step does to a simple model, and whether Zoom takes it.
fn apply(files: &mut BTreeMap<String, Place>, step: &Step, file: &str) -> bool {
    let any = |files: &BTreeMap<String, Place>, fits: fn(&Place) -> bool| files.values().any(fits);
    match step {
        Step::Trash(_) => {
            let taken = any(files, |place| *place == Place::Live);
            files.values_mut().filter(|place| **place == Place::Live).for_each(|place| *place = Place::Whole);
            taken
        }
        Step::TrashFile(..) => files.get_mut(file).is_some_and(|place| {
            let taken = *place == Place::Live;
            if taken {
                *place = Place::Alone;
            }
            taken
        }),
        Step::Recover(_) => {
            let taken = any(files, |place| *place != Place::Live);
            files.values_mut().for_each(|place| *place = Place::Live);
            taken
        }
        Step::RecoverFile(..) => files.get_mut(file).is_some_and(|place| {
            let taken = *place != Place::Live;
            *place = Place::Live;
            taken
        }),
        Step::Delete(_) => {
            let taken = !files.is_empty();
            files.clear();
            taken
        }
        Step::DeleteFile(..) => files.remove(file).is_some(),
    }
}

/// Every file of these recordings by the three lists.
async fn seen(emulator: &Emulator, token: &str, model: &Model) -> Model {
    let mut seen: Model = model.keys().map(|uuid| (uuid.clone(), BTreeMap::new())).collect();
    for (query, place) in [
        ("from=2025-12-01&to=2025-12-31", Place::Live),
        ("trash=true", Place::Whole),
        ("trash=true&trash_type=recording_file", Place::Alone),
    ] {
        let page = get(emulator, token, &format!("/users/me/recordings?page_size=300&{query}")).await.json();
        for row in page["meetings"].as_array().unwrap() {
            let Some(files) = seen.get_mut(row["uuid"].as_str().unwrap()) else { continue };
            for file in row["recording_files"].as_array().unwrap() {
                files.insert(file["id"].as_str().unwrap().to_owned(), place);
            }
        }
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_trashing_recovering_deleting_and_listing_equals_a_model(steps in prop::collection::vec(step(), 1..24)) {
        let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        threads.block_on(async {
            let (emulator, token) = world().await;
            let uuids = [SETS, SLASH, "TranscriptElsewhere0002=="];
            let mut model: Model = uuids.iter().map(|uuid| ((*uuid).to_owned(), BTreeMap::new())).collect();
            model = seen(&emulator, &token, &model).await;
            let names: Vec<Vec<String>> = uuids.iter().map(|uuid| model[*uuid].keys().cloned().collect()).collect();
            for step in steps {
                let (row, file) = match step {
                    Step::Trash(row) | Step::Recover(row) | Step::Delete(row) => (row, 0),
                    Step::TrashFile(row, file) | Step::RecoverFile(row, file) | Step::DeleteFile(row, file) => (row, file),
                };
                let name = names[row].get(file).cloned().unwrap_or_default();
                let base = path(uuids[row]);
                let (method, path, body) = match step {
                    Step::Trash(_) => ("DELETE", base, ""),
                    Step::TrashFile(..) => ("DELETE", format!("{base}/{name}"), ""),
                    Step::Recover(_) => ("PUT", format!("{base}/status"), r#"{"action":"recover"}"#),
                    Step::RecoverFile(..) => ("PUT", format!("{base}/{name}/status"), r#"{"action":"recover"}"#),
                    Step::Delete(_) => ("DELETE", format!("{base}?action=delete"), ""),
                    Step::DeleteFile(..) => ("DELETE", format!("{base}/{name}?action=delete"), ""),
                };
                let got = call(&emulator, &token, method, &path, body).await;
                let taken = apply(model.get_mut(uuids[row]).unwrap(), &step, &name);
                assert_eq!(got.status < 300, taken, "{step:?}: {}", got.text());
                assert_eq!(seen(&emulator, &token, &model).await, model, "after {step:?}");
            }
        });
    }
}
