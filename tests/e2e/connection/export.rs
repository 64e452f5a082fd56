//! `switchboard connection export`.

use serde_json::json;
use switchboard_tests::context::TestContext;

use super::run_twice;

#[test]
fn seed_josys_22_an_export_has_every_label_and_no_secret() {
    let context = TestContext::connected();
    context.connect("grace", "grace@emulator.test");
    context.json(&["connection", "plan", "grace", "business", "--json"]);
    run_twice(&context, "work");
    let all = context.json(&["connection", "export"]);
    let labels: Vec<&str> =
        all["connections"].as_array().unwrap().iter().map(|one| one["label"].as_str().unwrap()).collect();
    assert_eq!((&all["version"], labels), (&json!(1), vec!["work", "grace"]), "{all}");
    let one = context.json(&["connection", "export", "grace", "--json"]);
    let grace = &one["connections"][0];
    assert_eq!(
        (&grace["label"], &grace["plan"], &grace["method"]),
        (&json!("grace"), &json!("business"), &json!("byo"))
    );
    assert_eq!((&grace["client_id"], &grace["used_by"]), (&json!("switchboard-demo"), &json!([])), "{one}");
    assert_eq!(all["connections"][0]["used_by"], json!(["list-recordings"]));
    assert!(!grace["scopes"].as_array().unwrap().is_empty() && grace["identity"]["email"] == "grace@emulator.test");
    let none = context.run(&["connection", "export", "nobody", "--json"]);
    assert_eq!(none.code, 2, "{}", none.err);
    assert!(none.out.is_empty() && none.err.contains("not-found"), "{}{}", none.out, none.err);
}
