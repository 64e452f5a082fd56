//! Ids that go into paths. Each is checked once, here, and knows how to write itself.

use std::fmt;

use crate::mark::Mark;
use crate::problem::invalid;
use crate::service::Outcome;

/// A user: id, e-mail address, or the connected user.
pub struct UserRef(String);

impl UserRef {
    /// `None` is the connected user.
    pub fn parse(user: Option<&str>) -> Outcome<Self> {
        let user = user.unwrap_or("me");
        if user.is_empty()
            || user.len() > 320
            || user.chars().all(|c| c == '.')
            || user.chars().any(|c| c.is_control() || c == '/')
        {
            return Err(invalid(
                "/user",
                "this is not a user",
                "give a user's id or e-mail address, or leave it out for the connected user",
            ));
        }
        Ok(Self(user.to_owned()))
    }

    /// The mark of an answer about this user.
    pub fn mark(&self) -> Mark<'_> {
        match self.0.as_str() {
            "me" => Mark::Id(&["id", "email"]),
            address if address.contains('@') => Mark::Named(&["email"], address),
            id => Mark::Named(&["id"], id),
        }
    }
}

impl fmt::Display for UserRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode(&self.0))
    }
}

/// An id that Zoom made: of a group, a role, an app. Opaque, so only what would leave its place in a path is refused.
#[derive(Debug)]
pub struct OpaqueId(String);

impl OpaqueId {
    /// `field` is where the id stands in the input, `what` what it names.
    pub fn parse(field: &str, id: &str, what: &str) -> Outcome<Self> {
        if id.is_empty()
            || id.len() > 128
            || id.chars().all(|c| c == '.')
            || id.chars().any(|c| c.is_control() || c == '/')
        {
            return Err(invalid(
                field,
                format!("this is not an id of a {what}"),
                format!("give the {what}'s id as Zoom shows it"),
            ));
        }
        Ok(Self(id.to_owned()))
    }

    /// The mark of an answer about this object.
    pub fn mark(&self) -> Mark<'_> {
        Mark::Named(&["id"], &self.0)
    }
}

impl fmt::Display for OpaqueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode(&self.0))
    }
}

/// An account: id, or the connected one.
pub struct AccountRef(String);

impl AccountRef {
    /// `None` is the connected account.
    pub fn parse(account: Option<&str>) -> Outcome<Self> {
        let account = account.unwrap_or("me");
        let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        if (1..=64).contains(&account.len()) && account.bytes().all(known) {
            return Ok(Self(account.to_owned()));
        }
        Err(invalid(
            "/account",
            "this is not an account id",
            "give an account's id, or leave it out for the connected one",
        ))
    }
}

impl fmt::Display for AccountRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id of one file of a recording.
pub struct FileId(String);

impl FileId {
    /// As Zoom's lists show it.
    pub fn parse(field: &str, id: &str) -> Outcome<Self> {
        let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'=' | b'+');
        if (1..=128).contains(&id.len()) && id.bytes().all(known) {
            return Ok(Self(encode(id)));
        }
        Err(invalid(field, "this is not an id of a file", "give the `id` of a file, as `recordings.files` shows it"))
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A meeting's number.
#[derive(Debug)]
pub struct MeetingId(String);

impl MeetingId {
    /// Digits only: Zoom shows blanks between them, its API takes none.
    pub fn parse(field: &str, id: &str) -> Outcome<Self> {
        if (9..=11).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(Self(id.to_owned()));
        }
        Err(invalid(field, "this is not a meeting id", "give 9 to 11 digits without blanks"))
    }

    /// The mark of an answer about this meeting or webinar. A personal meeting is known by its `pmi` too.
    pub fn mark(&self) -> Mark<'_> {
        Mark::Named(&["id", "pmi"], &self.0)
    }
}

impl fmt::Display for MeetingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A registrant's id.
#[derive(Debug)]
pub struct RegistrantId(String);

impl RegistrantId {
    /// Zoom shows letters, digits, `-` and `_`; anything printable but a slash is taken, and encoded.
    pub fn parse(field: &str, id: &str) -> Outcome<Self> {
        let fits = |c: char| c.is_ascii_graphic() && c != '/';
        if (1..=128).contains(&id.len()) && id.chars().all(fits) && id.chars().any(|c| c != '.') {
            return Ok(Self(id.to_owned()));
        }
        Err(invalid(field, "this is not a registrant's id", "give the `id` that the list of registrants shows"))
    }

    /// The mark of an answer about this object.
    pub fn mark(&self) -> Mark<'_> {
        Mark::Named(&["id"], &self.0)
    }
}

impl fmt::Display for RegistrantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode(&self.0))
    }
}

/// One instance of a meeting.
#[derive(Debug)]
pub struct MeetingUuid(String);

impl MeetingUuid {
    /// Base64 as Zoom shows it, not percent-encoded.
    pub fn parse(field: &str, uuid: &str) -> Outcome<Self> {
        let base64 = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'-' | b'_');
        if (8..=64).contains(&uuid.len()) && uuid.bytes().all(base64) {
            return Ok(Self(uuid.to_owned()));
        }
        Err(invalid(
            field,
            "this is neither a meeting id nor a meeting UUID",
            "give 9 to 11 digits, or the UUID as Zoom shows it (for example `Ab/Cd+eF0123456789abQ==`), not percent-encoded",
        ))
    }

    /// The mark of an answer about this instance.
    pub fn mark(&self) -> Mark<'_> {
        Mark::Named(&["uuid", "meeting_uuid"], &self.0)
    }
}

impl fmt::Display for MeetingUuid {
    /// Encoded once; twice when it begins with `/` or contains `//`, which Zoom's router demands.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let once = encode(&self.0);
        if self.0.starts_with('/') || self.0.contains("//") { f.write_str(&encode(&once)) } else { f.write_str(&once) }
    }
}

/// A meeting by number (its latest instance) or an instance by UUID.
#[derive(Debug)]
pub enum MeetingRef {
    Id(MeetingId),
    Uuid(MeetingUuid),
}

impl MeetingRef {
    /// Digits are an id, everything else a UUID.
    pub fn parse(field: &str, text: &str) -> Outcome<Self> {
        if text.bytes().all(|b| b.is_ascii_digit()) {
            MeetingId::parse(field, text).map(Self::Id)
        } else {
            MeetingUuid::parse(field, text).map(Self::Uuid)
        }
    }

    /// The mark of an answer about this meeting or instance.
    pub fn mark(&self) -> Mark<'_> {
        match self {
            Self::Id(id) => id.mark(),
            Self::Uuid(uuid) => uuid.mark(),
        }
    }
}

impl fmt::Display for MeetingRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Uuid(uuid) => uuid.fmt(f),
        }
    }
}

/// One poll of a meeting.
#[derive(Debug)]
pub struct PollId(String);

impl PollId {
    /// As `polls-list` shows it.
    pub fn parse(field: &str, id: &str) -> Outcome<Self> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'+' | b'/' | b'=');
        if (1..=64).contains(&id.len()) && id.bytes().all(fits) {
            return Ok(Self(id.to_owned()));
        }
        Err(invalid(field, "this is not a poll id", "give an id from `polls-list`"))
    }

    /// The mark of an answer about this object.
    pub fn mark(&self) -> Mark<'_> {
        Mark::Named(&["id"], &self.0)
    }
}

impl fmt::Display for PollId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode(&self.0))
    }
}

fn encode(text: &str) -> String {
    use fmt::Write;
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // writing to a String cannot fail
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_encoded_twice_when_zoom_demands_it() {
        // Vectors of Zoom's documents.
        for (uuid, segment) in [
            ("4444AAAiAAAAAiAiAiiAii==", "4444AAAiAAAAAiAiAiiAii%3D%3D"),
            ("/ajXp112QmuoKj4854875==", "%252FajXp112QmuoKj4854875%253D%253D"),
            ("ab//cdEF0123456789abQ==", "ab%252F%252FcdEF0123456789abQ%253D%253D"),
            ("Ab/Cd+eF0123456789abQ==", "Ab%2FCd%2BeF0123456789abQ%3D%3D"),
        ] {
            assert_eq!(MeetingRef::parse("/meeting", uuid).unwrap().to_string(), segment);
        }
    }

    #[test]
    fn an_encoded_uuid_and_a_short_number_are_refused() {
        for text in ["Ab%2FCd%3D%3D", "123", "812 3456 7890", "", "../../users"] {
            let problem = MeetingRef::parse("/meeting", text).unwrap_err();
            assert_eq!(
                (problem.code.as_str(), problem.pointer.as_deref()),
                ("input.invalid", Some("/meeting")),
                "{text}"
            );
        }
    }

    #[test]
    fn a_user_cannot_leave_its_path_segment() {
        assert_eq!(UserRef::parse(Some("a+b@x.org")).unwrap().to_string(), "a%2Bb%40x.org");
        assert_eq!(UserRef::parse(None).unwrap().to_string(), "me");
        for text in ["", "..", "a/b", "a\nb"] {
            assert!(UserRef::parse(Some(text)).is_err(), "{text}");
        }
    }
}
