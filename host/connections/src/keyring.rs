//! The vault's key in the keyring of the operating system.

use keyring::{Entry, Error};
use zeroize::Zeroizing;

use crate::ConnectionsError;

/// The name under which the keyring shows our keys.
pub(crate) const SERVICE: &str = "switchboard";

/// Whether there is a keyring that answers. On a server there is often none, or a locked one.
pub(crate) fn usable(account: &str) -> bool {
    let asked = Entry::new(SERVICE, account).and_then(|entry| entry.get_password().map(Zeroizing::new));
    matches!(asked, Ok(_) | Err(Error::NoEntry))
}

pub(crate) fn read(service: &str, account: &str) -> Result<Option<Zeroizing<String>>, ConnectionsError> {
    match Entry::new(service, account).and_then(|entry| entry.get_password()) {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(failed(&error)),
    }
}

/// Keeps a key. One that is there already stays.
pub(crate) fn write(service: &str, account: &str, text: &str) -> Result<(), ConnectionsError> {
    match read(service, account)? {
        Some(_) => Ok(()),
        None => Entry::new(service, account).and_then(|entry| entry.set_password(text)).map_err(|error| failed(&error)),
    }
}

/// Moves the next key into the first place.
pub(crate) fn promote(service: &str, account: &str) -> Result<(), ConnectionsError> {
    let next = format!("{account} next");
    let Some(text) = read(service, &next)? else {
        return Ok(());
    };
    Entry::new(service, account).and_then(|entry| entry.set_password(&text)).map_err(|error| failed(&error))?;
    clear(service, &next)
}

pub(crate) fn clear(service: &str, account: &str) -> Result<(), ConnectionsError> {
    match Entry::new(service, account).and_then(|entry| entry.delete_credential()) {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(failed(&error)),
    }
}

fn failed(error: &Error) -> ConnectionsError {
    ConnectionsError::Keyring { message: error.to_string() }
}
