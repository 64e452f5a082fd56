//! Writes `manifests/zoom.resolved.json` and the pages of `docs/` that come from the manifests. With `--check` it only says
//! whether they are up to date.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use serde_json::Value;
use switchboard_connector_zoom::manifest;

fn main() -> ExitCode {
    let check = env::args().skip(1).any(|argument| argument == "--check");
    match run(check) {
        Ok(code) => code,
        Err(message) => {
            report(&message);
            ExitCode::FAILURE
        }
    }
}

fn run(check: bool) -> Result<ExitCode, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let resolved = manifest::resolve(&root.join("manifests/zoom"))?;
    let (activities, events) = (activities(&resolved)?, events(&resolved)?);
    let files = [
        ("manifests/zoom.resolved.json", resolved),
        ("docs/reference/activities.md", activities),
        ("docs/reference/events.md", events),
    ];
    let mut stale = false;
    for (name, fresh) in files {
        let target = root.join(name);
        if fs::read_to_string(&target).is_ok_and(|present| present == fresh) {
            continue;
        }
        if check {
            stale = true;
            report(&format!(
                "{name} is not up to date: run `cargo run -p switchboard-connector-zoom --features schema --bin resolve-manifest`"
            ));
        } else {
            fs::write(&target, fresh).map_err(|error| format!("cannot write {}: {error}", target.display()))?;
        }
    }
    Ok(if stale { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// A page for people: every activity with what it does and needs.
fn activities(resolved: &str) -> Result<String, String> {
    let manifest: Value = serde_json::from_str(resolved).map_err(|error| error.to_string())?;
    let mut page = String::from(
        "# Activities\n\n`resolve-manifest` writes this page from the manifest. `switchboard activity show ID` prints the\n\
         fields, errors and examples of one. `switchboard activity schema ID` prints its JSON Schema.\n\nAny one set of scopes is enough. `(:admin)` means the same scope for the whole account.\n\
         What each scope allows: <SCOPE_HELP>\n",
    );
    page = page.replace("SCOPE_HELP", scope_help(&manifest));
    let mut area = "";
    for entry in manifest.get("activities").and_then(Value::as_array).into_iter().flatten() {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
        if text("area") != area {
            area = text("area");
            page.push_str(&format!(
                "\n## {area}\n\n| Activity | What | Effect | Scopes | Rate |\n|---|---|---|---|---|\n"
            ));
        }
        let scopes = ["granular", "classic"].map(|family| scopes(entry, family));
        let off = if text("policy") == "off" { ", off by policy" } else { "" };
        page.push_str(&format!(
            "| `zoom.{}` | {} | {}{off} | {} | {} |\n",
            text("name"),
            text("summary").replace('|', "\\|"),
            text("effect"),
            scopes.join("<br>"),
            text("rate"),
        ));
    }
    Ok(page)
}

/// A page for people: every event with what it needs.
fn events(resolved: &str) -> Result<String, String> {
    let manifest: Value = serde_json::from_str(resolved).map_err(|error| error.to_string())?;
    let mut page = String::from(
        "# Events\n\n`resolve-manifest` writes this page from the manifest. `switchboard event show NAME` prints fields and examples.\n\n\
         Every event has `event`, its name, and `at`, its time. Ids are texts. Times are RFC 3339 in UTC. An event can come more\n\
         than once, and events can come in any order.\n\nA host passes each webhook to `Unverified::verify`. Only its result, a \
         `Verified` delivery, can become an event or\nend a connection.\n\nLevel `account`: Zoom sends the event to an app of the \
         whole account. Level `user`: Zoom also sends it to an app\nthat single users allowed, for those users.\n\n\
         Any one set of scopes is enough. `(:admin)` means the same scope for the whole account.\n\
         What each scope allows: <SCOPE_HELP>\n",
    );
    page = page.replace("SCOPE_HELP", scope_help(&manifest));
    let mut area = "";
    for entry in manifest.get("events").and_then(Value::as_array).into_iter().flatten() {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
        let texts = |key: &str, between: &str| {
            let all = entry.get(key).and_then(Value::as_array).into_iter().flatten();
            all.filter_map(Value::as_str).collect::<Vec<_>>().join(between).replace('|', "\\|")
        };
        if text("area") != area {
            area = text("area");
            page.push_str(&format!(
                "\n## {area}\n\n| Event | What | Level | Scopes | Notes |\n|---|---|---|---|---|\n"
            ));
        }
        let scopes = ["granular", "classic"].map(|family| scopes(entry, family));
        let scopes = scopes.iter().filter(|sets| !sets.is_empty()).cloned().collect::<Vec<_>>().join("<br>");
        page.push_str(&format!(
            "| `zoom.{}` | {} | {} | {} | {} |\n",
            text("name"),
            text("summary").replace('|', "\\|"),
            texts("levels", ", "),
            if scopes.is_empty() { "none" } else { &scopes },
            texts("notes", "<br>"),
        ));
    }
    Ok(page)
}

/// The service's own page about scopes.
fn scope_help(manifest: &Value) -> &str {
    manifest.get("app").and_then(|app| app.get("scope_help")?.as_str()).unwrap_or_default()
}

fn scopes(entry: &Value, family: &str) -> String {
    let sets = entry.get("scopes").and_then(|scopes| scopes.get(family)?.as_array());
    let sets: Vec<String> = sets
        .into_iter()
        .flatten()
        .filter_map(Value::as_array)
        .map(|set| {
            set.iter().filter_map(Value::as_str).map(|scope| format!("`{scope}`")).collect::<Vec<_>>().join(" + ")
        })
        .collect();
    let plain = sets.iter().filter(|set| !set.contains(":admin`"));
    let admin = sets.iter().filter(|set| set.contains(":admin`") && !sets.contains(&set.replace(":admin`", "`")));
    let both = |set: &String| {
        let admin =
            set.replace('`', "").split(" + ").map(|scope| format!("`{scope}:admin`")).collect::<Vec<_>>().join(" + ");
        if sets.contains(&admin) { format!("{set} (:admin)") } else { set.clone() }
    };
    plain.map(both).chain(admin.cloned()).collect::<Vec<_>>().join(", ")
}

#[expect(clippy::disallowed_macros, reason = "a native tool, not part of the component")]
fn report(message: &str) {
    eprintln!("{message}");
}
