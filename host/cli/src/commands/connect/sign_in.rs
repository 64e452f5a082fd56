//! The sign-in of a person: browser, pasted address, or another machine.

use std::time::Duration;

use switchboard_connections::{App as Client, Connections, Grant, Loopback, Pending, Service};
use switchboard_manifest::{Manifest, Remedy};
use switchboard_runtime::Connector;

use super::ask;
use super::attempt::{Attempt, NOTHING_PASTED};
use crate::app::App;
use crate::args::Connect;
use crate::browser;
use crate::command_line::CommandLine;
use switchboard_app::AppError;
use switchboard_app::Class;
use switchboard_app::SIGN_IN;
use switchboard_app::remedy::{Facts, Guidance};

/// How long the sign-in page may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// How often an address may be pasted.
const TRIES: usize = 5;

/// How the person and the browser are reached.
pub struct Way {
    pub paste: bool,
    pub device: bool,
    pub open: bool,
    pub port: u16,
}

impl Way {
    /// That of the flags.
    pub fn of(connect: &Connect) -> Way {
        let (paste, device, open) = (connect.paste, connect.device, !connect.no_open);
        Way { paste, device, open, port: connect.redirect_port }
    }
}

/// A sign-in, and what it needs.
pub struct SignIn<'a> {
    pub app: &'a App,
    pub connector: &'a Connector,
    pub connections: &'a Connections,
    pub service: &'a Service,
    /// Name of the connection it is for.
    pub label: &'a str,
    pub scopes: &'a [String],
    pub way: &'a Way,
    /// Kept as it goes.
    pub attempt: &'a mut Attempt,
}

impl SignIn<'_> {
    /// Until the person has decided. Where the answer with the grant was lost, a connection of its user may have ended:
    /// finds out which.
    pub async fn by_person(self, client: Client) -> Result<Grant, AppError> {
        let (app, connector, connections, service) = (self.app, self.connector, self.connections, self.service);
        check_input(app)?;
        let client_id = client.client_id.clone();
        let signed_in = match self.way.device {
            true => self.device(client).await,
            false => self.browser(client).await,
        };
        match signed_in {
            Err(AppError::Connections(error)) if error.answer_lost() => {
                app.say("checking whether this sign-in ended another connection");
                let owner_check = connector.owner_check(app.trace(SIGN_IN));
                let left = connections.look_after(service, &client_id, &*owner_check).await;
                Err(error.having(left).into())
            }
            other => other,
        }
    }

    async fn browser(self, client: Client) -> Result<Grant, AppError> {
        let (app, manifest, way) = (self.app, self.connector.manifest(), self.way);
        let back = Loopback { port: way.port, listen: !way.paste };
        let pending = self.connections.begin(self.service, client, self.scopes, back).await?.for_label(self.label);
        let page = &pending.authorize_url;
        self.attempt.waits(app, &self.service.oauth_base, Some(page), PATIENCE);
        let facts = self.attempt.facts();
        app.say(&format!("redirect address of your app, exactly:  {}", pending.redirect_uri));
        app.say(&format!("open and approve:  {page}"));
        if way.paste {
            app.say("after you click Allow, copy the browser's full address, paste it here and press Enter (the page itself may not load)");
            return pasted(app, manifest, &pending, &facts).await;
        }
        if way.open && !browser::open(page) {
            app.say("no browser could be opened here: open the address yourself, or run again with --paste");
        }
        ask::explain(app, manifest, &facts);
        tokio::select! {
            done = pending.wait(PATIENCE) => Ok(done?),
            seen = ask::told(app, manifest) => Err(stopped(&seen, &facts)),
        }
    }

    async fn device(self, client: Client) -> Result<Grant, AppError> {
        let SignIn { app, connector, connections, service, label, scopes, attempt, .. } = self;
        let Some(path) = connector.manifest().auth.device_path.as_deref() else {
            return Err(AppError::usage("this service has no sign-in by a code", "use --paste"));
        };
        attempt.asks(&service.oauth_base);
        let pending = connections.begin_device(service, client, path, scopes).await?.for_label(label);
        attempt.waits(app, &service.oauth_base, None, pending.life);
        app.say(&format!("on any machine, open:  {}", pending.page));
        app.say(&format!("and enter the code:    {}", pending.user_code));
        if let Some(page) = &pending.page_with_code {
            app.say(&format!("or open at once:       {page}"));
        }
        app.say(&format!("waiting {} minutes", pending.life.as_secs() / 60));
        Ok(pending.wait().await?)
    }
}

/// Nobody may be asked: that is said at once, and not after minutes of waiting for a browser.
fn check_input(app: &App) -> Result<(), AppError> {
    if !app.global.no_input {
        return Ok(());
    }
    let again = CommandLine::now().without_switch("--no-input").copyable();
    Err(AppError::usage("a person has to sign in, and --no-input forbids to ask one", format!("run: {again}")))
}

/// The address that the person pastes. A text that is none costs nothing, so that there are some tries.
async fn pasted(app: &App, manifest: &Manifest, pending: &Pending, facts: &Facts) -> Result<Grant, AppError> {
    let mut last = AppError::failed(NOTHING_PASTED, "nothing was pasted, so nothing was connected")
        .with_fix("run the command again, and paste the address the browser ended on");
    for _ in 0..TRIES {
        let line = crate::input::line()?;
        // As a mail program, a chat or a shell may have wrapped it.
        let line = line.trim_matches(|c: char| c.is_whitespace() || "\"'`<>".contains(c));
        if line.is_empty() {
            break;
        }
        // Whoever has no address to paste can tell what the page shows instead.
        if url::Url::parse(line).is_err()
            && let Some(seen) = manifest.remedy_seen(line)
        {
            return Err(stopped(seen, facts));
        }
        match pending.paste(line).await {
            Ok(grant) => return Ok(grant),
            Err(error) if pending.is_open() => {
                app.say(&format!("{error}. Paste again"));
                last = error.into();
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(last)
}

/// The person told what the page shows: the wait is over, and nothing was kept.
fn stopped(seen: &Remedy, facts: &Facts) -> AppError {
    let code = if seen.id.contains("approv") { "needs-approval" } else { seen.id.as_str() };
    let error = AppError::failed(code, format!("{}; nothing was connected", seen.title)).with_class(Class::SignIn);
    let guidance = Guidance { remedy: seen.clone(), facts: facts.clone() };
    AppError::Explained(Box::new(error), Box::new(guidance))
}
