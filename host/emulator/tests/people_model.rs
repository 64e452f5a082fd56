//! Any sequence of creating, changing, activating, deactivating, deleting and listing users equals a simple model.

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
use serde_json::{Value, json};
use switchboard_emulator::{Emulator, Options, Seed, start};

#[derive(Debug, Clone)]
enum Step {
    /// Which of a few addresses; invited or active at once.
    Create(u8, bool),
    Update(u8, u8),
    Activate(u8),
    Deactivate(u8),
    Delete(u8),
    Disassociate(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0..4_u8;
    prop_oneof![
        3 => (who(), any::<bool>()).prop_map(|(who, invited)| Step::Create(who, invited)),
        1 => (who(), any::<u8>()).prop_map(|(who, dept)| Step::Update(who, dept)),
        1 => who().prop_map(Step::Activate),
        1 => who().prop_map(Step::Deactivate),
        1 => who().prop_map(Step::Delete),
        1 => who().prop_map(Step::Disassociate),
    ]
}

/// State and department by address.
type Known = BTreeMap<String, (String, Option<String>)>;

struct Account<'a> {
    emulator: &'a Emulator,
    token: String,
}

impl Account<'_> {
    async fn send(&self, method: &str, path: &str, body: Value) -> u16 {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        raw::call(self.emulator, &self.token, method, path, &text).await.status
    }

    async fn take(&self, step: &Step, model: &mut Known) {
        let email = |who: &u8| format!("u{who}@emulator.test");
        match step {
            Step::Create(who, invited) => {
                let (email, action) = (email(who), if *invited { "create" } else { "custCreate" });
                let body = json!({"action": action, "user_info": {"email": email, "type": 1}});
                let there = model.contains_key(&email);
                assert_eq!(self.send("POST", "/users", body).await, if there { 409 } else { 201 });
                let state = if *invited { "pending" } else { "active" };
                model.entry(email).or_insert((state.to_owned(), None));
            }
            Step::Update(who, dept) => {
                let (email, dept) = (email(who), format!("D{dept}"));
                let status = self.send("PATCH", &format!("/users/{email}"), json!({"dept": dept})).await;
                assert_eq!(status, if model.contains_key(&email) { 204 } else { 404 });
                if let Some(known) = model.get_mut(&email) {
                    known.1 = Some(dept);
                }
            }
            Step::Activate(who) | Step::Deactivate(who) => {
                let (action, state) =
                    if matches!(step, Step::Activate(_)) { ("activate", "active") } else { ("deactivate", "inactive") };
                let email = email(who);
                let status = self.send("PUT", &format!("/users/{email}/status"), json!({"action": action})).await;
                match model.get_mut(&email).filter(|known| known.0 != "pending") {
                    Some(known) => {
                        assert_eq!(status, 204);
                        state.clone_into(&mut known.0);
                    }
                    None => assert_eq!(status, 404),
                }
            }
            Step::Delete(who) | Step::Disassociate(who) => {
                let action = if matches!(step, Step::Delete(_)) { "delete" } else { "disassociate" };
                let email = email(who);
                let status = self.send("DELETE", &format!("/users/{email}?action={action}"), Value::Null).await;
                let expected = match model.get(&email) {
                    None => 404,
                    Some((state, _)) if state == "pending" && action == "delete" => 400,
                    Some(_) => 204,
                };
                assert_eq!(status, expected, "{step:?} of {:?}", model.get(&email));
                if status == 204 {
                    model.remove(&email);
                }
            }
        }
    }

    /// Everything that the lists of the three states show beside the seed.
    async fn seen(&self) -> Known {
        let mut seen = Known::new();
        for state in ["active", "inactive", "pending"] {
            let path = format!("/users?status={state}&page_size=300");
            let list = raw::get(self.emulator, &self.token, &path).await.json();
            for row in list.get("users").and_then(Value::as_array).unwrap() {
                let text = |name: &str| row.get(name).and_then(Value::as_str).map(str::to_owned);
                assert_eq!(text("id").is_none(), state == "pending");
                let email = text("email").unwrap();
                if email.starts_with('u') {
                    assert!(seen.insert(email, (text("status").unwrap(), text("dept"))).is_none(), "listed twice");
                }
            }
        }
        seen
    }
}

#[test]
fn any_sequence_of_writes_to_users_equals_a_simple_model() {
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let options = Options { rate_limits: false, seed: Seed::Empty, ..Options::default() };
    let emulator = threads.block_on(start(options)).unwrap();
    let config = ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(steps in prop::collection::vec(step(), 1..16))| {
        emulator.reset();
        let token = emulator.issue_token_with("ada@emulator.test", &["user:write:admin".to_owned()]).unwrap();
        let account = Account { token, emulator: &emulator };
        threads.block_on(async {
            let mut model = Known::new();
            for step in &steps {
                account.take(step, &mut model).await;
                assert_eq!(account.seen().await, model, "after {step:?}");
            }
        });
    });
}
