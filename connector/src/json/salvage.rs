//! Reading what can be read: one bad element does not take its list along, and one bad field not its object.

use serde::de::DeserializeOwned;

use super::{Node, Unfit, Why};

/// Elements and fields left out of one value. An answer with more is another kind of answer.
const MOST: usize = 100;

/// An element or a field that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// JSON Pointer to what did not fit.
    pub at: String,
    pub why: String,
}

/// Read a value. An element of a list that does not fit is taken out of its list and named, and so is a field of another type than
/// documented. Null is an absent field. A list that is none is the error: nobody may take it for an empty one.
pub fn salvage<T: DeserializeOwned>(node: &mut Node<'_>) -> Result<(T, Vec<LeftOut>), Unfit> {
    let mut left_out = Vec::new();
    loop {
        match T::deserialize(&*node) {
            Ok(value) => return Ok((value, left_out)),
            Err(unfit) => leave_out(node, unfit, &mut left_out)?,
        }
    }
}

#[cold]
#[inline(never)]
fn leave_out(node: &mut Node<'_>, unfit: Unfit, left_out: &mut Vec<LeftOut>) -> Result<(), Unfit> {
    let steps: Vec<&str> = unfit.at.split('/').skip(1).collect();
    if is_null_field(node, &steps) {
        // All at once: one by one, each would cost another reading of the whole.
        drop_nulls(node);
        return Ok(());
    }
    let may_go = !matches!(unfit.why, Why::NoList(_));
    if left_out.len() == MOST || !remove(node, &steps, may_go) {
        return Err(unfit);
    }
    let why = Unfit { at: String::new(), why: unfit.why }.to_string();
    left_out.push(LeftOut { at: unfit.at, why });
    Ok(())
}

fn is_null_field(node: &Node<'_>, steps: &[&str]) -> bool {
    let Some((step, rest)) = steps.split_first() else { return false };
    match node {
        Node::Object(fields) => {
            let inner = fields.iter().find(|(key, _)| super::escape(key) == *step);
            let is_null = |value: &Node<'_>| rest.is_empty() && matches!(value, Node::Null);
            inner.is_some_and(|(_, value)| is_null(value) || is_null_field(value, rest))
        }
        Node::List(items) => {
            let inner = step.parse::<usize>().ok().and_then(|index| items.get(index));
            inner.is_some_and(|item| is_null_field(item, rest))
        }
        _ => false,
    }
}

/// Take out every field without a value. Elements of lists keep their places.
fn drop_nulls(node: &mut Node<'_>) {
    match node {
        Node::Object(fields) => {
            fields.retain(|(_, value)| !matches!(value, Node::Null));
            fields.iter_mut().for_each(|(_, value)| drop_nulls(value));
        }
        Node::List(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// Take out the field at the end of the way, when it may go; else the element of the innermost list on the way.
fn remove(node: &mut Node<'_>, steps: &[&str], may_go: bool) -> bool {
    let Some((step, rest)) = steps.split_first() else { return false };
    match node {
        Node::Object(fields) => {
            let Some(at) = fields.iter().position(|(key, _)| super::escape(key) == *step) else { return false };
            if rest.is_empty() {
                if may_go {
                    fields.remove(at);
                }
                return may_go;
            }
            fields.get_mut(at).is_some_and(|(_, value)| remove(value, rest, may_go))
        }
        Node::List(items) => {
            let Some(item) = step.parse::<usize>().ok().and_then(|index| items.get_mut(index)) else { return false };
            if !remove(item, rest, may_go) {
                *item = Node::LeftOut;
            }
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::json::parse;

    #[derive(Deserialize, Debug, PartialEq)]
    struct Row {
        id: u32,
        parts: Vec<u32>,
    }

    fn read(text: &str) -> Result<(Vec<Row>, Vec<String>), String> {
        let mut node = parse(text.as_bytes()).unwrap();
        let (rows, left_out) = salvage(&mut node).map_err(|unfit: Unfit| unfit.to_string())?;
        Ok((rows, left_out.into_iter().map(|one| one.at).collect()))
    }

    #[test]
    fn the_innermost_element_is_left_out_and_the_others_stay() {
        let text = r#"[{"id":1,"parts":[1,null,3,"x"]},null,{"id":2,"parts":[]},{"parts":[]}]"#;
        let (rows, left_out) = read(text).unwrap();
        assert_eq!(rows, [Row { id: 1, parts: vec![1, 3] }, Row { id: 2, parts: vec![] }]);
        assert_eq!(left_out, ["/0/parts/1", "/0/parts/3", "/1", "/3"]);
    }

    #[derive(Deserialize, Debug, PartialEq)]
    struct Meeting {
        id: u32,
        #[serde(default)]
        open: Option<bool>,
        #[serde(default)]
        files: Vec<u32>,
        #[serde(default)]
        host: Option<Host>,
    }

    #[derive(Deserialize, Debug, PartialEq)]
    struct Host {
        name: String,
    }

    fn meeting(text: &str) -> Result<(Meeting, Vec<String>), String> {
        let mut node = parse(text.as_bytes()).unwrap();
        let (meeting, left_out) = salvage(&mut node).map_err(|unfit: Unfit| unfit.to_string())?;
        Ok((meeting, left_out.into_iter().map(|one| one.at).collect()))
    }

    #[test]
    fn a_field_of_another_type_is_left_out_and_the_object_stays() {
        let bare = Meeting { id: 1, open: None, files: vec![], host: None };
        for (text, at) in [
            (r#"{"id":1,"open":"yes"}"#, vec!["/open"]),
            (r#"{"id":1,"host":"Ada","open":7}"#, vec!["/host", "/open"]),
            (r#"{"id":1,"host":{}}"#, vec!["/host"]),
            (r#"{"id":1,"files":null}"#, vec![]),
            (r#"{"id":1,"files":null,"open":null,"host":null}"#, vec![]),
        ] {
            let (read, left_out) = meeting(text).unwrap();
            assert_eq!(read, bare, "{text}");
            assert_eq!(left_out, at, "{text}");
        }
    }

    #[test]
    fn broken_lists_and_missing_required_fields_are_errors() {
        for text in [r#"{"id":1,"files":"none"}"#, r#"{"id":1,"files":{}}"#, r#"{"id":"x"}"#, r#"{"id":null}"#, "{}"] {
            assert!(meeting(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_no_list_at_all_is_an_error() {
        assert!(read("{}").is_err());
        let many = format!("[{}]", ["null"; MOST + 1].join(","));
        assert!(read(&many).is_err(), "hundreds of bad rows are no list with one bad row");
    }
}
