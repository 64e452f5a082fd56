//! One thing that was looked at, and how it stands.

use switchboard_manifest::{Manifest, Remedy};

use crate::remedy::{Facts, Guidance, sign_of};
use crate::{AppError, Message, OriginalRequest};

/// One thing that was looked at.
#[derive(Debug)]
pub struct Finding {
    /// What was looked at: `store`, `key`, the label of a connection.
    pub about: String,
    /// How it stands.
    pub health: Health,
    /// What was found.
    pub text: Message,
    /// What to do about it. Where there is `guidance`, that says it better.
    pub fix: Option<Message>,
    /// The steps that mend it.
    pub guidance: Option<Guidance>,
    /// The request that failed, to be given once more after these steps.
    pub repeat: Option<OriginalRequest>,
    /// The label of the attempts to forget where it is of no interest.
    pub dismissible: Option<String>,
}

/// How it stands with one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Nothing is wrong.
    Good,
    /// Worth knowing; nothing is broken.
    Note,
    /// Something is broken.
    Bad,
}

impl Health {
    /// Its name for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Note => "note",
            Self::Bad => "bad",
        }
    }
}

impl Finding {
    /// Nothing is wrong with it.
    pub fn good(about: &str, text: impl Into<Message>) -> Self {
        Self::new(about, Health::Good, text)
    }

    /// It is worth knowing.
    pub fn note(about: &str, text: impl Into<Message>) -> Self {
        Self::new(about, Health::Note, text)
    }

    /// It is broken.
    pub fn bad(about: &str, text: impl Into<Message>) -> Self {
        Self::new(about, Health::Bad, text)
    }

    fn new(about: &str, health: Health, text: impl Into<Message>) -> Self {
        let (about, text) = (about.to_owned(), text.into());
        Self { about, health, text, fix: None, guidance: None, repeat: None, dismissible: None }
    }

    /// With what to do about it.
    #[must_use]
    pub fn with_fix(mut self, fix: impl Into<Message>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// With the remedy, whose places these facts fill.
    #[must_use]
    pub fn with_remedy(mut self, remedy: Option<&Remedy>, facts: &Facts) -> Self {
        self.guidance = remedy.map(|remedy| Guidance { remedy: remedy.clone(), facts: facts.clone() });
        self
    }

    /// With the request that is given once more after the steps.
    #[must_use]
    pub fn with_repeat(mut self, original: Option<OriginalRequest>) -> Self {
        self.repeat = original;
        self
    }

    /// With the label of the attempts that can be forgotten.
    #[must_use]
    pub fn with_dismissal(mut self, label: &str) -> Self {
        self.dismissible = Some(label.to_owned());
        self
    }

    /// A failure, with the remedy that fits it.
    pub fn failed(
        about: &str,
        error: &AppError,
        manifest: Option<&Manifest>,
        method: Option<&str>,
        facts: &Facts,
    ) -> Self {
        let report = error.report();
        let mut finding = Self::bad(about, report.message);
        finding.fix = report.fix;
        let remedy = manifest.and_then(|manifest| manifest.remedy(&sign_of(error, manifest, method)));
        finding.with_remedy(remedy, facts)
    }
}
