//! What Zoom's error codes mean, as data: the tables are made from `manifests/zoom/errors.json`, which the manifest carries too.

/// One problem code: what happened, where Zoom gives no text, and what to do.
pub struct Row {
    pub code: &'static str,
    pub cause: &'static str,
    pub fix: &'static str,
    /// `never`, `after` or `after-user-action`.
    pub retry: &'static str,
}

/// One of Zoom's codes under the HTTP statuses at which it has this meaning; none means any.
#[derive(Debug)]
pub struct Code {
    pub code: i64,
    pub status: &'static [u16],
    /// The problem it is.
    pub problem: &'static str,
    pub cause: &'static str,
    /// What to do, where it is more than the problem's own `fix`.
    pub fix: Option<&'static str>,
}

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $code:literal,)*) => {
        /// What a refusal means. Each kind is a problem code of the catalogue.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$kind,)*];

            /// The problem code.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$kind => $code,)*
                }
            }

            fn of(code: &str) -> Option<Self> {
                match code {
                    $($code => Some(Self::$kind),)*
                    _ => None,
                }
            }
        }
    };
}

kinds! {
    Invalid = "input.invalid",
    NotFound = "not-found",
    TooOld = "too-old",
    /// Zoom does not say whether there is none or none yet.
    NoRecording = "recording-not-ready-or-none",
    DownloadRefused = "download-refused",
    Expired = "expired",
    Replaced = "replaced",
    ScopeMissing = "scope-missing",
    NeedsApproval = "needs-approval",
    Forbidden = "forbidden",
    PlanNeeded = "plan-needed",
    FeatureOff = "feature-off",
    AlreadyExists = "already-exists",
    LimitReached = "limit-reached",
    Conflict = "conflict",
    RateLimited = "rate-limited",
    Unavailable = "unavailable",
    /// A code this version does not know.
    Other = "service-refused",
}

impl Kind {
    /// The catalogue's line.
    pub fn row(self) -> &'static Row {
        static UNKNOWN: Row = Row { code: "service-refused", cause: "", fix: "", retry: "never" };
        PROBLEMS.iter().find(|row| row.code == self.code()).unwrap_or(&UNKNOWN)
    }
}

/// What status and code mean together, with the catalogue's line where it knows the code. The text is never looked at: Zoom
/// translates it.
pub fn look_up(status: u16, code: Option<i64>) -> (Kind, Option<&'static Code>) {
    let known = code.and_then(|code| {
        REFUSALS.iter().find(|row| row.code == code && (row.status.is_empty() || row.status.contains(&status)))
    });
    let kind = match (status, known) {
        (429, _) => Kind::RateLimited,
        (500.., _) => Kind::Unavailable,
        (_, Some(row)) => Kind::of(row.problem).unwrap_or(Kind::Other),
        // A code that is not Zoom's, or none, says nothing about the token.
        (401, None) => Kind::Other,
        (403, None) => Kind::Forbidden,
        (404, None) => Kind::NotFound,
        (409, None) => Kind::Conflict,
        _ => Kind::Other,
    };
    (kind, known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_names_a_kind_and_every_kind_has_a_line() {
        for row in REFUSALS {
            assert!(Kind::of(row.problem).is_some(), "{}: {}", row.code, row.problem);
        }
        for kind in Kind::ALL {
            assert!(PROBLEMS.iter().any(|row| row.code == kind.code()), "{kind:?}");
        }
    }

    #[test]
    fn the_same_code_means_what_its_status_says() {
        assert_eq!(look_up(200, Some(200)).0, Kind::Forbidden);
        assert_eq!(look_up(401, Some(124)).0, Kind::Expired);
        assert_eq!(look_up(400, Some(124)).0, Kind::Expired);
        assert_eq!(look_up(400, Some(4741)).0, Kind::Replaced);
        assert_eq!(look_up(400, Some(4711)).0, Kind::ScopeMissing);
        assert_eq!(look_up(403, Some(2305)).0, Kind::Forbidden);
        assert_eq!(look_up(429, Some(1001)).0, Kind::RateLimited);
        assert_eq!(look_up(400, Some(999_999)).0, Kind::Other);
        assert_eq!(look_up(404, Some(999_999)).0, Kind::NotFound);
    }
}
