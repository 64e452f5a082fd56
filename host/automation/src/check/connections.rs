//! The types of connections that a document names.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::mistakes::{Mistakes, choose};
use crate::activity::Catalog;
use crate::span::join;

/// Reports each connection whose type is none of the connectors.
pub fn types(connections: &Map<String, Value>, catalog: &dyn Catalog, mistakes: &mut Mistakes<'_>) {
    let names = catalog.names();
    let known: BTreeSet<&str> = names.iter().filter_map(|name| name.split('.').next()).collect();
    for (name, connection) in connections {
        let Some(kind) = connection.get("type").and_then(Value::as_str) else { continue };
        if known.contains(kind) {
            continue;
        }
        let place = join(&join("/connections", name), "type");
        let fix = choose(kind, "connectors are", known.iter().copied());
        mistakes.value("value", &place, format!("there is no connector `{kind}`"), fix);
    }
}
