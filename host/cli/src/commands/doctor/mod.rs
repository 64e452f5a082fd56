//! `switchboard doctor`: what is wrong, and how to mend it.

mod attempt;
mod clock;
mod connection;
mod event;
mod scopes;

pub use scopes::level;

use serde_json::{Value, json};
use switchboard_connections::ConnectionsError;
use switchboard_egress::Route;
use switchboard_manifest::{Manifest, Remedy};

use crate::app::App;
use crate::args::Doctor;
use crate::commands::connect::attempt::attempts;
use crate::commands::connection::still;
use crate::output;
use crate::present::error as present_error;
use crate::present::next_step::spell;
use crate::present::remedy;
use switchboard_app::housekeeping::{interruption, is_of_label};
use switchboard_app::network;
use switchboard_app::remedy::{Facts, sign_of};
use switchboard_app::{AppError, Class, NextStep};

/// One thing looked at.
pub struct Finding {
    pub about: String,
    pub state: State,
    pub text: String,
    pub fix: Option<String>,
    pub remedy: Option<Remedy>,
    pub facts: Facts,
    /// The command that ends it where it is of no interest.
    pub dismiss: Option<String>,
}

/// How it stands with one thing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    Good,
    /// Worth knowing; nothing is broken.
    Note,
    Bad,
}

impl Finding {
    pub fn good(about: &str, text: impl Into<String>) -> Self {
        Self::new(about, State::Good, text)
    }

    pub fn note(about: &str, text: impl Into<String>) -> Self {
        Self::new(about, State::Note, text)
    }

    pub fn bad(about: &str, text: impl Into<String>) -> Self {
        Self::new(about, State::Bad, text)
    }

    fn new(about: &str, state: State, text: impl Into<String>) -> Self {
        Self {
            about: about.into(),
            state,
            text: text.into(),
            fix: None,
            remedy: None,
            facts: Facts::default(),
            dismiss: None,
        }
    }

    pub fn fix(mut self, text: impl Into<String>) -> Self {
        self.fix = Some(text.into());
        self
    }

    /// With the remedy, its places filled from `facts`.
    pub fn remedy(mut self, remedy: Option<&Remedy>, facts: &Facts) -> Self {
        self.remedy = remedy.map(|remedy| remedy::fill_with(remedy, facts));
        self.facts = facts.clone();
        self
    }

    /// With a further step of whoever connects.
    pub fn and_then_here(mut self, step: Option<String>) -> Self {
        if let Some(remedy) = &mut self.remedy {
            remedy.here.extend(step);
        }
        self
    }

    pub fn dismissed_by(mut self, command: String) -> Self {
        self.dismiss = Some(command);
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
        let mut found = Self::bad(about, error.report().message.spell(spell));
        found.fix = present_error::fix(&error.report());
        let remedy = manifest.and_then(|manifest| manifest.remedy(&sign_of(error, method)));
        found.remedy(remedy, facts)
    }

    fn value(&self) -> Value {
        let state = match self.state {
            State::Good => "good",
            State::Note => "note",
            State::Bad => "bad",
        };
        json!({ "about": self.about, "ok": self.state != State::Bad, "state": state, "text": self.text, "fix": self.fix,
            "dismiss": self.dismiss, "remedy": self.remedy.as_ref().map(remedy::value) })
    }
}

pub async fn run(app: &App, options: Doctor) -> Result<(), AppError> {
    if options.dismiss {
        return attempt::dismiss(app, options.label.as_deref()).await;
    }
    let findings = look(app, &options).await?;
    let bad = findings.iter().any(|finding| finding.state == State::Bad);
    if options.message {
        // What is broken comes before what is only worth knowing.
        let (broken, others): (Vec<_>, Vec<_>) = findings.iter().partition(|finding| finding.state == State::Bad);
        let mut all = broken.into_iter().chain(others);
        let found = all.find(|finding| finding.remedy.as_ref().is_some_and(|remedy| remedy.message));
        let Some((finding, remedy)) = found.and_then(|finding| Some((finding, finding.remedy.as_ref()?))) else {
            return Err(AppError::failed("nothing-found", "no problem found that an administrator must fix")
                .with_fix("switchboard doctor --seen \"what the page says\" --message"));
        };
        let text = remedy::message(remedy, &finding.facts);
        return if app.global.json {
            output::json(&json!({ "remedy": remedy.id, "message": text }))
        } else {
            output::lines(&text)
        };
    }
    if app.global.json {
        output::json(&findings.iter().map(Finding::value).collect::<Vec<_>>())?;
    } else {
        for finding in &findings {
            show(finding)?;
        }
    }
    if bad { Err(AppError::Shown(Class::Failed)) } else { Ok(()) }
}

fn show(finding: &Finding) -> Result<(), AppError> {
    let mark = match finding.state {
        State::Good => "✓",
        State::Note => "!",
        State::Bad => "✗",
    };
    output::line(&format!("{mark} {:12} {}", finding.about, finding.text))?;
    match &finding.remedy {
        Some(remedy) => {
            let titled = finding.text.contains(&remedy.title);
            let lines = if titled { remedy::untitled(remedy) } else { remedy::lines(remedy) };
            lines.iter().try_for_each(|line| output::line(&format!("  {:12} {line}", "")))
        }
        None => finding.fix.iter().try_for_each(|fix| output::line(&format!("  {:12} fix: {fix}", ""))),
    }?;
    let dismiss = finding.dismiss.iter();
    dismiss.map(|command| format!("  {:12} of no interest any more: {command}", "")).try_for_each(|l| output::line(&l))
}

/// How requests leave, where that is not directly.
fn network() -> Option<Finding> {
    match network::route() {
        Ok(Route::Direct) => None,
        Ok(Route::Proxy(proxy)) => {
            let host = proxy.host_str().unwrap_or_default();
            let port = proxy.port_or_known_default().unwrap_or_default();
            Some(Finding::good("network", format!("requests to the internet go through the proxy {host}:{port}")))
        }
        Ok(Route::Undecided { message, fix }) => Some(Finding::bad("network", message).fix(fix)),
        Err(error) => Some(Finding::bad("network", error.to_string())),
    }
}

async fn look(app: &App, options: &Doctor) -> Result<Vec<Finding>, AppError> {
    let mut findings: Vec<Finding> = network().into_iter().collect();
    let connector = app.connector().await;
    let manifest = connector.as_ref().ok().map(|connector| connector.manifest());
    if let (Some(words), Some(manifest)) = (&options.seen, manifest) {
        return seen(app, manifest, words).await.map(|finding| vec![finding]);
    }
    if let (Some(message), Some(secret), Some(manifest)) = (&options.event, &options.event_secret_file, manifest) {
        return event::look(manifest, message, secret).await.map(|finding| vec![finding]);
    }
    let facts = Facts::default();
    findings.push(match app.store() {
        Ok(_) => Finding::good("store", "opens and is up to date"),
        Err(error) => {
            let found = Finding::bad("store", error.to_string());
            match app.home() {
                Ok(home) => found.fix(format!(
                    "if the file is damaged, put back a copy of {}; without one, move the folder away and connect again: Zoom itself has lost nothing",
                    home.display()
                )),
                Err(error) => Finding::failed("store", &error, None, None, &facts),
            }
        }
    });
    findings.push(match &connector {
        Ok(found) => {
            let manifest = found.manifest();
            Finding::good(
                "connector",
                format!("{} {}, {} activities", manifest.title, manifest.version, manifest.activities.len()),
            )
        }
        Err(error) => Finding::failed("connector", error, None, None, &facts),
    });
    let connections = app.connections().await;
    findings.push(match &connections {
        Ok(_) => Finding::good("key", "opens the stored secrets"),
        Err(error) => Finding::failed("key", error, None, None, &facts),
    });
    let (Ok(connector), Ok(connections)) = (connector, connections) else {
        return Ok(findings);
    };
    let mut pending = connections.pending_revocations()?;
    if let Some(label) = &options.label {
        pending.retain(|one| is_of_label(one, label));
    }
    let attempts = attempts(app, options.label.as_deref());
    let rows = match &options.label {
        Some(label) => match connections.show(label) {
            // Gone here, and not yet at the service; or never here.
            Err(ConnectionsError::NotFound { .. }) if !pending.is_empty() || !attempts.is_empty() => Vec::new(),
            row => vec![row?],
        },
        None => connections.list()?,
    };
    findings.extend(pending.iter().map(|one| Finding::note(&one.origin.to_string(), still(one))));
    if options.label.is_none() {
        let interrupted = connections.interrupted_sign_ins().await?;
        findings.extend(interrupted.iter().map(|one| Finding::note("sign-in", interruption(one))));
    }
    if rows.is_empty() && pending.is_empty() && options.label.is_none() {
        findings.push(Finding::note("connections", "nothing is connected yet").fix(spell(&NextStep::ConnectFirst)));
    }
    let mut looked_at = Vec::new();
    for row in &rows {
        if !looked_at.contains(&row.api_base) {
            findings.extend(clock::look(app, &row.api_base).await);
            looked_at.push(row.api_base.clone());
        }
        findings.extend(connection::look(app, &connector, &connections, row).await);
    }
    for attempt in &attempts {
        findings.push(attempt::look(app, connector.manifest(), attempt).await);
    }
    Ok(findings)
}

/// What a page says that only the browser shows.
async fn seen(app: &App, manifest: &Manifest, words: &str) -> Result<Finding, AppError> {
    let Some(remedy) = manifest.remedy_seen(words) else {
        let known: Vec<&str> = manifest.remedies.iter().map(|remedy| remedy.id.as_str()).collect();
        return Err(AppError::usage(
            format!("unknown error page: \"{words}\""),
            format!("give its words or its number, or one of: {}", known.join(", ")),
        ));
    };
    let facts = match attempts(app, None).pop() {
        Some(last) => attempt::facts(app, &last).await,
        None => Facts::default(),
    };
    Ok(Finding::bad("page", remedy.title.clone()).remedy(Some(remedy), &facts))
}
