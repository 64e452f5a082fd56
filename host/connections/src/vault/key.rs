//! Where the vault's key comes from.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine};
use rand::RngCore;
use zeroize::Zeroizing;

use crate::ConnectionsError;
use crate::vault::keyring::{self, Keyring};

/// A key is 44 characters; a file may have a comment's worth of blanks around it.
const MAX_FILE: u64 = 4096;

/// How often a new key is begun. Other commands sweep it in the moment before it is locked, which no two do in a row.
const MOST_DRAFTS: u32 = 8;

/// 32 bytes.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// Where the vault's key comes from. Beside each place there is a second one, for the key that comes next: while a key
/// is being changed both are there, and the database says which one counts.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// An environment variable with 32 bytes in base64; the next one in the variable with `_NEXT` behind its name.
    Env(String),
    /// An entry of the system's keyring with the same; made when the database is new.
    Keyring(Arc<dyn Keyring>, String),
    /// A file with the same, readable by its owner only; made when the database is new. The next one in `.next`.
    File(PathBuf),
}

impl KeySource {
    /// The variable `SWITCHBOARD_KEY` when it is set, else the file named by `SWITCHBOARD_KEY_FILE`, else the system's
    /// keyring where this build has one and it works, else the file `key` in the data folder. A folder that has a key file
    /// keeps it.
    pub fn find(data_dir: &Path) -> KeySource {
        KeySource::find_in(data_dir, keyring::system())
    }

    /// The same with another keyring, or none.
    pub fn find_in(data_dir: &Path, keyring: Option<Arc<dyn Keyring>>) -> KeySource {
        if std::env::var_os("SWITCHBOARD_KEY").is_some() {
            return KeySource::Env("SWITCHBOARD_KEY".to_owned());
        }
        if let Some(file) = std::env::var_os("SWITCHBOARD_KEY_FILE") {
            return KeySource::File(file.into());
        }
        let file = data_dir.join("key");
        let name = keyring::name(data_dir);
        match keyring {
            Some(keyring) if keyring::fits(keyring.as_ref(), &name, &file) => KeySource::Keyring(keyring, name),
            _ => KeySource::File(file),
        }
    }

    /// The key that is there. Drafts of keys that killed commands left are swept.
    pub(crate) fn load(&self) -> Result<Option<Key>, ConnectionsError> {
        if let KeySource::File(path) = self {
            clear_drafts(path);
        }
        self.text()?.map(|text| self.parse(&text)).transpose()
    }

    fn text(&self) -> Result<Option<Zeroizing<String>>, ConnectionsError> {
        match self {
            KeySource::Env(name) => Ok(std::env::var(name).ok().map(Zeroizing::new)),
            KeySource::Keyring(keyring, name) => keyring.get(name).map_err(locked),
            KeySource::File(path) => read(path),
        }
    }

    /// The key that is there, or a new one where this source can make one.
    pub(crate) fn load_or_make(&self) -> Result<Option<Key>, ConnectionsError> {
        match self {
            KeySource::File(path) if !path.exists() => self.make()?,
            KeySource::Keyring(..) => self.make()?,
            _ => {}
        }
        self.load()
    }

    /// Puts a new key there. One that is there already stays. Nothing for a variable: those are set outside.
    pub(crate) fn make(&self) -> Result<(), ConnectionsError> {
        match self {
            KeySource::Env(_) => Ok(()),
            KeySource::Keyring(keyring, name) => match keyring.get(name).map_err(locked)? {
                Some(_) => Ok(()),
                None => keyring.set(name, &new_text()).map_err(locked),
            },
            KeySource::File(path) => {
                clear_drafts(path);
                write_new(path).map_err(|cause| ConnectionsError::KeyFile { path: path.clone(), cause })
            }
        }
    }

    /// Where the key that comes after this one is put.
    pub(crate) fn next(&self) -> KeySource {
        match self {
            KeySource::Env(name) => KeySource::Env(format!("{name}_NEXT")),
            KeySource::Keyring(keyring, name) => KeySource::Keyring(keyring.clone(), format!("{name}, the next one")),
            KeySource::File(path) => KeySource::File(next(path)),
        }
    }

    /// Moves the next key into its place. Doing it twice does no harm.
    pub(crate) fn promote_next(&self) -> Result<(), ConnectionsError> {
        match self {
            KeySource::Env(_) => Ok(()),
            KeySource::Keyring(keyring, name) => {
                if let Some(key) = self.next().text()? {
                    keyring.set(name, &key).map_err(locked)?;
                }
                self.clear_next()
            }
            KeySource::File(path) => match fs::rename(next(path), path).and_then(|()| sync_folder_of(path)) {
                Err(cause) if cause.kind() != ErrorKind::NotFound => {
                    Err(ConnectionsError::KeyFile { path: path.clone(), cause })
                }
                _ => Ok(()),
            },
        }
    }

    /// Removes what an interrupted change left in the next place. Only while the key in the first place counts.
    pub(crate) fn clear_next(&self) -> Result<(), ConnectionsError> {
        match self {
            KeySource::Env(_) => Ok(()),
            KeySource::Keyring(keyring, name) => keyring.delete(&format!("{name}, the next one")).map_err(locked),
            KeySource::File(path) => match fs::remove_file(next(path)).and_then(|()| sync_folder_of(path)) {
                Err(cause) if cause.kind() != ErrorKind::NotFound => {
                    Err(ConnectionsError::KeyFile { path: next(path), cause })
                }
                _ => Ok(()),
            },
        }
    }

    /// For messages.
    pub fn name(&self) -> String {
        match self {
            KeySource::Env(name) => format!("the environment variable {name}"),
            KeySource::Keyring(_, name) => format!("the system's keyring ({name})"),
            KeySource::File(path) => path.display().to_string(),
        }
    }

    fn parse(&self, text: &str) -> Result<Key, ConnectionsError> {
        let invalid = || ConnectionsError::KeyInvalid { source_name: self.name() };
        let bytes =
            Zeroizing::new(BASE64_STANDARD.decode(text.trim_start_matches('\u{feff}').trim()).map_err(|_| invalid())?);
        let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| invalid())?;
        Ok(Zeroizing::new(key))
    }
}

fn locked(cause: String) -> ConnectionsError {
    ConnectionsError::KeyringFailed { cause }
}

fn next(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".next");
    name.into()
}

fn read(path: &Path) -> Result<Option<Zeroizing<String>>, ConnectionsError> {
    let failed = |cause: std::io::Error| ConnectionsError::KeyFile { path: path.to_owned(), cause };
    let mode = match fs::metadata(path) {
        Ok(found) => found.permissions().mode(),
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(failed(cause)),
    };
    let text = switchboard_text_file::read(path, MAX_FILE).map(Zeroizing::new);
    let text = text.map_err(ConnectionsError::KeyUnreadable)?;
    if mode & 0o077 != 0 {
        return Err(ConnectionsError::KeyExposed { path: path.to_owned(), mode: mode & 0o777 });
    }
    Ok(Some(text))
}

fn new_text() -> Zeroizing<String> {
    let mut key = Zeroizing::new([0u8; 32]);
    rand::rng().fill_bytes(&mut *key);
    Zeroizing::new(BASE64_STANDARD.encode(*key))
}

/// Writes a new key beside its place and links it there: another process sees it whole or not at all, and two that
/// start at once end with the same key.
fn write_new(path: &Path) -> std::io::Result<()> {
    let (mut file, draft) = draft(path)?;
    let written = (|| {
        file.write_all(new_text().as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        match fs::hard_link(&draft, path) {
            Err(cause) if cause.kind() != ErrorKind::AlreadyExists => Err(cause),
            _ => Ok(()),
        }
    })();
    let removed = fs::remove_file(&draft);
    written.and(removed).and_then(|()| sync_folder_of(path))
}

/// A new file beside the place of a key, locked for as long as it is open: one without a lock was left by a killed process.
fn draft(path: &Path) -> std::io::Result<(File, PathBuf)> {
    for _ in 0..MOST_DRAFTS {
        // Not the id of the process: in a container each first start may have the same.
        let draft = path.with_extension(format!("{}.tmp", rand::random::<u64>()));
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        // Another command may have swept it before it was locked.
        if file.try_lock().is_ok() && switchboard_text_file::is_at(&file, &draft)? {
            return Ok((file, draft));
        }
        match fs::remove_file(&draft) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(cause),
            _ => {}
        }
    }
    Err(std::io::Error::other("other commands remove the new key while it is written"))
}

/// Removes drafts that killed processes left.
fn clear_drafts(path: &Path) {
    let Some(folder) = path.parent() else { return };
    // A draft has the name of its key without the extension: of the key itself, and of the next one.
    let stems: Vec<&str> =
        [path.file_stem(), path.file_name()].into_iter().flatten().filter_map(|name| name.to_str()).collect();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let of = |stem: &str| name.to_str()?.strip_prefix(stem)?.strip_prefix('.')?.strip_suffix(".tmp");
        if stems
            .iter()
            .filter_map(|stem| of(stem))
            .any(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
        {
            let draft = entry.path();
            let file = switchboard_text_file::open_regular(&draft, OpenOptions::new().read(true));
            // Who writes it has the lock.
            if file.is_ok_and(|file| file.try_lock().is_ok()) {
                let _ = fs::remove_file(draft);
            }
        }
    }
}

/// A new name is on disk when its folder is.
fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => switchboard_text_file::sync_folder(parent),
        None => Ok(()),
    }
}
