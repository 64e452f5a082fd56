//! Values of `with` that expressions give, against the input of the activity.

use serde_json::Value;

use super::mistakes::{Mistakes, choose, quote};
use super::names::Names;
use crate::expr::infer::Place;
use crate::expr::is_dynamic;
use crate::span::join;
use crate::types::{Lack, Misfit, Reason, Type, conversion};

/// Checks the expressions of `with` and whether their values fit. Values without expressions are judged by the schema itself.
pub fn with(value: &Value, wanted: &Type, pointer: &str, names: &Names, mistakes: &mut Mistakes<'_>) {
    member(value, wanted, pointer, names, mistakes);
}

fn member(value: &Value, wanted: &Type, pointer: &str, names: &Names, mistakes: &mut Mistakes<'_>) {
    match (value, wanted.object.as_deref().filter(|_| !wanted.any)) {
        (Value::Object(members), object) => {
            for (name, value) in members {
                let field = object.and_then(|object| object.field(name)).unwrap_or_else(optional);
                member(value, &field, &join(pointer, name), names, mistakes);
            }
        }
        (Value::Array(items), _) => {
            let item = wanted.list.as_ref().filter(|_| !wanted.any).map_or_else(optional, |item| item.as_ref().clone());
            for (index, value) in items.iter().enumerate() {
                member(value, &item, &join(pointer, index), names, mistakes);
            }
        }
        (Value::String(text), _) => {
            let place = if wanted.absent == Lack::Never { Place::Required } else { Place::Value };
            let found = names.string_at(text, pointer, place, mistakes);
            if is_dynamic(value)
                && let Some(misfit) = found.misfit(wanted)
            {
                report(text, &misfit, pointer, mistakes);
            }
        }
        _ => {}
    }
}

/// A member of which nothing is known.
fn optional() -> Type {
    Type::any().or_absent(Lack::Unsure)
}

fn report(text: &str, misfit: &Misfit, pointer: &str, mistakes: &mut Mistakes<'_>) {
    let source = text.trim().trim_start_matches("${{").trim_end_matches("}}").trim();
    let shown = crate::text::brief(source, 120);
    let name = pointer.rsplit('/').next().unwrap_or_default().replace("~1", "/").replace("~0", "~");
    let name = misfit.path.iter().fold(name, |path, part| match part.as_str() {
        "[]" => format!("{path}[]"),
        field => format!("{path}.{field}"),
    });
    let sole = text.trim().starts_with("${{") && text.matches("${{").count() == 1 && text.trim().ends_with("}}");
    let whole = misfit.path.is_empty() && sole;
    let (code, message, fix) = match &misfit.reason {
        Reason::Kind { wanted, given } => {
            let wanted = &wanted.clone().some();
            let fix = match conversion(given, wanted.kinds()) {
                Some(filter) if whole => Some(format!("write `${{{{ {} | {filter} }}}}`", bracketed(&shown))),
                _ => Some(format!("give it {}", wanted.show())),
            };
            ("type", format!("`{name}` must be {}, the expression gives {}", wanted.show(), given.show()), fix)
        }
        Reason::Value { wanted, given } => {
            let allowed: Vec<&str> =
                wanted.values().map(|(values, _)| values.iter().map(String::as_str).collect()).unwrap_or_default();
            let first = given.first().map(String::as_str).unwrap_or_default();
            let near = switchboard_suggest::suggest(first, &allowed);
            let listed = format!("allowed are {}", quote(&allowed));
            let fix = near.map_or_else(|| listed.clone(), |near| format!("{near} {listed}"));
            ("value", format!("`{name}` cannot be `{}`", crate::text::brief(first, 100)), Some(fix))
        }
        Reason::None { .. } => {
            let fix = format!("give another value: `${{{{ {} or … }}}}`", bracketed(&shown));
            ("optional", format!("`{name}` must have a value, the expression may give none"), Some(fix))
        }
        Reason::Missing { field } => (
            "missing-key",
            format!("`{name}` lacks `{field}`"),
            Some(format!("add a field `{field}` to what the expression gives")),
        ),
        Reason::Unknown { field, known } => {
            let fix = choose(field, "known are", known.iter().map(String::as_str));
            ("unknown-key", format!("`{name}` has no field `{field}`"), fix)
        }
        Reason::Optional { field, .. } => {
            let fix =
                format!("make `{field}` required where it comes from, or pass the fields one by one with a default");
            ("optional", format!("`{name}.{field}` must have a value, the expression may give none"), Some(fix))
        }
    };
    let at = text.find("${{").map_or(0..text.len(), |start| start..text.trim_end().len().max(start));
    mistakes.part(code, pointer, &at, message, fix);
}

/// A filter binds stronger than an operator.
fn bracketed(source: &str) -> String {
    let plain = source.chars().all(|c| c.is_alphanumeric() || "._[]'|() ".contains(c)) && !source.contains(" or ");
    if plain { source.to_owned() } else { format!("({source})") }
}
