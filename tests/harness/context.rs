//! One emulator, one home folder and the real `switchboard` binary, for one test.
#![expect(clippy::expect_used, clippy::panic, reason = "test support: a broken context is a failed test")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use switchboard_emulator::{Emulator, Options};
use switchboard_leaks::{Home, Secret};
use url::Url;

/// Everything a journey needs. The emulator runs in this process on free ports. When it ends, everything that the commands
/// printed, showed and left behind is searched for every secret there was.
pub struct TestContext {
    pub emulator: Emulator,
    pub home: Home,
    _threads: tokio::runtime::Runtime,
}

/// How a command ended, and what it printed.
#[derive(Debug)]
pub struct CommandOutput {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl TestContext {
    /// A context with the `small` seed and no connection.
    pub fn new() -> Self {
        Self::with(Options::default())
    }

    /// A context with other emulator options; ports are always free ones.
    pub fn with(options: Options) -> Self {
        let threads =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads");
        let options = Options { api_port: 0, download_port: 0, ..options };
        let emulator = threads.block_on(switchboard_emulator::start(options)).expect("the emulator starts");
        let home = Home::new();
        std::fs::create_dir(home.path().join("tmp")).expect("the folder is ours");
        Self { emulator, home, _threads: threads }
    }

    /// A context with ada connected as `work` through the code flow.
    pub fn connected() -> Self {
        let context = Self::new();
        context.connect("work", "ada@emulator.test");
        context
    }

    /// The binary that `make` built, or another build of it, which `SWITCHBOARD_BINARY` names.
    pub fn binary() -> PathBuf {
        if let Some(other) = std::env::var_os("SWITCHBOARD_BINARY") {
            return other.into();
        }
        let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/debug/switchboard");
        assert!(built.exists(), "{} is missing: run the tests by `make test`", built.display());
        built
    }

    /// A file of the repository.
    pub fn file(path: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
    }

    /// The command, to be changed and then given to [`TestContext::finish`] or [`TestContext::start`]. All it may write to is the
    /// home folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let home = self.home.path();
        let mut command = Command::new(Self::binary());
        command
            .args(arguments)
            .current_dir(home)
            .env("SWITCHBOARD_HOME", home)
            .env("HOME", home)
            .env("TMPDIR", home.join("tmp"))
            .env_remove("SWITCHBOARD_KEY");
        command
    }

    /// Run the command with nothing on standard input.
    pub fn run(&self, arguments: &[&str]) -> CommandOutput {
        let mut command = self.command(arguments);
        self.finish(command.stdin(Stdio::null()))
    }

    /// Run a command of [`TestContext::command`] to its end.
    pub fn finish(&self, command: &mut Command) -> CommandOutput {
        let child = self.start(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
        self.read_output(child.wait_with_output().expect("it ends"))
    }

    /// Start a command of [`TestContext::command`]; what it and its descendants show to other processes is kept for the end.
    pub fn start(&self, command: &mut Command) -> Child {
        let child = command.spawn().expect("the command starts");
        self.home.watch(child.id(), command);
        child
    }

    /// The output of a command, which is kept and searched at the end.
    pub fn read_output(&self, output: Output) -> CommandOutput {
        self.home.record("standard output", output.stdout.clone());
        self.home.record("standard error", output.stderr.clone());
        command_output(output)
    }

    /// One more secret that must not be found anywhere.
    pub fn add_secret(&self, name: &str, secret: &str) {
        self.home.add_secret(name, secret);
    }

    /// Every secret there was: what the emulator gave out or was shown (access and refresh tokens, codes, proofs), the
    /// secrets of its apps, what the database seals, its keys, and what the test named.
    pub fn secrets(&self) -> Vec<Secret> {
        let mut all = self.issued_secrets();
        all.extend(self.home.secrets());
        all
    }

    fn issued_secrets(&self) -> Vec<Secret> {
        let tokens =
            self.emulator.issued_tokens().into_iter().map(|token| ("a token or code".into(), token.into_bytes()));
        let apps =
            self.emulator.app_secrets().into_iter().map(|secret| ("an app's secret".into(), secret.into_bytes()));
        tokens.chain(apps).collect()
    }

    /// Where a secret is that should not be there, and what could not be looked at, one line each.
    pub fn leaks(&self) -> Vec<String> {
        self.add_issued_secrets();
        self.home.leaks()
    }

    fn add_issued_secrets(&self) {
        self.issued_secrets().into_iter().for_each(|(name, secret)| self.home.add_secret(&name, secret));
    }

    /// A file that holds a secret, as a person makes one to hand it over.
    pub fn secret_file(&self, secret: &str) -> String {
        self.home.write_secret("app-secret", secret).display().to_string()
    }

    /// Run the command with `input` on standard input.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> CommandOutput {
        let mut child = self.piped(arguments);
        child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("it reads");
        self.read_output(child.wait_with_output().expect("it ends"))
    }

    /// Run the command, want success, read its JSON.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let done = self.run(arguments);
        assert_eq!(done.code, 0, "{arguments:?}: {}{}", done.out, done.err);
        serde_json::from_str(&done.out).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", done.out))
    }

    /// Run the automation that lists recordings, to its end.
    pub fn list_recordings(&self) -> Value {
        let file = Self::file("manifests/automations/list-recordings.json");
        self.json(&["run", &file.display().to_string(), "from=2026-01-01", "to=2026-11-23", "--json"])
    }

    /// Connect `user` under `label`: the whole code flow with paste, consent answered by this test.
    pub fn connect(&self, label: &str, user: &str) {
        let done = self.connect_with(label, user, "allow", &[]);
        assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    }

    /// The code flow with another decision or more arguments.
    pub fn connect_with(&self, label: &str, user: &str, decision: &str, more: &[&str]) -> CommandOutput {
        let (client, secret) = self.emulator.app();
        self.sign_in(&self.own_app(label, &client, &secret).with(more), user, decision)
    }

    /// Run a command that signs in with `--paste`, and be the person at the browser: `user` decides, and the address it
    /// ends on is pasted. A page without a way back is told to the command by its heading.
    pub fn sign_in(&self, arguments: &[&str], user: &str, decision: &str) -> CommandOutput {
        self.sign_in_by(arguments, |page| landing(page, user, decision))
    }

    /// The same with another person at the browser: `browse` gets the address, and what it gives is pasted.
    pub fn sign_in_by(&self, arguments: &[&str], browse: impl FnOnce(&str) -> String) -> CommandOutput {
        let mut arguments = arguments.to_vec();
        arguments.push("--paste");
        let mut child = self.piped(&arguments);
        let mut stderr = BufReader::new(child.stderr.take().expect("piped"));
        let mut said = String::new();
        let page = loop {
            let mut line = String::new();
            if stderr.read_line(&mut line).expect("text") == 0 {
                break None;
            }
            said.push_str(&line);
            if let Some((_, address)) = line.split_once("open and approve:") {
                break Some(address.trim().to_owned());
            }
        };
        if let Some(page) = page {
            let landed = browse(&page);
            child.stdin.take().expect("piped").write_all(format!("{landed}\n").as_bytes()).expect("it reads");
        }
        stderr.read_to_string(&mut said).expect("text");
        let output = child.wait_with_output().expect("it ends");
        self.read_output(Output { stderr: said.into_bytes(), ..output })
    }

    /// The port of the emulator's API and sign-in pages.
    pub fn port(&self) -> u16 {
        Url::parse(&self.emulator.api_base()).ok().and_then(|url| url.port()).expect("a port")
    }

    /// A request to the emulator as any program may send it: status and body.
    pub fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let (status, _, text) = http(method, self.port(), path, &body.to_string());
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    /// The error that `--json` puts on the last line of standard error.
    pub fn error(done: &CommandOutput) -> Value {
        let line = done.err.lines().rev().find(|line| line.starts_with('{'));
        let line = line.unwrap_or_else(|| panic!("no error: {}{}", done.out, done.err));
        serde_json::from_str::<Value>(line).expect("JSON").get("error").cloned().unwrap_or_default()
    }

    /// Change who may install apps at the emulator, and more of the account.
    pub fn approval(&self, change: &Value) -> Value {
        let (status, body) = self.ask("POST", "/_emulator/approval", change);
        assert_eq!(status, 200, "{change}: {body}");
        body
    }

    /// Start the command with all three of its streams in our hands.
    pub fn piped(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        self.start(command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()))
    }
}

impl Drop for TestContext {
    fn drop(&mut self) {
        // The home is dropped next, and searched.
        self.add_issued_secrets();
    }
}

impl Default for TestContext {
    fn default() -> Self {
        Self::new()
    }
}

/// Where the consent page sends the browser once `user` has decided.
pub fn landing(page: &str, user: &str, decision: &str) -> String {
    let mut url = Url::parse(page).expect("the command prints an address");
    url.query_pairs_mut().append_pair("_user", user).append_pair("_decision", decision);
    let path = format!("{}?{}", url.path(), url.query().unwrap_or_default());
    let (status, head, body) = http("GET", url.port().expect("loopback"), &path, "");
    let location = head.lines().find_map(|line| line.strip_prefix("location: ").or(line.strip_prefix("Location: ")));
    location.map_or_else(|| page_text(status, &body), str::to_owned)
}

/// The words of a page, in one line.
pub fn page_text(status: u16, body: &str) -> String {
    let main = body.split("<main>").nth(1).unwrap_or_else(|| panic!("{status}: no page\n{body}"));
    let mut tag = false;
    let words = main.chars().filter(|c| {
        let inside = tag || *c == '<';
        tag = if *c == '>' { false } else { inside };
        !inside
    });
    words.collect::<String>().replace('\n', " ")
}

/// A plain request to loopback: status, head, body.
pub fn http(method: &str, port: u16, path: &str, body: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("something listens");
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it answers");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    (status, head.to_owned(), body.to_owned())
}

fn command_output(output: Output) -> CommandOutput {
    CommandOutput {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
