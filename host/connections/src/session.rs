//! Connecting in a web page of a platform: a link that a person opens, and the call-back that ends it.
//!
//! The platform serves two addresses of its own: the link (it shows [`ConnectSession::page`], or a page of its own with
//! the same facts) and the call-back address that the app lists. Nothing listens here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use rand::RngCore;
use tokio::time::{Duration, Instant};
use url::Url;

use crate::admit::{Admitted, Care, Identify, Owner, email_of};
use crate::aftermath::Touched;
use crate::callback::Callback;
use crate::pending::ANOTHER;
use crate::session_page::{self, Asking};
use crate::{App, Connections, ConnectionsError, Method, Pending, Service};

/// How long a link can be opened and a sign-in answered.
const LIFE: Duration = Duration::from_secs(5 * 60);
/// More links at once are refused: each holds a secret in memory.
const MOST: usize = 1_000;

/// What a person is asked to connect.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Name of the connection.
    pub label: String,
    /// The connection is there already: it gets a new grant of its user.
    pub again: bool,
    /// Scopes to ask for; empty asks for all the app has.
    pub scopes: Vec<String>,
    /// What each part of the access is for, in words, shown before the person goes on.
    pub purposes: Vec<String>,
    /// Who is let in.
    pub care: Care,
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

struct Open {
    wish: Wish,
    pending: Arc<Pending>,
    session: ConnectSession,
    ends: Instant,
}

/// Sign-ins of persons in web pages. One for each app.
pub struct ConnectSessions {
    way: Arc<Way>,
    app_name: String,
    links: Url,
    redirect: Url,
    open: Mutex<HashMap<String, Open>>,
}

/// How an answer becomes a connection.
struct Way {
    connections: Connections,
    service: Service,
    app: App,
    method: Method,
    identify: Arc<dyn Identify>,
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
        identify: Arc<dyn Identify>,
    ) -> Result<ConnectSessions, ConnectionsError> {
        Service::page_address(links.as_str())?;
        Service::page_address(redirect.as_str())?;
        let way = Arc::new(Way { connections, service, app, method, identify });
        Ok(ConnectSessions { way, app_name: app_name.to_owned(), links, redirect, open: Mutex::default() })
    }

    /// Makes a link. The name must be free, also among links that are open; or, to connect again, be there.
    pub fn begin(&self, mut wish: Wish) -> Result<ConnectSession, ConnectionsError> {
        let Way { connections, service, app, .. } = &*self.way;
        if wish.again {
            let row = connections.show(&wish.label)?;
            if !wish.care.replace {
                connections.check_again(&row.id)?;
            }
            wish.care.expect_email = wish.care.expect_email.or_else(|| email_of(&row).map(str::to_owned));
        } else {
            connections.check_label(&wish.label)?;
            connections.check_expected(service, &app.client_id, &wish.care)?;
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        open.retain(|_, one| one.ends > now);
        if open.values().any(|one| one.wish.label == wish.label) {
            return Err(ConnectionsError::LabelTaken { label: wish.label });
        }
        if open.len() >= MOST {
            return Err(ConnectionsError::Unreachable { message: "too many sign-ins are open".to_owned() });
        }
        let pending = connections.begin_at(service, app.clone(), &wish.scopes, self.redirect.as_str())?;
        let mut drawn = [0u8; 32];
        rand::rng().fill_bytes(&mut drawn);
        let id = BASE64_URL_SAFE_NO_PAD.encode(drawn);
        let base = self.links.as_str().trim_end_matches('/');
        let link = Service::page_address(&format!("{base}/{id}"))?;
        let page = session_page::asking(&Asking {
            app: &self.app_name,
            label: &wish.label,
            again: wish.again,
            purposes: &wish.purposes,
            expected: wish.care.expect_email.as_deref(),
            authorize: &pending.authorize_url,
        });
        let session = ConnectSession {
            id: id.clone(),
            link,
            label: wish.label.clone(),
            authorize_url: pending.authorize_url.clone(),
            life: LIFE,
            page,
        };
        open.insert(id, Open { wish, pending: Arc::new(pending), session: session.clone(), ends: now + LIFE });
        Ok(session)
    }

    /// The open session of a link.
    pub fn session(&self, id: &str) -> Option<ConnectSession> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.get(id).filter(|one| one.ends > Instant::now()).map(|one| one.session.clone())
    }

    /// Ends a sign-in with the query of the call-back address: everything after `?`. `id` is what the platform remembers
    /// of the person's own session (a cookie set when the link was opened). An answer with another state than that
    /// session's is refused and changes nothing: whoever sends a forged one ends no sign-in. The first with the right
    /// state ends it, however that ends: also when the person has closed the page and nobody waits any more.
    pub async fn complete(&self, id: &str, query: &str) -> Result<Admitted, ConnectionsError> {
        let unreadable = || ConnectionsError::CallbackInvalid { expected: self.redirect.to_string() };
        let callback = Callback::from_query(query).ok_or_else(unreadable)?;
        let (open, way) = (self.take(id, &callback)?, self.way.clone());
        let completed = tokio::spawn(async move { way.complete(open, callback).await });
        completed.await.unwrap_or_else(|error| Err(ConnectionsError::Unreachable { message: error.to_string() }))
    }

    /// The page for the person whose answer was taken. It names no connection but their own.
    pub fn answered(&self, label: &str, answer: &Result<Admitted, ConnectionsError>) -> String {
        session_page::answered(label, answer)
    }

    /// The session an answer belongs to, which is nobody else's from here on.
    fn take(&self, id: &str, callback: &Callback) -> Result<Open, ConnectionsError> {
        let mut all = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let open = all.get(id).filter(|open| open.ends > Instant::now()).ok_or(ConnectionsError::Ended)?;
        if !open.pending.is_answered_by(callback) {
            return Err(ConnectionsError::StateMismatch { what: ANOTHER });
        }
        all.remove(id).ok_or(ConnectionsError::Ended)
    }
}

impl Way {
    async fn complete(&self, open: Open, callback: Callback) -> Result<Admitted, ConnectionsError> {
        let grant = match open.pending.finish(callback).await {
            Err(error) if error.answer_lost() => return Err(self.unsure(error).await),
            answer => answer?,
        };
        let live = self.connections.from_grant(&open.wish.label, &self.service, &grant)?;
        let identity = match self.identify.identify(live).await {
            Ok(identity) => identity,
            Err(message) => {
                let error = self.unsure(ConnectionsError::Unidentified { message }).await;
                return Err(error.having(self.connections.decline(grant).await));
            }
        };
        let (label, care, owner) = (&open.wish.label, &open.wish.care, Owner::of(identity));
        if open.wish.again {
            return self.connections.readmit(label, self.method, &self.service, grant, owner, care.replace).await;
        }
        self.connections.admit(label, self.method, &self.service, grant, owner, care).await
    }

    /// Nobody knows who signed in. Connections that ended by it have their state; a visitor is told no names of others.
    async fn unsure(&self, error: ConnectionsError) -> ConnectionsError {
        let touched = self.connections.look_after(&self.service, &self.app.client_id, &*self.identify).await;
        if touched.is_empty() { error } else { error.having(vec![Touched::Unknown]) }
    }
}

impl std::fmt::Debug for ConnectSessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConnectSessions").field("redirect", &self.redirect.as_str()).finish_non_exhaustive()
    }
}
