//! Any sequence of creating, changing, deleting and listing meetings equals a simple model.

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
use raw::{ada, call, get};
use serde_json::{Value, json};
use switchboard_emulator::{Emulator, Options, Seed, start};

#[derive(Debug, Clone)]
enum Step {
    /// Zoom's kind, occurrences, minutes.
    Create(i64, usize, i64),
    /// Which of the present meetings; changes to topic and minutes; whether a start in the past is sent, too.
    Update(usize, Option<u8>, Option<i64>, bool),
    Delete(usize),
    /// Which meeting, which occurrence.
    DeleteOne(usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (prop_oneof![Just(2), Just(3), Just(8)], 1..5_usize, 1..=1440_i64).prop_map(|(kind, n, minutes)| Step::Create(kind, n, minutes)),
        2 => (0..8_usize, any::<Option<u8>>(), prop::option::of(1..=1440_i64), any::<bool>())
            .prop_map(|(which, topic, minutes, past)| Step::Update(which, topic, minutes, past)),
        1 => (0..8_usize).prop_map(Step::Delete),
        2 => (0..8_usize, 0..5_usize).prop_map(|(which, n)| Step::DeleteOne(which, n)),
    ]
}

/// What a meeting is known to be.
#[derive(Debug, Clone, PartialEq)]
struct Known {
    topic: String,
    minutes: i64,
    /// Occurrences by id, and whether each is there.
    times: BTreeMap<String, bool>,
}

struct Account<'a> {
    emulator: &'a Emulator,
    token: String,
}

impl Account<'_> {
    async fn send(&self, method: &str, path: &str, body: Value) -> raw::Got {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        call(self.emulator, &self.token, method, path, &text).await
    }

    /// Take a step in both worlds.
    async fn take(&self, step: &Step, model: &mut BTreeMap<i64, Known>) {
        let named = |which: usize| model.keys().nth(which % model.len().max(1)).copied();
        match *step {
            Step::Create(kind, n, minutes) => {
                let body = json!({"type": kind, "topic": "New", "duration": minutes, "start_time": "2099-12-01T10:00:00Z",
                    "recurrence": {"type": 1, "end_times": n}});
                let made = self.send("POST", "/users/me/meetings", body).await;
                assert_eq!(made.status, 201, "{}", made.text());
                let made = made.json();
                let known = Known { topic: "New".to_owned(), minutes, times: times(&made) };
                assert_eq!(known.times.len(), if kind == 8 { n } else { 0 });
                model.insert(made["id"].as_i64().unwrap(), known);
            }
            Step::Update(which, topic, minutes, past) => {
                let Some(id) = named(which) else { return };
                let mut body = json!({"settings": {}});
                let known = model.get_mut(&id).unwrap();
                if let Some(topic) = topic {
                    known.topic = format!("Topic {topic}");
                    body["topic"] = json!(known.topic);
                }
                if let Some(minutes) = minutes {
                    known.minutes = minutes;
                    body["duration"] = json!(minutes);
                }
                if past {
                    body["start_time"] = json!("2020-01-01T10:00:00Z");
                }
                assert_eq!(self.send("PATCH", &format!("/meetings/{id}"), body).await.status, 204);
            }
            Step::Delete(which) => {
                let Some(id) = named(which) else { return };
                assert_eq!(self.send("DELETE", &format!("/meetings/{id}"), Value::Null).await.status, 204);
                model.remove(&id);
            }
            Step::DeleteOne(which, n) => {
                let Some(id) = named(which) else { return };
                let known = model.get_mut(&id).unwrap();
                let name = known.times.keys().nth(n).cloned().unwrap_or("1".to_owned());
                let path = format!("/meetings/{id}?occurrence_id={name}");
                let there = known.times.get(&name) == Some(&true);
                let status = self.send("DELETE", &path, Value::Null).await.status;
                assert_eq!(status, if there { 204 } else { 400 }, "{name} of {known:?}");
                if there {
                    known.times.insert(name, false);
                    if !known.times.values().any(|there| *there) {
                        model.remove(&id);
                    }
                }
            }
        }
    }

    /// Everything that the emulator shows of its meetings.
    async fn seen(&self) -> BTreeMap<i64, Known> {
        let list = get(self.emulator, &self.token, "/users/me/meetings?page_size=300").await.json();
        let mut seen = BTreeMap::new();
        for row in list["meetings"].as_array().unwrap() {
            let one = get(self.emulator, &self.token, &format!("/meetings/{}", row["id"])).await.json();
            assert_eq!((&one["topic"], &one["duration"]), (&row["topic"], &row["duration"]));
            let (topic, minutes) = (one["topic"].as_str().unwrap().to_owned(), one["duration"].as_i64().unwrap());
            seen.insert(row["id"].as_i64().unwrap(), Known { topic, minutes, times: times(&one) });
        }
        seen
    }
}

fn times(meeting: &Value) -> BTreeMap<String, bool> {
    let all = meeting["occurrences"].as_array().into_iter().flatten();
    all.map(|one| (one["occurrence_id"].as_str().unwrap().to_owned(), one["status"] == "available")).collect()
}

#[test]
fn any_sequence_of_writes_equals_a_simple_model() {
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let options = Options { rate_limits: false, seed: Seed::Empty, ..Options::default() };
    let emulator = threads.block_on(start(options)).unwrap();
    let config = ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(steps in prop::collection::vec(step(), 1..14))| {
        emulator.reset();
        let account = Account { token: ada(&emulator), emulator: &emulator };
        threads.block_on(async {
            let mut model = BTreeMap::new();
            for step in &steps {
                account.take(step, &mut model).await;
                assert_eq!(account.seen().await, model, "after {step:?}");
            }
        });
    });
}
