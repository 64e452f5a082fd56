//! Remedies: their places filled in, for people and for programs.

use serde_json::{Value, json};
use switchboard_app::Cloud;
use switchboard_app::MAX_INLINE_STEPS;
use switchboard_app::manifest::scopes::Style;
use switchboard_app::manifest::{Guide, Remedy};
use switchboard_app::remedy::{Facts, Guidance, numbered};

use super::named_step::places;
use super::next_step::{flags_of, spell};
use crate::command_line::CommandLine;

/// The remedy with its places filled in.
pub fn fill(guidance: &Guidance) -> Remedy {
    let Guidance { remedy, facts } = guidance;
    let or = |value: &Option<String>, other: &str| value.clone().unwrap_or_else(|| other.to_owned());
    let list = |all: &[String], with: &str, none: &str| match all {
        [] => none.to_owned(),
        all => all.join(with),
    };
    let style = facts.app_style.unwrap_or(Style::Classic);
    let label = facts.label.as_deref().unwrap_or("LABEL");
    let client = facts.client_id.as_deref().unwrap_or("ID");
    let command = command_of(facts).unwrap_or_else(|| CommandLine::own_app(label, client));
    let app = facts.client_id.as_ref().map_or_else(|| "the app".to_owned(), |client| format!("the app {client}"));
    let mut values = vec![
        ("label", or(&facts.label, "LABEL")),
        ("email", or(&facts.email, "this user")),
        ("expected", or(&facts.expected, "the user you want to connect")),
        ("client_id", or(&facts.client_id, "ID")),
        ("app", app),
        ("redirect", or(&facts.redirect, "http://127.0.0.1:7910/oauth/callback")),
        ("scopes", list(&facts.scopes, " ", "the missing scopes")),
        ("rights", list(&facts.rights, ", ", "the missing rights")),
        ("again", again(facts)),
        ("again_all", again_for_all(facts, &command)),
        ("replace", replacing(facts)),
        ("asked", style.other().as_str().to_owned()),
        ("other_style", command.at("--style", style.as_str()).copyable()),
        ("by_browser", command.without(&["--account-id", "--method"]).copyable()),
        ("at", if facts.cloud == Cloud::default() { command.addresses() } else { flags_of(&facts.cloud) }),
    ];
    values.extend(places(facts.label.as_deref()));
    remedy.filled(&values.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>())
}

fn command_of(facts: &Facts) -> Option<CommandLine> {
    facts.original.clone().map(CommandLine::from)
}

/// The command that signs in once more.
pub fn again(facts: &Facts) -> String {
    spell(&facts.again())
}

/// The same for all that the app has.
fn again_for_all(facts: &Facts, command: &CommandLine) -> String {
    match &facts.connected {
        Some(_) => format!("switchboard connection reconnect {} --all", facts.label.as_deref().unwrap_or("LABEL")),
        None => command.without(&["--for", "--for-automation", "--scopes"]).copyable(),
    }
}

/// The same, though a connection ends by it.
fn replacing(facts: &Facts) -> String {
    match command_of(facts) {
        Some(command) if facts.connected.is_none() || command.reconnects() => command.with(&["--replace"]).copyable(),
        _ => format!("{} --replace", again(facts)),
    }
}

/// What to do in a line: few steps whole, of many the first.
pub fn in_short(remedy: &Remedy) -> String {
    let steps: Vec<&str> = remedy.steps.iter().chain(&remedy.here).map(|step| step.trim_end_matches('.')).collect();
    match steps.as_slice() {
        few if few.len() <= MAX_INLINE_STEPS => few.join("; "),
        [first, ..] => format!("{}: {first}", remedy.title),
        [] => remedy.title.clone(),
    }
}

/// Everything a person has to do.
pub fn lines(remedy: &Remedy) -> Vec<String> {
    let first = format!("{}: {}", remedy.title, remedy.cause);
    [first].into_iter().chain(below(remedy)).collect()
}

/// The same below a line that has the title already.
pub fn untitled(remedy: &Remedy) -> Vec<String> {
    [remedy.cause.clone()].into_iter().chain(below(remedy)).collect()
}

fn below(remedy: &Remedy) -> Vec<String> {
    let mut lines = vec![format!("Who can fix it: {}.", remedy.who)];
    lines.extend(numbered(&remedy.steps));
    for other in &remedy.instead {
        lines.push(format!("Or: {}", other.title));
        lines.extend(numbered(&other.steps));
    }
    lines.extend(remedy.then.iter().cloned());
    if !remedy.here.is_empty() {
        lines.push("Then, here:".to_owned());
        lines.extend(remedy.here.iter().map(|step| format!("  - {step}")));
    }
    lines.extend(remedy.links.iter().map(|link| format!("More: {link}")));
    lines
}

/// The same for programs.
pub fn value(remedy: &Remedy) -> Value {
    json!({ "id": remedy.id, "title": remedy.title, "cause": remedy.cause, "who": remedy.who, "steps": remedy.steps,
        "here": remedy.here, "instead": remedy.instead, "then": remedy.then, "links": remedy.links })
}

/// A guide for people, its places filled.
pub fn guide(guide: &Guide) -> Vec<String> {
    let mut lines = vec![guide.title.clone()];
    lines.extend(numbered(&guide.steps));
    lines.extend(guide.notes.iter().map(|note| format!("Note: {note}")));
    lines
}
