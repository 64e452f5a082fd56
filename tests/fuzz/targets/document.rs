//! A document, as `check` and `run` read it; one without a mistake is run as well.

use serde_json::Value;
use switchboard_automation::{JournalEngine, RunStart, check, journal::Memory, parse};

use super::Target;
use super::catalog::{Activities, Time};

pub const WORDS: &[&str] = &[
    "\"automation\":\"1\"",
    "\"id\":",
    "\"inputs\":{",
    "\"connections\":{\"zoom\":{\"type\":\"zoom\"}},",
    "\"defaults\":{\"retry\":{\"attempts\":100}},",
    "\"steps\":[",
    "\"outputs\":{",
    "\"use\":\"zoom.users.me\"",
    "\"use\":\"zoom.recordings.list\"",
    "\"with\":{",
    "\"if\":\"${{ true }}\"",
    "\"for_each\":\"${{ steps.list.recordings }}\"",
    "\"as\":\"item\"",
    "\"item_key\":\"${{ item.id }}\"",
    "\"on_item_error\":\"continue\"",
    "\"collect\":{",
    "\"retry\":{\"attempts\":3,\"delay\":\"PT1S\",\"factor\":2,\"max_delay\":\"PT5M\",\"on\":[]}",
    "\"timeout\":\"PT9999999999S\"",
    "\"set\":{\"a\":1}",
    "\"fail\":{\"code\":\"x\",\"message\":\"y\"}",
    "\"continue_on_error\":true",
    "${{ inputs.from }}",
    "${{ steps.me.email }}",
    "${{",
    "}}",
    "{\"id\":\"a\",\"set\":{\"b\":1}},",
    "null",
    "true",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"",
    " ",
    "\n",
];

pub fn open() -> Target {
    let activities = Activities::small();
    let threads = tokio::runtime::Builder::new_current_thread().build().expect("a runtime starts");
    Box::new(move |input| {
        let source = String::from_utf8_lossy(input);
        let report = check(&source, "a.json", &activities);
        let _ = (report.render(), report.render_plain(), report.to_json());
        let Ok(document) = parse(&source, "a.json") else { return };
        if report.is_ok() {
            let (journal, clock) = (Memory::default(), Time::default());
            let engine = JournalEngine::new(&journal, &activities, &clock);
            let Ok(start) = RunStart::new("run-1", &document, Value::Null, 0) else { return };
            if let Err(error) = threads.block_on(engine.run(&document, &start)) {
                let _ = (error.to_string(), error.to_json());
            }
        }
    })
}
