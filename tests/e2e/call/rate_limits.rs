//! Many calls at once on one account: the host waits so that the service need not refuse.

use std::sync::Arc;

use serde_json::{Value, json};
use switchboard_egress::Egress;
use switchboard_emulator::Options;
use switchboard_runtime::{CallOptions, Credential, FixedToken, Policy, Runtime, RuntimeConfig};
use switchboard_tests::context::{TestContext, http};

/// 500 calls of three rate classes, all asked for at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_of_mixed_calls_ends_with_no_failed_call() {
    let emulator = switchboard_emulator::start(Options::default()).await.unwrap();
    let token = emulator.issue_token("ada@emulator.test").unwrap();
    let config = RuntimeConfig { pooled: true, slots: 512, ..RuntimeConfig::default() };
    let runtime = Runtime::new(config, Egress::new().unwrap()).unwrap();
    let zoom =
        runtime.load_wasm(&std::fs::read(TestContext::file("target/connectors/zoom.wasm")).unwrap()).await.unwrap();
    let policy = Policy::new(emulator.api_base().parse().unwrap(), Vec::new());
    let connection = Arc::new(FixedToken::new(policy, Credential::new(token)));
    let options = CallOptions { deadline: std::time::Duration::from_secs(100), ..CallOptions::default() };
    let calls = (0..500).map(|n| {
        let (zoom, connection, options) = (zoom.clone(), Arc::clone(&connection), options.clone());
        let (activity, input) = match n % 5 {
            0 => ("zoom.meetings.list", json!({})),
            1 => ("zoom.recordings.list", json!({"from": "2026-11-01", "to": "2026-11-10"})),
            _ => ("zoom.users.me", json!({})),
        };
        tokio::spawn(async move { zoom.call(activity, input, connection, &options).await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    let port = emulator.api_base().parse::<url::Url>().unwrap().port().unwrap();
    let (_, _, body) = tokio::task::spawn_blocking(move || http("GET", port, "/_emulator/requests", "")).await.unwrap();
    let seen: Value = serde_json::from_str(&body).unwrap();
    let all = seen["requests"].as_array().unwrap();
    let refused = all.iter().filter(|request| request["status"] == 429).count();
    assert!(all.len() >= 500, "{}", all.len());
    assert!(refused * 100 <= all.len(), "{refused} of {} were refused first", all.len());
}

/// Two processes that act for one account keep one budget between them.
#[test]
fn commands_that_run_at_the_same_time_share_the_budget_of_the_account() {
    let context = TestContext::connected();
    let children: Vec<_> = (0..12)
        .map(|_| {
            context.start(context.command(&["call", "zoom.users.me", "--json"]).stdout(std::process::Stdio::null()))
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let store = switchboard_store::Store::open(context.home.path()).unwrap();
    let account = format!("zoom/{}", context.emulator.server_to_server().0);
    assert!(store.budget(&account, &["light"]).unwrap()[0].0 > 0, "the budget is the account's");
}

#[test]
fn the_plan_of_an_account_is_set_by_a_name_that_the_rates_know() {
    let context = TestContext::connected();
    let set = context.json(&["connection", "plan", "work", "business", "--json"]);
    assert_eq!(set, json!({"label": "work", "plan": "business"}));
    let wrong = context.run(&["connection", "plan", "work", "gold"]);
    assert_eq!(wrong.code, 2, "{}", wrong.err);
    assert!(wrong.err.contains("business, free, pro"), "{}", wrong.err);
    assert_eq!(context.json(&["connection", "plan", "work", "--json"])["plan"], "business", "asking changes nothing");
    assert_eq!(context.json(&["connection", "plan", "work", "--default", "--json"])["plan"], "pro");
}

/// A host's budget of the day is kept before the service refuses, and the refusal says when it goes on.
#[test]
fn a_used_up_day_of_a_host_says_when_it_goes_on() {
    let context = TestContext::connected();
    let account = format!("zoom/{}", context.emulator.server_to_server().0);
    let store = switchboard_store::Store::open(context.home.path()).unwrap();
    let today = i64::try_from(std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs() / 86_400).unwrap();
    let id = store.connection("work").unwrap().unwrap().id;
    let counter = format!("user {id}");
    assert!(store.replace_budget(&account, &[&counter], &[(0, 0, 0)], &[(0, today, 100)]).unwrap());
    let refused = context.run(&["call", "zoom.meetings.create", "topic=x", "kind=instant", "--json"]);
    assert_eq!(refused.code, 6, "{}", refused.err);
    let error: Value = serde_json::from_str(refused.err.lines().last().unwrap()).unwrap();
    assert_eq!(error["error"]["code"], "rate-limited");
    assert!(error["error"]["retry_at"].as_str().unwrap().ends_with("T00:00:00Z"), "{error}");
    let day = store.budget(&account, &[&counter]).unwrap()[0];
    assert_eq!(day.2, 100, "nothing was reserved, and nothing sent");
}
