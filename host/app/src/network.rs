//! The proxy and the certificates of this machine's network, by variables of the environment.

use std::env;
use std::path::Path;

use switchboard_egress::{Egress, Network, Route};
use url::Url;

use crate::AppError;

/// The proxy to go through, or `none`.
pub const PROXY: &str = "SWITCHBOARD_PROXY";
/// A file of root certificates that are trusted besides the system's.
pub const CA_FILE: &str = "SWITCHBOARD_CA_FILE";
/// What other programs take a proxy from. Whether this one should follow it is for a person to say.
const OTHERS: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
/// All roots of a system have some 250 KiB.
const LARGEST: u64 = 4 << 20;

/// The way out of this machine.
pub fn egress() -> Result<Egress, AppError> {
    let root = value(CA_FILE).map(|file| certificates(&file)).transpose()?;
    Egress::with_network(Network { root, route: route()? })
        .map_err(|error| AppError::usage(format!("{CA_FILE}: {error}"), "name a file of certificates in PEM form"))
}

/// How requests leave, and what a person may know of it.
pub fn route() -> Result<Route, AppError> {
    let fix = "write http://host:port, or `none` to connect directly";
    match value(PROXY) {
        Some(none) if none.eq_ignore_ascii_case("none") => Ok(Route::Direct),
        Some(text) => match Url::parse(&text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(Route::Proxy(url)),
            // It may hold a password.
            _ => Err(AppError::usage(format!("{PROXY} is not a proxy address"), fix)),
        },
        None => Ok(match OTHERS.iter().find(|name| value(name).is_some()) {
            Some(other) => Route::Undecided {
                message: format!("{other} is set, but SWITCHBOARD_PROXY is not"),
                fix: format!("set {PROXY} to the proxy's address, or to `none` to connect directly"),
            },
            None => Route::Direct,
        }),
    }
}

fn value(name: &str) -> Option<String> {
    env::var(name).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn certificates(file: &str) -> Result<Vec<u8>, AppError> {
    switchboard_text_file::read_bytes(Path::new(file), LARGEST)
        .map_err(|error| AppError::usage(format!("{CA_FILE}: {error}"), error.fix()))
}
