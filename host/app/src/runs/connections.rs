//! Which connection each of a document's names stands for.

use std::collections::BTreeMap;

use switchboard_connections::{Connection, Connections};

use switchboard_suggest::suggest;

use crate::{AppError, NextStep, message};

/// What the document's name is where it declares none.
pub const UNNAMED: &str = "";

/// The connections of a run, by the document's names. `given` is what the person chose: `NAME=LABEL` for one of
/// the names, or a label alone where there is one name. A name that nothing was given for stands for the connection of the
/// same label, or, where it is the only one, for the default connection.
pub fn choose(
    connections: &Connections,
    declared: &[String],
    given: &[String],
) -> Result<BTreeMap<String, Connection>, AppError> {
    let only = UNNAMED.to_owned();
    let names = if declared.is_empty() { std::slice::from_ref(&only) } else { declared };
    let mut chosen = BTreeMap::new();
    for one in given {
        let (name, label) = match (one.split_once('='), names) {
            (Some((name, label)), _) => (name, label),
            (None, [name]) => (name.as_str(), one.as_str()),
            (None, _) => return Err(unclear(names)),
        };
        if !declared.iter().any(|known| known == name) && name != only {
            let question = suggest(name, declared).map_or_else(String::new, |question| format!("{question} "));
            return Err(AppError::usage(
                format!("the document has no connection `{name}`"),
                format!("{question}its `connections` are: {}", declared.join(", ")),
            ));
        }
        if chosen.insert(name.to_owned(), connections.show(label)?).is_some() {
            return Err(AppError::usage(format!("two connections were given for `{name}`"), "give one"));
        }
    }
    for name in names.iter().filter(|name| !chosen.contains_key(*name)).cloned().collect::<Vec<_>>() {
        let row = match names {
            [_] => connections.choose(None)?,
            _ => {
                let same = connections.list()?.into_iter().find(|row| row.label == name);
                same.ok_or_else(|| unclear(names))?
            }
        };
        chosen.insert(name, row);
    }
    Ok(chosen)
}

fn unclear(names: &[String]) -> AppError {
    let each = NextStep::ChooseConnections(names.to_vec());
    let fix = message!["name each: ", each, "; ", NextStep::ListConnections, " shows the labels"];
    AppError::usage(format!("the document uses {} connections", names.len()), fix)
}
