//! Reading what can be read: one bad element does not take its list along.

use serde::de::DeserializeOwned;

use super::{Node, Unfit};

/// Elements left out of one value. An answer with more is another kind of answer.
const MOST: usize = 100;

/// An element that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// JSON Pointer to what did not fit.
    pub at: String,
    pub why: String,
}

/// Read a value. An element of a list that does not fit is taken out of its list and named; what does not fit outside of a list is the
/// error.
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
    if left_out.len() == MOST || !remove(node, &steps) {
        return Err(unfit);
    }
    let why = Unfit { at: String::new(), why: unfit.why }.to_string();
    left_out.push(LeftOut { at: unfit.at, why });
    Ok(())
}

/// Take out the element of the innermost list on the way.
fn remove(node: &mut Node<'_>, steps: &[&str]) -> bool {
    let Some((step, rest)) = steps.split_first() else { return false };
    match node {
        Node::Object(fields) => {
            let inner = fields.iter_mut().find(|(key, _)| super::escape(key) == *step);
            inner.is_some_and(|(_, value)| remove(value, rest))
        }
        Node::List(items) => {
            let Some(item) = step.parse::<usize>().ok().and_then(|index| items.get_mut(index)) else { return false };
            if !remove(item, rest) {
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

    #[test]
    fn what_is_no_list_at_all_is_an_error() {
        assert!(read("{}").is_err());
        let many = format!("[{}]", ["null"; MOST + 1].join(","));
        assert!(read(&many).is_err(), "hundreds of bad rows are no list with one bad row");
    }
}
