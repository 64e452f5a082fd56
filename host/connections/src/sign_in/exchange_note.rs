//! Notes about sign-ins whose answer is awaited. One that outlives its process is of a sign-in that was interrupted before the
//! answer came: the service may have given access that nobody here has.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use switchboard_store::{ExchangeRow, FileLock, Store};

use crate::connections::Connections;
use crate::refresh::rotation::Core;
use crate::{App, ConnectionsError, Service};

/// Before a number: the id of a note, which names its lock too.
const PREFIX: &str = "exchange.";
/// A note is of no use to anybody after so long.
const LIFE_MS: i64 = 7 * 24 * 3_600_000;

/// A sign-in that was stopped before its answer arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterruptedSignIn {
    /// The connector it was for.
    pub connector: String,
    /// Name of the connection it was for; empty where none was given.
    pub label: String,
    /// The app it was through.
    pub client_id: String,
    /// Where the service signs in.
    pub oauth_base: String,
    /// When it was begun, milliseconds since 1970.
    pub at: i64,
    /// Whether a person has seen it: see [`Connections::mark_shown`].
    pub shown: bool,
    id: String,
}

/// A code is on its way, or a question about one. Nothing in it is secret. It ends when dropped: only a process that is killed leaves it
/// behind.
pub(crate) struct ExchangeNote {
    store: Store,
    id: String,
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
        let note = ExchangeRow {
            id: format!("{PREFIX}{:016x}", rand::random::<u64>()),
            connector: service.connector.clone(),
            label: label.to_owned(),
            client_id: app.client_id.clone(),
            oauth_base: service.oauth_base.to_string(),
            at: core.now(),
            shown: false,
        };
        let id = note.id.clone();
        let write = move |core: &Core| {
            let lock = core.store.lock_once(&note.id)?;
            core.store.put_exchange(&note)?;
            Ok(lock)
        };
        let lock = core.with_store(write).await?;
        Ok(ExchangeNote { store: core.store.clone(), id, open: AtomicBool::new(true), lock })
    }

    /// Its id in the database.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// It went with the transaction that wrote the grant down.
    pub fn close(&self) {
        self.open.store(false, Ordering::SeqCst);
    }

    /// There is no answer to wait for.
    pub async fn end(&self) {
        if self.open.swap(false, Ordering::SeqCst) {
            let (store, id) = (self.store.clone(), self.id.clone());
            // A note that stays costs a hint that is not needed.
            let _ = self.store.call(move || store.delete_exchange(&id)).await;
        }
    }
}

impl Drop for ExchangeNote {
    fn drop(&mut self) {
        if *self.open.get_mut() {
            let (store, id, lock) = (self.store.clone(), self.id.clone(), self.lock.take());
            self.store.spawn(move || {
                let _ = store.delete_exchange(&id);
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
        if self.core.store.exchanges()?.is_empty() {
            return Ok(Vec::new());
        }
        self.run(Connections::interrupted).await
    }

    /// Notes that a person has seen these.
    pub async fn mark_shown(&self, sign_ins: Vec<InterruptedSignIn>) -> Result<(), ConnectionsError> {
        self.run(move |connections| {
            for sign_in in sign_ins {
                // One that was settled meanwhile stays so.
                connections.core.store.mark_exchange_shown(&sign_in.id)?;
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
                self.core.store.delete_exchange(&note.id)?;
            }
        }
        Ok(())
    }

    fn interrupted(&self) -> Result<Vec<InterruptedSignIn>, ConnectionsError> {
        let (store, mut notes) = (&self.core.store, Vec::new());
        for note in store.exchanges()? {
            // In memory no sign-in outlives its process.
            if store.folder().is_none() || store.lock_once(&note.id)?.is_none() {
                continue;
            }
            if self.core.now().saturating_sub(note.at) < LIFE_MS {
                notes.push(note.into());
            } else {
                store.delete_exchange(&note.id)?;
            }
        }
        Ok(notes)
    }
}

impl From<ExchangeRow> for InterruptedSignIn {
    fn from(row: ExchangeRow) -> InterruptedSignIn {
        let ExchangeRow { id, connector, label, client_id, oauth_base, at, shown } = row;
        InterruptedSignIn { connector, label, client_id, oauth_base, at, shown, id }
    }
}
