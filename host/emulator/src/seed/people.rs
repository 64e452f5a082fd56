//! Who is in the account at the start, with the shapes that clients stumble over.

use jiff::civil::date;
use serde_json::{Map, Value, json};

use super::build::{capital, id};
use crate::state::people::{Account, Directory, Group, Role, User};
use crate::time;

/// A bundle of licences whose number is above 2^53 on purpose: written as a float its digits change.
const WORKPLACE: u64 = 576_460_752_303_423_488;

/// Rights that a role can have.
pub const RIGHTS: [&str; 18] = [
    "User:Read",
    "User:Edit",
    "Group:Read",
    "Group:Edit",
    "Role:Read",
    "Role:Edit",
    "AccountSetting:Read",
    "AccountSetting:Edit",
    "AccountProfile:Read",
    "Billing:Read",
    "UsageReport:Read",
    "Recording:Read",
    "Recording:Edit",
    "RecordingContent:Read",
    "MarketPlace:Read",
    "MarketPlace:Edit",
    "Dashboard:Read",
    "Division:Read",
];

/// Name, address, licence, status, role, time zone, groups.
type Row = (&'static str, &'static str, &'static str, u8, &'static str, &'static str, &'static str, &'static [i64]);

const SMALL: [Row; 7] = [
    ("ada", "Lovelace", "emulator.test", 2, "active", "0", "Europe/Berlin", &[1, 2]),
    ("grace", "Hopper", "emulator.test", 2, "active", "2", "America/New_York", &[1]),
    ("alan", "Turing", "emulator.test", 1, "active", "2", "Europe/London", &[2]),
    ("edsger", "Dijkstra", "emulator.test", 1, "pending", "2", "Europe/Amsterdam", &[]),
    ("barbara", "Liskov", "emulator.test", 1, "inactive", "2", "America/Los_Angeles", &[]),
    ("margaret", "Hamilton", "emulator.test", 2, "active", "1", "America/New_York", &[2]),
    ("katherine", "Johnson", "managed.test", 4, "active", HELP_DESK, "America/New_York", &[]),
];

/// Id of the custom role.
pub const HELP_DESK: &str = "RHelpDeskRoleOfTheSeed1";

pub fn small() -> Vec<User> {
    SMALL
        .into_iter()
        .zip(1..)
        .map(|((first, last, domain, kind, status, role, zone, groups), n)| {
            let created_ms = time::at(date(2024, 3, 4), 9, 30) + n * 86_400_000;
            let signed_in = matches!(status, "active" | "inactive") && first != "katherine";
            User {
                kind,
                status: status.into(),
                role: role.into(),
                pmi: 3_542_471_130 + n,
                timezone: zone.into(),
                created_ms,
                verified: status != "pending",
                last_login_ms: signed_in.then_some(created_ms + 500 * 86_400_000),
                client_version: signed_in.then(|| "5.9.6.4993(mac)".to_owned()),
                login_types: if first == "ada" { vec![100, 101] } else { vec![100] },
                groups: groups.iter().map(|group| id("group", *group)).collect(),
                profile: profile(first),
                assistants: if first == "ada" { vec![id("user", 2)] } else { Vec::new() },
                views_recordings: first != "alan",
                ..User::new(id("user", n), format!("{first}@{domain}"), &capital(first), last)
            }
        })
        .collect()
}

fn profile(first: &str) -> Map<String, Value> {
    let fields = match first {
        "ada" => {
            json!({"dept": "Engines", "job_title": "Analyst", "company": "Emulator", "location": "London", "cost_center": "CC-1842",
            "manager": "grace@emulator.test", "language": "en-US", "employee_unique_id": "E-0001", "zoom_one_type": WORKPLACE,
            "plan_united_type": "64", "pronouns": "she/her", "pronouns_option": 2,
            "phone_numbers": [{"country": "DE", "code": "+49", "number": "301234567", "label": "Office", "verified": true}],
            "custom_attributes": [{"key": "cbf_badge", "name": "Badge", "value": "0042"}],
            "license_info_list": [
                {"license_type": "MEETING", "license_option": 2, "subscription_id": "SUBREF-1"},
                {"license_type": "ZOOM_WORKPLACE_BUNDLE", "license_option": WORKPLACE, "subscription_id": "SUBREF-2"}]})
        }
        "grace" => json!({"dept": "Compilers", "job_title": "Rear admiral", "language": "en-US"}),
        _ => json!({"dept": "", "language": "en-US"}),
    };
    if let Value::Object(fields) = fields { fields } else { Map::new() }
}

/// Groups, roles and the account's own rules.
pub fn directory() -> Directory {
    let group = |n, name: &str| Group { id: id("group", n), name: name.into() };
    let role = |id: &str, name: &str, description: &str, rights: &[&str]| Role {
        id: id.into(),
        name: name.into(),
        description: description.into(),
        privileges: rights.iter().map(|right| (*right).to_owned()).collect(),
    };
    Directory {
        account: Account::default(),
        groups: vec![group(1, "Teachers"), group(2, "Research"), group(3, "Empty")],
        roles: vec![
            role("0", "Owner", "Account owner has full privileges to access and manage a Zoom account.", &RIGHTS),
            role("1", "Admin", "Admins have wide range privileges to access and manage a Zoom account.", &RIGHTS),
            role("2", "Member", "Members have access to basic Zoom video meeting functions.", &[]),
            role(HELP_DESK, "Help desk", "Sees users and groups, changes nobody.", &["User:Read", "Group:Read"]),
        ],
        ..Directory::default()
    }
}
