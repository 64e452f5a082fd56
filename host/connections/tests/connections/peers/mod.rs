//! Servers to sign in at: the emulator, and four that nobody here wrote.

mod child;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::Value;
use switchboard_connections::{App, Connections, Grant, Loopback, Method, Pending, Service};
use switchboard_egress::{Connection, Egress, NoTrace, Request, Target};
use switchboard_leaks::Asked;
use tokio::time::Instant;
use url::{Url, form_urlencoded};

use crate::browser::{self, Answer, Landing, Person};
use crate::messages::Told;
use crate::support::{open, own_app, secret};
use child::Child;

/// One running server with an app of ours and a user.
pub struct Peer {
    pub name: &'static str,
    /// `http://127.0.0.1:PORT`
    pub origin: String,
    pub service: Service,
    pub app: App,
    /// The app for codes on another machine, and where those are given out; none where the server has no such codes.
    pub device: Option<(App, &'static str)>,
    /// Two scopes that the app may have.
    pub scopes: [String; 2],
    user: &'static str,
    /// The call that tells who somebody is.
    me: &'static str,
    running: Running,
}

enum Running {
    Emulator { _asked: Asked, emulator: Arc<switchboard_emulator::Emulator> },
    Child { _alive: Box<Child> },
}

/// One request a server saw.
#[derive(Debug)]
pub struct Seen {
    pub method: String,
    /// Path and query.
    pub url: String,
    /// `Basic`, `Bearer` or nothing.
    pub scheme: Option<String>,
    pub status: u64,
}

/// All five, started side by side.
pub async fn all() -> [Peer; 5] {
    let emulator = emulator(switchboard_emulator::Options::default());
    tokio::join!(emulator, oidc_provider(), django(), glewlwyd(), express()).into()
}

/// The emulator.
pub async fn emulator(options: switchboard_emulator::Options) -> Peer {
    let emulator = Arc::new(switchboard_emulator::start(options).await.unwrap());
    let there = emulator.clone();
    let asked = switchboard_leaks::ask(move || {
        let issued = there.issued_tokens().into_iter();
        Ok(issued.map(|token| ("a token of emulator".to_owned(), token.into_bytes())).collect())
    });
    let (client_id, client_secret) = emulator.app();
    let origin = emulator.oauth_base().trim_end_matches("/oauth").to_owned();
    let app = App { client_id, client_secret: Some(client_secret.into()) };
    Peer {
        name: "emulator",
        service: service(&origin, "/v2", "/oauth", ["/authorize", "/token", "/revoke"]),
        origin,
        device: Some((app.clone(), "/devicecode")),
        app,
        scopes: ["user:read:user".into(), "meeting:read:meeting".into()],
        user: "ada@emulator.test",
        me: "/users/me",
        running: Running::Emulator { _asked: asked, emulator },
    }
}

/// npm's oidc-provider: a refresh token used twice ends the whole grant.
pub async fn oidc_provider() -> Peer {
    let script = servers().join("oidc-provider/server.mjs");
    prepared(&servers().join("oidc-provider/node_modules/oidc-provider"));
    let child = Child::start("node", &[&script]).await.asked_for("a token of oidc-provider");
    let origin = child.origin.clone();
    let app = own_app();
    Peer {
        name: "oidc-provider",
        service: service(&origin, "/api", "", ["/auth", "/token", "/token/revocation"]),
        origin,
        device: Some((app.clone(), "/device/auth")),
        app,
        scopes: ["user:read".into(), "meeting:read".into()],
        user: "ada",
        me: "/me",
        running: Running::Child { _alive: Box::new(child) },
    }
}

/// PyPI's django-oauth-toolkit, on SQLite.
pub async fn django() -> Peer {
    let installed = target().join("django");
    let template = target().join("django.sqlite3");
    prepared(&template);
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("db.sqlite3");
    std::fs::copy(template, &database).unwrap();
    let script = servers().join("django/server.py");
    let python = installed.join("bin/python");
    let child = Child::start(&python.display().to_string(), &[&script, &database])
        .await
        .keeping(folder)
        .asked_for("a token of django-oauth-toolkit");
    let origin = child.origin.clone();
    let app = |id: &str| App { client_id: id.into(), client_secret: Some(secret()) };
    Peer {
        name: "django-oauth-toolkit",
        service: service(&origin, "/api", "/o", ["/authorize/", "/token/", "/revoke_token/"]),
        origin,
        app: app("app"),
        device: Some((app("device"), "/device-authorization/")),
        scopes: ["user:read".into(), "meeting:read".into()],
        user: "ada",
        me: "/me",
        running: Running::Child { _alive: Box::new(child) },
    }
}

/// Debian's Glewlwyd: a refusal of a token is status 400 with an empty body.
pub async fn glewlwyd() -> Peer {
    prepared(Path::new("/usr/bin/glewlwyd"));
    let folder = tempfile::tempdir().unwrap();
    let script = servers().join("glewlwyd/server.py");
    let child = Child::start("python3", &[&script, folder.path()]).await;
    let child = child.keeping(folder).asked_for("a token of glewlwyd");
    let origin = child.origin.clone();
    let app = own_app();
    Peer {
        name: "glewlwyd",
        service: Service {
            issuer: Some(origin.clone()),
            ..service(&origin, "/api", "/api/oidc", ["/auth", "/token", "/revoke"])
        },
        origin,
        device: Some((app.clone(), "/device_authorization")),
        app,
        scopes: ["user:read".into(), "meeting:read".into()],
        user: "ada",
        me: "/me",
        running: Running::Child { _alive: Box::new(child) },
    }
}

/// npm's @node-oauth/express-oauth-server.
pub async fn express() -> Peer {
    let folder = servers().join("express-oauth-server");
    prepared(&folder.join("node_modules/@node-oauth/express-oauth-server"));
    let child = Child::start("node", &[&folder.join("server.mjs")]).await.asked_for("a token of express-oauth-server");
    let origin = child.origin.clone();
    Peer {
        name: "express-oauth-server",
        service: service(&origin, "/api", "/oauth", ["/authorize", "/token", "/revoke"]),
        origin,
        device: None,
        app: own_app(),
        scopes: ["user:read".into(), "meeting:read".into()],
        user: "ada",
        me: "/me",
        running: Running::Child { _alive: Box::new(child) },
    }
}

impl Peer {
    /// The person who has an account here and allows everything.
    pub fn person(&self) -> Person {
        Person { user: self.user.to_owned(), ..Person::default() }
    }

    /// A sign-in that waits on a free port.
    pub async fn begin(&self, connections: &Connections) -> Pending {
        let loopback = Loopback { port: self.port().await, listen: true };
        connections.begin(&self.service, self.app.clone(), &self.scopes, loopback).await.told()
    }

    /// A free port for the call-back; registered where the server compares addresses as texts.
    async fn port(&self) -> u16 {
        if !matches!(self.name, "glewlwyd" | "express-oauth-server") {
            return 0;
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        self.control(&format!("/redirect?port={port}")).await;
        port
    }

    /// How this server refuses a token that it no longer takes.
    pub fn spent(&self) -> &'static str {
        if self.name == "glewlwyd" { "status 400" } else { "invalid_grant" }
    }

    /// The person goes through the server's pages.
    pub async fn decide(&self, pending: &Pending, person: &Person) -> Landing {
        browser::walk(&pending.authorize_url, &pending.redirect_uri, person).await
    }

    /// A whole sign-in. The address is the one the browser ended on.
    pub async fn sign_in(&self, connections: &Connections) -> (Grant, Url) {
        let pending = self.begin(connections).await;
        let landing = self.decide(&pending, &self.person()).await;
        let address = landing.address.unwrap_or_else(|| panic!("{}: {}", self.name, landing.page));
        let (grant, _) = tokio::join!(pending.wait(Duration::from_secs(10)), browser::send("GET", &address, &[], ""));
        (grant.unwrap(), address)
    }

    /// One kept connection called `work`, and the address its sign-in ended on.
    pub async fn connected(&self, dir: &Path) -> (Connections, Url) {
        let connections = open(dir);
        let (grant, address) = self.sign_in(&connections).await;
        let identity = self.identity(&connections.from_grant("work", &self.service, &grant).told()).await.unwrap();
        connections.save("work", Method::Byo, &self.service, grant, Some(identity)).told();
        (connections, address)
    }

    /// Who the server says a connection belongs to; or the status of its refusal.
    pub async fn identity(&self, live: &impl Connection) -> Result<Value, u16> {
        let credential = live.credential(None).await.told();
        let request = Request::get(Target::Path(self.me.to_owned()));
        let until = Instant::now() + Duration::from_secs(10);
        let egress = Egress::new().unwrap();
        let answer = egress.send(live.policy(), &request, Some(&credential), until, &NoTrace).await.unwrap();
        match answer.status {
            200 => Ok(serde_json::from_slice(&answer.body).unwrap()),
            refused => Err(refused),
        }
    }

    /// A question to the token endpoint that does not go through our code.
    pub async fn raw(&self, form: &[(&str, &str)]) -> (u16, Value) {
        let base = self.service.oauth_base.as_str().trim_end_matches('/');
        let url = Url::parse(&format!("{base}{}", self.service.token_path)).unwrap();
        let answer = self.raw_at(&url, form).await;
        (answer.status, serde_json::from_str(&answer.body).unwrap_or_default())
    }

    async fn raw_at(&self, url: &Url, form: &[(&str, &str)]) -> Answer {
        use switchboard_connections::SecretString;
        let secret: &SecretString = self.app.client_secret.as_ref().unwrap();
        let pair = format!("{}:{}", self.app.client_id, secrecy::ExposeSecret::expose_secret(secret));
        let basic = format!("Basic {}", BASE64_STANDARD.encode(pair));
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let headers = [("authorization", basic.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        browser::send("POST", url, &headers, &body).await
    }

    /// Tokens of a sign-in that does not go through our code: what an attacker or another client would hold.
    pub async fn raw_tokens(&self) -> Value {
        // The example of RFC 7636, appendix B.
        let (verifier, challenge) =
            ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        let redirect = "http://127.0.0.1:7910/oauth/callback";
        let mut page = Url::parse(&self.authorize_address()).unwrap();
        page.query_pairs_mut()
            .extend_pairs([("response_type", "code"), ("client_id", &self.app.client_id), ("redirect_uri", redirect)])
            .extend_pairs([("state", "s"), ("code_challenge", challenge), ("code_challenge_method", "S256")])
            .append_pair("scope", &self.scopes.join(" "));
        let landing = browser::walk(&page, redirect, &self.person()).await;
        let code = parameter(&landing.address.unwrap(), "code").unwrap();
        let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", redirect)];
        let (status, tokens) = self.raw(&[&form[..], &[("code_verifier", verifier)]].concat()).await;
        assert_eq!(status, 200, "{}: {tokens}", self.name);
        tokens
    }

    fn authorize_address(&self) -> String {
        format!("{}{}", self.service.oauth_base.as_str().trim_end_matches('/'), self.service.authorize_path)
    }

    /// What the server was asked so far, oldest first.
    pub async fn seen(&self) -> Vec<Seen> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        match &self.running {
            Running::Child { .. } => {
                let list = self.control("/seen").await;
                let list: Vec<Value> = serde_json::from_str(&list).unwrap();
                let seen = list.iter().map(|one| Seen {
                    method: text(&one["method"]).unwrap(),
                    url: text(&one["url"]).unwrap(),
                    scheme: text(&one["authorization"]),
                    status: one["status"].as_u64().unwrap_or_default(),
                });
                seen.collect()
            }
            Running::Emulator { .. } => {
                let list: Value = serde_json::from_str(&self.control("/_emulator/requests").await).unwrap();
                let list = list["requests"].as_array().unwrap();
                let seen = list.iter().map(|one| Seen {
                    method: text(&one["method"]).unwrap(),
                    url: match one["query"].as_str().unwrap() {
                        "" => text(&one["path"]).unwrap(),
                        query => format!("{}?{query}", one["path"].as_str().unwrap()),
                    },
                    scheme: text(&one["authorization"]["scheme"]),
                    status: one["status"].as_u64().unwrap_or_default(),
                });
                seen.collect()
            }
        }
    }

    /// How often the token endpoint was asked.
    pub async fn token_posts(&self) -> usize {
        let path = &self.service.token_path;
        self.seen().await.iter().filter(|one| one.method == "POST" && one.url.ends_with(path.as_str())).count()
    }

    /// Account id, client id and secret of an app for the whole account, where there is such a thing.
    pub fn account(&self) -> Option<(String, String, String)> {
        match &self.running {
            Running::Emulator { emulator, .. } => Some(emulator.server_to_server()),
            Running::Child { .. } => None,
        }
    }

    /// An address of the test's own at the server.
    pub async fn control(&self, path: &str) -> String {
        browser::send("GET", &Url::parse(&format!("{}{path}", self.origin)).unwrap(), &[], "").await.body
    }
}

/// A parameter of an address.
pub fn parameter(address: &Url, name: &str) -> Option<String> {
    address.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

fn service(origin: &str, api: &str, oauth: &str, [authorize, token, revoke]: [&str; 3]) -> Service {
    Service {
        connector: "demo".into(),
        api_base: Url::parse(&format!("{origin}{api}")).unwrap(),
        oauth_base: Url::parse(&format!("{origin}{oauth}")).unwrap(),
        authorize_path: authorize.into(),
        token_path: token.into(),
        revoke_path: revoke.into(),
        api_hosts: vec![],
        credential_hosts: vec![],
        download_hosts: vec![],
        issuer: None,
        token_errors: Default::default(),
    }
}

fn servers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers")
}

fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/servers")
}

fn prepared(path: &Path) {
    assert!(path.exists(), "{} is missing: run `make servers` once", path.display());
}
