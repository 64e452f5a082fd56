//! The size of a value, as far as work on it depends on it.

use serde_json::Value;

/// The size of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Values in it, itself included.
    pub values: u64,
    /// Bytes of its texts and keys.
    pub text: u64,
    /// How many lists and objects are open at once.
    pub nesting: usize,
}

impl Size {
    /// Measures a value without recursion, whatever its nesting.
    pub fn of(value: &Value) -> Size {
        let mut size = Size::default();
        let mut open = vec![(value, 0)];
        while let Some((value, nesting)) = open.pop() {
            size.values += 1;
            match value {
                Value::String(text) => size.text += text.len() as u64,
                Value::Array(items) => open.extend(items.iter().map(|item| (item, nesting + 1))),
                Value::Object(members) => {
                    size.text += members.keys().map(|key| key.len() as u64).sum::<u64>();
                    open.extend(members.values().map(|member| (member, nesting + 1)));
                }
                _ => {}
            }
            let holds = matches!(value, Value::Array(_) | Value::Object(_));
            size.nesting = size.nesting.max(if holds { nesting + 1 } else { nesting });
        }
        size
    }
}
