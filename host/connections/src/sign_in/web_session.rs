//! Connecting in a web page of a platform: a link that a person opens, and the call-back that ends it.
//!
//! The platform serves two addresses of its own: the link (it shows [`ConnectSession::page`], or a page of its own with
//! the same facts) and the call-back address that the app lists. Nothing listens here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use rand::RngCore;
use switchboard_egress::Identify;
use tokio::time::{Duration, Instant};
use url::Url;

use crate::grant::owner_check::{Admission, AdmissionRules, Owner};
use crate::grant::rejected::Leftover;
use crate::sign_in::browser::ANOTHER;
use crate::sign_in::callback::Callback;
use crate::sign_in::web_page::{self, Asking};
use crate::{App, Connection, Connections, ConnectionsError, Method, Pending, Service};

/// How long a link can be opened and a sign-in answered.
const LIFE: Duration = Duration::from_secs(5 * 60);
/// What is said of a grant that nobody can be told from.
const NO_USER: &str = "the service did not say which user it is";
/// More links at once are refused: each holds a secret in memory.
const MOST: usize = 1_000;

/// What a person is asked to connect.
#[derive(Clone, Debug, Default)]
pub struct SessionRequest {
    /// Name of the connection.
    pub label: String,
    /// The connection is there already: it gets a new grant of its user.
    pub again: bool,
    /// Scopes to ask for; empty asks for all the app has.
    pub scopes: Vec<String>,
    /// What each part of the access is for, in words, shown before the person goes on.
    pub purposes: Vec<String>,
    /// Who is let in.
    pub rules: AdmissionRules,
}

/// A link for one person and one sign-in.
#[derive(Clone, Debug)]
pub struct ConnectSession {
    /// Unguessable; the last part of the link.
    pub id: String,
    /// What the person opens.
    pub link: Url,
    /// Name the connection will have.
    pub label: String,
    /// Where the page's button leads.
    pub authorize_url: Url,
    /// Until when, from now.
    pub life: Duration,
    /// The page to show under the link, as HTML without scripts.
    pub page: String,
}

struct OpenSession {
    session_request: SessionRequest,
    /// The connection that gets a new grant: by its id, because its name may change meanwhile.
    again: Option<String>,
    /// The id of the first sign-in of its link.
    first: String,
    pending: Arc<Pending>,
    session: ConnectSession,
    ends: Instant,
}

/// Sign-ins of persons in web pages. One for each app.
pub struct ConnectSessions {
    config: Arc<SessionConfig>,
    app_name: String,
    links: Url,
    redirect: Url,
    open: Mutex<HashMap<String, OpenSession>>,
}

/// How an answer becomes a connection.
struct SessionConfig {
    connections: Connections,
    service: Service,
    app: App,
    method: Method,
    owner_check: Arc<dyn Identify>,
}

impl ConnectSessions {
    /// `links` is the address below which links live, `redirect` the call-back address that the app lists. Both must be
    /// https, or on this machine.
    #[expect(clippy::too_many_arguments, reason = "what a platform decides once, at its start")]
    pub fn new(
        connections: Connections,
        service: Service,
        app: App,
        app_name: &str,
        method: Method,
        links: Url,
        redirect: Url,
        owner_check: Arc<dyn Identify>,
    ) -> Result<ConnectSessions, ConnectionsError> {
        Service::page_address(links.as_str())?;
        Service::page_address(redirect.as_str())?;
        let config = Arc::new(SessionConfig { connections, service, app, method, owner_check });
        Ok(ConnectSessions { config, app_name: app_name.to_owned(), links, redirect, open: Mutex::default() })
    }

    /// Makes a link. The name must be free, also among links that are open. To connect again it must be that of a connection
    /// which a person made through this app; an open link for the same one ends.
    pub fn begin(&self, session_request: SessionRequest) -> Result<ConnectSession, ConnectionsError> {
        self.begin_of(session_request, None)
    }

    /// The same beside the sign-ins of a link, those that were begun so and the first one, which has this id: they go on. For
    /// somebody who comes late to a page that another may be using still.
    pub fn begin_beside(
        &self,
        session_request: SessionRequest,
        first: &str,
    ) -> Result<ConnectSession, ConnectionsError> {
        self.begin_of(session_request, Some(first))
    }

    fn begin_of(
        &self,
        session_request: SessionRequest,
        first: Option<&str>,
    ) -> Result<ConnectSession, ConnectionsError> {
        let SessionConfig { connections, service, app, .. } = &*self.config;
        let again = match session_request.again {
            true => Some(self.config.again(&session_request)?),
            false => None,
        };
        if again.is_none() {
            connections.check_label(&session_request.label)?;
            connections.check_expected(service, &app.client_id, &session_request.rules)?;
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let beside = |one: &OpenSession| Some(one.first.as_str()) == first;
        open.retain(|_, one| {
            let same = again.is_some() && one.again.as_deref() == again.as_ref().map(|row| row.id.as_str());
            one.ends > now && (!same || beside(one))
        });
        if again.is_none()
            && open.values().any(|one| one.session_request.label == session_request.label && !beside(one))
        {
            return Err(ConnectionsError::LabelTaken { label: session_request.label });
        }
        if open.len() >= MOST {
            return Err(ConnectionsError::Unreachable { message: "too many sign-ins are open".to_owned() });
        }
        let pending = connections.begin_at(service, app.clone(), &session_request.scopes, self.redirect.as_str())?;
        let pending = pending.for_label(&session_request.label);
        let mut drawn = [0u8; 32];
        rand::rng().fill_bytes(&mut drawn);
        let id = BASE64_URL_SAFE_NO_PAD.encode(drawn);
        let base = self.links.as_str().trim_end_matches('/');
        let link = Service::page_address(&format!("{base}/{id}"))?;
        let page = web_page::asking(&Asking {
            app: &self.app_name,
            label: &session_request.label,
            again: session_request.again,
            purposes: &session_request.purposes,
            expected: session_request.rules.expect_email.as_deref().or(again.as_ref().and_then(Connection::email)),
            authorize: &pending.authorize_url,
        });
        let session = ConnectSession {
            id: id.clone(),
            link,
            label: session_request.label.clone(),
            authorize_url: pending.authorize_url.clone(),
            life: LIFE,
            page,
        };
        let (again, first) = (again.map(|row| row.id), first.unwrap_or(&id).to_owned());
        let (pending, ends) = (Arc::new(pending), now + LIFE);
        open.insert(id, OpenSession { session_request, again, first, pending, session: session.clone(), ends });
        Ok(session)
    }

    /// The open session of a link.
    pub fn session(&self, id: &str) -> Option<ConnectSession> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (one, now) = (open.get(id)?, Instant::now());
        let life = one.ends.checked_duration_since(now).filter(|life| !life.is_zero())?;
        Some(ConnectSession { life, ..one.session.clone() })
    }

    /// Ends an open session, so that its name is free again. False when there is none.
    pub fn end(&self, id: &str) -> bool {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(id).is_some()
    }

    /// Ends a sign-in with the query of the call-back address: everything after `?`. `id` is what the platform remembers
    /// of the person's own session (a cookie set when the link was opened). An answer with another state than that
    /// session's is refused and changes nothing: whoever sends a forged one ends no sign-in. The first with the right
    /// state ends it, however that ends: also when the person has closed the page and nobody waits any more.
    pub async fn complete(&self, id: &str, query: &str) -> Result<Admission, ConnectionsError> {
        let unreadable = || ConnectionsError::CallbackInvalid { expected: self.redirect.to_string() };
        let callback = Callback::from_query(query).ok_or_else(unreadable)?;
        let (open, config) = (self.take(id, &callback)?, self.config.clone());
        let completed = tokio::spawn(async move { config.complete(open, callback).await });
        completed.await.unwrap_or_else(|error| Err(ConnectionsError::Unreachable { message: error.to_string() }))
    }

    /// The page for the person whose answer was taken. It names no connection but their own.
    pub fn answered(&self, label: &str, answer: &Result<Admission, ConnectionsError>) -> String {
        web_page::answered(label, answer)
    }

    /// The session an answer belongs to, which is nobody else's from here on.
    fn take(&self, id: &str, callback: &Callback) -> Result<OpenSession, ConnectionsError> {
        let mut all = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let open = all.get(id).filter(|open| open.ends > Instant::now()).ok_or(ConnectionsError::Ended)?;
        if !open.pending.is_answered_by(callback) {
            return Err(ConnectionsError::StateMismatch { what: ANOTHER });
        }
        all.remove(id).ok_or(ConnectionsError::Ended)
    }
}

impl SessionConfig {
    /// The connection that is to be signed in anew. Nobody else's sign-in takes the place of an account's own app, of another
    /// app's or service's grant, or of a grant of nobody knows whom.
    fn again(&self, session_request: &SessionRequest) -> Result<Connection, ConnectionsError> {
        let connection = self.connections.show(&session_request.label)?;
        let own = connection.method.is_by_person()
            && connection.client_id.as_deref() == Some(self.app.client_id.as_str())
            && (&connection.connector, connection.oauth_base.as_str())
                == (&self.service.connector, self.service.oauth_base.as_str());
        if !own || connection.user_id().is_none() {
            return Err(ConnectionsError::AnotherWay { label: connection.label });
        }
        if !session_request.rules.replace {
            self.connections.check_again(&connection.id)?;
        }
        Ok(connection)
    }

    async fn complete(&self, open: OpenSession, callback: Callback) -> Result<Admission, ConnectionsError> {
        let grant = match open.pending.finish(callback).await {
            Err(error) if error.answer_lost() => return Err(self.unsure(error).await),
            answer => answer?,
        };
        let live = self.connections.from_grant(&open.session_request.label, &self.service, &grant)?;
        let identity = match self.owner_check.identify(Arc::new(live)).await {
            Ok(identity) => identity,
            Err(failure) => {
                let error = self.unsure(ConnectionsError::Unidentified { message: failure.message }).await;
                return Err(error.having(self.connections.decline(grant).await));
            }
        };
        let (label, rules, owner) = (&open.session_request.label, &open.session_request.rules, Owner::of(identity));
        if owner.user_id.trim().is_empty() {
            let error = self.unsure(ConnectionsError::Unidentified { message: NO_USER.to_owned() }).await;
            return Err(error.having(self.connections.decline(grant).await));
        }
        if let Some(id) = &open.again {
            return self.connections.readmit(id, self.method, &self.service, grant, owner, rules).await;
        }
        self.connections.admit(label, self.method, &self.service, grant, owner, rules).await
    }

    /// Nobody knows who signed in. Connections that ended by it have their state; a visitor is told no names of others.
    async fn unsure(&self, error: ConnectionsError) -> ConnectionsError {
        let touched = self.connections.look_after(&self.service, &self.app.client_id, &*self.owner_check).await;
        if touched.is_empty() { error } else { error.having(vec![Leftover::Unknown]) }
    }
}

impl std::fmt::Debug for ConnectSessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConnectSessions").field("redirect", &self.redirect.as_str()).finish_non_exhaustive()
    }
}
