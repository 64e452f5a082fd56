//! `switchboard activity`: find and explain activities, from the manifest alone.

use serde_json::{Value, json};
use switchboard_runtime::manifest::{Activity, Effect, Manifest};

use crate::app::App;
use crate::args::ActivityCommand;
use crate::commands::connect::{plan_of, role_rights};
use crate::error::{CliError, exit};
use crate::near::meant;
use crate::output;

pub async fn run(app: &App, command: ActivityCommand) -> Result<(), CliError> {
    let connector = app.connector().await?;
    let manifest = connector.manifest();
    match command {
        ActivityCommand::List { search } => list(app, manifest, search.as_deref()),
        ActivityCommand::Show { activity } => show(app, manifest, find(manifest, &activity)?),
        ActivityCommand::Schema { activity, output: wants_output } => {
            let found = find(manifest, &activity)?;
            output::json(if wants_output { &found.output } else { &found.input })
        }
    }
}

fn list(app: &App, manifest: &Manifest, search: Option<&str>) -> Result<(), CliError> {
    let found = manifest.activities.iter().filter(|activity| {
        search.is_none_or(|search| holds(search, &[&id(manifest, activity), &activity.title, &activity.summary]))
    });
    let found: Vec<&Activity> = found.collect();
    if app.global.json {
        return output::json(&found.into_iter().map(|activity| row(manifest, activity)).collect::<Vec<Value>>());
    }
    if found.is_empty() {
        app.say(&format!("no activity says `{}`: switchboard activity list shows all", search.unwrap_or_default()));
        return Ok(());
    }
    let rows = found.into_iter().map(|activity| {
        vec![id(manifest, activity), effect(activity).into(), first_scope(activity), activity.title.clone()]
    });
    output::table(&["ACTIVITY", "EFFECT", "SCOPE", "WHAT IT DOES"], rows.collect())
}

/// Whether one of the texts holds what is looked for, in whatever case.
pub fn holds(search: &str, texts: &[&str]) -> bool {
    let search = search.to_lowercase();
    texts.iter().any(|text| text.to_lowercase().contains(&search))
}

/// The activity, or the error that names the nearest one.
pub fn find<'a>(manifest: &'a Manifest, id: &str) -> Result<&'a Activity, CliError> {
    manifest.activity(id).ok_or_else(|| unknown(manifest, id))
}

pub fn unknown(manifest: &Manifest, id: &str) -> CliError {
    let near = meant(manifest.nearest(id).as_deref());
    CliError::Failed {
        code: "activity.unknown".into(),
        message: format!("there is no activity `{id}`"),
        fix: Some(format!("{near}`switchboard activity list` shows all")),
        exit: exit::USAGE,
    }
}

fn show(app: &App, manifest: &Manifest, activity: &Activity) -> Result<(), CliError> {
    if app.global.json {
        return output::json(activity);
    }
    output::line(&format!("{} — {}", id(manifest, activity), activity.title))?;
    output::line(&activity.summary)?;
    output::line("")?;
    output::line(&format!("effect  {}    rate class  {}", effect(activity), activity.rate))?;
    for (style, sets) in [("classic", &activity.scopes.classic), ("granular", &activity.scopes.granular)] {
        let any: Vec<String> = sets.iter().map(|set| set.join(" + ")).collect();
        if !any.is_empty() {
            output::line(&format!("scope   {} ({style})", any.join("  or  ")))?;
        }
    }
    output::line(&format!("        about scopes: {}", manifest.app.scope_help))?;
    let rights = role_rights(activity).join(", ");
    if !rights.is_empty() {
        output::line(&format!("right   {rights} of the user's role, where data of others is reached"))?;
    }
    if let Some(plan) = plan_of(activity) {
        output::line(&format!("plan    {plan}"))?;
    }
    output::line("\ninput")?;
    fields(&activity.input)?;
    output::line("\noutput")?;
    fields(&activity.output)?;
    let catalogue = activity.errors.iter().filter_map(|code| manifest.errors.iter().find(|entry| &entry.code == code));
    for (number, entry) in catalogue.enumerate() {
        if number == 0 {
            output::line("\nerrors")?;
        }
        let fix = entry.fix.as_ref().map_or(String::new(), |fix| format!(" → {fix}"));
        output::line(&format!("  {}  {}{fix}", entry.code, entry.cause))?;
    }
    for example in &activity.examples {
        output::line(&format!(
            "\nexample: {}\n  switchboard call {} {}",
            example.title,
            id(manifest, activity),
            spelled(&example.input)
        ))?;
    }
    Ok(())
}

/// The fields of a schema, one a line.
pub fn fields(schema: &Value) -> Result<(), CliError> {
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return Ok(());
    };
    let width = properties.keys().map(String::len).max().unwrap_or(0);
    for (name, property) in properties {
        let mark = if required.contains(&name.as_str()) { "required" } else { "" };
        let about = property.get("description").and_then(Value::as_str).unwrap_or("").replace('\n', " ");
        output::line(&format!("  {name:width$}  {:16} {mark:8}  {about}", kind(schema, property)))?;
    }
    Ok(())
}

/// References and choices that are followed for one word; schemas of ours need three.
const MAX_STEPS: usize = 16;
/// Values of an enumeration that are listed.
const MAX_LISTED: usize = 40;

/// A short word for a property's type.
fn kind(root: &Value, property: &Value) -> String {
    let mut property = property;
    // Bounded: a schema may refer to itself.
    for _ in 0..MAX_STEPS {
        let Some(next) = next(root, property) else { return word(property) };
        property = next;
    }
    String::new()
}

/// What a property refers to, when that says more than its name.
fn next<'a>(root: &'a Value, property: &'a Value) -> Option<&'a Value> {
    if let Some(name) = property.get("$ref").and_then(Value::as_str) {
        let target = root.get("$defs")?.get(name.rsplit('/').next().unwrap_or(name))?;
        let says_more = target.get("enum").is_some() || target.get("oneOf").is_some();
        return if says_more { Some(target) } else { None };
    }
    if constants(property).is_empty() {
        let cases = property.get("anyOf").and_then(Value::as_array)?;
        return cases.iter().find(|case| case.get("type") != Some(&json!("null")));
    }
    None
}

fn word(property: &Value) -> String {
    if let Some(name) = property.get("$ref").and_then(Value::as_str) {
        return name.rsplit('/').next().unwrap_or(name).to_owned();
    }
    let constants = constants(property);
    if !constants.is_empty() {
        let listed = constants.iter().take(MAX_LISTED).copied().collect::<Vec<_>>().join("|");
        return if constants.len() > MAX_LISTED { format!("{listed}|…") } else { listed };
    }
    match property.get("type") {
        Some(Value::String(name)) => name.clone(),
        Some(Value::Array(names)) => {
            names.iter().filter_map(Value::as_str).find(|name| *name != "null").unwrap_or("").to_owned()
        }
        _ => String::new(),
    }
}

/// The values that a property lists.
fn constants(property: &Value) -> Vec<&str> {
    match (property.get("enum"), property.get("oneOf")) {
        (Some(Value::Array(values)), _) => values.iter().filter_map(Value::as_str).collect(),
        (_, Some(Value::Array(cases))) => cases.iter().filter_map(|case| case.get("const")?.as_str()).collect(),
        _ => Vec::new(),
    }
}

/// An example's input as `key=value` fields.
fn spelled(input: &Value) -> String {
    let fields = input.as_object().into_iter().flatten().map(|(key, value)| match value {
        Value::String(text) if text.contains([' ', '\'', '$', '"']) => {
            format!("{key}=\"{text}\"")
        }
        Value::String(text) => format!("{key}={text}"),
        other => format!("{key}:='{other}'"),
    });
    fields.collect::<Vec<_>>().join(" ")
}

fn row(manifest: &Manifest, activity: &Activity) -> Value {
    json!({
        "activity": id(manifest, activity),
        "title": activity.title,
        "effect": activity.effect,
        "scopes": activity.scopes,
    })
}

fn id(manifest: &Manifest, activity: &Activity) -> String {
    format!("{}.{}", manifest.connector, activity.name)
}

fn effect(activity: &Activity) -> &'static str {
    match activity.effect {
        Effect::Read => "read",
        Effect::Write => "write",
        Effect::Destructive => "destructive",
    }
}

fn first_scope(activity: &Activity) -> String {
    activity.scopes.classic.first().or(activity.scopes.granular.first()).map_or(String::new(), |set| set.join(" "))
}
