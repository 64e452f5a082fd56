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

/// A user as the list shows it; by the beginning of the address.
fn listed(name: &str) -> Value {
    let list = call(&Bench::new(), "users.list", json!({"with_names": true}), ALL);
    let users = list["users"].as_array().unwrap();
    users.iter().find(|user| user["email"].as_str().unwrap().starts_with(name)).unwrap().clone()
}

#[test]
fn seed_josys_02_the_list_shows_states_and_a_pending_user_has_no_id() {
    let (barbara, edsger) = (listed("barbara@"), listed("edsger@"));
    assert_eq!((&barbara["status"], &edsger["status"]), (&json!("inactive"), &json!("pending")));
    assert_eq!((barbara.get("id").is_some(), edsger.get("id")), (true, None));
}

#[test]
fn seed_josys_03_the_list_shows_the_name_of_an_accounts_own_role() {
    assert_eq!(listed("katherine@")["role_name"], "Help desk");
}

#[test]
fn seed_josys_04_the_last_client_version_is_shown_as_it_came_and_left_out_where_there_is_none() {
    assert_eq!(listed("ada@")["last_client_version"], "5.9.6.4993(mac)");
    assert_eq!(listed("katherine@").get("last_client_version"), None);
}

#[test]
fn seed_josys_05_who_never_signed_in_is_told_from_who_did() {
    assert_eq!(
        (&listed("katherine@")["last_login"], &listed("ada@")["last_login"]),
        (&json!("never"), &json!("known"))
    );
}

#[test]
fn seed_josys_06_the_account_was_made_when_the_user_was_and_not_with_the_latest_way_to_sign_in() {
    let bench = Bench::new();
    let of = |path: &str| {
        let url = format!("{}{path}", bench.emulator.api_base());
        let scopes: Vec<_> = READ.iter().map(ToString::to_string).collect();
        let token = bench.emulator.issue_token_with("ada@emulator.test", &scopes).unwrap();
        let answer = ureq::get(url).header("authorization", format!("Bearer {token}")).call();
        serde_json::from_str::<Value>(&answer.unwrap().body_mut().read_to_string().unwrap()).unwrap()
    };
    let raw = of("/users/ada@emulator.test");
    assert_ne!(raw["created_at"], raw["user_created_at"], "else nothing is proved");
    assert_eq!(listed("ada@")["created_at"], raw["user_created_at"]);
}

#[test]
fn seed_josys_08_the_list_shows_whether_the_address_is_verified() {
    assert_eq!((&listed("ada@")["verified"], &listed("edsger@")["verified"]), (&json!(true), &json!(false)));
}

#[test]
fn seed_josys_09_the_list_shows_every_group_by_its_name() {
    let ada = listed("ada@");
    let groups: Vec<_> = ada["groups"].as_array().unwrap().iter().map(|group| group["name"].clone()).collect();
    assert_eq!(groups, ["Teachers", "Research"]);
}

#[test]
fn seed_josys_07_the_list_shows_add_ons_whose_numbers_are_past_2_to_the_53() {
    let ada = listed("ada@");
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
