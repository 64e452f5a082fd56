//! List what a user hosts or is invited to in the next 24 hours.

use crate::bindings::meetings::{UpcomingList, UpcomingMeetings};
use crate::ids::UserRef;
use crate::paging::{cut, one_page};
use crate::service::Outcome;
use crate::wire::upcoming::Row;
use crate::zoom::Zoom;

/// List the next 24 hours.
pub fn upcoming(zoom: &Zoom<'_>, request: UpcomingMeetings) -> Outcome<UpcomingList> {
    let user = UserRef::parse(request.user.as_deref())?;
    let call = zoom.get(format!("/users/{user}/upcoming_meetings"));
    let (meetings, coverage) = cut(one_page(call, "meetings", |row: Row| Ok(row.into()))?, None);
    Ok(UpcomingList { meetings, coverage })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const REQUEST: &str = "GET /users/me/upcoming_meetings";

    #[test]
    fn invitations_and_appointments_without_number_are_kept() {
        let wire = r#"{"total_records":2,"meetings":[
            {"id":81234567890,"topic":"Sync","type":2,"start_time":"2026-07-30T10:00:00Z","duration":30,"passcode":"123456","is_host":false},
            {"topic":"Dentist","type":77,"is_all_day":true}]}"#;
        check(
            "meetings.upcoming",
            "{}",
            script(REQUEST, 200, wire),
            r#"{"meetings":[{"id":"81234567890","topic":"Sync","kind":"scheduled","start_time":"2026-07-30T10:00:00Z","duration":30,
                "passcode":"123456","is_host":false},{"topic":"Dentist","kind":"other","is_all_day":true}],
                "coverage":{"pages":1,"count":2,"complete":true}}"#,
        );
    }

    #[test]
    fn no_user_is_refused() {
        fails("meetings.upcoming", r#"{"user":""}"#, script("", 0, ""), "input.invalid", Some("/user"));
    }

    #[test]
    fn an_unknown_user_is_not_found() {
        let answer = r#"{"code":3001,"message":"User does not exist."}"#;
        fails("meetings.upcoming", "{}", script(REQUEST, 404, answer), "not-found", None);
    }
}
