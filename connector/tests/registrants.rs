//! Registrants, live streams and awkward UUIDs, there and back through the emulator.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod live;

use std::collections::BTreeMap;

use live::Bench;
use serde_json::{Value, json};

const AUTOMATIC: &str = "81234500001";
const MANUAL: &str = "81234500002";
const BOTH: &[&str] = &["meeting:read", "meeting:write"];

/// Numbers that are the same on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) % most
    }
}

/// One person as the model has it.
#[derive(Clone, Default)]
struct Person {
    status: Option<&'static str>,
    adds: u32,
    decisions: u32,
}

fn listed(bench: &Bench, meeting: &str) -> BTreeMap<String, String> {
    let list = bench.call("registrants.list", &json!({"meeting": meeting}), BOTH).unwrap();
    let rows = list["registrants"].as_array().unwrap();
    assert_eq!((&list["coverage"]["complete"], &list["coverage"]["count"]), (&json!(true), &json!(rows.len())));
    for row in rows {
        let linked = row.get("join_url").is_some();
        assert_eq!(linked, row["status"] == "approved", "a link exactly when approved: {row}");
    }
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    rows.iter().map(|row| (text(&row["email"]), text(&row["status"]))).collect()
}

/// Any sequence of additions, decisions and removals gives the list that a simple model gives.
fn sequence(bench: &Bench, meeting: &str, first: &'static str, seed: u64, steps: usize) {
    let (mut dice, mut model) = (Dice(seed), BTreeMap::<String, Person>::new());
    for (email, status) in listed(bench, meeting) {
        let status = ["approved", "pending", "denied"].into_iter().find(|known| *known == status);
        model.insert(email, Person { status, ..Person::default() });
    }
    for step in 0..steps {
        let email = format!("p{}@example.com", dice.below(6));
        let person = model.entry(email.clone()).or_default();
        let what = dice.below(5);
        let (name, input, expected) = match what {
            0 | 1 => {
                let auto = dice.below(4) == 0;
                person.adds += 1;
                let input =
                    json!({"meeting": meeting, "auto_approve": auto, "person": {"email": email, "first_name": "P"}});
                let allowed = person.adds <= 3;
                if allowed {
                    let fresh = if auto { "approved" } else { first };
                    person.status = match person.status {
                        Some("pending" | "approved") if fresh == "pending" => person.status,
                        _ => Some(fresh),
                    };
                }
                ("registrants.add", input, if allowed { "" } else { "rate-limited" })
            }
            2 | 3 => {
                let action = ["approve", "deny", "cancel"][usize::try_from(dice.below(3)).unwrap()];
                let input = json!({"meeting": meeting, "action": action, "registrants": [{"email": email}]});
                let mut expected = "";
                if person.status.is_some() {
                    person.decisions += 1;
                    if person.decisions > 10 {
                        expected = "rate-limited";
                    } else {
                        person.status = match (action, person.status) {
                            ("approve", _) => Some("approved"),
                            ("cancel", Some("pending")) => Some("pending"),
                            _ => Some("denied"),
                        };
                    }
                }
                ("registrants.set-status", input, expected)
            }
            _ => {
                let list = bench.call("registrants.list", &json!({"meeting": meeting}), BOTH).unwrap();
                let rows = list["registrants"].as_array().unwrap();
                let id = rows.iter().find(|row| row["email"] == email.as_str()).map(|row| row["id"].clone());
                let expected = if id.is_some() { "" } else { "input.invalid" };
                assert_eq!(id.is_some(), person.status.is_some());
                person.status = None;
                let input = json!({"meeting": meeting, "registrant": id.unwrap_or_else(|| json!("nobody"))});
                ("registrants.remove", input, expected)
            }
        };
        let found = bench.call(name, &input, BOTH).map_or_else(|problem| problem.code, |_| String::new());
        assert_eq!(found, expected, "step {step} of {seed}: {name} {input}");
        let expected: BTreeMap<String, String> =
            model.iter().filter_map(|(email, one)| Some((email.clone(), one.status?.to_owned()))).collect();
        assert_eq!(listed(bench, meeting), expected, "step {step} of {seed}: after {name} {input}");
    }
}

#[test]
fn any_sequence_of_additions_decisions_and_removals_equals_a_simple_model() {
    let bench = Bench::new();
    for seed in 1..5 {
        bench.emulator.reset();
        sequence(&bench, AUTOMATIC, "approved", seed * 7919, 40);
        sequence(&bench, MANUAL, "pending", seed * 104_729, 40);
    }
}

#[test]
fn uuids_of_every_awkward_shape_go_there_and_back() {
    let bench = Bench::new();
    let scopes = &["recording:read", "webinar:read"];
    let list = bench.call("recordings.list", &json!({"from": "2025-12-01"}), scopes).unwrap();
    let uuids: Vec<&str> =
        list["recordings"].as_array().unwrap().iter().map(|row| row["meeting_uuid"].as_str().unwrap()).collect();
    for (shape, has) in [
        ("begins with a slash", uuids.iter().any(|uuid| uuid.starts_with('/'))),
        ("two slashes", uuids.iter().any(|uuid| uuid.contains("//"))),
        ("one slash inside", uuids.iter().any(|uuid| !uuid.starts_with('/') && uuid.matches('/').count() == 1)),
        ("plus", uuids.iter().any(|uuid| uuid.contains('+'))),
        ("equals", uuids.iter().any(|uuid| uuid.ends_with("=="))),
    ] {
        assert!(has, "the seed has no UUID with: {shape}");
    }
    for uuid in uuids {
        match bench.call("recordings.get", &json!({"meeting": uuid}), scopes) {
            Ok(found) => assert_eq!(found["meeting_uuid"], uuid),
            Err(problem) => assert_eq!(problem.code, "recording-not-ready-or-none", "{uuid}: {problem:?}"),
        }
    }
    for (uuid, stays) in [("/wBinAr0p112QmuoKj48548A==", 3), ("wB//nar0p112QmuoKj48548A==", 1)] {
        let found = bench.call("webinars.past-participants", &json!({"webinar": uuid}), scopes).unwrap();
        assert_eq!(found["participants"].as_array().unwrap().len(), stays, "{uuid}");
    }
}

#[test]
fn seed_uipath_38_live_stream_options_need_meeting_write_and_name_it() {
    let bench = Bench::new();
    let set = json!({"meeting": AUTOMATIC, "page_url": "https://live.example.com/", "stream_url": "rtmp://live.example.com/x",
        "stream_key": "k", "resolution": "4k"});
    let saved = bench.call("livestream.set", &set, BOTH).unwrap();
    assert_eq!(saved["adjusted"], json!([{"field": "/resolution", "asked": "\"4k\"", "stored": "\"720p\""}]));
    let read = bench.call("livestream.get", &json!({"meeting": AUTOMATIC}), BOTH).unwrap();
    assert_eq!((&read["configured"], &read["stream_key"]), (&json!(true), &json!("k")));
    for (name, input) in [("livestream.set", set), ("livestream.start", json!({"meeting": "81234500003"}))] {
        let problem = bench.call(name, &input, &["meeting:read"]).unwrap_err();
        assert_eq!(problem.code, "scope-missing");
        assert!(problem.details.unwrap().contains("\"meeting:write\""), "{name}");
    }
}

#[test]
fn the_escape_hatch_walks_pages_and_never_leaves_the_api() {
    let bench = Bench::new();
    let input = json!({"path": "/users/me/recordings", "query": {"from": "2026-11-01", "to": "2026-11-23"},
        "pages": {"items": "meetings", "page_size": 7}});
    let all = bench.call("api.request", &input, &["recording:read"]).unwrap();
    let items = all["items"].as_array().unwrap().len();
    assert!(items > 30, "{items}");
    assert_eq!(all["coverage"], json!({"pages": items.div_ceil(7), "count": items, "complete": true}));
    for path in ["//evil.test/x", "https://evil.test/x", "/users/../../oauth/token", "/users/%2e%2e/x", "/users/me?x=1"]
    {
        let problem = bench.call("api.request", &json!({"path": path}), &["recording:read"]).unwrap_err();
        assert_eq!((problem.code.as_str(), problem.not_sent), ("input.invalid", true), "{path}");
    }
}
