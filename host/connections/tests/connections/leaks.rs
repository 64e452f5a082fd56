//! Every home of these tests is searched for secrets when it ends: here is the proof that the search finds one.

use std::panic::{AssertUnwindSafe, catch_unwind};

use switchboard_connections::ConnectionsError;
use switchboard_egress::Connection;
use switchboard_leaks::Home;

use crate::messages::Told;
use crate::peers;
use crate::refresh::connected;
use crate::support::{TokenServer, home};

/// What is said of a home that ends like this.
fn ends(home: Home, leave: impl FnOnce(&Home)) -> String {
    leave(&home);
    let ended = catch_unwind(AssertUnwindSafe(|| drop(home)));
    ended.err().and_then(|panic| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

#[tokio::test]
async fn s_01_what_every_server_gave_out_is_looked_for() {
    for peer in peers::all().await {
        let home = home();
        let (connections, address) = peer.connected(home.path()).await;
        let live = connections.open_connection(None).told();
        let first = live.credential(None).await.told();
        assert_ne!(live.renew(&first, None).await.told().fingerprint(), first.fingerprint());
        let named = format!("a token of {}", peer.name);
        let given: Vec<_> = home.secrets().into_iter().filter(|(name, _)| *name == named).collect();
        // A code, and two pairs of tokens.
        assert!(given.len() >= 5, "{}: {}", peer.name, given.len());
        let code = peers::parameter(&address, "code").unwrap();
        assert!(given.iter().any(|(_, secret)| *secret == code.as_bytes()), "{}", peer.name);
        // The one that was replaced is sealed nowhere any more, and is looked for all the same.
        for (_, secret) in given {
            std::fs::write(home.path().join("notes"), secret).unwrap();
            let found = home.leaks();
            assert!(found.len() == 1 && found[0].starts_with("notes shows "), "{found:?}");
        }
        std::fs::remove_file(home.path().join("notes")).unwrap();
    }
}

#[tokio::test]
async fn a_home_with_a_secret_left_in_it_does_not_end_well() {
    let server = TokenServer::start(3599).await;
    let planted = || {
        let home = home();
        home.add_secret("what was planted", "planted-in-this-home-alone");
        home
    };
    let kept = planted();
    drop(connected(kept.path(), &server).await);
    assert_eq!(ends(kept, |_| ()), "");
    let in_a_file = ends(planted(), |home| {
        std::fs::create_dir(home.path().join("deep")).unwrap();
        std::fs::write(home.path().join("deep/core"), b"\0canary-refresh-1\0").unwrap();
    });
    assert!(in_a_file.ends_with("core shows a refresh token"), "{in_a_file}");
    let sealed = planted();
    drop(connected(sealed.path(), &server).await);
    let in_the_database = ends(sealed, |home| {
        let store = switchboard_store::Store::open(home.path()).unwrap();
        store.put_meta("last", "canary-access-1").unwrap();
    });
    assert!(in_the_database.contains("switchboard.db"), "{in_the_database}");
    let in_an_error = ends(planted(), |_| {
        let message = "GET /token?code=planted%2Din%2Dthis%2Dhome%2Dalone; planted-in-this-home-alone".to_owned();
        Err::<(), _>(ConnectionsError::Unreachable { message }).refused();
    });
    assert!(in_an_error.contains("the error at") && in_an_error.contains("leaks.rs"), "{in_an_error}");
    let in_an_answer = ends(planted(), |_| {
        Ok::<_, ConnectionsError>(("id", "planted-in-this-home-alone")).told();
    });
    assert!(in_an_answer.contains("the answer at"), "{in_an_answer}");
    let shown = ends(planted(), |home| {
        // What the command gives it is not what is planted: that it is seen, it must be looked at.
        let script = "export TOKEN=$(printf %s%s planted-in-this- home-alone); exec sleep 5";
        let mut command = std::process::Command::new("sh");
        let mut child = command.args(["-c", script]).spawn().unwrap();
        home.watch(child.id(), &command);
        std::thread::sleep(std::time::Duration::from_millis(100));
        child.kill().unwrap();
        child.wait().unwrap();
    });
    assert!(shown.contains("environment of a process"), "{shown}");
}
