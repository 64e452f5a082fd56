//! Where the vault's key comes from.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::prelude::{BASE64_STANDARD, Engine};
use rand::RngCore;
use zeroize::Zeroizing;

use crate::ConnectionsError;

/// 32 bytes.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// Where the vault's key comes from.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// An environment variable with 32 bytes in base64.
    Env(String),
    /// A file with the same, readable by its owner only. Made when the database is new.
    File(PathBuf),
}

impl KeySource {
    /// The variable `SWITCHBOARD_KEY` when it is set, else the file `key` in the data folder.
    pub fn find(data_dir: &Path) -> KeySource {
        match std::env::var_os("SWITCHBOARD_KEY") {
            Some(_) => KeySource::Env("SWITCHBOARD_KEY".to_owned()),
            None => KeySource::File(data_dir.join("key")),
        }
    }

    /// The key that is there.
    pub(crate) fn load(&self) -> Result<Key, ConnectionsError> {
        let text = match self {
            KeySource::Env(name) => Zeroizing::new(std::env::var(name).map_err(|_| self.missing())?),
            KeySource::File(path) => self.read(path)?,
        };
        self.parse(&text)
    }

    /// The key that is there, or a new one where this source can make one.
    pub(crate) fn load_or_make(&self) -> Result<Key, ConnectionsError> {
        if let KeySource::File(path) = self
            && !path.exists()
        {
            make(path).map_err(|cause| ConnectionsError::KeyFile { path: path.clone(), cause })?;
        }
        self.load()
    }

    /// For messages.
    pub(crate) fn name(&self) -> String {
        match self {
            KeySource::Env(name) => format!("the environment variable {name}"),
            KeySource::File(path) => path.display().to_string(),
        }
    }

    fn missing(&self) -> ConnectionsError {
        ConnectionsError::KeyMissing { wanted: self.name() }
    }

    fn read(&self, path: &Path) -> Result<Zeroizing<String>, ConnectionsError> {
        let failed = |cause: std::io::Error| match cause.kind() {
            ErrorKind::NotFound => self.missing(),
            _ => ConnectionsError::KeyFile { path: path.to_owned(), cause },
        };
        let mode = fs::metadata(path).map_err(failed)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(ConnectionsError::KeyExposed { path: path.to_owned() });
        }
        Ok(Zeroizing::new(fs::read_to_string(path).map_err(failed)?))
    }

    fn parse(&self, text: &str) -> Result<Key, ConnectionsError> {
        let invalid = || ConnectionsError::KeyInvalid { source_name: self.name() };
        let bytes = Zeroizing::new(BASE64_STANDARD.decode(text.trim()).map_err(|_| invalid())?);
        let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| invalid())?;
        Ok(Zeroizing::new(key))
    }
}

/// Writes a new key beside its place and links it there: another process sees it whole or not at all, and two that
/// start at once end with the same key.
fn make(path: &Path) -> std::io::Result<()> {
    let mut key = Zeroizing::new([0u8; 32]);
    rand::rng().fill_bytes(&mut *key);
    let draft = path.with_extension(format!("{}.tmp", std::process::id()));
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        let text = Zeroizing::new(BASE64_STANDARD.encode(*key));
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        match fs::hard_link(&draft, path) {
            Err(cause) if cause.kind() != ErrorKind::AlreadyExists => Err(cause),
            _ => Ok(()),
        }
    })();
    let removed = fs::remove_file(&draft);
    written.and(removed)
}
