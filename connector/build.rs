//! Makes, before the connector is compiled: the call of the bindings generator, and the manifest that the component embeds.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

use wit_parser::{Resolve, Type, TypeDefKind, TypeId};

const WIT: [&str; 2] = ["../wit/connector", "../wit/zoom"];
const MANIFEST: &str = "../manifests/zoom.resolved.json";

#[expect(clippy::disallowed_macros, reason = "how a build script talks to cargo")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    for input in WIT.into_iter().chain([MANIFEST]) {
        println!("cargo::rerun-if-changed={input}");
    }
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set; build with cargo"))?;
    fs::write(Path::new(&out).join("bindings.rs"), bindings()?)?;
    fs::write(Path::new(&out).join("manifest.min.json"), without_blanks(&fs::read_to_string(MANIFEST)?))?;
    Ok(())
}

/// The generator's call, once with and once without JSON Schemas.
fn bindings() -> Result<String, Box<dyn std::error::Error>> {
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
fn attributes() -> Result<String, Box<dyn std::error::Error>> {
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

/// JSON without its blanks, a third of its size.
fn without_blanks(json: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    json.chars()
        .filter(|&c| {
            if in_string {
                in_string = escaped || c != '"';
                escaped = c == '\\' && !escaped;
                true
            } else {
                in_string = c == '"';
                !c.is_ascii_whitespace()
            }
        })
        .collect()
}
