//! The sign-in of a person: browser, pasted address, or another machine.

use std::net::SocketAddr;
use std::time::Duration;

use switchboard_connections::{App as ClientApp, Connections, Grant, Loopback, Pending, Service};
use switchboard_manifest::{Manifest, Remedy};
use switchboard_runtime::Connector;
use url::Url;

use super::attempt::{Attempt, NOTHING_PASTED};
use super::page_error::{PageError, page_errors, reported};
use super::request::{SignInChannel, SignInRequest};
use crate::app::SIGN_IN;
use crate::remedy::{Facts, Guidance};
use crate::{App, AppError, Class, NextStep, message};

/// How long the sign-in page may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// How often an address may be pasted.
const MAX_PASTES: usize = 5;

/// What a person does to sign in.
#[derive(Debug)]
pub enum SignInStep<'a> {
    /// Approve on the page, in a browser of this machine. The service's answer comes by itself.
    Browse {
        /// The page.
        page: &'a Url,
        /// The redirect address that the app must list.
        redirect: &'a str,
        /// Whether the surface opens the page.
        is_opened: bool,
        /// What the page may show instead, which the person can report.
        errors: &'a [PageError],
        /// The only user who is accepted.
        expected_email: Option<&'a str>,
    },
    /// Approve on the page, in any browser, and enter the address on which it ended.
    PasteAddress {
        /// The page.
        page: &'a Url,
        /// The redirect address that the app must list.
        redirect: &'a str,
    },
    /// Enter a code on a page of the service, on any machine.
    EnterCode {
        /// The page.
        page: &'a Url,
        /// The code.
        code: &'a str,
        /// The page with the code in its address, where the service has one.
        page_with_code: Option<&'a Url>,
        /// How long the code works.
        life: Duration,
    },
    /// Send the link to whoever signs in.
    SendLink {
        /// The link.
        link: &'a Url,
        /// The redirect address that the app must list.
        redirect: &'a str,
        /// Where this program listens, where the system chose the port.
        listens_on: Option<SocketAddr>,
        /// How long the link works, minutes.
        minutes: u32,
    },
}

/// A sign-in, and what it needs.
pub(crate) struct SignIn<'a> {
    pub app: &'a App,
    pub connector: &'a Connector,
    pub connections: &'a Connections,
    pub service: &'a Service,
    /// Name of the connection it is for.
    pub label: &'a str,
    pub scopes: &'a [String],
    pub request: &'a SignInRequest,
    /// Kept as it goes.
    pub attempt: &'a mut Attempt,
}

impl SignIn<'_> {
    /// Waits until the person has decided. Where the answer with the grant was lost, a connection of its user may have ended: finds
    /// out which.
    pub async fn by_person(self, client: ClientApp) -> Result<Grant, AppError> {
        let (app, connector, connections, service) = (self.app, self.connector, self.connections, self.service);
        check_attended(app, self.attempt)?;
        let client_id = client.client_id.clone();
        let signed_in = match self.request.channel {
            SignInChannel::DeviceCode => self.by_code(client).await,
            _ => self.by_browser(client).await,
        };
        match signed_in {
            Err(AppError::Connections(error)) if error.answer_lost() => {
                app.ui().notify("checking whether this sign-in ended another connection".into());
                let owner_check = connector.owner_check(app.trace(SIGN_IN));
                let left = connections.look_after(service, &client_id, &*owner_check).await;
                Err(error.having(left).into())
            }
            other => other,
        }
    }

    async fn by_browser(self, client: ClientApp) -> Result<Grant, AppError> {
        let (app, manifest) = (self.app, self.connector.manifest());
        let is_pasted = matches!(self.request.channel, SignInChannel::PastedAddress);
        let back = Loopback { port: self.request.port, listen: !is_pasted };
        let pending = self.connections.begin(self.service, client, self.scopes, back).await?.for_label(self.label);
        let (page, redirect) = (&pending.authorize_url, pending.redirect_uri.as_str());
        self.attempt.waits(app, &self.service.oauth_base, Some(page), PATIENCE);
        let facts = self.attempt.facts();
        if is_pasted {
            app.ui().open(&SignInStep::PasteAddress { page, redirect }).await;
            return pasted(app, manifest, &pending, &facts).await;
        }
        app.ui()
            .open(&SignInStep::Browse {
                page,
                redirect,
                is_opened: matches!(self.request.channel, SignInChannel::Browser { is_opened: true }),
                errors: &page_errors(manifest),
                expected_email: facts.expected.as_deref(),
            })
            .await;
        tokio::select! {
            done = pending.wait(PATIENCE) => Ok(done?),
            remedy = reported(app, manifest) => Err(stopped(&remedy, &facts)),
        }
    }

    async fn by_code(self, client: ClientApp) -> Result<Grant, AppError> {
        let SignIn { app, connector, connections, service, label, scopes, attempt, .. } = self;
        let Some(path) = connector.manifest().auth.device_path.as_deref() else {
            let fix = message!["use ", NextStep::PasteAddress];
            return Err(AppError::usage("this service has no sign-in by a code", fix));
        };
        attempt.asks(&service.oauth_base);
        let pending = connections.begin_device(service, client, path, scopes).await?.for_label(label);
        attempt.waits(app, &service.oauth_base, None, pending.life);
        app.ui()
            .open(&SignInStep::EnterCode {
                page: &pending.page,
                code: &pending.user_code,
                page_with_code: pending.page_with_code.as_ref(),
                life: pending.life,
            })
            .await;
        Ok(pending.wait().await?)
    }
}

/// Refuses at once where nobody can sign in, and not after minutes of waiting for a browser.
fn check_attended(app: &App, attempt: &Attempt) -> Result<(), AppError> {
    if app.ui().is_attended() {
        return Ok(());
    }
    let step = NextStep::SignInAttended(attempt.original.clone().unwrap_or_default());
    Err(AppError::usage("a person has to sign in, and nobody can be asked here", message!["run: ", step]))
}

/// The address that the person pastes. A text that is none costs nothing, so that there are some tries.
async fn pasted(app: &App, manifest: &Manifest, pending: &Pending, facts: &Facts) -> Result<Grant, AppError> {
    let mut last = AppError::failed(NOTHING_PASTED, "nothing was pasted, so nothing was connected")
        .with_fix("sign in again, and paste the address the browser ended on");
    for _ in 0..MAX_PASTES {
        let Some(line) = app.ui().read_line().await? else { break };
        // As a mail program, a chat or a shell may have wrapped it.
        let line = line.trim_matches(|c: char| c.is_whitespace() || "\"'`<>".contains(c));
        if line.is_empty() {
            break;
        }
        // Whoever has no address to paste can report what the page shows instead.
        if Url::parse(line).is_err()
            && let Some(remedy) = manifest.remedy_seen(line)
        {
            return Err(stopped(remedy, facts));
        }
        match pending.paste(line).await {
            Ok(grant) => return Ok(grant),
            Err(error) if pending.is_open() => {
                app.ui().notify(format!("{error}. Paste again").into());
                last = error.into();
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(last)
}

/// The person reported what the page shows: the wait is over, and nothing was kept.
fn stopped(remedy: &Remedy, facts: &Facts) -> AppError {
    let code = remedy.code.as_deref().unwrap_or(&remedy.id);
    let error = AppError::failed(code, format!("{}; nothing was connected", remedy.title)).with_class(Class::SignIn);
    let guidance = Guidance { remedy: remedy.clone(), facts: facts.clone() };
    AppError::Guided(Box::new(error), Box::new(guidance))
}
