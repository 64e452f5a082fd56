//! The call of the bindings generator. How types are spelled in JSON follows from the WIT by rule.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use wit_parser::{Resolve, Type, TypeDefKind, TypeId};

use crate::{Outcome, WIT};

/// The generator's call, once with and once without JSON Schemas.
pub fn bindings() -> Outcome<String> {
    let attributes = attributes()?;
    let mut text = String::new();
    for (cfg, schema) in [("not(feature = \"schema\")", ""), ("feature = \"schema\"", "schemars::JsonSchema")] {
        write!(
            text,
            "#[cfg({cfg})]\nwit_bindgen::generate!({{ path: {WIT:?}, world: \"switchboard:zoom/zoom\", generate_all,\n\
             additional_derives: [PartialEq, serde::Serialize, serde::Deserialize, {schema}],\n\
             additional_type_attributes: {{\n{attributes}}} }});\n"
        )?;
    }
    Ok(text)
}

/// How each type of `wit/zoom` is written as JSON: enums in snake case; what a person writes is strict.
fn attributes() -> Outcome<String> {
    let mut resolve = Resolve::default();
    resolve.push_dir("../wit/connector")?;
    let (package, _) = resolve.push_dir("../wit/zoom")?;
    let mut written = BTreeSet::new();
    for (_, interface) in resolve.interfaces.iter().filter(|(_, interface)| interface.package == Some(package)) {
        for function in interface.functions.values() {
            for parameter in &function.params {
                reach(&resolve, &parameter.ty, &mut written);
            }
        }
    }
    let mut lines = BTreeSet::new();
    for (id, of) in resolve.types.iter() {
        let wit_parser::TypeOwner::Interface(owner) = of.owner else { continue };
        let Some(interface) = resolve.interfaces.get(owner).filter(|interface| interface.package == Some(package))
        else {
            continue;
        };
        let (Some(area), Some(name)) = (&interface.name, &of.name) else { continue };
        let attributes = match &of.kind {
            TypeDefKind::Enum(_) | TypeDefKind::Variant(_) => "#[serde(rename_all = \"snake_case\")]",
            // Any JSON value: see `src/any_json.rs`.
            TypeDefKind::Record(_) if area == "types" && name == "json" => {
                "#[serde(from = \"serde_json::Value\", into = \"serde_json::Value\")]"
            }
            TypeDefKind::Record(record) if written.contains(&id) => {
                let optional = record.fields.iter().all(|field| is_optional(&resolve, &field.ty));
                if optional {
                    "#[derive(Default)] #[serde(deny_unknown_fields)]"
                } else {
                    "#[serde(deny_unknown_fields)]"
                }
            }
            _ => continue,
        };
        lines.insert(format!("\"switchboard:zoom/{area}@0.1.0/{name}\": [{attributes}],\n"));
    }
    Ok(lines.into_iter().collect())
}

/// Every named type that a value of this type can hold.
fn reach(resolve: &Resolve, of: &Type, found: &mut BTreeSet<TypeId>) {
    let Type::Id(id) = of else { return };
    if !found.insert(*id) {
        return;
    }
    match resolve.types.get(*id).map(|of| &of.kind) {
        Some(TypeDefKind::Record(record)) => record.fields.iter().for_each(|field| reach(resolve, &field.ty, found)),
        Some(TypeDefKind::Option(inner) | TypeDefKind::List(inner) | TypeDefKind::Type(inner)) => {
            reach(resolve, inner, found);
        }
        _ => {}
    }
}

fn is_optional(resolve: &Resolve, of: &Type) -> bool {
    matches!(of, Type::Id(id) if matches!(resolve.types.get(*id).map(|of| &of.kind), Some(TypeDefKind::Option(_))))
}
