//! Every example of the manifest against the emulator, with exactly the scopes that its entry lists, and with one scope less.
//!
//! An example with a `problem` must end in that problem; one with the `level` `admin` runs with `:admin`
//! scopes alone. `ZOOM_EXAMPLE=meetings.` runs those whose name begins so.
#![expect(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

use serde_json::Value;
use switchboard_connector_zoom::activities::invoke;
use switchboard_connector_zoom::bindings::contract::{Problem, Retry};
use switchboard_connector_zoom::bindings::http::{
    Credential, Expectation, Failure, Header, Method, Request, Response, Stored, Target,
};
use switchboard_connector_zoom::{Service, Zoom, manifest};
use switchboard_emulator::{Emulator, Options};

/// Owner of the emulated account.
const OWNER: &str = "ada@emulator.test";

/// The host's part, as small as it can be.
struct Wire {
    base: String,
    token: String,
    agent: ureq::Agent,
}

impl Wire {
    fn new(emulator: &Emulator, scopes: &[String]) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        let token = emulator.issue_token_with(OWNER, scopes).expect("the owner is seeded");
        Self { base: emulator.api_base(), token, agent: config.into() }
    }

    fn exchange(&self, request: &Request) -> Result<Response, ureq::Error> {
        let url = match &request.target {
            Target::Path(path) => format!("{}{path}", self.base),
            Target::Link(link) => link.clone(),
        };
        let method = match request.method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        };
        let mut builder = ureq::http::Request::builder().method(method).uri(with_query(&url, &request.query));
        for Header { name, value } in &request.headers {
            builder = builder.header(name, value);
        }
        if matches!(request.credential, Credential::Connection) {
            builder = builder.header("authorization", format!("Bearer {}", self.token));
        }
        let body = request.body.clone().unwrap_or_default();
        let mut answer = self.agent.run(builder.body(body).expect("a request"))?;
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| Header {
                name: name.to_string(),
                value: value.to_str().unwrap_or_default().to_owned(),
            })
            .collect();
        Ok(Response { status: answer.status().as_u16(), headers, body: answer.body_mut().read_to_vec()? })
    }
}

fn with_query(url: &str, query: &[(String, String)]) -> String {
    let mut url = url::Url::parse(url).expect("an address");
    for (name, value) in query {
        url.query_pairs_mut().append_pair(name, value);
    }
    url.into()
}

fn failure(error: &ureq::Error) -> Failure {
    Failure {
        code: "network".to_owned(),
        message: error.to_string(),
        fix: None,
        retry: Retry::Never,
        not_sent: false,
        response: None,
    }
}

impl Service for Wire {
    fn send(&self, request: &Request) -> Result<Response, Failure> {
        self.exchange(request).map_err(|error| failure(&error))
    }

    fn download(&self, request: &Request, label: &str, expect: &Expectation) -> Result<Stored, Failure> {
        let answer = self.exchange(request).map_err(|error| failure(&error))?;
        let size = u64::try_from(answer.body.len()).expect("fits");
        if answer.status != 200 || expect.size.is_some_and(|expected| expected != size) {
            let code = "download.refused".to_owned();
            let message = format!("HTTP {}, {size} bytes", answer.status);
            let response = Some(answer);
            return Err(Failure { code, message, fix: None, retry: Retry::Never, not_sent: false, response });
        }
        Ok(Stored { path: format!("/downloads/{label}"), size, sha256: "0".repeat(64), content_type: None })
    }

    fn now(&self) -> u64 {
        let since = std::time::SystemTime::UNIX_EPOCH.elapsed().expect("after 1970");
        u64::try_from(since.as_millis()).expect("fits")
    }

    fn progress(&self, _: u64, _: &str) {}
}

struct Bench {
    emulator: Emulator,
    _threads: tokio::runtime::Runtime,
}

impl Bench {
    fn new() -> Self {
        let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let options = Options { rate_limits: false, ..Options::default() };
        let emulator = threads.block_on(switchboard_emulator::start(options)).expect("the emulator starts");
        Self { emulator, _threads: threads }
    }

    /// Run on a fresh world.
    fn run(&self, name: &str, input: &Value, scopes: &[String]) -> Result<Value, Problem> {
        self.emulator.reset();
        let wire = Wire::new(&self.emulator, scopes);
        invoke(&Zoom::new(&wire), name, &input.to_string()).map(|text| serde_json::from_str(&text).unwrap())
    }
}

fn entries() -> Vec<Value> {
    let manifest: Value = serde_json::from_str(manifest::RESOLVED).unwrap();
    let only = std::env::var("ZOOM_EXAMPLE").unwrap_or_default();
    let all = manifest["activities"].as_array().unwrap().iter();
    all.filter(|entry| entry["name"].as_str().unwrap().starts_with(&only)).cloned().collect()
}

/// Every set of scopes that an entry calls enough.
fn scope_sets(entry: &Value) -> Vec<Vec<String>> {
    ["granular", "classic"]
        .iter()
        .flat_map(|family| entry["scopes"][family].as_array().unwrap())
        .map(|set| set.as_array().unwrap().iter().map(|scope| scope.as_str().unwrap().to_owned()).collect())
        .collect()
}

#[test]
fn every_example_does_what_it_says_with_exactly_the_listed_scopes() {
    let bench = Bench::new();
    let mut wrong = Vec::new();
    for entry in entries() {
        let name = entry["name"].as_str().unwrap();
        for (set, example) in scope_sets(&entry).iter().flat_map(|set| {
            let examples = entry["examples"].as_array().unwrap().iter();
            // What concerns somebody else needs an administrator's scopes.
            let admin = set.iter().all(|scope| scope.ends_with(":admin"));
            examples.filter(move |example| admin || example["level"] != "admin").map(move |example| (set, example))
        }) {
            let found = bench.run(name, &example["input"], set);
            match (example["problem"].as_str(), found) {
                (None, Ok(_)) => {}
                (Some(expected), Err(problem)) if problem.code == expected => {}
                (expected, found) => {
                    let found =
                        found.map(|_| "success").map_err(|problem| format!("{}: {}", problem.code, problem.message));
                    wrong.push(format!("{name}, {}, {set:?}: wanted {expected:?}, got {found:?}", example["title"]));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn with_one_scope_less_the_problem_names_that_scope() {
    let bench = Bench::new();
    let mut wrong = Vec::new();
    for entry in entries() {
        let name = entry["name"].as_str().unwrap();
        let examples = entry["examples"].as_array().unwrap();
        let input = &examples.iter().find(|example| example["problem"].is_null()).unwrap_or(&examples[0])["input"];
        for set in scope_sets(&entry) {
            for missing in &set {
                let mut held: Vec<String> = set.iter().filter(|scope| *scope != missing).cloned().collect();
                // An unrelated scope of the same family, so that Zoom names what is missing in that family's words.
                let classic = missing.split(':').nth(2).is_none_or(|third| third == "admin");
                held.push(if classic { "unrelated:read" } else { "unrelated:read:nothing" }.to_owned());
                let Err(problem) = bench.run(name, input, &held) else {
                    wrong.push(format!("{name} works without {missing}"));
                    continue;
                };
                let named =
                    problem.details.as_deref().is_some_and(|details| details.contains(&format!("\"{missing}\"")));
                if problem.code != "scope-missing" || !named {
                    wrong.push(format!("{name} without {missing}: {}: {}", problem.code, problem.message));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_activity_has_an_example_of_success_and_one_of_failure() {
    for entry in entries() {
        let (good, bad): (Vec<_>, Vec<_>) =
            entry["examples"].as_array().unwrap().iter().partition(|example| example["problem"].is_null());
        assert!(!good.is_empty() && !bad.is_empty(), "{} lacks an example", entry["name"]);
    }
}
