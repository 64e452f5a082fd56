//! Which scopes and which rate label each operation has.

use crate::answer::Answer;

/// One row of the table.
pub struct Operation {
    method: &'static str,
    /// `*` stands for one segment.
    path: &'static [&'static str],
    classic: &'static [&'static str],
    granular: &'static str,
    pub label: &'static str,
    /// Only the `:admin` level exists.
    admin_only: bool,
}

const fn row(
    method: &'static str,
    path: &'static [&'static str],
    classic: &'static [&'static str],
    granular: &'static str,
    label: &'static str,
) -> Operation {
    Operation { method, path, classic, granular, label, admin_only: false }
}

const USER_READ: &[&str] = &["user:read", "user:write"];
const MEETING_READ: &[&str] = &["meeting:read"];
const MEETING_WRITE: &[&str] = &["meeting:write"];
const RECORDING_READ: &[&str] = &["recording:read"];
const RECORDING_WRITE: &[&str] = &["recording:write"];

/// Fixed segments come before `*`.
const ALL: &[Operation] = &[
    Operation { admin_only: true, ..row("GET", &["users"], USER_READ, "user:read:list_users", "Medium") },
    row("GET", &["users", "email"], USER_READ, "user:read:email", "Light"),
    row("GET", &["users", "*"], &["user:read", "user:write", "user_info:read"], "user:read:user", "Light"),
    row("POST", &["users", "*", "meetings"], MEETING_WRITE, "meeting:write:meeting", "Light"),
    row("GET", &["users", "*", "meetings"], MEETING_READ, "meeting:read:list_meetings", "Medium"),
    row("GET", &["users", "*", "recordings"], RECORDING_READ, "cloud_recording:read:list_user_recordings", "Medium"),
    row("GET", &["meetings", "*"], MEETING_READ, "meeting:read:meeting", "Light"),
    row("PATCH", &["meetings", "*"], MEETING_WRITE, "meeting:update:meeting", "Light"),
    row("DELETE", &["meetings", "*"], MEETING_WRITE, "meeting:delete:meeting", "Light"),
    row("PUT", &["meetings", "*", "status"], MEETING_WRITE, "meeting:update:status", "Light"),
    row("GET", &["meetings", "*", "invitation"], MEETING_READ, "meeting:read:invitation", "Light"),
    row("GET", &["meetings", "*", "recordings"], RECORDING_READ, "cloud_recording:read:list_recording_files", "Light"),
    row(
        "DELETE",
        &["meetings", "*", "recordings"],
        RECORDING_WRITE,
        "cloud_recording:delete:meeting_recording",
        "Light",
    ),
    row(
        "PUT",
        &["meetings", "*", "recordings", "status"],
        RECORDING_WRITE,
        "cloud_recording:update:recover_meeting_recordings",
        "Light",
    ),
    row(
        "DELETE",
        &["meetings", "*", "recordings", "*"],
        RECORDING_WRITE,
        "cloud_recording:delete:recording_file",
        "Light",
    ),
    row(
        "PUT",
        &["meetings", "*", "recordings", "*", "status"],
        RECORDING_WRITE,
        "cloud_recording:update:recover_single_recording",
        "Light",
    ),
];

pub fn find(method: &str, path: &[&str]) -> Option<&'static Operation> {
    ALL.iter().find(|operation| {
        operation.method == method
            && operation.path.len() == path.len()
            && operation.path.iter().zip(path).all(|(known, sent)| *known == "*" && !sent.is_empty() || known == sent)
    })
}

impl Operation {
    /// Whether the caller may touch the whole account; the refusal lists the scopes that would do.
    pub fn check(&self, scopes: &[String]) -> Result<bool, Answer> {
        let admin = |scope: &str| scopes.iter().any(|held| *held == format!("{scope}:admin"));
        if admin(self.granular) || self.classic.iter().any(|scope| admin(scope)) {
            return Ok(true);
        }
        let own = |scope: &str| scopes.iter().any(|held| held == scope);
        if !self.admin_only && (own(self.granular) || self.classic.iter().any(|scope| own(scope))) {
            return Ok(false);
        }
        let classic = scopes.iter().any(|scope| is_classic(scope));
        let names = if classic { self.classic.to_vec() } else { vec![self.granular] };
        let plain = names.iter().filter(|_| !self.admin_only).map(|name| (*name).to_owned());
        let list: Vec<String> = plain.chain(names.iter().map(|name| format!("{name}:admin"))).collect();
        let text = format!("Invalid access token, does not contain scopes:[{}].", list.join(", "));
        Err(Answer::error(400, 4711, text))
    }

    /// A Pro account's figures.
    pub fn per_second(&self) -> u32 {
        match self.label {
            "Light" => 30,
            "Medium" => 20,
            _ => 10,
        }
    }
}

/// `meeting:write` and `meeting:write:admin`, not `meeting:write:meeting`.
fn is_classic(scope: &str) -> bool {
    scope.split(':').nth(2).is_none_or(|third| matches!(third, "admin" | "master"))
}
