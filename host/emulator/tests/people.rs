//! What clients stumble over with users, groups, roles and approvals.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod raw;

use raw::{Got, control, settings};
use serde_json::{Value, json};
use switchboard_emulator::{Emulator, Options, start};

/// Whoever asks, with an administrator's scopes.
struct Asking<'a> {
    emulator: &'a Emulator,
    token: String,
}

impl<'a> Asking<'a> {
    fn with(emulator: &'a Emulator, who: &str, scopes: &[&str]) -> Self {
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        Self { emulator, token: emulator.issue_token_with(who, &scopes).unwrap() }
    }

    fn admin(emulator: &'a Emulator, who: &str) -> Self {
        let areas =
            ["user:write:admin", "group:write:admin", "role:write:admin", "account:read:admin", "report:read:admin"];
        let more =
            ["marketplace_app:write:admin", "marketplace_app:read:admin", "meeting:write:admin", "meeting:read:admin"];
        Self::with(emulator, who, &[areas.as_slice(), &more].concat())
    }

    async fn ask(&self, method: &str, path: &str, body: Value) -> Got {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        raw::call(self.emulator, &self.token, method, path, &text).await
    }

    async fn get(&self, path: &str) -> Value {
        self.ask("GET", path, Value::Null).await.json()
    }

    async fn code(&self, method: &str, path: &str, body: Value) -> (u16, i64) {
        self.ask(method, path, body).await.code()
    }

    async fn create(&self, action: &str, email: &str, kind: u8) -> Got {
        let info =
            json!({"email": email, "type": kind, "first_name": "New", "last_name": "One", "password": "8letters"});
        self.ask("POST", "/users", json!({"action": action, "user_info": info})).await
    }
}

async fn emulator() -> Emulator {
    start(Options { rate_limits: false, ..Options::default() }).await.unwrap()
}

const ADA: &str = "ada@emulator.test";

#[tokio::test]
async fn pending_users_have_no_id_no_login_and_were_created_just_now() {
    let emulator = emulator().await;
    let ada = Asking::admin(&emulator, ADA);
    let first = ada.get("/users?status=pending").await["users"][0].clone();
    assert!(first.get("id").is_none() && first.get("last_login_time").is_none(), "{first}");
    assert_ne!(first["created_at"], first["user_created_at"]);
    assert_eq!(ada.code("GET", "/users/edsger@emulator.test", Value::Null).await, (400, 1120));
    assert_eq!(ada.code("DELETE", "/users/edsger@emulator.test?action=delete", Value::Null).await, (400, 1120));
    assert_eq!(ada.ask("DELETE", "/users/edsger@emulator.test", Value::Null).await.status, 204);
    assert_eq!(ada.get("/users?status=pending").await["users"], json!([]));
    let active = ada.get("/users").await;
    assert!(
        active["users"].as_array().unwrap().iter().all(|user| user["status"] == "active"),
        "active ones are the default"
    );
}

#[tokio::test]
async fn creating_is_refused_with_a_code_for_each_reason() {
    let emulator = emulator().await;
    let ada = Asking::admin(&emulator, ADA);
    assert_eq!(ada.create("create", "GRACE@emulator.test", 1).await.code(), (409, 1005));
    assert_eq!(ada.create("ssoCreate", "katherine@managed.test", 1).await.code(), (400, 1009));
    assert_eq!(ada.create("create", "x@blocked.test", 1).await.code(), (400, 1107));
    assert_eq!(ada.create("autoCreate", "x@elsewhere.test", 1).await.code(), (400, 1116));
    assert_eq!(ada.create("create", "nobody", 1).await.code(), (400, 300));
    for n in 0..3 {
        assert_eq!(ada.create("create", &format!("n{n}@emulator.test"), 2).await.status, 201);
    }
    assert_eq!(ada.create("create", "n9@emulator.test", 2).await.code(), (400, 2034), "six licences");
    let made = ada.create("autoCreate", "new@managed.test", 1).await.json();
    assert_eq!(ada.get(&format!("/users/{}", made["id"].as_str().unwrap())).await["status"], "active");
}

#[tokio::test]
async fn leaving_has_its_refusals_and_really_moves_what_is_transferred() {
    let emulator = emulator().await;
    let ada = Asking::admin(&emulator, ADA);
    let leave = |who: &str, more: &str| format!("/users/{who}?action=disassociate{more}");
    for (who, more, code) in [
        ("katherine@managed.test", "", 1107),
        ("margaret@emulator.test", "", 1117),
        ("ada@emulator.test", "", 200),
        ("grace@emulator.test", "&transfer_email=grace@emulator.test", 300),
        ("grace@emulator.test", "&transfer_email=barbara@emulator.test", 300),
    ] {
        assert_eq!(ada.code("DELETE", &leave(who, more), Value::Null).await, (400, code), "{who}{more}");
    }
    assert_eq!(ada.code("DELETE", &leave("nobody@x.test", ""), Value::Null).await, (404, 1001));
    let topic = json!({"topic": "Hers", "type": 2, "start_time": "2099-12-01T10:00:00Z"});
    let meeting = ada.ask("POST", "/users/grace@emulator.test/meetings", topic).await.json()["id"].clone();
    let state = control(&emulator, "GET", "state", Value::Null).await;
    let id_of = |email: &str| {
        let all = state["users"].as_array().unwrap();
        all.iter().find(|user| user["email"] == email).unwrap()["id"].clone()
    };
    let (grace, margaret) = (id_of("grace@emulator.test"), id_of("margaret@emulator.test"));
    let hosted = |state: &Value, host: &Value| {
        state["recordings"].as_array().unwrap().iter().filter(|row| row["host_id"] == *host).count()
    };
    let before = hosted(&state, &grace);
    let more = "&transfer_email=margaret@emulator.test&transfer_recording=true&transfer_meeting=true";
    assert_eq!(ada.ask("DELETE", &leave("grace@emulator.test", more), Value::Null).await.status, 204);
    let state = control(&emulator, "GET", "state", Value::Null).await;
    assert!(before > 0 && hosted(&state, &grace) == 0);
    assert_eq!(hosted(&state, &margaret), before);
    assert_eq!(ada.get(&format!("/meetings/{meeting}")).await["host_id"], margaret);
}

#[tokio::test]
async fn what_is_not_transferred_is_lost_and_the_tokens_of_who_left_are_dead() {
    let emulator = emulator().await;
    let ada = Asking::admin(&emulator, ADA);
    let grace = Asking::with(&emulator, "grace@emulator.test", &["user:read", "recording:read"]);
    assert_eq!(grace.ask("GET", "/users/me", Value::Null).await.status, 200);
    let id = grace.get("/users/me").await["id"].clone();
    assert_eq!(ada.ask("DELETE", "/users/grace@emulator.test?action=delete", Value::Null).await.status, 204);
    assert_eq!(grace.code("GET", "/users/me", Value::Null).await, (401, 124));
    let state = control(&emulator, "GET", "state", Value::Null).await;
    assert!(state["recordings"].as_array().unwrap().iter().all(|row| row["host_id"] != id));
}

#[tokio::test]
async fn deactivation_releases_licences_and_administrators_are_out_of_reach() {
    let emulator = emulator().await;
    let ada = Asking::admin(&emulator, ADA);
    let off = json!({"action": "deactivate"});
    for _ in 0..2 {
        let got = ada.ask("PUT", "/users/grace@emulator.test/status", off.clone()).await;
        assert_eq!((got.status, got.body.len()), (204, 0));
    }
    let grace = ada.get("/users/grace@emulator.test").await;
    assert_eq!((&grace["status"], &grace["type"]), (&json!("inactive"), &json!(1)));
    assert_eq!(ada.ask("PUT", "/users/grace@emulator.test/status", json!({"action": "activate"})).await.status, 204);
    assert_eq!(ada.get("/users/grace@emulator.test").await["type"], 1, "licences are to be assigned again");
    assert_eq!(ada.code("PUT", "/users/margaret@emulator.test/status", off).await, (400, 200));
}

#[tokio::test]
async fn rights_are_the_roles_and_are_refused_inside_http_200_by_groups_and_roles() {
    let emulator = emulator().await;
    let desk = Asking::admin(&emulator, "katherine@managed.test");
    assert_eq!(desk.ask("GET", "/users", Value::Null).await.status, 200);
    assert_eq!(desk.code("PATCH", "/users/grace@emulator.test", json!({"dept": "x"})).await, (400, 200));
    assert_eq!(desk.code("GET", "/roles", Value::Null).await, (200, 200));
    assert_eq!(desk.ask("GET", "/groups", Value::Null).await.json()["groups"].as_array().unwrap().len(), 3);
    assert_eq!(desk.code("GET", "/accounts/me/settings", Value::Null).await, (200, 200));
    let member = Asking::admin(&emulator, "grace@emulator.test");
    assert_eq!(member.code("GET", "/groups", Value::Null).await, (200, 200));
    let plain = Asking::with(&emulator, "grace@emulator.test", &["user:write"]);
    assert_eq!(plain.ask("PATCH", "/users/me", json!({"dept": "x"})).await.status, 204);
    assert_eq!(plain.code("PATCH", "/users/me", json!({"type": 1})).await, (400, 200));
    assert_eq!(plain.code("GET", "/users/alan@emulator.test", Value::Null).await, (403, 403));
    settings(&emulator, json!({"plan": "free"})).await;
    assert_eq!(Asking::admin(&emulator, ADA).code("GET", "/groups", Value::Null).await, (400, 200));
}

#[tokio::test]
async fn settings_that_are_locked_or_unlicensed_are_kept_without_a_word() {
    let emulator = emulator().await;
    let ada = Asking::admin(&emulator, ADA);
    let path = "/users/alan@emulator.test/settings";
    let wish = json!({"recording": {"host_pause_stop_recording": true, "cloud_recording": true, "save_chat_text": false, "no_such": 1}});
    assert_eq!(ada.ask("PATCH", path, wish).await.status, 204);
    let stored = ada.get(path).await["recording"].clone();
    for (name, value) in [("host_pause_stop_recording", false), ("cloud_recording", false), ("save_chat_text", false)] {
        assert_eq!(stored[name], value, "{name}");
    }
    assert!(stored.get("no_such").is_none());
    assert_eq!(ada.code("PATCH", path, json!({"feature": {"webinar": true}})).await, (400, 1122));
    let few = ada.get(&format!("{path}?custom_query_fields=save_chat_text")).await;
    assert_eq!(few, json!({"recording": {"save_chat_text": false}}));
    let change = json!({"timezone": "Mars/Base", "dept": "Lab"});
    assert_eq!(ada.ask("PATCH", "/users/alan@emulator.test", change).await.status, 204);
    let alan = ada.get("/users/alan@emulator.test").await;
    assert_eq!((&alan["timezone"], &alan["dept"]), (&json!("Europe/London"), &json!("Lab")));
}

#[tokio::test]
async fn groups_and_roles_are_made_filled_and_emptied() {
    let emulator = emulator().await;
    let ada = Asking::admin(&emulator, ADA);
    assert_eq!(ada.code("POST", "/groups", json!({"name": "Teachers"})).await, (409, 4132));
    let id = ada.ask("POST", "/groups", json!({"name": "Cooks"})).await.json()["id"].as_str().unwrap().to_owned();
    let members = json!({"members": [{"email": "grace@emulator.test"}, {"email": "nobody@x.test"}, {"email": "grace@emulator.test"}]});
    let added = ada.ask("POST", &format!("/groups/{id}/members"), members).await;
    assert_eq!(added.status, 201);
    assert!(added.json()["ids"].as_str().is_some_and(|ids| !ids.contains(',')), "strangers and repeats are dropped");
    assert_eq!(ada.get(&format!("/groups/{id}")).await["total_members"], 1);
    assert_eq!(ada.ask("DELETE", &format!("/groups/{id}/members/grace@emulator.test"), Value::Null).await.status, 204);
    assert_eq!(
        ada.code("DELETE", &format!("/groups/{id}/members/grace@emulator.test"), Value::Null).await,
        (404, 4131)
    );
    assert_eq!(ada.ask("DELETE", &format!("/groups/{id}"), Value::Null).await.status, 204);
    assert_eq!(ada.code("GET", &format!("/groups/{id}/members"), Value::Null).await, (404, 4130));
    assert_eq!(ada.code("GET", "/roles/Rx", Value::Null).await, (400, 1034));
    assert_eq!(
        ada.code("POST", "/roles/2/members", json!({"members": [{"email": "grace@emulator.test"}]})).await,
        (400, 300)
    );
    let given = ada.ask("POST", "/roles/1/members", json!({"members": [{"email": "grace@emulator.test"}]})).await;
    assert!(given.status == 201 && given.json()["add_at"].is_string(), "not `added_at`");
    assert_eq!(ada.get("/users/grace@emulator.test").await["role_name"], "Admin");
}

#[tokio::test]
async fn pre_approval_is_read_and_changed() {
    let emulator = emulator().await;
    let ada = Asking::admin(&emulator, ADA);
    let path = "/marketplace/apps/switchboard-demo/preApprove";
    assert_eq!(ada.code("POST", path, json!({"action": "disapprove_all"})).await, (400, 1404));
    assert_eq!(
        ada.code("POST", "/marketplace/apps/none/preApprove", json!({"action": "approve_all"})).await,
        (404, 1401)
    );
    assert_eq!(ada.ask("POST", path, json!({"action": "approve_all"})).await.status, 201);
    let list = "/marketplace/apps?type=approved_apps";
    assert_eq!(ada.get(list).await["apps"][0]["approval_info"]["approved_type"], "forAllUser");
    let grace = ada.get("/users/grace@emulator.test").await["id"].clone();
    assert_eq!(ada.ask("POST", path, json!({"action": "approve_user", "user_ids": [grace]})).await.status, 201);
    let kept = control(&emulator, "GET", "approval", Value::Null).await["apps"]["switchboard-demo"].clone();
    assert_eq!((&kept["all_users"], &kept["users"][0]), (&json!(false), &grace));
    assert_eq!(ada.ask("POST", path, json!({"action": "disapprove_all"})).await.status, 201);
    assert_eq!(ada.get(list).await["apps"], json!([]));
}

#[tokio::test]
async fn reports_give_a_month_and_say_from_when() {
    let emulator =
        start(Options { rate_limits: false, at_ms: Some(1_795_392_000_000), ..Options::default() }).await.unwrap();
    let ada = Asking::admin(&emulator, ADA);
    let report = ada.get("/report/users?type=active&from=2026-01-01&to=2026-11-20").await;
    assert_eq!(report["from"], "2026-10-20");
    assert!(report["users"].as_array().unwrap().iter().any(|user| user["email"] == ADA), "{report}");
    assert_eq!(ada.code("GET", "/report/users?type=active", Value::Null).await, (400, 300));
    ada.create("create", "new@emulator.test", 1).await;
    let log = ada.get("/report/operationlogs?from=2026-11-01&to=2026-11-30&category_type=user").await;
    assert_eq!(log["operation_logs"][0]["operator"], ADA);
    assert!(log.get("total_records").is_none() && log.get("from").is_none());
}
