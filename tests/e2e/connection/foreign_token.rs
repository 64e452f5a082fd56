//! A token service that answers a refresh with a token of another user: whatever calls over the connection notices it before
//! it acts. Issue 12, point 15.

use std::sync::Arc;

use serde_json::{Value, json};
use switchboard_connections::{Connections, KeySource, LiveConnection, Vault};
use switchboard_egress::Egress;
use switchboard_runtime::{CallError, CallOptions, Connector, Retry, Runtime, RuntimeConfig};
use switchboard_store::Store;
use switchboard_tests::context::TestContext;

use crate::connector::load_file::bundle;

/// A connection of ada whose next refresh brings a token of grace.
fn foreign_token() -> TestContext {
    let context = TestContext::connected();
    context.ask("POST", "/_emulator/clock", &json!({"advance_s": 7_200}));
    let foreign = context.emulator.issue_token("grace@emulator.test").unwrap();
    let body = json!({"access_token": foreign, "token_type": "bearer", "expires_in": 3_600}).to_string();
    let fault = json!({"kind": "text", "status": 200, "body": body, "count": 1, "path": "/oauth/token"});
    assert_eq!(context.ask("POST", "/_emulator/faults", &fault).0, 200);
    context
}

/// What the API was asked since the refresh.
fn api_requests(context: &TestContext) -> Vec<String> {
    let requests = context.requests();
    let path = |request: &Value| request["path"].as_str().unwrap_or_default().to_owned();
    let refresh = requests.iter().rposition(|request| path(request).contains("/oauth/token")).unwrap();
    requests[refresh + 1..].iter().map(path).filter(|path| path.contains("/v2/")).collect()
}

fn check_end(context: &TestContext) {
    assert_eq!(api_requests(context), ["/v2/users/me"], "only whose the token is");
    let row = context.json(&["connection", "show", "work", "--json"]);
    assert_eq!(row["state"], "needs-reconnect");
    assert!(row.to_string().contains("a token of another user, grace@emulator.test"), "{row}");
}

#[test]
fn a_call_does_not_act_with_a_foreign_token() {
    let context = foreign_token();
    let done = context.run(&["call", "zoom.meetings.list", "--json"]);
    assert_ne!(done.code, 0, "{}", done.out);
    check_end(&context);
}

#[test]
fn the_doctor_does_not_act_with_a_foreign_token() {
    let context = foreign_token();
    let done = context.run(&["doctor", "--json"]);
    assert_ne!(done.code, 0, "{}", done.out);
    check_end(&context);
}

#[test]
fn a_test_of_a_connection_does_not_act_with_a_foreign_token() {
    let context = foreign_token();
    let done = context.run(&["connection", "test", "work", "--json"]);
    assert_ne!(done.code, 0, "{}", done.out);
    check_end(&context);
}

/// What an embedder has.
struct Embedder {
    zoom: Connector,
    live: Arc<LiveConnection>,
}

impl Embedder {
    fn new(context: &TestContext, config: RuntimeConfig) -> Embedder {
        let egress = Egress::new().unwrap();
        let store = Store::open(context.home.path()).unwrap();
        let vault = Vault::open(&store, KeySource::find(context.home.path())).unwrap();
        let accounts = Connections::open(store, vault, egress.clone());
        let zoom = Runtime::new(config, egress).unwrap().load_bundle(bundle()).unwrap();
        Embedder { zoom, live: Arc::new(accounts.open_connection(Some("work")).unwrap()) }
    }

    async fn list_meetings(&self, options: &CallOptions) -> Result<Value, CallError> {
        self.zoom.call("zoom.meetings.list", json!({}), self.live.clone(), options).await
    }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

fn set_fault(context: &TestContext, fault: &Value) {
    assert_eq!(context.ask("POST", "/_emulator/faults", fault).0, 200);
}

#[test]
fn an_embedder_does_not_act_with_a_foreign_token() {
    let context = foreign_token();
    block_on(async {
        // The system's clock is not that of the emulator: the service refuses the token, which is then replaced.
        let embedder = Embedder::new(&context, RuntimeConfig::default());
        let error = embedder.list_meetings(&CallOptions::default()).await.unwrap_err();
        assert!(error.to_string().contains("another user"), "{error}");
    });
    check_end(&context);
}

#[test]
fn a_dry_run_first_does_not_change_later_calls() {
    let context = TestContext::connected();
    block_on(async {
        let embedder = Embedder::new(&context, RuntimeConfig::default());
        let dry = CallOptions { dry_run: true, ..CallOptions::default() };
        embedder.list_meetings(&dry).await.unwrap();
        set_fault(&context, &json!({"kind": "token-death"}));
        embedder.list_meetings(&CallOptions::default()).await.unwrap();
    });
}

/// The token was renewed, and its user could not be verified. The next call finds that the app was removed meanwhile.
#[test]
fn an_unverified_token_that_is_refused_ends_the_connection() {
    let context = TestContext::connected();
    block_on(async {
        let embedder = Embedder::new(&context, RuntimeConfig::default());
        set_fault(&context, &json!({"kind": "token-death"}));
        set_fault(&context, &json!({"kind": "status", "status": 429, "variant": "daily", "operation": "GET users/*"}));
        let error = embedder.list_meetings(&CallOptions::default()).await.unwrap_err();
        assert_eq!(error.code(), "credential.unavailable", "{error}");
        set_fault(&context, &json!({"kind": "token-death", "refresh": true}));
        let error = embedder.list_meetings(&CallOptions::default()).await.unwrap_err();
        assert_eq!(error.code(), "credential.needs-reconnect", "{error}");
    });
    assert_eq!(context.json(&["connection", "show", "work", "--json"])["state"], "needs-reconnect");
}

#[test]
fn a_lasting_refusal_of_the_check_keeps_its_code() {
    let context = TestContext::connected();
    let message = "Invalid access token, does not contain scopes:[user:read:user].";
    set_fault(&context, &json!({"kind": "token-death"}));
    set_fault(
        &context,
        &json!({"kind": "error", "status": 400, "code": 4711, "message": message, "operation": "GET users/*"}),
    );
    block_on(async {
        let embedder = Embedder::new(&context, RuntimeConfig::default());
        let error = embedder.list_meetings(&CallOptions::default()).await.unwrap_err();
        assert_eq!(error.code(), "credential.scope-missing", "{error}");
        let CallError::Problem(problem) = error else { panic!("{error}") };
        assert_eq!(problem.retry, Retry::AfterUserAction);
        assert!(problem.fix.is_some());
    });
}

#[test]
fn calls_in_all_slots_survive_the_end_of_their_token() {
    let context = TestContext::connected();
    set_fault(&context, &json!({"kind": "token-death"}));
    let threads = tokio::runtime::Runtime::new().unwrap();
    threads.block_on(async {
        let config = RuntimeConfig { pooled: true, slots: 4, ..RuntimeConfig::default() };
        let embedder = Arc::new(Embedder::new(&context, config));
        let calls: Vec<_> = (0..6)
            .map(|_| {
                let embedder = Arc::clone(&embedder);
                tokio::spawn(async move { embedder.list_meetings(&CallOptions::default()).await })
            })
            .collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
    });
}

#[test]
fn an_answer_with_a_blank_user_id_does_not_connect() {
    let context = TestContext::new();
    for id in ["", " "] {
        context.ask("POST", "/_emulator/patches", &json!({"key": "ada@emulator.test", "set": {"id": id}}));
        let done = context.connect_with("work", "ada@emulator.test", "allow", &["--json"]);
        assert_ne!(done.code, 0, "{}", done.out);
        assert_eq!(TestContext::error(&done)["code"], "unexpected-answer", "{}", done.err);
    }
    assert_eq!(context.labels(), Vec::<String>::new());
    let (_, state) = context.ask("GET", "/_emulator/state", &Value::Null);
    assert!(state["grants"].as_array().unwrap().iter().all(|grant| grant["live"] == false), "{state}");
}
