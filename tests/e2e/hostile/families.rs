//! The family of a failure, from the guest to the JSON error.

use super::component::Attack;
use super::program::{context, save};
use switchboard_tests::context::TestContext;

#[track_caller]
fn check(context: &TestContext, arguments: &[&str], family: &str) {
    let error = TestContext::error(&context.run(&[&["call", "--json"], arguments].concat()));
    assert_eq!(error["family"], family, "{error}");
}

#[test]
fn failure_of_the_service_is_a_problem() {
    check(&context(), &["zoom.meetings.get", "meeting=99999999999"], "problem");
}

#[test]
fn failure_of_a_rule_is_refused() {
    let deletion = ["zoom.recordings.delete-permanently", "meeting=abcdefghijklmnopqrstuv==", "--yes"];
    check(&context(), &deletion, "refused");
}

#[test]
fn failure_of_the_connector_is_broken() {
    let context = context();
    let connector = save(&context, "trap", &Attack::read("trap").component());
    check(&context, &["zoom.x.go", "--connector", &connector], "broken");
}
