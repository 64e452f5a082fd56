//! Meetings from their planning to their end, against the emulator.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod live;

use live::Bench;
use serde_json::{Value, json};

const WRITE: &[&str] = &["meeting:write"];
const BOTH: &[&str] = &["meeting:write", "meeting:read"];

fn create(bench: &Bench, input: &Value) -> Value {
    bench.call("meetings.create", input, WRITE).unwrap_or_else(|problem| panic!("{problem:?}"))
}

fn starts(made: &Value) -> Vec<String> {
    let all = made["meeting"]["occurrences"].as_array().unwrap().iter();
    all.map(|one| one["start_time"].as_str().unwrap().to_owned()).collect()
}

fn repeating(start: &str, recurrence: Value) -> Value {
    json!({"topic": "Again", "kind": "recurring", "start_time": start, "timezone": "Europe/Berlin", "recurrence": recurrence})
}

/// The granular name of each is in the manifest's examples, which run with every listed set.
#[test]
fn seed_uipath_38_with_meeting_write_meetings_are_managed_and_without_it_the_scope_is_named() {
    let bench = Bench::new();
    let when = json!({"topic": "x", "start_time": "2099-12-01T10:00:00", "timezone": "UTC"});
    let id = json!({"meeting": "81234567890"});
    let change = json!({"meeting": "81234567890", "topic": "New"});
    for (activity, input, scopes) in [
        ("meetings.create", &when, WRITE),
        ("meetings.update", &change, BOTH),
        ("meetings.get", &id, &["meeting:read"]),
        ("meetings.list", &json!({}), &["meeting:read"]),
        ("meetings.delete", &id, WRITE),
    ] {
        bench.call(activity, input, scopes).unwrap_or_else(|problem| panic!("{activity}: {problem:?}"));
        let problem = bench.call(activity, input, &["user:read"]).unwrap_err();
        assert_eq!(problem.code, "scope-missing", "{activity}");
        assert!(problem.details.unwrap().contains(&format!("\"{}\"", scopes[0])), "{activity}");
    }
}

#[test]
fn seed_uipath_44_a_meeting_is_read_back_as_asked_and_differences_are_said() {
    let bench = Bench::new();
    let settings = json!({"waiting_room": false, "join_before_host": true, "join_before_host_minutes": 5, "mute_upon_entry": true,
        "auto_recording": "cloud", "audio": "voip", "approval": "manual", "alternative_hosts": ["grace@emulator.test"],
        "invitees": ["alan@emulator.test"], "encryption": "enhanced", "focus_mode": true, "contact_name": "Ada",
        "breakout_rooms": [{"name": "One", "participants": ["grace@emulator.test"]}], "continuous_chat": {"enable": true},
        "interpreters": [{"email": "grace@emulator.test", "languages": ["English", "French"]}]});
    let asked = json!({"topic": "Weekly sync", "start_time": "2099-12-01T10:00:00", "timezone": "Europe/Berlin", "duration": 45,
        "agenda": "Figures", "passcode": "482913", "tracking_fields": [{"field": "Project", "value": "7"}], "settings": settings});
    let made = create(&bench, &asked);
    assert_eq!(made["adjusted"], json!([]));
    let read = bench.call("meetings.get", &json!({"meeting": made["meeting"]["id"]}), BOTH).unwrap();
    assert_eq!((&read["start_time"], &read["timezone"]), (&json!("2099-12-01T09:00:00Z"), &asked["timezone"]));
    for field in ["topic", "duration", "agenda", "passcode", "tracking_fields"] {
        assert_eq!(read[field], asked[field], "{field}");
    }
    for (field, value) in settings.as_object().unwrap() {
        assert_eq!(&read["settings"][field], value, "{field}");
    }
    let imposed = json!({"topic": "x", "start_time": "2099-12-01T10:00:00Z", "tracking_fields": [{"field": "Nobody's"}], "timezone": "UTC",
        "settings": {"encryption": "end_to_end", "auto_recording": "cloud"}});
    let made = create(&bench, &imposed);
    let fields: Vec<&Value> = made["adjusted"].as_array().unwrap().iter().map(|one| &one["field"]).collect();
    assert_eq!(fields, ["/tracking_fields", "/settings/auto_recording"]);
}

#[test]
fn seed_uipath_45_daily_meetings_keep_their_hour_over_a_change_of_clocks() {
    let bench = Bench::new();
    let made = create(&bench, &repeating("2099-03-28T10:00:00", json!({"every": "daily", "occurrences": 2})));
    assert_eq!(starts(&made), ["2099-03-28T09:00:00Z", "2099-03-29T08:00:00Z"]);
    let until = json!({"every": "daily", "interval": 3, "until": "2099-12-07T23:00:00Z"});
    let made = create(&bench, &repeating("2099-12-01T10:00:00", until));
    assert_eq!(starts(&made), ["2099-12-01T09:00:00Z", "2099-12-04T09:00:00Z", "2099-12-07T09:00:00Z"]);
    assert_eq!(made["adjusted"], json!([]));
}

#[test]
fn seed_uipath_46_weekly_meetings_on_several_days() {
    let bench = Bench::new();
    let rule = json!({"every": "weekly", "weekdays": ["tuesday", "friday"], "occurrences": 3});
    let made = create(&bench, &repeating("2099-12-01T10:00:00", rule));
    assert_eq!(starts(&made), ["2099-12-01T09:00:00Z", "2099-12-04T09:00:00Z", "2099-12-08T09:00:00Z"]);
    // Left alone, Zoom would take Sunday.
    let made = create(&bench, &repeating("2099-12-01T10:00:00", json!({"every": "weekly", "occurrences": 2})));
    assert_eq!(starts(&made), ["2099-12-01T09:00:00Z", "2099-12-08T09:00:00Z"]);
    assert_eq!(made["adjusted"], json!([]));
}

#[test]
fn seed_uipath_47_monthly_meetings_by_day_and_by_weekday() {
    let bench = Bench::new();
    let made = create(
        &bench,
        &repeating("2099-12-15T10:00:00", json!({"every": "monthly", "month_day": 15, "occurrences": 2})),
    );
    assert_eq!(starts(&made), ["2099-12-15T09:00:00Z", "2100-01-15T09:00:00Z"]);
    let rule = json!({"every": "monthly", "month_week": "last", "month_weekday": "friday", "occurrences": 2});
    let made = create(&bench, &repeating("2099-12-01T10:00:00", rule));
    assert_eq!(starts(&made), ["2099-12-25T09:00:00Z", "2100-01-29T09:00:00Z"]);
    // The first time is another one than asked for, and that is said.
    assert_eq!(made["adjusted"][0]["field"], "/start_time");
}

#[test]
fn seed_uipath_48_links_for_the_named_people_end_when_said() {
    let bench = Bench::new();
    let input = json!({"meeting": "81234567890", "attendees": [{"name": "Mary"}, {"name": "Charles"}], "ttl": 86400});
    let made = bench.call("meetings.invite-links", &input, WRITE).unwrap();
    let names: Vec<&Value> = made["links"].as_array().unwrap().iter().map(|link| &link["name"]).collect();
    assert_eq!((names, &made["missing"]), (vec![&json!("Mary"), &json!("Charles")], &json!([])));
    assert!(made["links"][0]["expires_at"].as_str().unwrap().ends_with('Z'));
    assert_ne!(made["links"][0]["join_url"], made["links"][1]["join_url"]);
}

#[test]
fn one_occurrence_is_moved_and_what_zoom_left_is_said() {
    let bench = Bench::new();
    let made = create(&bench, &repeating("2099-12-01T10:00:00", json!({"every": "daily", "occurrences": 3})));
    let (id, one) = (&made["meeting"]["id"], &made["meeting"]["occurrences"][1]["id"]);
    let change = json!({"meeting": id, "occurrence_id": one, "topic": "Ignored", "start_time": "2099-12-02T15:00:00", "timezone": "Europe/Berlin"});
    let saved = bench.call("meetings.update", &change, BOTH).unwrap();
    assert_eq!(saved["meeting"]["start_time"], "2099-12-02T14:00:00Z");
    assert_eq!(saved["adjusted"], json!([{"field": "/topic", "asked": "\"Ignored\"", "stored": "\"Again\""}]));
    bench.call("meetings.delete", &json!({"meeting": id, "occurrence_id": one}), WRITE).unwrap();
    let left = bench.call("meetings.get", &json!({"meeting": id}), BOTH).unwrap();
    let available: Vec<&Value> = left["occurrences"].as_array().unwrap().iter().map(|one| &one["available"]).collect();
    assert_eq!(available, [true, false, true]);
}

/// What an import of participants' names builds on.
#[test]
fn seed_anyclip_20_participants_are_complete_and_a_person_who_rejoined_is_one() {
    let bench = Bench::new();
    let list = |meeting: &str| {
        bench.call("meetings.past-participants", &json!({ "meeting": meeting }), &["meeting:read"]).unwrap()
    };
    let last = list("/HeldLastWeek//00000001==");
    assert_eq!((&last["persons"], last["participants"].as_array().unwrap().len()), (&json!(3), 4));
    assert_eq!((&last["ready"], &last["coverage"]["complete"]), (&json!(true), &json!(true)));
    assert_eq!(list("HeldJustNow00000000004==")["ready"], false);
}

#[test]
fn seed_anyclip_21_a_meeting_of_one_has_no_participants() {
    let bench = Bench::new();
    let input = json!({"meeting": "HeldWithNobodyElse0002=="});
    let list = bench.call("meetings.past-participants", &input, &["meeting:read"]).unwrap();
    assert_eq!((&list["participants"], &list["coverage"]["complete"]), (&json!([]), &json!(true)));
}

#[test]
fn a_list_over_years_is_complete_where_zoom_shows_half_a_year_at_once() {
    let bench = Bench::new();
    let made = create(&bench, &json!({"topic": "Far", "start_time": "2099-11-01T10:00:00Z", "timezone": "UTC"}));
    let input = json!({"kind": "upcoming", "from": "2098-11-01", "to": "2100-11-01"});
    let list = bench.call("meetings.list", &input, BOTH).unwrap();
    let found = list["meetings"].as_array().unwrap().iter().filter(|row| row["id"] == made["meeting"]["id"]).count();
    assert_eq!(
        (found, &list["coverage"]["complete"], &list["coverage"]["covered_to"]),
        (1, &json!(true), &json!("2100-11-01"))
    );
}
