//! JSON in and out, made small: one reader and one writer serve every type.
//!
//! A type's serde code is compiled once for each reader and writer that it meets. With `serde_json`'s reader, its tree and a reader
//! that remembers paths, each type was in the component up to five times; now it is there once. Measured over eleven activities,
//! optimised for speed: code fell from 592 KB to 467 KB.

mod node;
mod read;
mod salvage;
mod write;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use node::Node;
pub use read::{Unfit, Why, escape};
pub use salvage::{LeftOut, salvage};

/// Why a text gave no value.
#[derive(Debug)]
pub enum Unread {
    /// It is not JSON.
    Syntax(String),
    /// It is JSON of another form.
    Unfit(Unfit),
}

/// Read a value, as far as it can be read: elements of lists that do not fit are left out and named.
pub fn read<T: DeserializeOwned>(text: &[u8]) -> Result<(T, Vec<LeftOut>), Unread> {
    salvage(&mut parse(text)?).map_err(Unread::Unfit)
}

/// Read a value from a tree, exactly.
pub fn exact<T: DeserializeOwned>(node: &Node<'_>) -> Result<T, Unread> {
    T::deserialize(node).map_err(Unread::Unfit)
}

/// Read a text as a tree.
#[inline(never)]
pub fn parse(text: &[u8]) -> Result<Node<'_>, Unread> {
    serde_json::from_slice(text).map_err(|error| Unread::Syntax(error.to_string()))
}

/// Write a value without absent options, at every depth.
pub fn write(value: &impl Serialize) -> Result<String, Unfit> {
    let mut writer = write::Writer::default();
    value.serialize(&mut writer)?;
    Ok(writer.text)
}

/// A value as a tree, without absent options.
pub fn tree(value: &impl Serialize) -> Value {
    write(value).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    #[serde(rename_all = "snake_case", deny_unknown_fields)]
    enum Repeat {
        Never,
        Every(u32),
        On { day: Option<String> },
    }

    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Plan {
        name: String,
        share: Option<f64>,
        repeat: Vec<Repeat>,
        #[serde(default)]
        notes: BTreeMap<String, Option<i8>>,
    }

    #[test]
    fn every_form_survives_writing_and_reading() {
        let plan = Plan {
            name: "a \"b\"\\\n\u{1}é".to_owned(),
            share: Some(0.25),
            repeat: vec![Repeat::Never, Repeat::Every(3), Repeat::On { day: Some("x".to_owned()) }],
            notes: BTreeMap::from([("a".to_owned(), Some(-1))]),
        };
        let text = write(&plan).unwrap();
        assert_eq!(
            text,
            r#"{"name":"a \"b\"\\\n\u0001é","share":0.25,"repeat":["never",{"every":3},{"on":{"day":"x"}}],"notes":{"a":-1}}"#
        );
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), serde_json::to_value(&plan).unwrap());
        assert_eq!(exact::<Plan>(&parse(text.as_bytes()).unwrap()).unwrap(), plan);
    }

    #[test]
    fn absent_options_are_left_out_at_every_depth() {
        let plan = Plan {
            name: "null".to_owned(),
            share: None,
            repeat: vec![Repeat::On { day: None }],
            notes: BTreeMap::from([("a".to_owned(), None), ("b".to_owned(), Some(1))]),
        };
        assert_eq!(write(&plan).unwrap(), r#"{"name":"null","repeat":[{"on":{}}],"notes":{"b":1}}"#);
    }

    #[track_caller]
    fn unfit(text: &str, expected: &str) {
        match parse(text.as_bytes()).and_then(|node| exact::<Plan>(&node)) {
            Err(Unread::Unfit(unfit)) => assert_eq!(unfit.to_string(), expected),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_does_not_fit_names_its_place() {
        unfit(r#"{"name":1,"repeat":[]}"#, "invalid type: integer `1`, expected a text at /name");
        unfit(
            r#"{"name":"","repeat":["never","often"]}"#,
            "unknown variant `often`, expected one of `never`, `every`, `on` at /repeat/1",
        );
        unfit(
            r#"{"name":"","repeat":[{"every":-1}]}"#,
            "invalid value: integer `-1`, expected a whole number of 0 or more at /repeat/0/every",
        );
        unfit(r#"{"name":"","repeat":[],"more":1}"#, "unknown field `more`");
        unfit(r#"{"name":null,"repeat":[]}"#, "invalid type: null, expected a text at /name");
        unfit("[]", "invalid type: sequence, expected an object");
        assert!(matches!(parse(b"{"), Err(Unread::Syntax(_))));
    }
}
