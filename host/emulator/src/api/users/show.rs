//! A user as Zoom writes it.

use serde_json::{Map, Value, json};

use crate::seed::ACCOUNT;
use crate::state::world::{User, World};
use crate::time::utc;

/// Fields of the profile that the list shows too.
const LISTED: [&str; 5] = ["dept", "plan_united_type", "license_info_list", "employee_unique_id", "division_ids"];

/// A row of the list. Pending users have no id, no login, and were created just now.
pub fn show(user: &User, now_ms: i64) -> Map<String, Value> {
    let mut fields = object(json!({
        "email": user.email, "first_name": user.first_name, "last_name": user.last_name, "display_name": user.name(),
        "type": user.kind, "status": user.status, "verified": u8::from(user.verified), "role_id": user.role, "pmi": user.pmi,
        "timezone": user.timezone, "created_at": utc(latest_login_type_ms(user, now_ms)),
        "user_created_at": utc(user.created_ms),
    }));
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    };
    put("id", (!user.pending()).then(|| json!(user.id)));
    put("last_login_time", user.last_login_ms.map(|at| json!(utc(at))));
    put("last_client_version", user.client_version.as_ref().map(|version| json!(version)));
    put("group_ids", (!user.groups.is_empty()).then(|| json!(user.groups)));
    for name in LISTED {
        put(name, user.profile.get(name).cloned());
    }
    fields
}

/// Zoom's older field: not when the user was made, but when the latest way to sign in was added; for one who has not
/// answered the invitation yet, the time of asking.
fn latest_login_type_ms(user: &User, now_ms: i64) -> i64 {
    match user.last_login_ms {
        _ if user.pending() => now_ms,
        Some(login_ms) => user.created_ms.midpoint(login_ms),
        None => user.created_ms,
    }
}

/// The whole profile.
pub fn whole(world: &World, user: &User) -> Value {
    let mut fields = show(user, world.now_ms());
    for (name, value) in &user.profile {
        // Keys of hosts are shown in lists alone, and on request.
        if name != "host_key" {
            fields.insert(name.clone(), value.clone());
        }
    }
    let role = world.directory.role(&user.role).map_or("Member", |role| role.name.as_str());
    fields.extend(object(json!({
        "role_name": role, "use_pmi": user.profile.get("use_pmi").cloned().unwrap_or(json!(false)), "account_id": ACCOUNT,
        "account_number": 10_009_239, "login_types": user.login_types, "cluster": "us04",
        "jid": format!("{}@xmpp.emulator.test", user.id.to_lowercase()),
        "personal_meeting_url": format!("{}/j/{}", world.origin, user.pmi),
    })));
    for name in ["job_title", "company", "location", "cost_center"] {
        fields.entry(name).or_insert(json!(""));
    }
    fields.entry("language").or_insert(json!("en-US"));
    Value::Object(fields)
}

pub fn object(value: Value) -> Map<String, Value> {
    if let Value::Object(fields) = value { fields } else { Map::new() }
}
