//! Notes about codes that were sent. One that outlives its process is of a sign-in that was interrupted before the answer came:
//! the service may have given access that nobody here has.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use switchboard_store::FileLock;

use crate::connections::Connections;
use crate::refresh::rotation::Core;
use crate::{App, ConnectionsError, Service};

/// Before a number: the name under which the database keeps a note.
const PREFIX: &str = "exchange.";
/// A note is of no use to anybody after so long.
const LIFE_MS: i64 = 7 * 24 * 3_600_000;

/// A sign-in whose code was sent and whose answer never came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterruptedSignIn {
    /// The connector it was for.
    pub connector: String,
    /// The app it was through.
    pub client_id: String,
    /// Where the service signs in.
    pub oauth_base: String,
    /// When the code was sent, milliseconds since 1970.
    pub at: i64,
    /// Whether somebody was told of it.
    #[serde(default)]
    told: bool,
}

/// A code is on its way. Nothing in it is secret.
pub(crate) struct ExchangeNote {
    core: Arc<Core>,
    name: String,
    /// While it is there, the exchange goes on.
    _lock: Option<FileLock>,
}

impl ExchangeNote {
    /// Written before the code is sent.
    pub async fn begin(core: &Arc<Core>, service: &Service, app: &App) -> Result<ExchangeNote, ConnectionsError> {
        let note = InterruptedSignIn {
            connector: service.connector.clone(),
            client_id: app.client_id.clone(),
            oauth_base: service.oauth_base.to_string(),
            at: core.now(),
            told: false,
        };
        let name = format!("{PREFIX}{:016x}", rand::random::<u64>());
        let of = name.clone();
        let write = move |core: &Core| {
            let lock = core.store.lock_once(&of)?;
            core.store.put_meta(&of, &serde_json::to_string(&note).unwrap_or_default())?;
            Ok(lock)
        };
        let _lock = core.with_store(write).await?;
        Ok(ExchangeNote { core: core.clone(), name, _lock })
    }

    /// The answer is kept, or there is none to wait for.
    pub async fn end(self) {
        let name = self.name.clone();
        // A note that stays costs a hint that is not needed.
        let _ = self.core.with_store(move |core| Ok(core.store.delete_meta(&name)?)).await;
    }
}

impl Connections {
    /// Sign-ins that were interrupted after their code was sent, with the process they were in. A later sign-in through the same
    /// app settles them.
    pub fn interrupted_sign_ins(&self) -> Result<Vec<InterruptedSignIn>, ConnectionsError> {
        Ok(self.interrupted()?.into_iter().map(|(_, note)| note).collect())
    }

    /// Those that nobody was told of yet, and are told now.
    pub fn tell_interrupted_sign_ins(&self) -> Result<Vec<InterruptedSignIn>, ConnectionsError> {
        let mut told = Vec::new();
        for (name, note) in self.interrupted()?.into_iter().filter(|(_, note)| !note.told) {
            let text = serde_json::to_string(&InterruptedSignIn { told: true, ..note.clone() }).unwrap_or_default();
            self.core.store.put_meta(&name, &text)?;
            told.push(note);
        }
        Ok(told)
    }

    /// A sign-in through this app came to its end: the service's grant of it is known.
    pub(crate) fn settle_interrupted(&self, service: &Service, client_id: &str) -> Result<(), ConnectionsError> {
        for (name, note) in self.interrupted()? {
            if note.client_id == client_id && note.oauth_base == service.oauth_base.as_str() {
                self.core.store.delete_meta(&name)?;
            }
        }
        Ok(())
    }

    fn interrupted(&self) -> Result<Vec<(String, InterruptedSignIn)>, ConnectionsError> {
        let (store, mut found) = (&self.core.store, Vec::new());
        for (name, text) in store.meta_under(PREFIX)? {
            // In memory no sign-in outlives its process.
            if store.folder().is_none() || store.lock_once(&name)?.is_none() {
                continue;
            }
            let note = serde_json::from_str(&text).ok();
            match note.filter(|note: &InterruptedSignIn| self.core.now().saturating_sub(note.at) < LIFE_MS) {
                Some(note) => found.push((name, note)),
                None => store.delete_meta(&name)?,
            }
        }
        Ok(found)
    }
}
