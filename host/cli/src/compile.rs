//! `--connector FILE`: machine code from the compiler beside this program, which has none inside.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use crate::error::CliError;

const NAME: &str = "switchboard-compile";
/// Half a minute is enough for a component of 30 MB.
const LIMIT: Duration = Duration::from_secs(120);

/// Compile a component in a process of its own, which is stopped when it takes too long.
pub async fn compiled(component: &[u8]) -> Result<Vec<u8>, CliError> {
    let failed = |why: String| CliError::failed("connector.compile", why);
    let here =
        std::env::current_exe().map_err(|error| failed(format!("this program does not find itself: {error}")))?;
    let compiler = here.with_file_name(NAME).with_extension(std::env::consts::EXE_EXTENSION);
    let mut child = Command::new(&compiler)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .env_clear()
        .spawn()
        .map_err(|error| {
            failed(format!("{} cannot be started: {error}", compiler.display()))
                .with_fix("put switchboard-compile of the same build beside switchboard; `make build` makes both")
        })?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(mut stdin), Some(mut stdout), Some(mut stderr)) = (stdin, stdout, stderr) else {
        return Err(failed("the compiler has no pipes".to_owned()));
    };
    let (mut code, mut said) = (Vec::new(), String::new());
    let work = async {
        let write = async {
            // a compiler that stops reading says why below
            drop(stdin.write_all(component).await);
            drop(stdin);
        };
        let (_, read, words) = tokio::join!(write, stdout.read_to_end(&mut code), stderr.read_to_string(&mut said));
        read.and(words)?;
        child.wait().await
    };
    match tokio::time::timeout(LIMIT, work).await {
        Ok(Ok(status)) if status.success() => Ok(code),
        Ok(Ok(_)) => Err(failed(format!("not a component this host can run: {}", said.trim()))),
        Ok(Err(error)) => Err(failed(format!("the compiler broke off: {error}"))),
        Err(_) => Err(failed(format!("compiling took more than {LIMIT:?}"))),
    }
}
