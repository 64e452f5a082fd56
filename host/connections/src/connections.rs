//! Connected accounts: making, keeping, finding and opening them.

use std::sync::{Arc, Mutex};

use secrecy::{ExposeSecret, SecretString};
use switchboard_egress::{Egress, Facts, KnownSecrets, MemoryPacing};
use switchboard_store::Store;

use crate::grant::history::SecretHistory;
use crate::grant::token::{AppSecret, Token};
use crate::live_connection::Source;
use crate::pacing::StorePacing;
use crate::refresh::rotation::{APP, Core, SERVICE, TOKEN};
use crate::sign_in::oauth;
use crate::{
    App, Connection, ConnectionsError, Grant, LiveConnection, Loopback, Options, Owner, Pending, PendingDevice,
    Service, State, Vault,
};

pub(crate) const ID_PREFIX: &str = "con_";
/// So many connections of one app, the newest, are searched for secrets that a sign-in must not show.
const MOST_SEARCHED: u32 = 8;

/// The connected accounts of one database. Clones share everything.
#[derive(Clone)]
pub struct Connections {
    pub(crate) core: Arc<Core>,
}

impl Connections {
    /// Opens them.
    pub fn open(store: Store, vault: Vault, egress: Egress) -> Connections {
        Connections::open_with(store, vault, egress, Options::default())
    }

    /// Opens them with another clock, or with somebody who is told of what happens to tokens.
    pub fn open_with(store: Store, vault: Vault, egress: Egress, options: Options) -> Connections {
        Connections { core: Arc::new(Core::new(store, vault, egress, options)) }
    }

    /// Begins a sign-in in the browser. The port of the call-back address is ours when this returns.
    pub async fn begin(
        &self,
        service: &Service,
        app: App,
        scopes: &[String],
        loopback: Loopback,
    ) -> Result<Pending, ConnectionsError> {
        Pending::begin(self.clone(), service, app, scopes, loopback).await
    }

    /// Begins a sign-in whose answer comes to `redirect_uri`, an address of a platform.
    pub(crate) fn begin_at(
        &self,
        service: &Service,
        app: App,
        scopes: &[String],
        redirect_uri: &str,
    ) -> Result<Pending, ConnectionsError> {
        Pending::at(self.clone(), service, app, scopes, redirect_uri)
    }

    /// Begins a sign-in that is approved on another machine. `path` is where the service gives out codes, below its
    /// sign-in address; without `scopes` the service decides what is asked for.
    pub async fn begin_device(
        &self,
        service: &Service,
        app: App,
        path: &str,
        scopes: &[String],
    ) -> Result<PendingDevice, ConnectionsError> {
        PendingDevice::begin(self.clone(), service, app, path, scopes).await
    }

    /// Access to a whole account through its own app.
    pub async fn server_to_server(
        &self,
        service: &Service,
        account_id: &str,
        client_id: &str,
        client_secret: SecretString,
    ) -> Result<Grant, ConnectionsError> {
        let secret = AppSecret {
            client_id: client_id.to_owned(),
            client_secret: Some(client_secret),
            account_id: Some(account_id.to_owned()),
        };
        let app = App::from(secret.clone());
        self.core.check_pause(service, client_id)?;
        let asked = oauth::account_token(&self.core.egress, service, &app, account_id, None).await;
        if let Err(failure) = &asked {
            self.core.note_pause(service, client_id, failure).await;
        }
        let token = asked?.obtained_at(self.core.now());
        let others = self.secrets_of_app(service, client_id, "").await;
        Ok(Grant { token, app: Some(secret), living: Vec::new(), others, staged: None })
    }

    /// A token its owner pasted. Nobody says when it ends, and it cannot be renewed.
    pub fn pasted_token(&self, token: &SecretString) -> Result<Grant, ConnectionsError> {
        let text = token.expose_secret().trim();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ConnectionsError::TokenInvalid);
        }
        Ok(Grant {
            token: Token {
                access: SecretString::from(text),
                refresh: None,
                obtained_at: self.core.now(),
                expires_at: None,
                scopes: Vec::new(),
                api_url: None,
                unconfirmed: false,
                history: SecretHistory::default(),
            },
            app: None,
            living: Vec::new(),
            others: KnownSecrets::default(),
            staged: None,
        })
    }

    /// A grant in use before it is kept, to find out whose it is.
    pub fn from_grant(
        &self,
        label: &str,
        service: &Service,
        grant: &Grant,
    ) -> Result<LiveConnection, ConnectionsError> {
        Ok(LiveConnection {
            id: "new".to_owned(),
            label: label.to_owned(),
            connector: service.connector.clone(),
            facts: Facts { kind: grant.kind().to_owned(), scopes: grant.token.scopes.clone() },
            policy: service.policy(grant.token.api_url.as_deref())?,
            pacing: Box::new(MemoryPacing::default()),
            plan: None,
            source: Source::Fresh(Box::new(grant.clone())),
            others: grant.others.clone(),
            hidden: Mutex::default(),
        })
    }

    /// Whether a new connection can have this name. Ask before the browser is opened.
    pub fn check_label(&self, label: &str) -> Result<(), ConnectionsError> {
        let fits = (1..=64).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_@".contains(&byte))
            && !label.starts_with(['-', '.'])
            && !label.starts_with(ID_PREFIX);
        if !fits {
            return Err(ConnectionsError::LabelInvalid { label: label.to_owned() });
        }
        match self.core.store.connection(label)? {
            Some(_) => Err(ConnectionsError::LabelTaken { label: label.to_owned() }),
            None => Ok(()),
        }
    }

    /// Does work with the connections on the thread of the database, so that this one goes on. What is not `async` here waits: for the
    /// disk, and up to ten seconds for another process that writes. On a thread with timers and sockets, write through this.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connections) -> Result<T, ConnectionsError> + Send + 'static,
    ) -> Result<T, ConnectionsError> {
        let connections = self.clone();
        self.core.store.call(move || work(&connections)).await
    }

    /// All connections, oldest first.
    pub fn list(&self) -> Result<Vec<Connection>, ConnectionsError> {
        self.core.store.connections()?.into_iter().map(Connection::try_from).collect()
    }

    /// One connection by label or id.
    pub fn show(&self, label_or_id: &str) -> Result<Connection, ConnectionsError> {
        if let Some(connection) = self.core.connection(label_or_id)? {
            return Ok(connection);
        }
        let suggestion = switchboard_suggest::nearest(label_or_id, self.list()?.into_iter().map(|row| row.label));
        Err(ConnectionsError::NotFound { label: label_or_id.to_owned(), suggestion })
    }

    /// The named connection, else the default one, else the only one.
    pub fn choose(&self, label_or_id: Option<&str>) -> Result<Connection, ConnectionsError> {
        if let Some(name) = label_or_id {
            return self.show(name);
        }
        if let Some(row) = self.default_one()? {
            return Ok(row);
        }
        // A replaced connection is dead for good: it never competes with a living one.
        let mut rows = self.list()?;
        if rows.iter().any(|row| row.state != State::Replaced) {
            rows.retain(|row| row.state != State::Replaced);
        }
        match (rows.pop(), rows.is_empty()) {
            (Some(row), true) => Ok(row),
            (None, _) => Err(ConnectionsError::NoneYet),
            (Some(last), false) => {
                rows.push(last);
                let labels: Vec<_> = rows.into_iter().map(|row| row.label).collect();
                Err(ConnectionsError::Ambiguous { labels: labels.join(", ") })
            }
        }
    }

    /// The connection that is used when none is named, where one was chosen.
    pub fn default_one(&self) -> Result<Option<Connection>, ConnectionsError> {
        self.core.store.default_connection()?.map(Connection::try_from).transpose()
    }

    /// Chooses the connection that is used when none is named; with `None` none is.
    pub fn set_default(&self, label_or_id: Option<&str>) -> Result<(), ConnectionsError> {
        let id = label_or_id.map(|name| Ok::<_, ConnectionsError>(self.show(name)?.id)).transpose()?;
        Ok(self.core.store.set_default_connection(id.as_deref())?)
    }

    /// A connection to call with. One that is not `active` is refused with its reason.
    pub fn open_connection(&self, label_or_id: Option<&str>) -> Result<LiveConnection, ConnectionsError> {
        self.open_connection_with(label_or_id, &Service::clone)
    }

    /// The same, where hosts may have been added to the service, or taken away, since the connection was made: `current` gives
    /// the service as its connector lists it now. Its addresses stay those that were kept.
    pub fn open_connection_with(
        &self,
        label_or_id: Option<&str>,
        current: &(dyn Fn(&Service) -> Service + Sync),
    ) -> Result<LiveConnection, ConnectionsError> {
        let row = self.core.active(&self.choose(label_or_id)?.id)?;
        let (kept, _): (Service, _) = self.core.field(&row.id, SERVICE)?;
        let now = current(&kept);
        let service = kept.with_hosts_of(&now);
        let token = self.core.read_token(&row.id)?;
        // Last use is kept to the minute: a durable write at every call costs more than the call.
        let now = self.core.now();
        if row.last_used_at.is_none_or(|at| now - at > 60_000) {
            let (store, id) = (self.core.store.clone(), row.id.clone());
            // Nobody waits for it, and a call does not fail for it.
            self.core.store.spawn(move || drop(store.touch_connection(&id, now)));
        }
        Ok(LiveConnection {
            policy: service.policy(token.api_url.as_deref())?,
            pacing: Box::new(StorePacing::new(self.core.store.clone(), account(&row), self.core.clock())),
            plan: self.plan(&row.id)?,
            facts: Facts { kind: row.method.as_str().to_owned(), scopes: token.scopes },
            id: row.id,
            label: row.label,
            connector: service.connector,
            source: Source::Kept(self.core.clone()),
            others: KnownSecrets::default(),
            hidden: Mutex::default(),
        })
    }

    /// Sets the plan of the account, by which its requests are paced. `None` is the connector's default.
    pub fn set_plan(&self, label_or_id: &str, plan: Option<&str>) -> Result<Connection, ConnectionsError> {
        let row = self.show(label_or_id)?;
        self.core.store.set_plan(&row.id, plan)?;
        Ok(row)
    }

    /// The plan of the connection's account, where it was set.
    pub fn plan(&self, id: &str) -> Result<Option<String>, ConnectionsError> {
        Ok(self.core.store.plan(id)?)
    }

    /// The service a connection was made with, to reconnect it.
    pub fn service(&self, label_or_id: &str) -> Result<Service, ConnectionsError> {
        Ok(self.core.field(&self.show(label_or_id)?.id, SERVICE)?.0)
    }

    /// The app a connection was made through, to reconnect it without asking for the secret again.
    pub fn app(&self, label_or_id: &str) -> Result<Option<App>, ConnectionsError> {
        Ok(self.app_secret(label_or_id)?.map(App::from))
    }

    pub(crate) fn app_secret(&self, label_or_id: &str) -> Result<Option<AppSecret>, ConnectionsError> {
        Ok(self.core.field(&self.show(label_or_id)?.id, APP)?.0)
    }

    /// Secrets that a service may repeat to a sign-in: of the connection of this label, where it is of the same app, else of the
    /// newest connections of the app, because one of them may be of the same user.
    pub(crate) async fn secrets_of_app(&self, service: &Service, client_id: &str, label: &str) -> KnownSecrets {
        let (oauth_base, client_id, label) = (service.oauth_base.to_string(), client_id.to_owned(), label.to_owned());
        let read = move |connections: &Connections| {
            let core = &connections.core;
            let of_app = |row: &switchboard_store::ConnectionRow| {
                row.client_id.as_ref() == Some(&client_id) && row.oauth_base == oauth_base
            };
            let rows = match core.store.connection(&label)?.filter(of_app) {
                Some(row) => vec![row],
                None => core.store.connections_of_app(&client_id, &oauth_base, MOST_SEARCHED)?,
            };
            let tokens = rows.iter().filter_map(|row| core.field::<Token>(&row.id, TOKEN).ok());
            let tokens: Vec<Token> = tokens.map(|(token, _)| token).collect();
            Ok(KnownSecrets::of(tokens.iter().flat_map(Token::secrets).map(ExposeSecret::expose_secret)))
        };
        self.run(read).await.unwrap_or_default()
    }
}

/// Whose budget a connection uses: its account's, or its own where the account is not known.
fn account(connection: &Connection) -> String {
    let known = connection.owner.as_ref().and_then(Owner::account_id);
    known.map_or_else(|| connection.id.clone(), |account| format!("{}/{account}", connection.connector))
}

impl std::fmt::Debug for Connections {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connections")
    }
}
