//! `connect`, after the person has decided.

use std::io::{BufRead, BufReader, Write};
use std::process::Child;
use std::time::Instant;

use serde_json::Value;
use switchboard_tests::context::{TestContext, landing};

use super::{Killer, kills};

/// How the next command names a sign-in that was interrupted.
const INTERRUPTED: &str = "stopped before its answer arrived";

/// Grants that the service honours.
fn grants(context: &TestContext) -> usize {
    let (_, state) = context.ask("GET", "/_emulator/state", &Value::Null);
    state["grants"].as_array().unwrap().iter().filter(|grant| grant["live"] == true).count()
}

/// The command, as it is about to read where the browser ended.
fn at_the_paste(context: &TestContext) -> Child {
    let (client, secret) = context.emulator.app();
    let own = context.own_app("work", &client, &secret);
    let mut child = context.piped(&own.with(&["--paste", "--json"]));
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    let page = loop {
        said.clear();
        assert_ne!(lines.read_line(&mut said).unwrap(), 0, "no address");
        if let Some((_, page)) = said.split_once("open and approve:") {
            break page.trim().to_owned();
        }
    };
    writeln!(child.stdin.take().unwrap(), "{}", landing(&page, "ada@emulator.test", "allow")).unwrap();
    std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
    child
}

#[test]
fn connect_that_is_killed_leaves_no_grant_without_a_connection() {
    let context = TestContext::new();
    let mut child = at_the_paste(&context);
    let start = Instant::now();
    assert!(child.wait().unwrap().success());
    let exchange = start.elapsed();
    let mut killer = Killer::new(&context, || {
        context.json(&["connection", "list", "--json"]);
    });
    for kill in 0..kills() {
        context.run(&["connection", "disconnect", "work", "--yes", "--json"]);
        assert_eq!(grants(&context), 0, "kill {kill}");
        let child = at_the_paste(&context);
        killer.kill(child, exchange);
        // The command that sweeps may do so after it has listed. It also names a sign-in that was interrupted.
        let sweep = killer.next(&["connection", "list", "--json"]);
        let listed = killer.next(&["connection", "list", "--json"]);
        let rows: Vec<Value> = serde_json::from_str(&listed.out).unwrap();
        if rows.is_empty() && grants(&context) == 1 {
            // The kill came between the service's answer and its record on disk: no copy of the grant is here. The next command names
            // the sign-in, and the person's next sign-in ends the grant.
            assert!(sweep.err.contains(INTERRUPTED), "kill {kill}: the lost grant is not named: {}", sweep.err);
            context.connect("work", "ada@emulator.test");
            assert_eq!(grants(&context), 1, "kill {kill}: the lost grant is still honoured");
            continue;
        }
        assert_eq!(rows.len(), grants(&context), "kill {kill}: {}{}", listed.out, listed.err);
        if let [row] = rows.as_slice() {
            assert_eq!(row["state"], "active", "kill {kill}: {row}");
            assert_eq!(context.json(&["call", "zoom.users.me", "--json"])["email"], "ada@emulator.test", "kill {kill}");
        }
        assert!(killer.left_behind().is_empty(), "kill {kill}: {:?}", killer.left_behind());
    }
}
