//! People of the account, against the emulator.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod live;

use std::collections::BTreeSet;

use live::{Bench, Wire};
use serde_json::{Value, json};
use switchboard_connector_zoom::activities::invoke;
use switchboard_connector_zoom::{Zoom, manifest};
use switchboard_emulator::{Options, Seed};

const READ: &[&str] = &["user:read:admin"];
const WRITE: &[&str] = &["user:write:admin"];
const ALL: &[&str] = &["user:write:admin", "role:write:admin", "group:write:admin"];

fn call(bench: &Bench, name: &str, input: Value, scopes: &[&str]) -> Value {
    bench.call(name, &input, scopes).unwrap_or_else(|problem| panic!("{name}: {problem:?}"))
}

fn refused(bench: &Bench, name: &str, input: Value) -> String {
    bench.call(name, &input, WRITE).unwrap_err().code
}

#[test]
fn seed_josys_01_five_thousand_users_of_three_states_are_listed_completely_and_once() {
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let options = Options { rate_limits: false, seed: Seed::Campus, ..Options::default() };
    let emulator = threads.block_on(switchboard_emulator::start(options)).unwrap();
    let wire = Wire::new(&emulator, &["user:read:admin".to_owned()]);
    let run = |name: &str| -> Value { serde_json::from_str(&invoke(&Zoom::new(&wire), name, "{}").unwrap()).unwrap() };
    let (list, counts) = (run("users.list"), run("users.summary"));
    let users = list["users"].as_array().unwrap();
    let addresses: BTreeSet<_> = users.iter().map(|user| user["email"].as_str().unwrap()).collect();
    assert!(users.len() >= 5_000 && addresses.len() == users.len());
    assert_eq!(counts["total"].as_u64().unwrap(), users.len() as u64, "seed_josys_07: totals match the list");
    let fewest: usize = ["active", "inactive", "pending"]
        .iter()
        .map(|state| users.iter().filter(|user| user["status"] == *state).count().div_ceil(300).max(1))
        .sum();
    assert_eq!(list["coverage"], json!({"pages": fewest, "count": users.len(), "complete": true}));
}

#[test]
fn seed_josys_02_to_09_the_list_shows_state_role_version_login_licence_and_groups() {
    let bench = Bench::new();
    let list = call(&bench, "users.list", json!({"with_names": true}), ALL);
    let of = |name: &str| {
        let users = list["users"].as_array().unwrap();
        users.iter().find(|user| user["email"].as_str().unwrap().starts_with(name)).unwrap().clone()
    };
    let (ada, edsger, barbara, katherine) = (of("ada@"), of("edsger@"), of("barbara@"), of("katherine@"));
    assert_eq!(katherine["role_name"], "Help desk");
    assert_eq!((&katherine["last_login"], katherine.get("last_client_version")), (&json!("never"), None));
    assert_eq!((&ada["last_client_version"], &ada["last_login"]), (&json!("5.9.6.4993(mac)"), &json!("known")));
    assert_eq!(ada["created_at"], "2024-03-05T09:30:00Z");
    assert_eq!((&ada["verified"], &edsger["verified"]), (&json!(true), &json!(false)));
    let groups: Vec<_> = ada["groups"].as_array().unwrap().iter().map(|group| group["name"].clone()).collect();
    assert_eq!(groups, ["Teachers", "Research"]);
    assert_eq!(
        (&barbara["status"], &edsger["status"], edsger.get("id")),
        (&json!("inactive"), &json!("pending"), None)
    );
    let exact: Vec<_> = ada["licenses"].as_array().unwrap().iter().map(|line| line["option"].clone()).collect();
    assert!(exact.contains(&json!("576460752303423488")), "{exact:?}");
}

#[test]
fn seed_josys_10_a_pending_user_is_acted_on_by_address() {
    let bench = Bench::new();
    let user = "edsger@emulator.test";
    call(&bench, "users.disassociate", json!({"user": user, "lose_everything": true}), WRITE);
    assert_eq!(call(&bench, "users.email-exists", json!({"email": user}), READ)["exists"], false);
}

#[test]
fn seed_josys_12_and_13_a_user_is_created_once_with_role_and_groups() {
    let bench = Bench::new();
    let group = call(&bench, "groups.list", json!({}), ALL)["groups"][0]["id"].clone();
    let input = json!({"email": "new@emulator.test", "first_name": "New", "last_name": "One", "license": "licensed", "role": "1",
        "groups": [group]});
    let made = call(&bench, "users.create", input.clone(), ALL);
    assert_eq!(made["status"], "pending");
    assert!(made["assignments"].as_array().unwrap().iter().all(|one| one["done"] == true), "{made}");
    let before = call(&bench, "users.list", json!({}), READ)["users"].clone();
    assert_eq!(refused(&bench, "users.create", input), "already-exists");
    let mut after = call(&bench, "users.list", json!({}), READ)["users"].clone();
    assert_eq!(before.as_array().unwrap().len(), after.as_array().unwrap().len());
    let new = after.as_array_mut().unwrap().iter().find(|user| user["email"] == "new@emulator.test").unwrap().clone();
    assert_eq!((&new["role_name"], &new["groups"][0]["id"]), (&json!("Admin"), &group));
    assert_eq!(refused(&bench, "users.create", json!({"email": "x@blocked.test"})), "forbidden");
    assert_eq!(
        refused(&bench, "users.create", json!({"email": "x@elsewhere.test", "action": "sso_create"})),
        "forbidden"
    );
}

#[test]
fn seed_josys_14_and_15_deactivation_is_undone_and_licences_are_given_again() {
    let bench = Bench::new();
    let user = json!({"user": "grace@emulator.test"});
    for _ in 0..2 {
        assert_eq!(call(&bench, "users.deactivate", user.clone(), WRITE)["licenses"], "released");
    }
    let seen = call(&bench, "users.get", user.clone(), READ);
    assert_eq!((&seen["status"], &seen["license"]), (&json!("inactive"), &json!("basic")));
    assert_eq!(call(&bench, "users.activate", user.clone(), WRITE)["licenses"], "to_assign");
    let saved = call(&bench, "users.update", json!({"user": "grace@emulator.test", "license": "licensed"}), WRITE);
    assert_eq!((&saved["user"]["license"], &saved["user"]["status"]), (&json!("licensed"), &json!("active")));
}

#[test]
fn seed_josys_16_and_17_data_goes_to_the_heir() {
    let bench = Bench::new();
    let scopes = &["user:write:admin", "recording:read:admin"];
    let period = |user: &str| json!({"user": user, "from": "2026-10-01", "to": "2026-10-31"});
    let count =
        |user: &str| call(&bench, "recordings.list", period(user), scopes)["recordings"].as_array().unwrap().len();
    let (his, hers) = (count("alan@emulator.test"), count("grace@emulator.test"));
    let input = json!({"user": "grace@emulator.test", "transfer": {"to": "alan@emulator.test", "recordings": true}});
    let left = call(&bench, "users.delete", input, scopes);
    assert_eq!(left["transferred"], json!(["recordings"]));
    assert!(hers > 0);
    assert_eq!(count("alan@emulator.test"), his + hers);
    assert_eq!(bench.call("users.get", &json!({"user": "grace@emulator.test"}), READ).unwrap_err().code, "not-found");
}

#[test]
fn seed_josys_33_owner_and_administrators_are_found() {
    let bench = Bench::new();
    let of = |role: &str| call(&bench, "roles.members", json!({"role": role}), ALL)["members"][0]["email"].clone();
    assert_eq!((of("0"), of("1")), (json!("ada@emulator.test"), json!("margaret@emulator.test")));
}

#[test]
fn seed_uipath_40_who_am_i_works_with_user_info_alone_and_the_list_does_not() {
    let bench = Bench::new();
    assert_eq!(call(&bench, "users.me", json!({}), &["user_info:read"])["email"], "ada@emulator.test");
    assert_eq!(bench.call("users.list", &json!({}), &["user_info:read"]).unwrap_err().code, "scope-missing");
}

#[test]
fn seed_ensemble_36_unknown_pending_and_deactivated_addresses_are_told_apart() {
    let bench = Bench::new();
    let known = |email: &str| call(&bench, "users.email-exists", json!({"email": email}), READ)["exists"].clone();
    assert_eq!((known("grace@emulator.test"), known("nobody@emulator.test")), (json!(true), json!(false)));
    let code = |user: &str| bench.call("users.get", &json!({"user": user}), READ).map_err(|problem| problem.code);
    assert_eq!(code("edsger@emulator.test").unwrap_err(), "conflict");
    assert_eq!(code("nobody@emulator.test").unwrap_err(), "not-found");
    assert_eq!(code("barbara@emulator.test").unwrap()["status"], "inactive");
}

#[test]
fn seed_ensemble_05_a_locked_setting_is_reported_and_the_rest_is_kept() {
    let bench = Bench::new();
    let wish = json!({"recording": {"auto_recording": "cloud", "host_pause_stop_recording": true}});
    let saved = call(&bench, "users.settings-set", wish, &["user:write"]);
    assert_eq!(saved["settings"]["recording"]["auto_recording"], "cloud");
    assert_eq!(
        saved["adjusted"],
        json!([{"field": "/recording/host_pause_stop_recording", "asked": "true", "stored": "false"}])
    );
}

#[test]
fn seed_uipath_17_pre_approval_is_set_and_read_back() {
    let bench = Bench::new();
    let scopes = &["marketplace_app:write:admin", "marketplace_app:read:admin", "user:read:admin"];
    let state =
        || call(&bench, "apps.preapproval-get", json!({"app": "switchboard-demo"}), scopes)["approved_for"].clone();
    let set = |input: Value| call(&bench, "apps.preapproval-set", input, scopes);
    assert_eq!(state(), "off");
    set(json!({"app": "switchboard-demo", "change": "all_users"}));
    assert_eq!(state(), "all_users");
    let grace = call(&bench, "users.get", json!({"user": "grace@emulator.test"}), scopes)["id"].clone();
    set(json!({"app": "switchboard-demo", "change": "add_users", "users": [grace]}));
    assert_eq!(state(), "listed");
    set(json!({"app": "switchboard-demo", "change": "off"}));
    assert_eq!(state(), "off");
}

#[test]
fn seed_uipath_17_the_scope_of_pre_approval_is_the_documented_one() {
    let manifest: Value = serde_json::from_str(&manifest::resolved()).unwrap();
    let all = manifest["activities"].as_array().unwrap();
    let entry = all.iter().find(|entry| entry["name"] == "apps.preapproval-set").unwrap();
    assert_eq!(entry["scopes"]["granular"], json!([["marketplace:write:app_pre_approve:admin"]]));
    assert_eq!(entry["dry_run"], true);
}
