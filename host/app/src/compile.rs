//! A connector from a file: machine code from the compiler beside this program, which has none inside.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use switchboard_runtime::MAX_COMPONENT;
use switchboard_text_file::TextFileError;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use crate::AppError;

const NAME: &str = "switchboard-compile";
/// A component of ten megabytes takes a third of it.
const LIMIT: Duration = Duration::from_secs(30);
/// Threads of the compiler. Each has memory of its own, and its memory is limited.
const THREADS: &str = "4";
/// Most machine code, bytes: some ten times the largest component.
const CODE: u64 = 192 << 20;
/// Most that the compiler says of a mistake, bytes.
const WORDS: u64 = 2_000;

/// Read the component that a person names.
pub fn read(file: &Path) -> Result<Vec<u8>, AppError> {
    switchboard_text_file::read_bytes(file, MAX_COMPONENT as u64).map_err(|error| {
        let fix = match &error {
            TextFileError::TooLarge { .. } => "leave out debug information and unused code: wasm-tools strip",
            _ => "name a component file, for example connector.wasm",
        };
        AppError::usage(error.to_string(), fix)
    })
}

/// Compile a component in a process of its own, which limits its memory and its processor time, and is stopped when it takes
/// too long.
pub async fn compile(component: &[u8]) -> Result<Vec<u8>, AppError> {
    let here =
        std::env::current_exe().map_err(|error| failed(format!("cannot find the path of this program: {error}")))?;
    let compiler = here.with_file_name(NAME).with_extension(std::env::consts::EXE_EXTENSION);
    let mut child = Command::new(&compiler)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .env_clear()
        .env("RAYON_NUM_THREADS", THREADS)
        .spawn()
        .map_err(|error| {
            failed(format!("{} cannot be started: {error}", compiler.display()))
                .with_fix("put switchboard-compile of the same build beside switchboard; `make build` makes both")
        })?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(mut stdin), Some(stdout), Some(stderr)) = (stdin, stdout, stderr) else {
        return Err(failed("the compiler has no pipes".to_owned()));
    };
    let work = async {
        let write = async {
            // a compiler that stops reading says why below
            drop(stdin.write_all(component).await);
            drop(stdin);
        };
        let ((), code, words) = tokio::join!(write, drain(stdout, CODE), drain(stderr, WORDS));
        Ok::<_, std::io::Error>((code?, words?, child.wait().await?))
    };
    let outcome = tokio::time::timeout(LIMIT, work).await;
    match outcome {
        Ok(Ok((code, _, status))) if status.success() && code.len() as u64 <= CODE => Ok(code),
        Ok(Ok((_, words, status))) => Err(failed(cause(status, &String::from_utf8_lossy(&words)))),
        Ok(Err(error)) => Err(failed(format!("the compiler failed: {error}"))),
        Err(_) => {
            // It is killed when it is dropped, too; so it is also gone when the command goes on.
            drop(child.kill().await);
            Err(failed(format!("it takes more than {} seconds to compile", LIMIT.as_secs())).with_fix(SMALLER))
        }
    }
}

const SMALLER: &str =
    "a connector compiles in some seconds: reduce its size, or try again when the machine is less busy";

fn failed(why: String) -> AppError {
    AppError::failed("connector.compile", why)
}

/// Reads no more than one byte beyond the limit: who goes on writing gets a closed pipe.
async fn drain(from: impl AsyncRead + Unpin, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most.saturating_add(1)).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

/// Why the compiler ended without code.
fn cause(status: ExitStatus, words: &str) -> String {
    if status.success() {
        return format!("its machine code has more than {CODE} bytes");
    }
    match ended_by(status) {
        Some(signal) if signal == PROCESSOR_TIME => {
            "it takes more than a minute of processor time to compile".to_owned()
        }
        Some(signal) if signal == NO_MEMORY => {
            "the compiler aborted, most often because it needs more than 2 GiB of memory".to_owned()
        }
        Some(signal) => format!("the compiler was ended by signal {signal}"),
        None => words.trim().to_owned(),
    }
}

/// What ends a program whose processor time is used up.
#[cfg(unix)]
const PROCESSOR_TIME: i32 = libc::SIGXCPU;
/// How a program ends itself that gets no memory.
#[cfg(unix)]
const NO_MEMORY: i32 = libc::SIGABRT;

#[cfg(unix)]
fn ended_by(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}
