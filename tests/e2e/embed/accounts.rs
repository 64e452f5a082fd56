//! The platform's example of `docs/guides/embedding.md`, run against the emulator.

use switchboard_connections::{SecretString, SessionRequest};
use switchboard_runtime::{Runtime, RuntimeConfig};
use switchboard_tests::context::{TestContext, landing};

use crate::connector::load_file::bundle;

// example: begin
use serde_json::json;
use std::{path::Path, sync::Arc};
use switchboard_connections::{App, ConnectSessions, Connections, KeySource, Method, Service, Vault};
use switchboard_egress::Egress;
use switchboard_runtime::{CallOptions, Connector, NoTrace};
use switchboard_store::Store;

type Fails = Box<dyn std::error::Error>;

/// The accounts of your platform: a folder with a database, and the key that seals its secrets.
fn accounts(home: &Path, egress: Egress) -> Result<Connections, Fails> {
    let store = Store::open(home)?;
    let vault = Vault::open(&store, KeySource::find(home))?;
    Ok(Connections::open(store, vault, egress))
}

/// At every start, and every few minutes: what was cut short is ended, what could not be revoked is tried again.
async fn look_after(accounts: &Connections, zoom: &Connector) -> Result<(), Fails> {
    accounts.finish_sign_ins(&*zoom.owner_check(Arc::new(NoTrace)), |left| println!("{left}")).await?;
    for tried in accounts.retry_revocations().await? {
        println!("{}: {}", tried.origin, tried.failed.as_deref().unwrap_or("revoked"));
    }
    Ok(())
}

/// Your pages: `https://platform.example/connect/ID`, and the call-back address that your app lists.
fn sign_ins(accounts: &Connections, zoom: &Connector, service: Service, app: App) -> Result<ConnectSessions, Fails> {
    let links = "https://platform.example/connect".parse()?;
    let callback = "https://platform.example/oauth/callback".parse()?;
    let owner_check = zoom.owner_check(Arc::new(NoTrace));
    Ok(ConnectSessions::new(accounts.clone(), service, app, "Platform", Method::Byo, links, callback, owner_check)?)
}
// example: end

#[test]
fn a_platform_connects_its_visitor_and_calls_for_them() {
    let context = TestContext::new();
    let (client_id, secret) = context.emulator.app();
    let app = App { client_id, client_secret: Some(SecretString::from(secret)) };
    context.approval(&json!({"redirect_uris": ["https://platform.example/oauth/callback"]}));
    let threads = tokio::runtime::Runtime::new().unwrap();
    threads.block_on(async {
        let egress = Egress::new().unwrap();
        let runtime = Runtime::new(RuntimeConfig::default(), egress.clone()).unwrap();
        let zoom = runtime.load_bundle(bundle()).unwrap();
        let accounts = accounts(context.home.path(), egress).unwrap();
        look_after(&accounts, &zoom).await.unwrap();
        let (api, oauth) = (context.emulator.api_base(), context.emulator.oauth_base());
        let (api, oauth) = (api.parse().unwrap(), oauth.parse().unwrap());
        let service = Service::from_manifest(zoom.manifest(), "zoom", Some(api), Some(oauth)).unwrap();
        let sign_ins = sign_ins(&accounts, &zoom, service, app).unwrap();

        let session =
            sign_ins.begin(SessionRequest { label: "visitor-7".into(), ..SessionRequest::default() }).unwrap();
        assert!(session.link.as_str().starts_with("https://platform.example/connect/"));
        let back = landing(session.authorize_url.as_str(), "grace@emulator.test", "allow");
        let query = back.split_once("https://platform.example/oauth/callback?").unwrap().1;
        let answer = sign_ins.complete(&session.id, query).await;
        assert!(sign_ins.answered("visitor-7", &answer).contains("grace@emulator.test"));
        assert_eq!(answer.unwrap().connection.label, "visitor-7");
        let live = accounts.open_connection(Some("visitor-7")).unwrap();
        let me = zoom.call("zoom.users.me", json!({}), Arc::new(live), &CallOptions::default()).await.unwrap();
        assert_eq!(me["email"], "grace@emulator.test");
    });
}

#[test]
fn the_page_shows_this_very_example() {
    let source = include_str!("accounts.rs");
    let example = source.split("// example: begin\n").nth(1).unwrap().split("// example: end").next().unwrap();
    let page = std::fs::read_to_string(TestContext::file("docs/guides/embedding.md")).unwrap();
    assert!(page.contains(example), "put this into docs/guides/embedding.md:\n{example}");
}
