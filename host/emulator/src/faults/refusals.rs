//! Refusals by their codes: for situations that no state of this emulator leads to, or not quickly. `{"kind": "refusal", "code": 2016}`
//! as a fault meets the next request of an operation that the service refuses so.
//!
//! The words are not the service's; nobody may depend on words, which come in the account's language.

use crate::faults::fault::{Fault, FaultKind};

/// One way to say no.
pub struct Refusal {
    pub code: i64,
    /// HTTP status; 200 too.
    pub status: u16,
    /// Of the operation that is refused so.
    pub method: &'static str,
    /// In the path of that operation.
    pub path: &'static str,
    pub message: &'static str,
}

const fn row(code: i64, status: u16, method: &'static str, path: &'static str, message: &'static str) -> Refusal {
    Refusal { code, status, method, path, message }
}

/// Every code that the service documents for the operations here. The first row of a code is the one that is meant without a path.
pub const REFUSALS: &[Refusal] = &[
    row(104, 401, "GET", "/users", "Invalid access token, does not contain scopes."),
    row(124, 401, "GET", "/users/me", "Invalid access token."),
    row(200, 200, "GET", "/roles", "No permission."),
    row(200, 400, "GET", "/report/users", "This is only available for paid accounts."),
    row(300, 400, "GET", "/meetings/", "Invalid meeting id."),
    row(303, 400, "POST", "/batch_registrants", "Registrants can be added in batches to scheduled meetings only."),
    row(403, 403, "GET", "/users/", "The user has not permitted access."),
    row(404, 404, "GET", "/polls", "Poll not found."),
    row(429, 429, "GET", "/users", "You have reached the maximum per-second rate limit for this API."),
    row(1000, 400, "DELETE", "/users/", "The manager of a call queue cannot be changed."),
    row(1000, 400, "POST", "/users", "The receptionist of a call queue cannot be changed."),
    row(1001, 404, "GET", "/users/", "User does not exist."),
    row(1005, 409, "POST", "/users", "Email has already been used."),
    row(1009, 400, "POST", "/users", "The user already holds an active account."),
    row(1010, 400, "GET", "/recordings", "User does not belong to this account."),
    row(1010, 400, "GET", "/report/users", "User does not belong to this account."),
    row(1010, 400, "GET", "/groups/", "Group does not belong to this account."),
    row(1034, 400, "PATCH", "/roles/", "The role does not exist."),
    row(1102, 404, "POST", "/users", "No phone licence is left."),
    row(1107, 400, "POST", "/users", "The domain of this email address is blocked."),
    row(1108, 400, "PATCH", "/users/", "The type of this user cannot be changed."),
    row(1109, 400, "PATCH", "/users/", "The host is not a paid user."),
    row(1116, 400, "POST", "/users", "The email address is of no allowed domain."),
    row(1117, 400, "DELETE", "/users/", "An admin cannot be disassociated."),
    row(1120, 400, "GET", "/users/", "The invitation was not found or not accepted."),
    row(1122, 400, "PATCH", "/settings", "Webinars are for licensed users only."),
    row(1123, 400, "PUT", "/password", "The user has no login with a password of this service."),
    row(1124, 400, "PUT", "/password", "The length of the password is wrong."),
    row(1125, 400, "PUT", "/password", "The password needs a letter."),
    row(1126, 400, "PUT", "/password", "The password needs a number."),
    row(1127, 400, "PUT", "/password", "The password needs a special character."),
    row(1128, 400, "PUT", "/password", "The password needs upper and lower case."),
    row(1129, 400, "PUT", "/password", "The password was used before."),
    row(1130, 400, "PUT", "/password", "The password consists of one character."),
    row(1131, 400, "PUT", "/password", "The password has a sequence."),
    row(1136, 400, "PUT", "/password", "The password is too easy."),
    row(1204, 400, "PATCH", "/settings", "The large meeting licence is not possible here."),
    row(1205, 400, "PATCH", "/settings", "The webinar licence is not possible here."),
    row(1206, 400, "PATCH", "/settings", "The events licence is not possible here."),
    row(1207, 400, "PATCH", "/settings", "The licence needs a paid user."),
    row(1208, 400, "PATCH", "/settings", "The capacity is not bought."),
    row(1209, 400, "PATCH", "/settings", "The plan lacks this capacity."),
    row(1210, 400, "PATCH", "/settings", "The user cannot hold both licences."),
    row(1211, 400, "PATCH", "/settings", "The user cannot hold this licence."),
    row(1224, 400, "POST", "/roles", "The name of the role is in use."),
    row(1228, 400, "PATCH", "/settings", "The licence is not possible for this user."),
    row(1233, 400, "PATCH", "/settings", "The sessions licence is not possible here."),
    row(1234, 400, "PATCH", "/settings", "The events licence needs another plan."),
    row(1242, 400, "PATCH", "/settings", "The pay per attendee licence is not possible here."),
    row(1401, 404, "GET", "/marketplace/apps", "The app does not exist."),
    row(1404, 400, "POST", "/marketplace/apps", "The app is not published."),
    row(1500, 400, "PATCH", "/marketplace/apps", "You cannot approve this app."),
    row(2001, 404, "GET", "/accounts", "Account does not exist."),
    row(2002, 400, "POST", "/users", "Single sign-on is not enabled."),
    row(2016, 400, "POST", "/users", "You have no permission to add users."),
    row(2032, 400, "POST", "/users", "Pre-provisioning for single sign-on is not enabled."),
    row(2033, 400, "POST", "/users", "The account has reached its number of users."),
    row(2034, 400, "PATCH", "/users/", "No licence of this kind is left."),
    row(2035, 400, "POST", "/users", "This kind of account cannot add users."),
    row(2036, 400, "POST", "/users", "The owner of an account cannot be invited."),
    row(2037, 400, "POST", "/users", "This user is blocked and cannot be invited."),
    row(2038, 400, "PATCH", "/users/", "The account has reached its number of licences of this kind."),
    row(2039, 400, "PATCH", "/users/", "Not enough basic licences are left to downgrade this user."),
    row(2300, 404, "GET", "/users", "This API endpoint is not recognized."),
    row(2305, 403, "GET", "/meeting_summary", "The summary is in the trash."),
    row(2314, 403, "PATCH", "/live_meetings", "The account does not allow AI Companion."),
    row(3000, 400, "GET", "/meetings/", "Cannot access webinar info."),
    row(3001, 404, "GET", "/meetings/", "Meeting does not exist."),
    row(3003, 400, "PATCH", "/webinars/", "Users of this domain cannot join."),
    row(3018, 400, "DELETE", "/meetings/", "A personal meeting id cannot be deleted."),
    row(3027, 400, "POST", "/registrants", "The host cannot register."),
    row(3034, 400, "POST", "/registrants", "Register with your work address."),
    row(3035, 400, "PUT", "/registrants/status", "The webinar has reached its capacity."),
    row(3037, 400, "DELETE", "/meetings/", "A personal audio conference cannot be deleted."),
    row(3038, 400, "POST", "/batch_registrants", "The meeting is over."),
    row(3043, 400, "POST", "/registrants", "The meeting has reached its capacity."),
    row(3063, 400, "PUT", "/status", "An on-premises meeting cannot be ended."),
    row(3161, 400, "GET", "/meetings/", "The user may not host meetings."),
    row(3301, 404, "GET", "/recordings", "There is no recording for this meeting."),
    row(3302, 401, "GET", "/recordings", "The passcode is wrong."),
    row(3303, 400, "DELETE", "/recordings", "The recording is not complete."),
    row(3309, 400, "PUT", "/recordings", "Not enough cloud storage is left."),
    row(3310, 400, "DELETE", "/recordings", "The recording is in use."),
    row(3322, 404, "GET", "/transcript", "There is no transcript."),
    row(3412, 400, "PUT", "/status", "The account has reached its number of users."),
    row(4100, 400, "PATCH", "/users/", "The personal link is taken."),
    row(4130, 404, "GET", "/groups/", "Group does not exist."),
    row(4131, 404, "DELETE", "/groups/", "Group member does not exist."),
    row(4132, 409, "POST", "/groups", "The name of the group is in use."),
    row(4400, 400, "GET", "/polls", "The feature is off."),
    row(4700, 400, "GET", "/users", "Token cannot be empty or lacks scopes."),
    row(4711, 400, "GET", "/users", "Invalid access token, does not contain scopes:[user:read:list_users:admin]."),
    row(4717, 400, "GET", "/users/me", "The app has been disabled."),
    row(4735, 401, "GET", "/users/me", "The user of the token does not exist."),
    row(4737, 401, "GET", "/users/me", "The token was not found."),
    row(4738, 401, "GET", "/users/me", "The token has been disabled by an administrator."),
    row(4740, 401, "GET", "/users/me", "The token was replaced."),
    row(4741, 401, "GET", "/users/me", "The token has been revoked."),
    row(4927, 400, "PATCH", "/livestream", "The meeting has not started."),
    row(11_321, 400, "POST", "/users", "The domain of this email address is blocked by Trust and Safety."),
    row(12_702, 400, "GET", "/past_meetings/", "The meeting is more than a year ago."),
];

/// The fault behind `{"kind": "refusal", …}`: with the answer, and where nothing narrower was asked for, the operation. The error says
/// what is missing.
pub fn complete(mut fault: Fault) -> Result<Fault, String> {
    let FaultKind::Refusal { code, status } = fault.kind else {
        return Ok(fault);
    };
    let wanted = |row: &&Refusal| {
        row.code == code
            && status.is_none_or(|status| status == row.status)
            && fault.path.as_ref().is_none_or(|path| path.contains(row.path))
    };
    let known = |row: &&Refusal| row.code == code && status.is_none_or(|status| status == row.status);
    let row = REFUSALS.iter().find(wanted).or_else(|| REFUSALS.iter().find(known));
    let row =
        row.ok_or_else(|| format!("no refusal with the code {code}; see host/emulator/src/faults/refusals.rs"))?;
    if fault.path.is_none() && fault.operation.is_none() && fault.method.is_none() {
        fault.path = Some(row.path.to_owned());
        fault.method = Some(row.method.to_owned());
    }
    fault.kind = FaultKind::Error { status: row.status, code, message: row.message.to_owned() };
    Ok(fault)
}
