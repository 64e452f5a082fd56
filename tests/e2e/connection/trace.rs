//! The connection that each line of `--trace` names.

use switchboard_tests::context::TestContext;

#[test]
fn seed_josys_22_every_request_of_a_trace_names_its_connection() {
    let context = TestContext::connected();
    context.connect("grace", "grace@emulator.test");
    let third = context.connect_with("alan.night", "alan@emulator.test", "allow", &["--trace", "--json"]);
    assert_eq!(third.code, 0, "{}", third.err);
    let named = traced(&third.err);
    assert!(!named.is_empty() && named.iter().all(|label| label == "alan.night"), "{}", third.err);
    let file = TestContext::file("manifests/automations/list-recordings.json").display().to_string();
    let mut labels = ["work", "grace", "alan.night"];
    let trace_of = |label: &str, with: &str| {
        for arguments in [
            &["call", "zoom.users.me", "-c", with][..],
            &["run", &file, "from=2026-10-01", "to=2026-10-31", "-c", with],
            &["connection", "test", with],
        ] {
            for json in [&[][..], &["--json"]] {
                let done = context.run(&[arguments, &["--trace"], json].concat());
                let named = traced(&done.err);
                assert_eq!(done.code, 0, "{arguments:?}: {}", done.err);
                assert!(!named.is_empty() && named.iter().all(|name| name == label), "{label}: {}", done.err);
            }
        }
    };
    labels.iter().for_each(|label| trace_of(label, label));
    // By its id it has its label all the same; and the new one from then on, without connecting again.
    let store = switchboard_store::Store::open(context.home.path()).unwrap();
    let id = store.connection("grace").unwrap().unwrap().id;
    trace_of("grace", &id);
    assert_eq!(context.run(&["connection", "rename", "grace", "grace@nights"]).code, 0);
    labels[1] = "grace@nights";
    trace_of("grace@nights", "grace@nights");
    let all = context.run(&["doctor", "--trace"]);
    let named: std::collections::BTreeSet<String> = traced(&all.err).into_iter().collect();
    assert!(named.len() > 1 && named.iter().all(|name| labels.contains(&name.as_str())), "{}", all.err);
}

/// The connections that the trace in these words names, one for each request of a call.
fn traced(said: &str) -> Vec<String> {
    let lines = said.lines().filter(|line| line.contains(" http://127.0.0.1:"));
    let requests = lines.filter(|line| line.contains(" GET ") || line.contains(" POST "));
    requests
        .filter(|line| !line.starts_with("(sign-in)"))
        .map(|line| line.split(' ').next().unwrap_or_default().to_owned())
        .collect()
}
