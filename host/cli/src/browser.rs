//! The system's browser, started by a process that does not have our secrets in its environment.

use std::process::{Command, Stdio};

use url::Url;

use crate::error::CliError;

/// Variables that hold a secret, or may.
const OURS: &str = "SWITCHBOARD_";

/// Opens an address. The browser is started by this program started anew: the library that finds it hands on whatever is in
/// the environment.
pub fn open(page: &Url) -> bool {
    let Ok(program) = std::env::current_exe() else {
        return false;
    };
    let mut command = Command::new(program);
    command.args(["open-browser", page.as_str()]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with(OURS)) {
        command.env_remove(name);
    }
    command.status().is_ok_and(|status| status.success())
}

/// What that process does.
pub fn run(address: &str) -> Result<(), CliError> {
    webbrowser::open(address).map_err(|error| CliError::failed("browser", error.to_string()))
}
