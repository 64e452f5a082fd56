//! What is asked for, and whose answer counts.

use std::collections::HashSet;
use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use sha2::{Digest, Sha256};
use switchboard_connections::{Loopback, Method};
use switchboard_egress::Connection;
use switchboard_emulator::Options;
use url::Url;

use crate::browser::{self, Person};
use crate::messages::Told;
use crate::peers::{self, parameter};
use crate::support::{TokenServer, home, open};

const WAIT: Duration = Duration::from_secs(10);

#[tokio::test]
async fn o_02_every_flow_has_its_own_s256_challenge_and_servers_check_it() {
    // The verifier, seen where it is sent: the challenge is its hash, and no two are the same.
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = open(dir.path());
    let mut used = HashSet::new();
    for _ in 0..8 {
        let app = crate::support::own_app();
        let loopback = Loopback { port: 7910, listen: false };
        let pending = connections.begin(&server.service(), app, &[], loopback).await.told();
        let page = &pending.authorize_url;
        assert_eq!(parameter(page, "code_challenge_method").as_deref(), Some("S256"), "{page}");
        let state = parameter(page, "state").unwrap();
        pending.paste(&format!("{}?code=canary-code-1&state={state}", pending.redirect_uri)).await.told();
        let post = Url::parse(&format!("x:/?{}", server.posts().pop().unwrap())).unwrap();
        let verifier = parameter(&post, "code_verifier").unwrap();
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        assert_eq!(parameter(page, "code_challenge"), Some(challenge));
        assert!((43..=128).contains(&verifier.len()), "{}", verifier.len());
        assert!(BASE64_URL_SAFE_NO_PAD.decode(&verifier).unwrap().len() >= 32, "256 bits");
        assert!(used.insert(verifier), "never twice");
    }
    // And without the right verifier no server gives a token for a code of ours.
    for peer in peers::all().await {
        let pending = peer.begin(&connections).await;
        for verifier in [None, Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")] {
            let landing = peer.decide(&pending, &peer.person()).await;
            let code = parameter(&landing.address.unwrap(), "code").unwrap();
            let mut form = vec![("grant_type", "authorization_code"), ("code", code.as_str())];
            form.push(("redirect_uri", &pending.redirect_uri));
            form.extend(verifier.map(|verifier| ("code_verifier", verifier)));
            let (status, answer) = peer.raw(&form).await;
            assert!((400..500).contains(&status) && answer["access_token"].is_null(), "{}: {answer}", peer.name);
        }
    }
}

#[tokio::test]
async fn o_03_the_state_comes_back_from_every_server_beside_pkce() {
    let dir = home();
    let connections = open(dir.path());
    for peer in peers::all().await {
        let pending = peer.begin(&connections).await;
        let state = parameter(&pending.authorize_url, "state").unwrap();
        assert!(parameter(&pending.authorize_url, "code_challenge").is_some());
        let landing = peer.decide(&pending, &peer.person()).await;
        assert_eq!(parameter(&landing.address.unwrap(), "state"), Some(state), "{}", peer.name);
    }
}

#[tokio::test]
async fn o_06_any_port_where_the_server_allows_it_and_a_fixed_one_where_it_compares_addresses() {
    let dir = home();
    let connections = open(dir.path());
    // Registered without a port, or with rules of the standard: each sign-in has another port.
    let (oidc, django) = tokio::join!(peers::oidc_provider(), peers::django());
    for peer in [oidc, django] {
        let (_, first) = peer.sign_in(&connections).await;
        let (_, second) = peer.sign_in(&connections).await;
        assert_ne!(first.port(), second.port(), "{}", peer.name);
    }
    // Registered whole, and compared as text: the fixed port, and no other.
    let registered = Loopback::redirect_uri(Loopback::default().port);
    let exact = peers::emulator(Options { redirect_uris: vec![registered.clone()], ..Options::default() }).await;
    let pending = exact.begin(&connections).await;
    assert!(exact.decide(&pending, &exact.person()).await.address.is_none(), "another port is no registered address");
    let fixed = Loopback { listen: false, ..Loopback::default() };
    let pending = connections.begin(&exact.service, exact.app.clone(), &exact.scopes, fixed).await.told();
    assert_eq!(pending.redirect_uri, registered);
    let landing = exact.decide(&pending, &exact.person()).await;
    pending.paste(landing.address.unwrap().as_str()).await.told();
}

#[tokio::test]
async fn o_04_no_server_answers_at_an_address_that_is_not_registered() {
    let dir = home();
    let connections = open(dir.path());
    for peer in peers::all().await {
        let pending = peer.begin(&connections).await;
        for wrong in [
            "http://127.0.0.1:7910/oauth/callback/more",
            "http://127.0.0.2:7910/oauth/callback",
            "https://evil.example/oauth/callback",
        ] {
            let mut page = pending.authorize_url.clone();
            let pairs: Vec<(String, String)> = page.query_pairs().into_owned().collect();
            page.query_pairs_mut().clear().extend_pairs(pairs.iter().map(|(name, value)| match name.as_str() {
                "redirect_uri" => (name.as_str(), wrong),
                _ => (name.as_str(), value.as_str()),
            }));
            let landing = browser::walk(&page, wrong, &peer.person()).await;
            assert!(landing.address.is_none(), "{}: {wrong}", peer.name);
        }
    }
}

#[tokio::test]
async fn o_08_an_answer_of_another_issuer_is_refused_before_any_code_is_sent() {
    let dir = home();
    let connections = open(dir.path());
    let (honest, evil, django) = tokio::join!(peers::oidc_provider(), peers::oidc_provider(), peers::django());
    for other in [&evil, &django] {
        // The sign-in was begun at one server; the browser was led to another, which answers with a code of its own.
        let pending = honest.begin(&connections).await;
        let state = parameter(&pending.authorize_url, "state").unwrap();
        let elsewhere = other.begin(&connections).await;
        let landing = other.decide(&elsewhere, &other.person()).await.address.unwrap();
        let issuer = parameter(&landing, "iss").unwrap();
        assert!(issuer.starts_with(&other.origin), "{issuer}");
        let code = parameter(&landing, "code").unwrap();
        let mut address = Url::parse(&pending.redirect_uri).unwrap();
        address.query_pairs_mut().extend_pairs([("code", &code), ("state", &state), ("iss", &issuer)]);
        let refused = pending.paste(address.as_str()).await.refused();
        assert_eq!(refused.code(), "state-mismatch", "{refused}");
    }
    assert_eq!(honest.token_posts().await + evil.token_posts().await + django.token_posts().await, 0);
    // The right issuer says so too, and is taken.
    let (_, address) = honest.sign_in(&connections).await;
    assert_eq!(parameter(&address, "iss").as_deref(), Some(honest.origin.as_str()));
}

#[tokio::test]
async fn o_09_a_code_of_one_flow_is_worth_nothing_in_another() {
    let dir = home();
    let connections = open(dir.path());
    for peer in peers::all().await {
        let loopback = Loopback { port: 7910, listen: false };
        let mut flows = Vec::new();
        for _ in 0..2 {
            let flow = connections.begin(&peer.service, peer.app.clone(), &peer.scopes, loopback).await.told();
            let landing = peer.decide(&flow, &peer.person()).await;
            flows.push((flow, landing.address.unwrap()));
        }
        let code = parameter(&flows[0].1, "code").unwrap();
        let own = parameter(&flows[1].1, "code").unwrap();
        let injected = flows[1].1.as_str().replace(&own, &code);
        assert_ne!(injected, flows[1].1.as_str());
        let refused = flows[1].0.paste(&injected).await.refused();
        assert_eq!(refused.code(), "rejected", "{}: {refused}", peer.name);
        assert!(connections.list().told().is_empty());
    }
}

#[tokio::test]
async fn o_10_a_code_is_used_once_and_what_a_replay_ends_is_told() {
    for peer in peers::all().await {
        let dir = home();
        let (connections, address) = peer.connected(dir.path()).await;
        let code = parameter(&address, "code").unwrap();
        let redirect = &address[..url::Position::AfterPath];
        let verifier = match peer.name {
            "oidc-provider" => peer.control("/verifier").await,
            _ => "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned(),
        };
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", redirect),
            ("code_verifier", verifier.as_str()),
        ];
        let (status, answer) = peer.raw(&form).await;
        let expected = if peer.name == "glewlwyd" { (403, "invalid_code") } else { (400, "invalid_grant") };
        assert_eq!((status, &answer["error"]), (expected.0, &expected.1.into()), "{}: {answer}", peer.name);
        let live = connections.open_connection(None).unwrap();
        let renewed = live.renew(&live.credential(None).await.told(), None).await;
        let row = connections.show("work").told();
        if matches!(peer.name, "oidc-provider" | "glewlwyd") {
            // It takes a replayed code for a theft and ends everything that came of it.
            let error = renewed.refused();
            assert_eq!((error.code.as_str(), row.state.as_str()), ("needs-reconnect", "needs-reconnect"), "{error}");
            assert!(row.reason.unwrap().to_string().contains(peer.spent()));
        } else {
            renewed.unwrap_or_else(|error| panic!("{}: {error}", peer.name));
            assert_eq!(row.state.as_str(), "active", "{}", peer.name);
        }
        // Neither the code nor the verifier is anywhere on disk.
        for file in ["switchboard.db", "switchboard.db-wal"] {
            let bytes = std::fs::read(dir.path().join(file)).unwrap_or_default();
            assert!(!bytes.windows(code.len()).any(|part| part == code.as_bytes()), "{}: {file}", peer.name);
        }
    }
}

#[tokio::test]
async fn o_14_scopes_that_were_not_granted_are_named() {
    let dir = home();
    let connections = open(dir.path());
    for peer in peers::all().await {
        let mut asked = peer.scopes.to_vec();
        let mut person = peer.person();
        let missing = match peer.name {
            // It leaves out what it does not know.
            "oidc-provider" | "express-oauth-server" => {
                asked.push("recording:read".into());
                "recording:read".to_owned()
            }
            // The person unticks one.
            _ => {
                person.only = Some(vec![peer.scopes[0].clone()]);
                peer.scopes[1].clone()
            }
        };
        let loopback = Loopback { port: 7910, listen: false };
        let pending = connections.begin(&peer.service, peer.app.clone(), &asked, loopback).await.told();
        let landing = peer.decide(&pending, &person).await;
        let grant = pending.paste(landing.address.unwrap().as_str()).await.told();
        assert_eq!(grant.missing(&asked), [missing.as_str()], "{}", peer.name);
        // What is kept says the same.
        let label = peer.name;
        let row = connections.save(label, Method::Byo, &peer.service, grant, None).told();
        assert!(!row.scopes.contains(&missing) && row.scopes.contains(&asked[0]), "{}: {:?}", peer.name, row.scopes);
    }
}

#[tokio::test]
async fn o_17_no_login_form_passes_the_password_on() {
    let dir = home();
    let connections = open(dir.path());
    for peer in peers::all().await {
        let pending = peer.begin(&connections).await;
        let landing = peer.decide(&pending, &peer.person()).await;
        assert!(landing.address.is_some());
        // 307 and 308 would have the browser send the form on, to wherever they lead.
        assert!(!landing.after_password.is_empty(), "{}: there was a form", peer.name);
        assert!(landing.after_password.iter().all(|status| matches!(status, 302 | 303)), "{}", peer.name);
        if peer.name == "emulator" {
            assert_eq!(landing.after_password, [303], "ours does it as the standard wants");
        }
    }
    // Our own pages ask for no password and lead nowhere: see o_07 and o_16.
}

#[tokio::test]
async fn a_person_who_declines_is_told_as_one_at_every_server() {
    let dir = home();
    let connections = open(dir.path());
    for peer in peers::all().await {
        let pending = peer.begin(&connections).await;
        let landing = peer.decide(&pending, &Person { declines: true, ..peer.person() }).await;
        let address = landing.address.unwrap_or_else(|| panic!("{}: {}", peer.name, landing.page));
        let (refused, _) = tokio::join!(pending.wait(WAIT), browser::send("GET", &address, &[], ""));
        assert_eq!(refused.refused().code(), "denied", "{}", peer.name);
        assert_eq!(peer.token_posts().await, 0, "{}", peer.name);
    }
}
