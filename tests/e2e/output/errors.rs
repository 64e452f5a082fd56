//! Failures that people meet first, in words and as JSON.

use serde_json::Value;
use switchboard_tests::context::TestContext;

use super::{shown, stable};

/// A name for the snapshot, and the command.
const MISTAKES: [(&str, &[&str]); 12] = [
    ("no_connection", &["call", "zoom.users.me"]),
    ("unknown_activity", &["call", "zoom.user.me"]),
    ("missing_field", &["call", "zoom.meetings.get"]),
    ("unknown_field", &["call", "zoom.meetings.get", "meting=1"]),
    ("not_a_field", &["call", "zoom.meetings.get", "1"]),
    ("unknown_connection", &["call", "zoom.users.me", "-c", "wrok"]),
    ("not_confirmed", &["call", "zoom.meetings.delete", "meeting=1"]),
    ("unknown_run", &["runs", "show", "r-nothing"]),
    ("missing_document", &["check", "nowhere.json"]),
    ("unknown_event", &["event", "show", "zoom.meeting.endet"]),
    ("unknown_code", &["error", "list", "rate-limit-ed"]),
    ("unknown_flag", &["call", "zoom.users.me", "--dryrun"]),
];

#[test]
fn mistakes_are_shown_whole() {
    let context = TestContext::new();
    for (name, arguments) in MISTAKES {
        let done = context.run(arguments);
        assert_ne!(done.code, 0, "{arguments:?}");
        insta::assert_snapshot!(format!("error_{name}"), shown(&context, &done));
        let done = context.run(&[arguments, &["--json"]].concat());
        let error: Value = TestContext::error(&done);
        let text = serde_json::to_string_pretty(&error).unwrap();
        insta::assert_snapshot!(format!("error_{name}_json"), stable(&context, &text));
    }
}
