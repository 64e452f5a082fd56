//! A document from standard input.

use switchboard_tests::context::TestContext;

#[test]
fn a_document_comes_from_standard_input() {
    let context = TestContext::new();
    let good = r#"{"automation": "1", "id": "a", "steps": [{"id": "b", "set": {"c": 1}}]}"#;
    let done = context.run_with(&["check", "-"], good);
    assert_eq!(done.out, "standard input: ok\n");
    let done = context.run_with(&["check", "-"], &good.replace("set", "sat"));
    assert_eq!(done.code, 3, "{}", done.err);
    assert!(done.err.contains("standard input:1:"), "{}", done.err);
}

#[test]
fn mistyped_connector_is_reported_with_the_near_one() {
    let context = TestContext::new();
    let document = r#"{"automation": "1", "id": "a", "connections": {"zoom": {"type": "zom"}}, "steps": [{"id": "b", "set": {"c": 1}}]}"#;
    let done = context.run_with(&["check", "-"], document);
    assert_eq!(done.code, 3, "{}", done.err);
    assert!(done.err.contains("did you mean `zoom`?"), "{}", done.err);
}
