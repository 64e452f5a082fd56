//! A server in a process of its own. It ends with the test: its standard input closes, and it is killed when dropped.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use switchboard_leaks::Asked;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

/// Longer than any machine takes to start an interpreter.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Child {
    /// `http://127.0.0.1:PORT`
    pub origin: String,
    // Asked for the last time while the process runs.
    _asked: Option<Asked>,
    _process: tokio::process::Child,
    _folder: Option<tempfile::TempDir>,
}

impl Child {
    /// Starts it and waits for its line `listening PORT`.
    pub async fn start(program: &str, arguments: &[&Path]) -> Child {
        let mut process = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{program}: {error}; run `make servers` once"));
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = tokio::time::timeout(PATIENCE, async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if let Some(port) = line.strip_prefix("listening ") {
                    return Some(port.to_owned());
                }
            }
            None
        });
        let port = port.await.ok().flatten().unwrap_or_else(|| panic!("{program} did not start; its words are above"));
        // What it says later goes nowhere, and must not stop it.
        tokio::spawn(async move { while lines.next_line().await.is_ok_and(|line| line.is_some()) {} });
        Child { origin: format!("http://127.0.0.1:{port}"), _asked: None, _process: process, _folder: None }
    }

    /// What it gave out is asked for at the end, while it runs.
    pub fn asked_for(self, name: &'static str) -> Child {
        let authority = self.origin.trim_start_matches("http://").to_owned();
        let asked = switchboard_leaks::ask(move || {
            let tokens = issued(&authority).map_err(|error| format!("{name} cannot be asked for: {error}"))?;
            Ok(tokens.into_iter().map(|token| (name.to_owned(), token.into_bytes())).collect())
        });
        Child { _asked: Some(asked), ..self }
    }

    /// The folder goes with the server.
    pub fn keeping(self, folder: tempfile::TempDir) -> Child {
        Child { _folder: Some(folder), ..self }
    }
}

fn issued(authority: &str) -> std::io::Result<Vec<String>> {
    let mut stream = TcpStream::connect(authority)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(stream, "GET /issued HTTP/1.0\r\nHost: {authority}\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let (_, body) = text.split_once("\r\n\r\n").unwrap_or_default();
    Ok(serde_json::from_str(body)?)
}
