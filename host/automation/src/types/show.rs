//! Types in a few words.

use super::{Lack, Text, Type};

/// Fields, values or kinds that are named; the rest is `…`.
const NAMED: usize = 4;

impl Type {
    /// Such as `a list of {id, email, …}` or `` `mp4` or `m4a` ``.
    pub fn show(&self) -> String {
        self.words(2, true)
    }

    fn words(&self, depth: usize, article: bool) -> String {
        let a = if article { "a " } else { "" };
        if self.any {
            return "anything".to_owned();
        }
        let mut parts = Vec::new();
        match &self.text {
            Some(Text::Among { values, declared: true }) => {
                let named: Vec<String> = values.iter().take(NAMED).map(|value| format!("`{value}`")).collect();
                let more = if values.len() > NAMED { ", …" } else { "" };
                parts.push(format!("one of {}{more}", named.join(", ")));
            }
            Some(_) => parts.push("text".to_owned()),
            None => {}
        }
        match (self.integer, self.fraction) {
            (true, false) => parts.push(format!("{a}whole number")),
            (_, true) => parts.push(format!("{a}number")),
            (false, false) => {}
        }
        if self.boolean {
            parts.push("true or false".to_owned());
        }
        match &self.list {
            Some(item) if depth > 0 && !item.any => parts.push(format!("{a}list of {}", item.words(depth - 1, false))),
            Some(_) => parts.push(format!("{a}list")),
            None => {}
        }
        if let Some(object) = &self.object {
            let mut names: Vec<&str> = object.fields.keys().take(NAMED).map(String::as_str).collect();
            if object.fields.len() > NAMED || object.rest.is_some() {
                names.push("…");
            }
            parts.push(if depth > 0 { format!("{{{}}}", names.join(", ")) } else { "an object".to_owned() });
        }
        if self.none > Lack::Never {
            parts.push("none".to_owned());
        }
        if parts.is_empty() { "nothing".to_owned() } else { parts.join(" or ") }
    }

    /// A value that an author could put in its place.
    pub fn placeholder(&self) -> &'static str {
        if self.text.is_some() || self.any {
            "'…'"
        } else if self.integer || self.fraction {
            "0"
        } else if self.boolean {
            "false"
        } else if self.list.is_some() {
            "[]"
        } else if self.object.is_some() {
            "{}"
        } else {
            "'…'"
        }
    }
}
