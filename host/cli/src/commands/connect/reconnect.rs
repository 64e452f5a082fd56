//! `switchboard connection reconnect`: the same user again, for the same; name, id and what depends on it stay.

use std::collections::BTreeSet;

use serde_json::json;
use switchboard_connections::{
    Admitted, Care, Connection, Connections, Grant, Loopback, Made, Method as Kind, Owner, SecretString, Service, Wish,
};
use switchboard_manifest::Manifest;
use switchboard_manifest::scopes::Style;
use switchboard_runtime::Connector;

use super::attempt::Attempt;
use super::link::{Addresses, Offer, by_link};
use super::sign_in::{SignIn, Way};
use super::{FEW, access, ended, identify, secret, who};
use crate::app::App;
use crate::command_line::CommandLine;
use crate::commands::doctor::level;
use crate::connect_args::{Link, Reconnect};
use crate::output;
use switchboard_app::AppError;
use switchboard_app::remedy::{Facts, explain};

/// What is signed in anew.
struct Again<'a> {
    app: &'a App,
    connector: &'a Connector,
    connections: &'a Connections,
    row: &'a Connection,
    kind: Kind,
    made: &'a Made,
    args: &'a Reconnect,
}

pub async fn reconnect(app: &App, args: &Reconnect) -> Result<(), AppError> {
    super::only_from_input(args.token.as_deref())?;
    let connector = app.connector().await?;
    let connections = app.connections().await?;
    let row = connections.show(&args.label)?;
    let kind = row.method;
    fits(args, kind, &row.label)?;
    let made = wanted(connector.manifest(), &row, connections.made(&row.id)?, args)?;
    let email = row.email().map(str::to_owned);
    let again = Again { app, connector: &connector, connections: &connections, row: &row, kind, made: &made, args };
    let facts = Facts {
        label: Some(row.label.clone()),
        email: email.clone(),
        expected: email,
        client_id: row.client_id.clone(),
        connected: Some(row.method),
        original: Some(CommandLine::now().into()),
        redirect: Some(super::redirect(&again.link(), again.port())?),
        ..Facts::default()
    };
    let mut attempt = Attempt::new(&facts);
    let admitted = again.sign_in(&mut attempt).await.map_err(|error| {
        let error = explain(error, connector.manifest(), Some(kind.as_str()), &facts);
        attempt.failed(app, &error);
        error
    })?;
    let identity = super::identity_of(&admitted.connection)?;
    attempt.succeeded(app, identity.email.as_deref());
    let (id, made) = (row.id.clone(), again.remade());
    connections.run(move |connections| connections.note_made(&id, &made)).await?;
    let (before, now) = (&row.scopes, &admitted.connection.scopes);
    let but = |some: &[String], others: &[String]| -> Vec<String> {
        some.iter().filter(|scope| !others.contains(scope)).cloned().collect()
    };
    let (added, gone) = (but(now, before), but(before, now));
    if app.global.json {
        return output::json(&json!({ "label": row.label, "identity": identity, "ok": true,
            "scopes": now, "added": added, "gone": gone,
            "replaced": admitted.replaced.iter().map(|ended| &ended.label).collect::<Vec<_>>() }));
    }
    output::line(&format!("{} is connected again as {}", row.label, who(&identity)))?;
    for (scopes, what) in [(added, "granted beside what it had"), (gone, "no longer granted")] {
        match scopes.len() {
            0 => {}
            1..=FEW => output::words(&format!("{what}: "), &scopes).iter().for_each(|line| app.say(line)),
            many => app.say(&format!("{what}: {many} scopes; switchboard connection show {} lists all", row.label)),
        }
    }
    admitted.replaced.iter().for_each(|one| app.say(&format!("! {}", ended(one))));
    Ok(())
}

/// What the connection is made for from now on: the same as before, with what the flags add to it.
fn wanted(manifest: &Manifest, row: &Connection, made: Made, args: &Reconnect) -> Result<Made, AppError> {
    if args.all {
        return Ok(Made { activities: Vec::new(), scopes: Vec::new(), ..made });
    }
    let added = switchboard_app::activities::choose(manifest, &args.activities)?;
    // Who was asked for everything is so again.
    if added.is_empty() || made.scopes.is_empty() {
        return Ok(made);
    }
    let style = manifest.style_of(&row.scopes).unwrap_or(Style::Granular);
    let scopes = manifest.scopes_for(&added, style, level(manifest, row)).into_iter().map(|wanted| wanted.scope);
    let ids = added.iter().map(|activity| format!("{}.{}", manifest.connector, activity.name));
    let with = |kept: &[String], more: &mut dyn Iterator<Item = String>| {
        let all: BTreeSet<String> = kept.iter().cloned().chain(more).collect();
        all.into_iter().collect::<Vec<_>>()
    };
    // One that was made by scopes alone has no chosen activities, and gets none.
    let activities = match made.activities.is_empty() {
        true => Vec::new(),
        false => with(&made.activities, &mut ids.into_iter()),
    };
    Ok(Made { activities, scopes: with(&made.scopes, &mut scopes.into_iter()), ..made })
}

/// Refuses what belongs to another kind of connection.
fn fits(args: &Reconnect, kind: Kind, label: &str) -> Result<(), AppError> {
    let by_person = [Kind::OAuth, Kind::Byo];
    let browser = args.paste || args.device || args.link.link || args.no_open || args.redirect_port.is_some();
    let asked = args.all || !args.activities.is_empty();
    for (flag, given, fitting) in [
        ("--token", args.token.is_some(), &[Kind::Token][..]),
        ("--client-secret-file", args.client_secret_file.is_some(), &[Kind::Byo, Kind::ServerToServer]),
        ("a flag about the browser", browser, &by_person),
        ("--for or --all", asked, &by_person),
    ] {
        if given && !fitting.contains(&kind) {
            return Err(AppError::usage(
                format!("{flag} does not belong to `{label}`, which was made by {}", kind.as_str()),
                format!("leave it out: switchboard connection reconnect {label}"),
            ));
        }
    }
    Ok(())
}

impl Again<'_> {
    fn port(&self) -> u16 {
        self.args.redirect_port.or(self.made.port).unwrap_or(Loopback::default().port)
    }

    /// The link's flags, with the address that it had before.
    fn link(&self) -> Link {
        let mut link = self.args.link.clone();
        if link.link && link.public_url.is_none() {
            link.public_url.clone_from(&self.made.public_url);
        }
        link
    }

    /// By a code, when it was made so and nothing else is said.
    fn by_code(&self) -> bool {
        let Reconnect { paste, device, no_open, redirect_port, .. } = self.args;
        *device || self.made.device && !paste && !no_open && redirect_port.is_none()
    }

    /// How it is made from here on.
    fn remade(&self) -> Made {
        let link = self.link();
        let (port, device) = (Some(self.port()), self.by_code() && !link.link);
        let public_url = link.public_url.or_else(|| self.made.public_url.clone());
        Made { port, device, public_url, ..self.made.clone() }
    }

    async fn sign_in(&self, attempt: &mut Attempt) -> Result<Admitted, AppError> {
        let Again { app, connector, connections, row, kind, made, args } = *self;
        let again = format!("switchboard connection reconnect {}", row.label);
        if !args.replace {
            connections.check_again(&row.id)?;
        }
        let service = connections.service(&row.id)?;
        let new_secret = secret::client_secret(args.client_secret_file.as_deref(), args.paste)?;
        let grant = match kind {
            Kind::Token => {
                let grant = connections.pasted_token(&service, &secret::token(&format!("{again} --token -"))?)?;
                attempt.asks(&service.oauth_base);
                grant
            }
            Kind::ServerToServer => self.account(&service, new_secret, attempt).await?,
            Kind::OAuth | Kind::Byo => {
                let client = connections.app(&row.id)?.ok_or_else(|| {
                    AppError::failed("not-found", "the app of this connection is missing from the database")
                })?;
                let client = switchboard_connections::App {
                    client_secret: new_secret.or(client.client_secret),
                    client_id: client.client_id,
                };
                access::asked_again(app, connector.manifest(), &made.scopes);
                let link = self.link();
                if link.link {
                    let care = Care { expect_email: None, replace: args.replace };
                    let (label, scopes) = (row.label.clone(), made.scopes.clone());
                    let wish = Wish { label, again: true, scopes, care, ..Wish::default() };
                    let offer = Offer { service, client, kind, wish, minutes: link.link_minutes };
                    let addresses = Addresses::of(&link, self.port())?;
                    return by_link(app, connector, connections, offer, addresses, attempt).await;
                }
                let way = &Way { paste: args.paste, device: self.by_code(), open: !args.no_open, port: self.port() };
                let (service, label, scopes) = (&service, &row.label, &made.scopes);
                SignIn { app, connector, connections, service, label, scopes, way, attempt }.by_person(client).await?
            }
        };
        self.admit(&service, grant).await
    }

    /// A new token of a whole account, with a new secret of its app.
    async fn account(
        &self,
        service: &Service,
        secret: Option<SecretString>,
        attempt: &mut Attempt,
    ) -> Result<Grant, AppError> {
        let label = &self.row.label;
        let known = self.connections.account_app(&self.row.id)?;
        let (Some(secret), Some((account, app))) = (secret, known) else {
            return Err(AppError::usage(
                format!("`{label}` needs no reconnect: a Server-to-Server connection renews its own tokens"),
                format!(
                    "if its app has a new secret: switchboard connection reconnect {label} --client-secret-file FILE"
                ),
            ));
        };
        attempt.asks(&service.oauth_base);
        Ok(self.connections.server_to_server(service, &account, &app.client_id, secret).await?)
    }

    async fn admit(&self, service: &Service, grant: Grant) -> Result<Admitted, AppError> {
        let Again { app, connector, connections, row, kind, args, .. } = *self;
        let identity = identify(app, connector, connections, &row.label, service, &grant).await?;
        let owner = Owner::of(json!(identity));
        Ok(connections.readmit(&row.id, kind, service, grant, owner, args.replace).await?)
    }
}
