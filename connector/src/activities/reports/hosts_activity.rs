//! Who hosted meetings in a period, or who hosted none.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::period::Period;
use crate::bindings::reports::{Host, HostKind, HostQuery, HostReport};
use crate::dates::Day;
use crate::paging::{List, Proof, SERVICE, walk};
use crate::service::Outcome;
use crate::wire::lenient::{number, small, text};
use crate::zoom::Zoom;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wire {
    #[serde(deserialize_with = "text")]
    id: Option<String>,
    #[serde(deserialize_with = "text")]
    email: Option<String>,
    #[serde(deserialize_with = "text")]
    user_name: Option<String>,
    #[serde(deserialize_with = "text")]
    dept: Option<String>,
    #[serde(deserialize_with = "number")]
    meetings: Option<i64>,
    #[serde(deserialize_with = "number")]
    participants: Option<i64>,
    #[serde(deserialize_with = "number")]
    meeting_minutes: Option<i64>,
}

/// Report hosts, one line each for the whole period.
pub fn hosts_activity(zoom: &Zoom<'_>, request: HostQuery) -> Outcome<HostReport> {
    let period = Period::parse(zoom, &request.from, request.to.as_deref())?;
    let kind = match request.kind {
        HostKind::Active => "active",
        HostKind::Inactive => "inactive",
    };
    let mut hosts = BTreeMap::<String, (Host, u32)>::new();
    let (mut proof, mut windows, mut covered) = (Proof::default(), 0, None);
    for window in period.windows() {
        let first = || {
            zoom.get("/report/users".to_owned())
                .query("type", Some(kind))
                .query("from", Some(window.from))
                .query("to", Some(window.to))
                .query("group_id", request.group.as_deref())
        };
        let list = List { name: "users", first: &first, enough: None, most: None };
        let found = walk(zoom, &list, |row: Wire, _| Ok(row))?;
        let ended = found.proof.is_ended();
        proof.add(found.proof);
        windows += 1;
        for wire in found.items {
            let key = wire.id.clone().or_else(|| wire.email.clone()).unwrap_or_default();
            let (host, months) = hosts.entry(key).or_insert_with(|| (nothing(&wire), 0));
            host.meetings = host.meetings.saturating_add(small(wire.meetings).unwrap_or(0));
            host.participants = host.participants.saturating_add(small(wire.participants).unwrap_or(0));
            host.minutes = host.minutes.saturating_add(small(wire.meeting_minutes).unwrap_or(0));
            *months += 1;
        }
        let echoed = found.from.as_deref().and_then(Day::parse).unwrap_or(window.from).max(window.from);
        if echoed <= window.to && ended {
            covered = Some(echoed);
        }
        // Zoom reached no further back.
        if echoed != window.from || !ended {
            proof.miss(SERVICE);
            break;
        }
    }
    // Inactive in the whole period is who was inactive in each of its parts.
    let all_along = |months: u32| request.kind == HostKind::Active || months == windows;
    let hosts: Vec<Host> = hosts.into_values().filter(|(_, months)| all_along(*months)).map(|(host, _)| host).collect();
    Ok(HostReport { coverage: period.coverage(covered, proof, hosts.len()), hosts })
}

fn nothing(wire: &Wire) -> Host {
    Host {
        id: wire.id.clone(),
        email: wire.email.clone(),
        name: wire.user_name.clone(),
        department: wire.dept.clone(),
        meetings: 0,
        participants: 0,
        minutes: 0,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{fails, run, script};
    use serde_json::json;

    fn get(kind: &str, from: &str, to: &str) -> String {
        format!("GET /report/users?type={kind}&from={from}&to={to}&page_size=300")
    }

    #[test]
    fn months_are_added_up_to_one_line_a_host() {
        let pages = script(
            &get("active", "2026-02-01", "2026-02-28"),
            200,
            r#"{"from":"2026-02-01","users":[{"id":"u1","user_name":"Ada","meetings":2,"participants":5,"meeting_minutes":60}]}"#,
        )
        .then(
            &get("active", "2026-01-20", "2026-01-31"),
            200,
            r#"{"from":"2026-01-20","users":[{"id":"u1","meetings":1,"participants":1,"meeting_minutes":10},{"id":"u2","meetings":1}]}"#,
        );
        let answer =
            run("reports.hosts-activity", r#"{"kind":"active","from":"2026-01-20","to":"2026-02-28"}"#, &pages)
                .unwrap();
        assert_eq!(
            answer["hosts"],
            json!([{"id":"u1","name":"Ada","meetings":3,"participants":6,"minutes":70},{"id":"u2","meetings":1,"participants":0,"minutes":0}])
        );
        assert_eq!((&answer["coverage"]["complete"], &answer["coverage"]["pages"]), (&json!(true), &json!(2)));
    }

    #[test]
    fn inactive_is_who_hosted_in_no_part_of_the_period() {
        let pages = script(&get("inactive", "2026-02-01", "2026-02-28"), 200, r#"{"users":[{"id":"u1"},{"id":"u2"}]}"#)
            .then(&get("inactive", "2026-01-20", "2026-01-31"), 200, r#"{"users":[{"id":"u2"}]}"#);
        let answer =
            run("reports.hosts-activity", r#"{"kind":"inactive","from":"2026-01-20","to":"2026-02-28"}"#, &pages)
                .unwrap();
        assert_eq!(answer["hosts"].as_array().unwrap().len(), 1);
        assert_eq!(answer["hosts"][0]["id"], "u2");
    }

    #[test]
    fn what_zoom_no_longer_keeps_is_not_called_covered() {
        let pages = script(&get("active", "2026-02-01", "2026-02-28"), 200, r#"{"from":"2026-02-10","users":[]}"#);
        let answer =
            run("reports.hosts-activity", r#"{"kind":"active","from":"2026-01-20","to":"2026-02-28"}"#, &pages)
                .unwrap();
        assert_eq!(
            answer["coverage"],
            json!({"asked_from":"2026-01-20","asked_to":"2026-02-28","covered_from":"2026-02-10","covered_to":"2026-02-28",
                "pages":1,"count":0,"complete":false,"reason":"service"})
        );
    }

    #[test]
    fn a_backward_period_is_refused_and_a_missing_right_is_forbidden() {
        let input = r#"{"kind":"active","from":"2026-02-01","to":"2026-01-01"}"#;
        fails("reports.hosts-activity", input, script("", 0, ""), "input.invalid", Some("/to"));
        let input = r#"{"kind":"active","from":"2026-02-01","to":"2026-02-02"}"#;
        let answer = r#"{"code":200,"message":"No permission."}"#;
        fails(
            "reports.hosts-activity",
            input,
            script(&get("active", "2026-02-01", "2026-02-02"), 400, answer),
            "forbidden",
            None,
        );
    }
}
