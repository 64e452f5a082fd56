//! The system's browser, started by a process that does not have our secrets in its environment.

use std::process::{Command, Stdio};
use std::time::Duration;

use url::Url;

use switchboard_app::AppError;

/// Variables that hold a secret, or may.
const OURS: &str = "SWITCHBOARD_";

/// Opens an address. The browser is started by this program started anew: the library that finds it hands on whatever is in
/// the environment. Waits three seconds at most for the answer that there is none.
pub fn open(page: &Url) -> bool {
    let Ok(program) = std::env::current_exe() else {
        return false;
    };
    let mut command = Command::new(program);
    command.args(["open-browser", page.as_str()]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with(OURS)) {
        command.env_remove(name);
    }
    let Ok(mut child) = command.spawn() else { return false };
    // A browser in the terminal runs until it is left: what it opened is no concern of ours then.
    for _ in 0..30 {
        match child.try_wait() {
            Ok(None) => std::thread::sleep(Duration::from_millis(100)),
            ended => return ended.is_ok_and(|status| status.is_some_and(|status| status.success())),
        }
    }
    true
}

/// What that process does.
pub fn run(address: &str) -> Result<(), AppError> {
    webbrowser::open(address).map_err(|error| AppError::failed("browser", error.to_string()))
}
