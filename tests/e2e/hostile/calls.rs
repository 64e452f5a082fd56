//! Every attack by `switchboard call`.

use std::collections::BTreeSet;
use std::time::Duration;

use super::component::{Attack, HONEST, component, folder};
use super::program::{Seen, call, context, save};
use switchboard_tests::context::TestContext;

/// More than the same program with an honest connector, KiB.
const GROWTH: u64 = 64 << 10;
/// What a busy machine may add to a call's time.
const BUSY: Duration = Duration::from_secs(4);
/// Most that the program says of an attack, bytes: the log's limit, each line with its label.
const WORDS: usize = 256 << 10;

/// What nobody is told but after a change that may have been made.
const LOOK_FIRST: &str = "check in the service whether the change was made";

/// Runs each attack, then an honest call in the same home folder.
#[track_caller]
fn contained(names: &[&str]) {
    let context = context();
    let good = save(&context, "honest", &component(HONEST));
    let honest = call(&context, &good, &[]);
    assert_eq!(honest.code(), "ok", "{}", honest.done.err);
    let wrong: Vec<String> = names.iter().filter_map(|name| attack(&context, &honest, name)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let after = call(&context, &good, &[]);
    assert_eq!(after.code(), "ok", "{}", after.done.err);
}

/// What is wrong, if anything is.
fn attack(context: &TestContext, honest: &Seen, name: &str) -> Option<String> {
    let attack = Attack::read(name);
    let file = save(context, name, &attack.component());
    let timeout: Vec<&str> = attack.timeout.iter().flat_map(|time| ["--timeout", time]).collect();
    let seen = call(context, &file, &timeout);
    let said = &seen.done.err;
    let wrong = |what: String| Some(format!("{name}: {what}: {}", said.chars().take(600).collect::<String>()));
    if seen.code() != attack.expect {
        return wrong(format!("expected {}", attack.expect));
    }
    if seen.peak > honest.peak + GROWTH {
        return wrong(format!("{} KiB, an honest call {} KiB", seen.peak, honest.peak));
    }
    if said.len() + seen.done.out.len() > WORDS {
        return wrong(format!("said {} bytes", said.len() + seen.done.out.len()));
    }
    if said.chars().any(|c| (c.is_control() && c != '\n') || "\u{202e}\u{2066}".contains(c)) {
        return wrong("a terminal would obey it".to_owned());
    }
    let uncertain = attack.writes && !attack.expect.starts_with("refused.");
    if said.contains(LOOK_FIRST) != uncertain {
        return wrong("what became of the change is not named".to_owned());
    }
    let deadline: Option<jiff::SignedDuration> = attack.timeout.map(|time| time.parse().unwrap());
    let most = deadline.map(|time| Duration::try_from(time).unwrap() * 2 + honest.elapsed + BUSY);
    match most {
        Some(most) if seen.elapsed > most => wrong(format!("took {:?}", seen.elapsed)),
        _ => None,
    }
}

macro_rules! attacks {
    ($($test:ident = [$($name:literal),* $(,)?]);* $(;)?) => {
        $(#[test]
        fn $test() {
            contained(&[$($name),*]);
        })*

        #[test]
        fn every_attack_has_a_test() {
            let tested: BTreeSet<String> = [$($($name),*),*, "base"].map(String::from).into();
            let files: BTreeSet<String> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path())
                .filter(|path| path.extension().is_some_and(|extension| extension == "wat"))
                .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
            assert_eq!(files, tested);
        }
    };
}

attacks! {
    processor_time_is_limited = ["endless-loop", "start-loop"];
    processor_time_of_explanations_is_limited = ["classify-loop"];
    loops_in_the_call_convention_end = ["realloc-loop", "post-return-loop"];
    loops_of_host_calls_end = ["log-loop", "progress-loop", "clock-loop", "request-loop"];
    loops_over_memory_end = ["memory-fill-loop", "memory-copy-loop", "memory-grow-loop", "table-grow-loop"];
    memory_is_limited = ["endless-memory", "memory-hoard", "table-bomb", "huge-table"];
    stacks_are_limited = ["endless-recursion", "indirect-recursion", "recursion-with-host-calls", "reentrant-realloc"];
    traps_are_contained = [
        "trap", "divide-by-zero", "out-of-bounds", "trap-in-realloc", "trap-in-post-return", "trap-after-request",
    ];
    a_change_that_was_sent_is_unknown = [
        "trap-after-write", "loop-after-write", "late-after-write", "memory-after-write", "output-after-write",
    ];
    finer_clocks_and_threads_are_refused = [
        "wants-clock", "wants-random", "shared-memory", "atomic-access", "thread-spawn",
    ];
    outputs_are_limited = [
        "huge-output", "output-bomb", "deep-output", "duplicate-keys", "no-json", "not-an-object", "problem-bomb",
        "long-code",
    ];
    requests_are_limited = [
        "endless-list", "many-strings", "many-headers", "long-header", "many-pairs", "long-query", "long-path",
        "long-link", "huge-body", "long-label", "many-types",
    ];
    requests_stay_within_the_policy = ["other-host", "path-escape", "encoded-path-escape", "sets-authorization", "undeclared-effect", "delete-in-write"];
    log_lines_are_limited = ["huge-log-line", "many-log-lines", "log-escapes"];
    values_that_are_none_are_refused = [
        "bad-enum", "bad-variant", "bad-result", "broken-text", "overlong-text", "text-outside-memory",
        "text-that-wraps", "misaligned-result", "misaligned-utf16", "lone-surrogate", "compact-utf16-outside-memory",
    ];
    components_beyond_the_contract_are_refused = [
        "more-imports", "wants-sockets", "wants-environment", "wants-exit", "wants-stdin", "undeclared-function",
        "later-contract", "resource-import", "resource-double-drop", "future-import", "core-module", "memory64",
        "many-memories", "many-instances",
    ];
}
