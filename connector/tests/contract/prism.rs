//! The referee: one process for each of the service's own documents.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// Which documents describe the paths that activities use.
const DOCUMENTS: [&str; 5] = [
    "meetings.endpoints.json",
    "users.endpoints.json",
    "accounts.endpoints.json",
    "marketplace.endpoints.json",
    "meetings.master.account-recordings.json",
];

/// What the referee does with a request that is valid.
pub enum Answers {
    /// Makes one up from the document.
    Mock,
    /// Passes it on to this address, and judges the answer too.
    Proxy(String),
}

pub struct Document {
    child: Child,
    base: String,
    paths: Vec<(Vec<String>, Vec<String>)>,
}

/// The documents' folder, when it is there.
pub fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("ZOOM_OPENAPI").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/zoom/openapi"));
    folder.join(DOCUMENTS[0]).exists().then_some(folder)
}

/// Start a referee for each document, side by side.
pub fn start(folder: &Path, answers: &Answers) -> Vec<Document> {
    let mut started: Vec<_> = DOCUMENTS.iter().map(|name| Document::start(&folder.join(name), answers)).collect();
    started.iter_mut().for_each(Document::wait);
    started
}

/// The base address of the referee whose document has the path.
pub fn route(documents: &[Document], path: &str) -> Option<String> {
    documents.iter().find(|document| document.knows(path)).map(|document| document.base.clone())
}

impl Document {
    fn start(file: &Path, answers: &Answers) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
        let prism = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/contract/node_modules/@stoplight/prism-cli/dist/index.js");
        assert!(prism.exists(), "the referee is not installed: run `make contract`");
        let mut command = Command::new("node");
        command.arg(prism);
        match answers {
            Answers::Mock => command.args(["mock", "--port", &port]).arg(file),
            Answers::Proxy(upstream) => command.args(["proxy", "--port", &port]).arg(file).arg(upstream),
        };
        let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("node runs");
        Self { child, base: format!("http://127.0.0.1:{port}"), paths: paths(file) }
    }

    fn wait(&mut self) {
        let said = BufReader::new(self.child.stdout.take().expect("piped"));
        let mut lines = said.lines().map_while(Result::ok);
        assert!(lines.any(|line| line.contains("is listening")), "the referee of {} did not start", self.base);
        // Its chatter must go somewhere, or it stops.
        std::thread::spawn(move || lines.count());
    }

    fn knows(&self, path: &str) -> bool {
        let sent: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        self.paths.iter().any(|(known, _)| {
            known.len() == sent.len()
                && known.iter().zip(&sent).all(|(known, sent)| known.starts_with('{') || known == sent)
        })
    }
}

impl Drop for Document {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn paths(file: &Path) -> Vec<(Vec<String>, Vec<String>)> {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let document: Value = serde_json::from_str(&text).unwrap();
    let all = document["paths"].as_object().unwrap();
    all.iter()
        .map(|(path, operations)| {
            let segments = path.trim_start_matches('/').split('/').map(str::to_owned).collect();
            (segments, operations.as_object().unwrap().keys().cloned().collect())
        })
        .collect()
}
