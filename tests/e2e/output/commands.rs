//! Lists, the doctor, a sign-in and a run.

use switchboard_tests::context::TestContext;

use super::shown;

#[test]
fn lists_are_shown_whole() {
    let context = TestContext::new();
    assert_eq!(context.connect_with("work", "ada@emulator.test", "allow", &["--for", "zoom.users.me"]).code, 0);
    for (name, arguments) in [
        ("activity_list_meetings", &["activity", "list", "meetings"][..]),
        ("activity_list_none", &["activity", "list", "no such thing"]),
        ("activity_show", &["activity", "show", "zoom.meetings.delete"]),
        ("event_list", &["event", "list"]),
        ("event_show", &["event", "show", "zoom.meeting.ended"]),
        ("connector_list", &["connector", "list"]),
        ("connection_list", &["connection", "list"]),
        ("connection_show", &["connection", "show", "work"]),
        ("error_list_rate_limited", &["error", "list", "rate-limited"]),
        ("key_show", &["key", "show"]),
        ("runs_list_empty", &["runs", "list"]),
    ] {
        let done = context.run(arguments);
        insta::assert_snapshot!(name, shown(&context, &done));
    }
}

#[test]
fn a_sign_in_is_shown_whole() {
    let context = TestContext::new();
    let done = context.connect_with("work", "ada@emulator.test", "allow", &["--for", "zoom.users.me"]);
    insta::assert_snapshot!("connect", shown(&context, &done));
    let done = context.connect_with("other", "grace@emulator.test", "deny", &[]);
    insta::assert_snapshot!("connect_denied", shown(&context, &done));
}

#[test]
fn the_doctor_is_shown_whole() {
    let context = TestContext::new();
    insta::assert_snapshot!("doctor_of_a_new_folder", shown(&context, &context.run(&["doctor"])));
    context.connect("work", "ada@emulator.test");
    insta::assert_snapshot!("doctor_of_a_connection", shown(&context, &context.run(&["doctor", "work"])));
    let seen = context.run(&["doctor", "--seen", "Invalid redirect url (4,700)"]);
    insta::assert_snapshot!("doctor_of_a_page", shown(&context, &seen));
}

#[test]
fn a_run_is_shown_whole() {
    let context = TestContext::connected();
    let file = TestContext::file("manifests/automations/list-recordings.json").display().to_string();
    let done = context.run(&["run", &file, "from=2026-01-01", "to=2026-11-23"]);
    assert_eq!(done.code, 0, "{}", done.err);
    insta::assert_snapshot!("runs_list", shown(&context, &context.run(&["runs", "list"])));
    insta::assert_snapshot!("call_dry_run", shown(&context, &context.run(&["call", "zoom.users.me", "--dry-run"])));
}
