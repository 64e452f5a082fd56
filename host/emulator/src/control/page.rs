//! The page that shows what the emulator knows: plain HTML at `/` and `/_emulator/`, no script.

use serde_json::Value;

use crate::http::answer::Answer;
use crate::state::world::{AppKind, World};
use crate::time::utc;

/// Longer tables are cut, with a note.
const ROWS: usize = 100;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:75rem;margin:0 auto;padding:1rem;color:#1b1b1b;background:#fff}\
    table{border-collapse:collapse;width:100%;margin:0 0 1rem}caption{text-align:left;padding:.25rem 0}\
    th,td{border:1px solid #767676;padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}\
    th{background:#eee}nav a{margin-right:1rem}a{color:#0645ad}\
    @media(prefers-color-scheme:dark){body{color:#eee;background:#161616}th{background:#333}a{color:#9ecbff}}";

pub fn answer(world: &World) -> Answer {
    let sections = [
        users(world),
        meetings(world),
        held(world),
        recordings(world),
        apps(world),
        webhooks(world),
        events(world),
        faults(world),
        requests(world),
    ];
    let links: String =
        sections.iter().map(|one| format!("<a href=\"#{}\">{}</a> ", anchor(one.title), one.title)).collect();
    let body: String = sections.iter().map(Section::html).collect();
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><link rel=\"icon\" href=\"data:,\"><title>Zoom emulator</title>\
         <style>{STYLE}</style></head><body><header><h1>Zoom emulator</h1><p>Its clock says <time>{}</time>; plan {}; \
         API {}/v2; downloads {}. <a href=\"/_emulator/state\">State as JSON</a></p><nav \
         aria-label=\"Sections\">{links}</nav></header><main>{body}</main></body></html>",
        utc(world.now_ms()),
        text(&Value::from(format!("{:?}", world.settings.plan).to_lowercase())),
        escape(&world.origin),
        escape(&world.download_origin),
    );
    Answer::html(200, html).with("cache-control", "no-store")
}

struct Section {
    title: &'static str,
    columns: &'static [&'static str],
    rows: Vec<Vec<String>>,
    total: usize,
}

impl Section {
    fn html(&self) -> String {
        let head: String = self.columns.iter().map(|name| format!("<th scope=\"col\">{name}</th>")).collect();
        let rows: String = self
            .rows
            .iter()
            .map(|row| {
                let cells: String = row.iter().map(|cell| format!("<td>{}</td>", escape(cell))).collect();
                format!("<tr>{cells}</tr>")
            })
            .collect();
        let caption = match self.total {
            0 => "none".to_owned(),
            total if total > self.rows.len() => format!("{} of {total}", self.rows.len()),
            total => total.to_string(),
        };
        let id = anchor(self.title);
        let title = self.title;
        format!(
            "<section aria-labelledby=\"{id}\"><h2 id=\"{id}\">{title}</h2><table><caption>{title}: \
             {caption}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></section>"
        )
    }
}

fn users(world: &World) -> Section {
    let row = |user: &crate::state::world::User| {
        let role = world.directory.role(&user.role).map_or(user.role.as_str(), |role| role.name.as_str());
        vec![
            user.email.clone(),
            user.name(),
            user.status.clone(),
            user.kind.to_string(),
            role.to_owned(),
            user.id.clone(),
        ]
    };
    Section {
        title: "Users",
        columns: &["E-mail", "Name", "Status", "Type", "Role", "Id"],
        rows: world.users.iter().take(ROWS).map(row).collect(),
        total: world.users.iter().count(),
    }
}

fn meetings(world: &World) -> Section {
    let row = |meeting: &crate::state::world::Meeting| {
        let topic = meeting.fields.get("topic").map(text).unwrap_or_default();
        let start = meeting.start_ms.map(utc).unwrap_or_default();
        vec![meeting.id.to_string(), topic, email(world, &meeting.host), start, meeting.uuid.clone()]
    };
    Section {
        title: "Meetings",
        columns: &["Number", "Topic", "Host", "Start", "UUID"],
        rows: world.meetings.values().take(ROWS).map(row).collect(),
        total: world.meetings.len(),
    }
}

fn held(world: &World) -> Section {
    let row = |one: &crate::state::meeting_instances::Instance| {
        let end = one.end_ms.map_or_else(|| "running".to_owned(), utc);
        vec![one.meeting_id.to_string(), one.topic.clone(), utc(one.start_ms), end, one.participants.len().to_string()]
    };
    Section {
        title: "Held meetings",
        columns: &["Number", "Topic", "Start", "End", "Stays"],
        rows: world.past.iter().rev().take(ROWS).map(row).collect(),
        total: world.past.len(),
    }
}

fn recordings(world: &World) -> Section {
    let row = |one: &crate::state::recordings::Recording| {
        let state = match (one.processing, one.is_live()) {
            (true, _) => "in progress",
            (false, true) => "there",
            (false, false) => "in the trash",
        };
        let (host, start, files) = (email(world, &one.host), utc(one.start_ms), one.files.len().to_string());
        vec![one.id.to_string(), one.topic.clone(), host, start, files, state.to_owned(), one.uuid.clone()]
    };
    Section {
        title: "Recordings",
        columns: &["Number", "Topic", "Host", "Start", "Files", "State", "UUID"],
        rows: world.recordings.iter().take(ROWS).map(row).collect(),
        total: world.recordings.len(),
    }
}

fn apps(world: &World) -> Section {
    let row = |app: &crate::state::world::App| {
        let kind = match app.kind {
            AppKind::User => "user-managed",
            AppKind::Admin => "admin-managed",
            AppKind::Server => "Server-to-Server",
        };
        let users = world.grants.iter().filter(|grant| grant.live && grant.client_id == app.client_id).count();
        let approval = serde_json::to_value(world.approval.app(&app.client_id)).unwrap_or_default();
        vec![app.client_id.clone(), app.name.clone(), kind.to_owned(), users.to_string(), text(&approval)]
    };
    Section {
        title: "Apps and approvals",
        columns: &["Client id", "Name", "Kind", "Live grants", "Approval"],
        rows: world.apps.iter().map(row).collect(),
        total: world.apps.len(),
    }
}

fn webhooks(world: &World) -> Section {
    let row = |one: &crate::events::Endpoint| {
        let events = if one.events.is_empty() { "all".to_owned() } else { one.events.join(", ") };
        let state = if one.enabled { "on" } else { "off" };
        vec![one.url.clone(), one.client_id.clone(), events, state.to_owned(), one.failures.to_string()]
    };
    Section {
        title: "Webhooks",
        columns: &["Address", "App", "Events", "State", "Failed validations"],
        rows: world.events.endpoints.iter().map(row).collect(),
        total: world.events.endpoints.len(),
    }
}

fn events(world: &World) -> Section {
    let row = |one: &Value| {
        let part = |name: &str| one.get(name).map(text).unwrap_or_default();
        let at = one.get("event_ts").and_then(Value::as_i64).map(utc).unwrap_or_default();
        vec![at, part("event"), part("payload").chars().take(300).collect()]
    };
    Section {
        title: "Events",
        columns: &["At", "Event", "Payload"],
        rows: world.events.emitted.iter().rev().take(ROWS).map(row).collect(),
        total: world.events.emitted.len(),
    }
}

fn faults(world: &World) -> Section {
    let row = |fault: &crate::faults::fault::Fault| vec![text(&serde_json::to_value(fault).unwrap_or_default())];
    Section {
        title: "Faults",
        columns: &["Waiting to be met"],
        rows: world.faults.iter().map(row).collect(),
        total: world.faults.len(),
    }
}

fn requests(world: &World) -> Section {
    let row = |one: &crate::http::log::LogEntry| {
        let address = if one.query.is_empty() { one.path.clone() } else { format!("{}?{}", one.path, one.query) };
        let status = one.status.map_or_else(|| "none".to_owned(), |status| status.to_string());
        vec![
            one.n.to_string(),
            one.at.clone(),
            one.method.clone(),
            address,
            status,
            one.fault.clone().unwrap_or_default(),
        ]
    };
    Section {
        title: "Requests",
        columns: &["No.", "At", "Method", "Address", "Status", "Fault"],
        rows: world.log.iter().rev().take(ROWS).map(row).collect(),
        total: world.log.len(),
    }
}

fn email(world: &World, id: &str) -> String {
    world.user(id).map_or_else(|| id.to_owned(), |user| user.email.clone())
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn anchor(title: &str) -> String {
    title.to_lowercase().replace(' ', "-")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
