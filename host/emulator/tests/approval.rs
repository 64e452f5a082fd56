//! Who may install an app, over real HTTP: what the browser is shown, and what the client is told.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use switchboard_emulator::{Emulator, Options, start};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const BACK: &str = "http%3A%2F%2F127.0.0.1%3A7910%2Foauth%2Fcallback";

struct Got {
    status: u16,
    head: String,
    body: String,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or_default().to_owned()
    }

    fn connects(&self) -> bool {
        self.status == 302 && self.head.contains("code=")
    }
}

async fn send(method: &str, url: &str, headers: &str, body: &str) -> Got {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let text = format!(
        "{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).await.ok();
    let all = String::from_utf8_lossy(&all).into_owned();
    let (head, body) = all.split_once("\r\n\r\n").unwrap();
    Got { status: head.split(' ').nth(1).unwrap().parse().unwrap(), head: head.into(), body: body.into() }
}

async fn change(emulator: &Emulator, what: Value) -> Value {
    let got = send("POST", &format!("{}/approval", emulator.control_base()), "", &what.to_string()).await;
    assert_eq!(got.status, 200, "{what}: {}", got.body);
    got.json()
}

async fn attempt(emulator: &Emulator, app: &str, who: &str) -> Got {
    let user = format!("{who}%40emulator.test");
    let url = format!(
        "{}/authorize?response_type=code&client_id={app}&redirect_uri={BACK}&_user={user}&_decision=allow",
        emulator.oauth_base()
    );
    send("GET", &url, "", "").await
}

async fn connects(emulator: &Emulator, who: &str) -> bool {
    attempt(emulator, "switchboard-demo", who).await.connects()
}

/// A browser that is signed in: its cookie.
async fn signed_in(emulator: &Emulator, who: &str) -> String {
    let form = format!("email={who}%40emulator.test&password=demo&query=x");
    let got = send("POST", &format!("{}/signin", emulator.oauth_base()), "", &form).await;
    let cookie = got.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    format!("cookie: {}\r\n", cookie.split(';').next().unwrap())
}

async fn emulator() -> Emulator {
    start(Options::default()).await.unwrap()
}

#[tokio::test]
async fn seed_anyclip_11_an_admin_is_approved_automatically() {
    let emulator = emulator().await;
    change(&emulator, json!({"required": true})).await;
    assert!(connects(&emulator, "ada").await);
    assert_eq!(change(&emulator, json!({})).await["requests"], json!([]));
}

/// An account that requires pre-approval.
async fn strict() -> Emulator {
    let emulator = emulator().await;
    change(&emulator, json!({"required": true})).await;
    emulator
}

/// Pre-approve the demo app for these alone.
async fn approve(emulator: &Emulator, users: &[&str], groups: &[&str]) {
    let users: Vec<String> = users.iter().map(|who| format!("{who}@emulator.test")).collect();
    change(emulator, json!({"pre_approve": {"client_id": "switchboard-demo", "users": users, "groups": groups}})).await;
}

#[tokio::test]
async fn seed_uipath_10_the_apps_toggle_turns_a_blocked_user_into_an_allowed_one() {
    let emulator = strict().await;
    let page = attempt(&emulator, "switchboard-demo", "grace").await;
    assert_eq!(page.status, 400);
    assert!(page.body.contains("You cannot authorize") && page.body.contains("pre-approval"), "{}", page.body);
    change(&emulator, json!({"pre_approve": {"client_id": "switchboard-demo"}})).await;
    assert!(connects(&emulator, "grace").await);
    change(&emulator, json!({"apps": {"switchboard-demo": {"pre_approved": false}}})).await;
    assert!(!connects(&emulator, "grace").await);
}

#[tokio::test]
async fn seed_uipath_11_without_a_choice_all_users_of_the_account_are_approved() {
    let emulator = strict().await;
    let users = json!({"edsger@emulator.test": "active"});
    let state = change(&emulator, json!({"users": users, "pre_approve": {"client_id": "switchboard-demo"}})).await;
    assert_eq!(state["apps"]["switchboard-demo"]["all_users"], true, "{state}");
    for who in ["grace", "alan", "edsger"] {
        assert!(connects(&emulator, who).await, "{who}");
    }
}

#[tokio::test]
async fn seed_uipath_12_users_outside_of_the_list_stay_blocked_by_a_page_of_its_own() {
    let emulator = strict().await;
    approve(&emulator, &["grace"], &[]).await;
    assert!(connects(&emulator, "grace").await && !connects(&emulator, "alan").await);
    let other = attempt(&emulator, "switchboard-demo", "alan").await.body;
    assert!(other.contains("not approved for all users"), "told apart from no approval at all: {other}");
}

#[tokio::test]
async fn seed_uipath_31_the_accounts_toggle_lets_a_plain_user_in_and_blocks_again() {
    let emulator = emulator().await;
    for (required, lets_in) in [(false, true), (true, false), (false, true), (true, false)] {
        change(&emulator, json!({"required": required})).await;
        assert_eq!(connects(&emulator, "grace").await, lets_in, "required: {required}");
    }
}

#[tokio::test]
async fn seed_uipath_13_users_are_added_by_address_and_an_unknown_one_is_refused() {
    let emulator = strict().await;
    approve(&emulator, &["alan"], &[]).await;
    approve(&emulator, &["alan", "grace"], &[]).await;
    assert!(connects(&emulator, "grace").await && connects(&emulator, "alan").await);
    let wanted = json!({"client_id": "switchboard-demo", "users": ["nobody@emulator.test"]});
    let url = format!("{}/approval", emulator.control_base());
    let got = send("POST", &url, "", &json!({"pre_approve": wanted}).to_string()).await;
    assert!(got.status == 400 && got.body.contains("nobody@emulator.test"), "{}", got.body);
    assert!(connects(&emulator, "alan").await, "those that were there stay");
}

#[tokio::test]
async fn seed_uipath_14_groups_are_added_by_name_and_later_members_count() {
    let emulator = strict().await;
    change(&emulator, json!({"groups": {"Sales": ["grace@emulator.test"], "Labs": []}})).await;
    approve(&emulator, &[], &["Sales", "Labs"]).await;
    assert!(connects(&emulator, "grace").await && !connects(&emulator, "alan").await);
    change(&emulator, json!({"groups": {"Labs": ["alan@emulator.test"]}})).await;
    assert!(connects(&emulator, "alan").await, "a later member of the group can too");
    let wanted = json!({"client_id": "switchboard-demo", "groups": ["None"]});
    let url = format!("{}/approval", emulator.control_base());
    let got = send("POST", &url, "", &json!({"pre_approve": wanted}).to_string()).await;
    assert!(got.status == 400 && got.body.contains("None"), "{}", got.body);
}

#[tokio::test]
async fn seed_uipath_15_users_and_groups_add_up_to_their_union() {
    let emulator = strict().await;
    let edsger = json!({"roles": {"edsger@emulator.test": "2"}, "users": {"edsger@emulator.test": "active"}});
    change(&emulator, edsger).await;
    change(&emulator, json!({"groups": {"Sales": ["grace@emulator.test"]}})).await;
    approve(&emulator, &["alan"], &["Sales"]).await;
    assert!(connects(&emulator, "grace").await && connects(&emulator, "alan").await);
    assert!(!connects(&emulator, "edsger").await);
}

#[tokio::test]
async fn seed_uipath_16_one_notice_for_each_person_who_gained() {
    let emulator = emulator().await;
    let listed = json!({"client_id": "switchboard-demo", "users": ["alan@emulator.test", "grace@emulator.test"]});
    let notices = change(&emulator, json!({"required": true, "pre_approve": listed})).await["notices"].clone();
    let told = notices.as_array().unwrap().iter().filter(|notice| notice["kind"] == "app_pre_approved").count();
    assert_eq!(told, 2, "{notices}");
}

#[tokio::test]
async fn seed_uipath_32_the_old_value_holds_until_it_is_confirmed() {
    let emulator = emulator().await;
    let state = change(&emulator, json!({"ask": true})).await;
    assert_eq!((&state["required"], &state["unconfirmed"]), (&json!(false), &json!(true)));
    assert!(connects(&emulator, "grace").await);
    change(&emulator, json!({"confirm": true})).await;
    assert!(!connects(&emulator, "grace").await);
}

#[tokio::test]
async fn seed_uipath_33_the_exemption_of_zooms_own_apps_helps_no_other() {
    let emulator = strict().await;
    change(&emulator, json!({"apps": {"switchboard-classic": {"origin": "zoom"}}})).await;
    assert!(!attempt(&emulator, "switchboard-classic", "grace").await.connects());
    change(&emulator, json!({"allow_zoom_apps": true})).await;
    assert!(attempt(&emulator, "switchboard-classic", "grace").await.connects());
    assert!(!connects(&emulator, "grace").await, "a listed app still needs it");
}

#[tokio::test]
async fn seed_uipath_34_the_exemption_of_the_accounts_own_apps_helps_no_other() {
    let emulator = strict().await;
    assert!(!attempt(&emulator, "switchboard-classic", "grace").await.connects());
    change(&emulator, json!({"allow_account_apps": true})).await;
    assert!(attempt(&emulator, "switchboard-classic", "grace").await.connects());
    assert!(!connects(&emulator, "grace").await, "a listed app still needs it");
    change(&emulator, json!({"apps": {"switchboard-classic": {"origin": "zoom"}}})).await;
    assert!(!attempt(&emulator, "switchboard-classic", "grace").await.connects());
}

#[tokio::test]
async fn seed_uipath_35_switched_off_is_told_in_new_clients_alone() {
    let emulator = strict().await;
    let users = send("GET", &format!("{}/state", emulator.control_base()), "", "").await.json()["users"].clone();
    let id = |email: &str| users.as_array().unwrap().iter().find(|user| user["email"] == email).unwrap()["id"].clone();
    let clients = json!({"grace@emulator.test": "5.9.6", "alan@emulator.test": "5.9.5"});
    let state = change(&emulator, json!({"clients": clients, "required": false})).await;
    let off: Vec<_> = state["notices"].as_array().unwrap().iter().filter(|one| one["kind"] == "approval_off").collect();
    assert!(off.iter().all(|one| one["by"] == "client"), "{off:?}");
    let told = |email: &str| off.iter().any(|one| one["user"] == id(email));
    assert!(told("grace@emulator.test") && !told("alan@emulator.test"), "{off:?}");
}

#[tokio::test]
async fn seed_uipath_36_switched_on_is_told_by_one_e_mail_a_user() {
    let emulator = emulator().await;
    let users = send("GET", &format!("{}/state", emulator.control_base()), "", "").await.json()["users"].clone();
    let state = change(&emulator, json!({"required": true})).await;
    let notices = state["notices"].as_array().unwrap();
    assert!(notices.iter().all(|one| one["by"] == "email" && one["kind"] == "approval_on"), "{state}");
    let told: std::collections::BTreeSet<String> = notices.iter().map(|one| one["user"].to_string()).collect();
    assert_eq!((notices.len(), told.len()), (users.as_array().unwrap().len(), notices.len()), "{state}");
}

#[tokio::test]
async fn seed_anyclip_12_asking_is_recorded_once_and_admins_are_told() {
    let emulator = emulator().await;
    change(&emulator, json!({"required": true})).await;
    let cookie = signed_in(&emulator, "grace").await;
    let query = format!("response_type=code&client_id=switchboard-demo&redirect_uri={BACK}");
    let url = format!("{}/authorize?{query}", emulator.oauth_base());
    let page = send("GET", &url, &cookie, "").await;
    assert!(page.body.contains("Request approval") && !page.body.contains("Allow<"), "{}", page.body);
    let csrf = page.body.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let form = format!("query=&client_id=switchboard-demo&csrf={csrf}");
    for _ in 0..2 {
        send("POST", &format!("{}/request", emulator.oauth_base()), &cookie, &form).await;
    }
    let state = change(&emulator, json!({})).await;
    assert_eq!(state["requests"].as_array().unwrap().len(), 1, "{state}");
    let page = send("GET", &url, &cookie, "").await.body;
    assert!(page.contains("Your request is with your administrator"), "{page}");
    change(&emulator, json!({"pre_approve": {"client_id": "switchboard-demo"}})).await;
    assert!(send("GET", &url, &cookie, "").await.body.contains("Allow<"));
}

#[tokio::test]
async fn seed_anyclip_10_signing_out_leads_to_the_same_request_again() {
    let emulator = emulator().await;
    let cookie = signed_in(&emulator, "grace").await;
    let query = format!("response_type=code&client_id=switchboard-demo&redirect_uri={BACK}&state=kept");
    let page = send("GET", &format!("{}/authorize?{query}", emulator.oauth_base()), &cookie, "").await.body;
    let link = page.split("href=\"/oauth/signout").nth(1).unwrap().split('"').next().unwrap();
    let left = send("GET", &format!("{}/signout{link}", emulator.oauth_base()), &cookie, "").await;
    assert!(left.head.contains("state=kept") && left.head.contains("Max-Age=0"), "{}", left.head);
    let again = send("GET", &format!("{}/authorize?{query}", emulator.oauth_base()), &cookie, "").await.body;
    assert!(again.contains("Password"), "the session is over: {again}");
}

#[tokio::test]
async fn a_disabled_app_is_refused_by_page_and_by_token_endpoint() {
    let emulator = emulator().await;
    change(
        &emulator,
        json!({"apps": {"switchboard-demo": {"active": false}, "switchboard-server": {"active": false}}}),
    )
    .await;
    let page = attempt(&emulator, "switchboard-demo", "ada").await;
    assert!(page.body.contains("(4,717)"), "{}", page.body);
    let (account, id, secret) = emulator.server_to_server();
    let auth = format!("authorization: Basic {}\r\n", STANDARD.encode(format!("{id}:{secret}")));
    let form = format!("grant_type=account_credentials&account_id={account}");
    let got = send("POST", &format!("{}/token", emulator.oauth_base()), &auth, &form).await;
    assert!(got.error() == "invalid_client" && got.body.contains("4,717"), "{}", got.body);
}

#[tokio::test]
async fn the_device_flow_waits_slows_down_and_ends() {
    let emulator = emulator().await;
    let (id, secret) = emulator.app();
    let auth = format!("authorization: Basic {}\r\n", STANDARD.encode(format!("{id}:{secret}")));
    let url = format!("{}/devicecode?client_id={id}", emulator.oauth_base());
    let begun = send("POST", &url, &auth, "").await.json();
    assert_eq!((&begun["expires_in"], &begun["interval"]), (&json!(900), &json!(5)), "{begun}");
    let code = begun["device_code"].as_str().unwrap();
    let form = format!("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code={code}");
    let token = format!("{}/token", emulator.oauth_base());
    assert_eq!(send("POST", &token, &auth, &form).await.error(), "authorization_pending");
    assert_eq!(send("POST", &token, &auth, &form).await.error(), "slow_down");
    let page = begun["verification_uri_complete"].as_str().unwrap();
    let done = send("GET", &format!("{page}?_user=grace%40emulator.test&_decision=allow"), "", "").await;
    assert_eq!(done.status, 200, "{}", done.body);
    let advance = format!("{}/clock", emulator.control_base());
    send("POST", &advance, "", r#"{"advance_s": 20}"#).await;
    let got = send("POST", &token, &auth, &form).await.json();
    assert!(got["refresh_token"].is_string(), "{got}");
    send("POST", &advance, "", r#"{"advance_s": 20}"#).await;
    assert_eq!(send("POST", &token, &auth, &form).await.error(), "invalid_grant", "a code works once");
    let declined = send("POST", &url, &auth, "").await.json();
    let page = declined["verification_uri_complete"].as_str().unwrap();
    send("GET", &format!("{page}?_user=grace%40emulator.test&_decision=deny"), "", "").await;
    let form = form.replace(code, declined["device_code"].as_str().unwrap());
    assert_eq!(send("POST", &token, &auth, &form).await.error(), "access_denied");
}

#[tokio::test]
async fn seed_anyclip_46_a_user_is_asked_before_an_app_is_uninstalled() {
    for retain in [true, false] {
        let emulator = start(Options::default()).await.unwrap();
        let token = emulator.issue_token("grace@emulator.test").unwrap();
        let (apps, bearer) = (format!("{}/apps", emulator.oauth_base()), format!("authorization: Bearer {token}\r\n"));
        let me = async || send("GET", &format!("{}/users/me", emulator.api_base()), &bearer, "").await.status;
        assert!(send("GET", &apps, "", "").await.body.contains("<h1>Sign in</h1>"));
        let form = "email=grace%40emulator.test&password=demo&query=apps";
        let back = send("POST", &format!("{}/signin", emulator.oauth_base()), "", form).await;
        assert!(back.head.contains("location: /oauth/apps\r\n"), "{}", back.head);
        let cookie = signed_in(&emulator, "grace").await;
        assert!(send("GET", &apps, &cookie, "").await.body.contains("href=\"/oauth/apps/switchboard-demo\""));
        let one = format!("{apps}/switchboard-demo");
        let asked = send("GET", &one, &cookie, "").await;
        assert!(asked.body.contains("<h1>Uninstall ") && asked.body.contains("keep your data"), "{}", asked.body);
        assert!(!asked.body.contains("checked"), "consent is not assumed");
        assert_eq!(
            (me().await, send("POST", &one, &cookie, "").await.status),
            (200, 400),
            "a question, and no answer to it"
        );
        let other = signed_in(&emulator, "alan").await;
        assert_eq!((send("GET", &one, &other, "").await.status, me().await), (400, 200), "not alan's to remove");
        let csrf = asked.body.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let more = if retain { "&retain=true" } else { "" };
        let done = send("POST", &one, &cookie, &format!("csrf={csrf}{more}")).await;
        assert!(done.status == 200 && done.body.contains("was uninstalled"), "{}", done.body);
        assert_eq!((me().await, send("GET", &one, &cookie, "").await.status), (401, 400));
        let told = send("GET", &format!("{}/events", emulator.control_base()), "", "").await.json();
        assert_eq!(told["events"][0]["event"], "app_deauthorized", "{told}");
        assert_eq!(told["events"][0]["payload"]["user_data_retention"], retain.to_string());
    }
}
