//! The keyring of a person's session, where there is one that works.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use zeroize::Zeroizing;

/// Secrets under names, kept by the system.
pub trait Keyring: Send + Sync + fmt::Debug {
    /// The secret of a name; none when there is none. An error when the keyring is locked or not there.
    fn get(&self, name: &str) -> Result<Option<Zeroizing<String>>, String>;
    /// Keeps a secret, in place of the former one.
    fn set(&self, name: &str, secret: &str) -> Result<(), String>;
    /// Forgets a secret. It is no error when there is none.
    fn delete(&self, name: &str) -> Result<(), String>;
}

/// The name of a data folder's key.
pub(crate) fn name(data_dir: &Path) -> String {
    let folder = std::fs::canonicalize(data_dir).unwrap_or_else(|_| data_dir.to_owned());
    format!("key of {}", folder.display())
}

/// Whether the key belongs into this keyring: there is no key file, and the key is there already, or what is written here can
/// be read again. That a keyring can be reached says little: on a machine without a desktop it is often locked, or empty at
/// the next start.
pub(crate) fn fits(keyring: &dyn Keyring, name: &str, file: &Path) -> bool {
    if file.exists() {
        return false;
    }
    match keyring.get(name) {
        Ok(Some(_)) => true,
        // others may look at the same moment
        Ok(None) => works(keyring, &format!("{name}, a probe of {}", std::process::id())),
        Err(_) => false,
    }
}

fn works(keyring: &dyn Keyring, name: &str) -> bool {
    const PROBE: &str = "probe";
    let kept = keyring.set(name, PROBE).is_ok()
        && keyring.get(name).is_ok_and(|read| read.is_some_and(|read| read.as_str() == PROBE));
    keyring.delete(name).is_ok() && kept
}

/// The system's keyring, in a build with the feature `keyring`.
pub(crate) fn system() -> Option<Arc<dyn Keyring>> {
    #[cfg(feature = "keyring")]
    return Some(Arc::new(system::System));
    #[cfg(not(feature = "keyring"))]
    None
}

#[cfg(feature = "keyring")]
mod system {
    use ::keyring::v1::{Entry, Error};
    use zeroize::Zeroizing;

    /// Under this name people find it in their keyring's own program.
    const SERVICE: &str = "switchboard";

    #[derive(Debug)]
    pub struct System;

    impl super::Keyring for System {
        fn get(&self, name: &str) -> Result<Option<Zeroizing<String>>, String> {
            match Entry::new(SERVICE, name).and_then(|entry| entry.get_password()) {
                Ok(secret) => Ok(Some(Zeroizing::new(secret))),
                Err(Error::NoEntry) => Ok(None),
                Err(error) => Err(error.to_string()),
            }
        }

        fn set(&self, name: &str, secret: &str) -> Result<(), String> {
            Entry::new(SERVICE, name).and_then(|entry| entry.set_password(secret)).map_err(|error| error.to_string())
        }

        fn delete(&self, name: &str) -> Result<(), String> {
            match Entry::new(SERVICE, name).and_then(|entry| entry.delete_credential()) {
                Ok(()) | Err(Error::NoEntry) => Ok(()),
                Err(error) => Err(error.to_string()),
            }
        }
    }
}

#[cfg(test)]
#[path = "keyring_tests.rs"]
mod tests;
