//! Sign-ins that did not end well, one for each label, kept for the doctor until one does, or until they are dismissed.

use std::path::Path;
use std::time::Duration;

use switchboard_connections::ConnectionsError;
use switchboard_manifest::scopes::Style;
use switchboard_store::{AttemptFailure, SignInAttempt, Store};
use url::Url;

use crate::remedy::Facts;
use crate::{App, AppError, OriginalRequest};

/// What is kept of one. Nothing secret is in it.
#[derive(Debug, Clone, Default)]
pub struct Attempt {
    /// Name of the connection.
    pub label: String,
    /// When it ended, or began where nobody knows how it ended, milliseconds since 1970.
    pub at_ms: i64,
    /// The app.
    pub client_id: Option<String>,
    /// The call-back address that the app must list.
    pub redirect: Option<String>,
    /// The address of the only user who is accepted.
    pub expected: Option<String>,
    /// Who signed in, once that is known. Not kept: it may be somebody else.
    pub email: Option<String>,
    /// The service's sign-in addresses. None before the service was asked.
    pub oauth_base: Option<String>,
    /// The page that a browser was to open.
    pub authorize: Option<String>,
    /// None where no answer came: most often the person went away.
    pub failure: Option<AttemptFailure>,
    /// The request, to be given once more.
    pub original: Option<OriginalRequest>,
    /// Whether the app gave no scope of the kind asked for, and seems to have classic ones (true) or granular ones.
    pub classic_app: Option<bool>,
    /// The scopes that were missing.
    pub scopes: Vec<String>,
    /// While it waits: the id of the process, and until when, milliseconds since 1970.
    pub waits: Option<(u32, i64)>,
}

impl Attempt {
    /// An attempt of which this much is known.
    pub fn new(facts: &Facts) -> Self {
        Self {
            label: facts.label.clone().unwrap_or_default(),
            client_id: facts.client_id.clone(),
            redirect: facts.redirect.clone(),
            expected: facts.expected.clone(),
            original: facts.original.clone(),
            ..Self::default()
        }
    }

    /// What is known of it.
    pub fn facts(&self) -> Facts {
        Facts {
            label: Some(self.label.clone()),
            email: self.email.clone().or_else(|| self.expected.clone()),
            expected: self.expected.clone(),
            client_id: self.client_id.clone(),
            redirect: self.redirect.clone(),
            original: self.original.clone(),
            app_style: self.classic_app.map(|classic| if classic { Style::Classic } else { Style::Granular }),
            scopes: self.scopes.clone(),
            ..Facts::default()
        }
    }

    /// The service is asked from now on.
    pub(crate) fn asks(&mut self, oauth_base: &Url) {
        self.oauth_base = Some(oauth_base.to_string());
    }

    /// A person has this time to answer, in a browser on this page where it is known. Saved immediately, so that an
    /// interrupted sign-in is known to the doctor.
    pub(crate) fn waits(&mut self, app: &App, oauth_base: &Url, page: Option<&Url>, patience: Duration) {
        self.asks(oauth_base);
        self.authorize = page.map(without_state);
        let patience = i64::try_from(patience.as_millis()).unwrap_or(i64::MAX);
        let until = app.now().as_millisecond().saturating_add(patience);
        self.waits = Some((std::process::id(), until));
        self.keep(app);
    }

    /// Whether another command still waits for the answer.
    pub fn is_open(&self, now: jiff::Timestamp) -> bool {
        let lives = |id: u32| !Path::new("/proc/self").exists() || Path::new(&format!("/proc/{id}")).exists();
        self.failure.is_none() && self.waits.is_some_and(|(id, until)| now.as_millisecond() < until && lives(id))
    }

    /// It failed, which is kept when it was the service that was asked.
    pub(crate) fn failed(&mut self, app: &App, error: &AppError) {
        if self.oauth_base.is_none() {
            return;
        }
        self.waits = None;
        self.scopes = error.scopes();
        self.failure = (!gave_up(error)).then(|| AttemptFailure {
            code: error.code(),
            message: error.to_string(),
            remedy: error.report().guidance.map(|guidance| guidance.remedy.id.clone()),
        });
        self.keep(app);
    }

    /// It succeeded: neither it nor an earlier one of the same user through the same app is of interest any more.
    pub(crate) fn succeeded(&self, app: &App, email: Option<&str>) {
        let Some(store) = app.opened_store() else { return };
        let mut labels = Vec::new();
        for other in store.attempts().unwrap_or_default() {
            let same_app = other.client_id == self.client_id && other.oauth_base == self.oauth_base;
            let same_user = other.expected.is_none() || other.expected.as_deref() == email;
            if other.label == self.label || same_app && same_user {
                labels.push(other.label);
            }
        }
        let of = store.clone();
        store.spawn(move || labels.iter().for_each(|label| drop(of.delete_attempt(label))));
    }

    /// Without it the doctor knows less; the sign-in itself is not affected.
    fn keep(&mut self, app: &App) {
        self.at_ms = app.now().as_millisecond();
        let Some(store) = app.opened_store() else { return };
        let (of, attempt) = (store.clone(), self.to_row());
        store.spawn(move || drop(of.put_attempt(&attempt)));
    }

    fn to_row(&self) -> SignInAttempt {
        let Self { label, client_id, redirect, expected, oauth_base, authorize, failure, scopes, .. } = self.clone();
        SignInAttempt {
            label,
            at: self.at_ms,
            client_id,
            redirect,
            expected,
            oauth_base,
            authorize,
            failure,
            command: self.original.clone().map(|request| request.0),
            classic_app: self.classic_app,
            scopes,
            waits: self.waits,
        }
    }
}

impl From<SignInAttempt> for Attempt {
    fn from(row: SignInAttempt) -> Self {
        Self {
            label: row.label,
            at_ms: row.at,
            client_id: row.client_id,
            redirect: row.redirect,
            expected: row.expected,
            email: None,
            oauth_base: row.oauth_base,
            authorize: row.authorize,
            failure: row.failure,
            original: row.command.map(OriginalRequest),
            classic_app: row.classic_app,
            scopes: row.scopes,
            waits: row.waits,
        }
    }
}

/// Nobody answered: no failure of anything.
fn gave_up(error: &AppError) -> bool {
    match error {
        AppError::Connections(error) => {
            matches!(error.root(), ConnectionsError::Timeout { .. } | ConnectionsError::CodeExpired { .. })
        }
        AppError::Failed { code, .. } => code == NOTHING_PASTED,
        AppError::Guided(error, _) | AppError::WithLeftovers(error, _) => gave_up(error),
        _ => false,
    }
}

/// The code of a sign-in whose address nobody pasted.
pub(crate) const NOTHING_PASTED: &str = "nothing-pasted";

/// The attempts of this label, or all of them, the latest last.
pub async fn attempts(app: &App, label: Option<&str>) -> Result<Vec<Attempt>, AppError> {
    let store = app.store().await?;
    // One that has just succeeded is deleted on the store's thread.
    store.settle().await;
    let all = store.attempts()?.into_iter().map(Attempt::from);
    Ok(all.filter(|attempt| label.is_none_or(|label| attempt.label == label)).collect())
}

/// Forgets the attempts of this label, or all of them, and gives their labels. Connections are not touched.
pub async fn dismiss(app: &App, label: Option<&str>) -> Result<Vec<String>, AppError> {
    let store = app.store().await?;
    let (of, label) = (store.clone(), label.map(str::to_owned));
    store.call(move || dismiss_now(&of, label.as_deref())).await
}

fn dismiss_now(store: &Store, label: Option<&str>) -> Result<Vec<String>, AppError> {
    let mut dismissed = Vec::new();
    for attempt in store.attempts()? {
        if label.is_none_or(|label| attempt.label == label) {
            store.delete_attempt(&attempt.label)?;
            dismissed.push(attempt.label);
        }
    }
    Ok(dismissed)
}

/// The address without what belongs to this one sign-in.
fn without_state(page: &Url) -> String {
    let mut page = page.clone();
    let kept: Vec<(String, String)> = page
        .query_pairs()
        .filter(|(name, _)| name != "state" && name != "code_challenge")
        .map(|(n, v)| (n.into_owned(), v.into_owned()))
        .collect();
    page.query_pairs_mut().clear().extend_pairs(kept);
    page.into()
}
