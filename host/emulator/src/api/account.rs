//! The account: settings, plan usage.

use serde_json::{Value, json};

use super::operations::{Operation, admin};
use super::users::{defaults, need};
use super::{Caller, segment};
use crate::http::answer::Answer;
use crate::http::call::{Call, decode};
use crate::seed::ACCOUNT;
use crate::state::plan::Plan;
use crate::state::rights::{refused, require_right};
use crate::state::world::World;

const READ: &[&str] = &["account:read"];

pub const OPERATIONS: &[Operation] = &[
    admin("GET", "accounts/*/settings", READ, "account:read:settings", "Medium", settings),
    admin("GET", "accounts/*/plans/usage", READ, "billing:read:plan_usage", "Heavy", usage),
];

/// Sections that users have too; what is the account's alone is added to `recording`.
const SHARED: [&str; 3] = ["email_notification", "recording", "schedule_meeting"];

fn settings(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    own(stars)?;
    if world.settings.plan == Plan::Free {
        return Err(refused("Only available for paid accounts."));
    }
    require_right(world, &caller.user, "AccountSetting:Read")?;
    let mut all = defaults();
    if let Some(sections) = all.as_object_mut() {
        sections.retain(|name, _| SHARED.contains(&name.as_str()));
        if let Some(schedule) = sections.get_mut("schedule_meeting").and_then(Value::as_object_mut) {
            schedule.retain(|name, _| !matches!(name.as_str(), "participants_video" | "embed_password_in_join_link"));
        }
        if let Some(recording) = sections.get_mut("recording").and_then(Value::as_object_mut) {
            recording.remove("host_pause_stop_recording");
            for (name, value) in [
                ("cloud_recording_download", !world.settings.downloads_disabled),
                ("cloud_recording_download_host", false),
                ("host_delete_cloud_recording", true),
                ("allow_recovery_deleted_cloud_recordings", true),
                ("account_user_access_recording", false),
                ("prevent_host_access_recording", false),
                ("required_password_for_shared_cloud_recordings", true),
            ] {
                recording.insert(name.to_owned(), json!(value));
            }
        }
        sections.insert("feature".into(), json!({"meeting_capacity": 300}));
        sections.insert(
            "security".into(),
            json!({"admin_change_user_info": false, "sign_in_with_two_factor_auth": "none"}),
        );
    }
    Ok(Answer::json(200, &all))
}

fn usage(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    own(stars)?;
    need(world, caller, "Billing:Read")?;
    let count = |status: &str| world.users.iter().filter(|user| user.kind == 2 && user.status == status).count();
    let (used, pending) = (count("active"), count("pending"));
    let bytes: u64 = world.recordings.iter().flat_map(|recording| &recording.files).map(|file| file.size).sum();
    let gigabytes = format!("{:.2} GB", (bytes / 10_000_000) as f64 / 100.0);
    Ok(Answer::json(
        200,
        &json!({
            "plan_base": {"type": "pro_yearly", "hosts": world.directory.account.licences, "usage": used, "pending": pending},
            "plan_webinar": [{"type": "webinar500_monthly", "hosts": 1, "usage": 0, "pending": 0}],
            "plan_recording": {"type": "cmr_monthly_commitment_40", "free_storage": "2 GB", "free_storage_usage": "0",
                "plan_storage": "40 GB", "plan_storage_usage": gigabytes, "plan_storage_exceed": "0"},
        }),
    ))
}

/// The caller's own account, by id or as `me`.
fn own(stars: &[&str]) -> Result<(), Answer> {
    let id = decode(segment(stars, 0));
    if id == "me" || id == ACCOUNT {
        Ok(())
    } else {
        Err(Answer::error(404, 2001, format!("Account does not exist: {id}")))
    }
}
