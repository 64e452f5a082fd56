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
    let mut files = guides(&resolved)?;
    files.push(("docs/reference/errors.md".to_owned(), errors(&root, &resolved)?));
    files.push(("manifests/zoom.resolved.json".to_owned(), resolved));
    files.push(("docs/reference/activities.md".to_owned(), activities));
    files.push(("docs/reference/events.md".to_owned(), events));
    let mut stale = false;
    for present in
        fs::read_dir(root.join("docs/guides/zoom")).map_err(|error| format!("docs/guides/zoom: {error}"))?.flatten()
    {
        let name = format!("docs/guides/zoom/{}", present.file_name().to_string_lossy());
        if !files.iter().any(|(known, _)| *known == name) {
            return Err(format!("{name} has no guide in manifests/zoom/guides.json: remove it, or add the guide"));
        }
    }
    for (name, fresh) in files {
        let target = root.join(&name);
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

/// All problem codes, the connector's and the host's, as `switchboard error list` prints them.
fn errors(root: &Path, resolved: &str) -> Result<String, String> {
    let manifest: Value = serde_json::from_str(resolved).map_err(|error| error.to_string())?;
    let own = root.join("manifests/host/errors.json");
    let own = fs::read_to_string(&own).map_err(|error| format!("cannot read {}: {error}", own.display()))?;
    let own: Value = serde_json::from_str(&own).map_err(|error| error.to_string())?;
    let mut page = String::from(
        "# Problem codes\n\n`resolve-manifest` writes this page from `manifests/zoom/errors.json` and \
         `manifests/host/errors.json`. `switchboard error list\n[CODE]` prints the same.\n",
    );
    let remedies = manifest.get("remedies").and_then(Value::as_array).into_iter().flatten().map(of_remedy).collect();
    let parts = [
        ("Codes of the service and the input", manifest.get("errors"), "code"),
        ("Codes of the host", own.get("problems"), "code"),
        ("Codes of an ended sign-in", Some(&Value::Array(remedies)), "code"),
        ("Zoom's own codes", manifest.get("refusals"), "problem"),
    ];
    let mut listed = std::collections::BTreeSet::new();
    for (title, rows, becomes) in parts {
        page.push_str(&format!("\n## {title}\n"));
        for row in rows.and_then(Value::as_array).into_iter().flatten() {
            let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default();
            // The connector knows more about a code that both have.
            if becomes == "code" && !listed.insert(text("code").to_owned()) {
                continue;
            }
            let code = row.get("code").map(|code| code.as_str().map_or_else(|| code.to_string(), str::to_owned));
            let code = code.unwrap_or_default();
            let heading = if becomes == "code" { format!("`{code}`") } else { format!("{code}: `{}`", text(becomes)) };
            page.push_str(&format!("\n### {heading}\n\n{}\n", text("cause")));
            for (name, key) in [("Fix", "fix"), ("Retry", "retry")] {
                if !text(key).is_empty() {
                    page.push_str(&format!("\n{name}: {}\n", text(key)));
                }
            }
        }
    }
    Ok(page)
}

/// A sign-in that the service's page ended has the name of what mends it.
fn of_remedy(remedy: &Value) -> Value {
    let text = |key: &str| remedy.get(key).and_then(Value::as_str).unwrap_or_default();
    serde_json::json!({
        "code": text("id"),
        "cause": format!("{}.", text("title")),
        "fix": "`switchboard doctor` prints the steps for your app and your connection.",
        "retry": "after-user-action",
    })
}

/// A page for each guide, with the same words as the command prints.
fn guides(resolved: &str) -> Result<Vec<(String, String)>, String> {
    let manifest: Value = serde_json::from_str(resolved).map_err(|error| error.to_string())?;
    let mut pages = Vec::new();
    for guide in manifest.get("guides").and_then(Value::as_array).into_iter().flatten() {
        let text = |key: &str| guide.get(key).and_then(Value::as_str).unwrap_or_default();
        let list = |key: &str| {
            let lines = guide.get(key).and_then(Value::as_array).into_iter().flatten();
            lines.filter_map(Value::as_str).map(filled).collect::<Vec<_>>()
        };
        let id = text("id");
        let mut page = format!("# {}\n\n`switchboard connect --guide {id}` prints this page.\n\n", text("title"));
        for (step, number) in list("steps").iter().zip(1..) {
            page.push_str(&format!("{number}. {step}\n"));
        }
        let notes = list("notes");
        if !notes.is_empty() {
            page.push('\n');
        }
        notes.iter().for_each(|note| page.push_str(&format!("* {note}\n")));
        pages.push((format!("docs/guides/zoom/{id}.md"), page));
    }
    Ok(pages)
}

/// What the command fills in for one sign-in, as it is without one.
fn filled(step: &str) -> String {
    step.replace("{redirect}", "`http://127.0.0.1:7910/oauth/callback`")
        .replace("{app}", "you want to use")
        .replace("{port}", "")
}

/// A page for people: every activity with what it does and needs.
fn activities(resolved: &str) -> Result<String, String> {
    let manifest: Value = serde_json::from_str(resolved).map_err(|error| error.to_string())?;
    let mut page = String::from(
        "# Activities\n\n`resolve-manifest` writes this page from the manifest. `switchboard activity show ID` prints fields, errors\n\
         and examples.\n\nAny one set of scopes is enough. `(:admin)` means the same scope for the whole account.\n\
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
