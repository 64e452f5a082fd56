//! A token service that lies.

use std::future::Future;
use std::pin::Pin;

use switchboard_connections::{Connections, ConnectionsError, Loopback, Method};
use switchboard_egress::{Connection, Credential};

use crate::messages::Told;
use crate::peers::parameter;
use crate::refresh::{access, connected};
use crate::support::{Next, TokenServer, home, open, own_app, secret};

/// What our side said: the code of the mistake, and its words.
type Said = Result<(), (String, String)>;

/// The ways to a first token. Refreshing is looked at apart: it has something to lose.
const WAYS: [&str; 3] = ["code", "account", "device"];

async fn ask(connections: &Connections, server: &TokenServer, way: &str) -> Said {
    let app = own_app();
    let service = server.service();
    let asking: Pin<Box<dyn Future<Output = Result<_, ConnectionsError>>>> = match way {
        "code" => Box::pin(async {
            let pending = connections.begin(&service, app, &[], Loopback { port: 7910, listen: false }).await?;
            let state = parameter(&pending.authorize_url, "state").unwrap();
            pending.paste(&format!("{}?code=canary-code-1&state={state}", pending.redirect_uri)).await
        }),
        "account" => Box::pin(connections.server_to_server(&service, "acc", "app", secret())),
        _ => Box::pin(async { connections.begin_device(&service, app, "/device", &[]).await?.wait().await }),
    };
    asking.await.map(|_| ()).map_err(|error| {
        switchboard_leaks::said(format!("the error of {way}"), format!("{error} {error:?}"));
        (error.code().to_owned(), error.to_string())
    })
}

#[tokio::test]
async fn o_15_a_redirect_of_the_token_service_is_an_error_and_is_not_followed() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = connected(dir.path(), &server).await;
    let live = connections.open_connection(None).unwrap();
    let old = Credential::new("canary-access-1".into());
    for status in [301, 302, 303, 307, 308] {
        for way in ["code", "account"] {
            server.then(Next::Redirect(status));
            let (code, _) = ask(&connections, &server, way).await.unwrap_err();
            assert_eq!(code, "unreachable", "{way}: {status}");
        }
        server.then(Next::Redirect(status));
        let error = live.renew(&old, None).await.refused();
        assert_eq!((error.code.as_str(), error.retryable), ("unavailable", true), "{status}: {error}");
    }
    assert_eq!(server.seen.lock().unwrap().trapped, 0, "nobody went there");
    assert_eq!(connections.show("work").told().state.as_str(), "active");
    assert_eq!(live.renew(&old, None).await.told().fingerprint(), access(2), "the grant is as good as ever");
}

/// Answers with status 200 that no honest service gives.
fn lies() -> Vec<(&'static str, Next)> {
    let json = |body: &str| Next::Whole(200, "application/json", body.to_owned());
    let with = |more: &str| {
        json(&format!(r#"{{"access_token":"canary-access-lie","refresh_token":"canary-refresh-r",{more}}}"#))
    };
    vec![
        ("another kind of token", with(r#""token_type":"mac","expires_in":3600"#)),
        ("no kind of token", with(r#""expires_in":3600"#)),
        ("no token", json(r#"{"token_type":"bearer","expires_in":3600}"#)),
        ("an empty token", json(r#"{"access_token":"","token_type":"bearer","expires_in":3600}"#)),
        (
            "a token of two lines",
            json(r#"{"access_token":"canary-access-\r\nx: y","token_type":"bearer","expires_in":3600}"#),
        ),
        ("a token that is a number", json(r#"{"access_token":7,"token_type":"bearer","expires_in":3600}"#)),
        ("the token twice", with(r#""access_token":"canary-access-other","token_type":"bearer","expires_in":3600"#)),
        ("its life twice", with(r#""token_type":"bearer","expires_in":3600,"expires_in":7200"#)),
        ("a negative life", with(r#""token_type":"bearer","expires_in":-1"#)),
        ("no life", with(r#""token_type":"bearer","expires_in":0"#)),
        ("an endless life", with(r#""token_type":"bearer","expires_in":1e99"#)),
        ("a life of centuries", with(r#""token_type":"bearer","expires_in":18446744073709551615"#)),
        ("a life in words", with(r#""token_type":"bearer","expires_in":"soon""#)),
        ("more than 64 KiB", with(&format!(r#""token_type":"bearer","expires_in":3600,"x":"{}""#, "x".repeat(65_536)))),
        ("half of it", json(r#"{"access_token":"canary-access-lie","token_type":"bea"#)),
        (
            "two of it",
            json(
                r#"{"access_token":"canary-access-a","token_type":"bearer"}{"access_token":"canary-access-b","token_type":"bearer"}"#,
            ),
        ),
        ("a list", json(r#"[{"access_token":"canary-access-lie","token_type":"bearer"}]"#)),
        ("nothing", json("")),
        (
            "a page",
            Next::Whole(200, "text/html", r#"{"access_token":"canary-access-lie","token_type":"bearer"}"#.to_owned()),
        ),
    ]
}

#[tokio::test]
async fn o_26_an_answer_that_is_no_honest_token_is_refused_in_every_way() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = open(dir.path());
    for (number, (what, lie)) in lies().into_iter().enumerate() {
        for way in WAYS {
            // A device waits a second before it asks, and reads the answer as an account's app does.
            if way == "device" && number % 6 != 0 {
                continue;
            }
            server.then(lie.clone());
            let said = ask(&connections, &server, way).await;
            let (code, words) = said.err().unwrap_or_else(|| panic!("{way}: {what} was taken"));
            assert_eq!(code, "unreachable", "{way}: {what}: {words}");
            assert!(!words.contains("canary"), "{way}: {what}: {words}");
        }
    }
    // The service can be honest in all three.
    for way in WAYS {
        server.then(Next::Late(0));
        ask(&connections, &server, way).await.unwrap_or_else(|said| panic!("{way}: {said:?}"));
    }
}

#[tokio::test]
async fn o_26_a_refresh_that_is_answered_by_a_lie_loses_nothing() {
    for (what, lie) in lies() {
        let server = TokenServer::start(3599).await;
        let dir = home();
        let connections = connected(dir.path(), &server).await;
        let live = connections.open_connection(None).unwrap();
        let old = live.credential(None).await.told();
        server.then(lie);
        let error = live.renew(&old, None).await.refused();
        assert_eq!((error.code.as_str(), error.retryable), ("unavailable", true), "{what}: {error}");
        assert!(!error.message.contains("canary"), "{what}: {error}");
        let row = connections.show("work").told();
        assert_eq!((row.state.as_str(), row.method.as_str()), ("active", Method::Byo.as_str()), "{what}");
        assert_eq!(live.credential(None).await.told().fingerprint(), old.fingerprint(), "{what}: the old one is kept");
        server.then(Next::Late(0));
        assert_eq!(live.renew(&old, None).await.told().fingerprint(), access(2), "{what}: and works");
    }
}
