//! Notes about sign-ins whose answer is awaited. One that outlives its process is of a sign-in that was interrupted before the
//! answer came: the service may have given access that nobody here has.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use switchboard_store::{FileLock, Store};

use crate::connections::Connections;
use crate::refresh::rotation::Core;
use crate::{App, ConnectionsError, Service};

/// Before a number: the name under which the database keeps a note.
const PREFIX: &str = "exchange.";
/// A note is of no use to anybody after so long.
const LIFE_MS: i64 = 7 * 24 * 3_600_000;

/// A sign-in that was stopped before its answer arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterruptedSignIn {
    /// The connector it was for.
    pub connector: String,
    /// Name of the connection it was for; empty where none was given.
    #[serde(default)]
    pub label: String,
    /// The app it was through.
    pub client_id: String,
    /// Where the service signs in.
    pub oauth_base: String,
    /// When it was begun, milliseconds since 1970.
    pub at: i64,
    /// Whether a person has seen it: see [`Connections::mark_shown`].
    #[serde(default)]
    pub shown: bool,
    #[serde(skip)]
    name: String,
}

/// A code is on its way, or a question about one. Nothing in it is secret. It ends when dropped: only a process that is killed leaves it
/// behind.
pub(crate) struct ExchangeNote {
    store: Store,
    name: String,
    open: AtomicBool,
    /// While it is there, the exchange goes on.
    lock: Option<FileLock>,
}

impl ExchangeNote {
    /// Written before the code is sent.
    pub async fn begin(
        core: &Arc<Core>,
        service: &Service,
        app: &App,
        label: &str,
    ) -> Result<ExchangeNote, ConnectionsError> {
        let note = InterruptedSignIn {
            connector: service.connector.clone(),
            label: label.to_owned(),
            client_id: app.client_id.clone(),
            oauth_base: service.oauth_base.to_string(),
            at: core.now(),
            shown: false,
            name: format!("{PREFIX}{:016x}", rand::random::<u64>()),
        };
        let (name, text) = (note.name.clone(), text(&note));
        let write = move |core: &Core| {
            let lock = core.store.lock_once(&note.name)?;
            core.store.put_meta(&note.name, &text)?;
            Ok(lock)
        };
        let lock = core.with_store(write).await?;
        Ok(ExchangeNote { store: core.store.clone(), name, open: AtomicBool::new(true), lock })
    }

    /// Where the database keeps it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// It went with the transaction that wrote the grant down.
    pub fn close(&self) {
        self.open.store(false, Ordering::SeqCst);
    }

    /// There is no answer to wait for.
    pub async fn end(&self) {
        if self.open.swap(false, Ordering::SeqCst) {
            let (store, name) = (self.store.clone(), self.name.clone());
            // A note that stays costs a hint that is not needed.
            let _ = self.store.call(move || store.delete_meta(&name)).await;
        }
    }
}

impl Drop for ExchangeNote {
    fn drop(&mut self) {
        if *self.open.get_mut() {
            let (store, name, lock) = (self.store.clone(), self.name.clone(), self.lock.take());
            self.store.spawn(move || {
                let _ = store.delete_meta(&name);
                drop(lock);
            });
        }
    }
}

impl Connections {
    /// Sign-ins that were stopped with their process before their answer arrived: the service may list the app as allowed. A later
    /// sign-in to the same connection through the same app settles them.
    pub async fn interrupted_sign_ins(&self) -> Result<Vec<InterruptedSignIn>, ConnectionsError> {
        // Each command asks, and hardly ever is there one: a read waits for nobody.
        if self.core.store.meta_under(PREFIX)?.is_empty() {
            return Ok(Vec::new());
        }
        self.run(Connections::interrupted).await
    }

    /// Notes that a person has seen these.
    pub async fn mark_shown(&self, sign_ins: Vec<InterruptedSignIn>) -> Result<(), ConnectionsError> {
        self.run(move |connections| {
            for sign_in in sign_ins {
                let shown = InterruptedSignIn { shown: true, ..sign_in.clone() };
                // One that was settled meanwhile stays so.
                connections.core.store.replace_meta(&sign_in.name, &text(&sign_in), &text(&shown))?;
            }
            Ok(())
        })
        .await
    }

    /// A sign-in to this connection through this app came to its end: the service's grant of it is known.
    pub(crate) fn settle_interrupted(
        &self,
        service: &Service,
        client_id: &str,
        label: &str,
    ) -> Result<(), ConnectionsError> {
        for note in self.interrupted()? {
            if note.label == label && note.client_id == client_id && note.oauth_base == service.oauth_base.as_str() {
                self.core.store.delete_meta(&note.name)?;
            }
        }
        Ok(())
    }

    fn interrupted(&self) -> Result<Vec<InterruptedSignIn>, ConnectionsError> {
        let (store, mut notes) = (&self.core.store, Vec::new());
        for (name, text) in store.meta_under(PREFIX)? {
            // In memory no sign-in outlives its process.
            if store.folder().is_none() || store.lock_once(&name)?.is_none() {
                continue;
            }
            let note = serde_json::from_str(&text).ok();
            match note.filter(|note: &InterruptedSignIn| self.core.now().saturating_sub(note.at) < LIFE_MS) {
                Some(note) => notes.push(InterruptedSignIn { name, ..note }),
                None => store.delete_meta(&name)?,
            }
        }
        Ok(notes)
    }
}

fn text(note: &InterruptedSignIn) -> String {
    serde_json::to_string(note).unwrap_or_default()
}
