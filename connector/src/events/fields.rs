//! An object whose fields are taken one by one. What does not have the expected form stays, and is passed on with the rest.

use serde_json::{Map, Value};

use crate::bindings::types::Json;
use crate::dates::Moment;

/// The fields nobody has taken yet.
#[derive(Clone, Default)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// The fields of an object.
    pub fn of(value: Value) -> Option<Self> {
        match value {
            Value::Object(fields) => Some(Self(fields)),
            _ => None,
        }
    }

    /// Take whatever is there. Null and the empty text mean that there is nothing.
    pub fn value(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(present)
    }

    /// A value that was taken and has no form after all.
    pub fn put_back(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    fn take<T>(&mut self, name: &str, read: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
        let value = self.value(name)?;
        let taken = read(&value);
        if taken.is_none() {
            self.put_back(name, value);
        }
        taken
    }

    /// A text, or a number as text.
    pub fn text(&mut self, name: &str) -> Option<String> {
        self.take(name, text)
    }

    /// A count, also as text.
    pub fn number(&mut self, name: &str) -> Option<u32> {
        self.take(name, |value| text(value)?.parse().ok())
    }

    /// A yes or no, also as text.
    pub fn flag(&mut self, name: &str) -> Option<bool> {
        self.take(name, |value| value.as_bool().or_else(|| value.as_str()?.parse().ok()))
    }

    /// A time that says its zone, in UTC.
    pub fn time(&mut self, name: &str) -> Option<String> {
        self.take(name, |value| {
            let text = value.as_str()?;
            let moment = Moment::parse(text)?;
            Some(if text.ends_with('Z') { text.to_owned() } else { moment.to_string() })
        })
    }

    /// Milliseconds since 1970, as a time in UTC.
    pub fn millis(&mut self, name: &str) -> Option<String> {
        self.take(name, |value| {
            let millis: i64 = text(value)?.parse().ok()?;
            // the years 1970 to 9999
            if !(0..253_402_300_800_000).contains(&millis) {
                return None;
            }
            let seconds = Moment(millis).to_string();
            Some(format!("{}.{:03}Z", seconds.trim_end_matches('Z'), millis.rem_euclid(1000)))
        })
    }

    /// An object.
    pub fn object(&mut self, name: &str) -> Option<Self> {
        self.take(name, |value| value.as_object().cloned()).map(Self)
    }

    /// A list whose every item can be read; else it stays.
    pub fn list<T>(&mut self, name: &str, read: impl Fn(Fields) -> Option<T>) -> Option<Vec<T>> {
        self.take(name, |value| value.as_array()?.iter().map(|item| read(Fields::of(item.clone())?)).collect())
    }

    /// Remove what is known by other means.
    pub fn forget(&mut self, names: &[&str]) {
        for name in names {
            self.0.remove(*name);
        }
    }

    /// What is left, when anything is.
    pub fn rest(mut self) -> Option<Json> {
        self.0.retain(|_, value| present(value));
        (!self.0.is_empty()).then(|| Value::Object(self.0).into())
    }

    /// All of it, as it is now.
    pub fn whole(&self) -> Value {
        Value::Object(self.0.clone())
    }

    /// Add what stood elsewhere; own fields win.
    pub fn absorb(&mut self, other: Self) {
        for (name, value) in other.0 {
            self.0.entry(name).or_insert(value);
        }
    }
}

fn present(value: &Value) -> bool {
    !value.is_null() && value.as_str() != Some("")
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(value: Value) -> Fields {
        Fields::of(value).unwrap()
    }

    #[test]
    fn what_has_another_form_stays() {
        let mut all =
            fields(json!({"a": [1], "b": "soon", "c": "2026-07-29 15:00:00", "d": "x", "e": 5_000_000_000_u64,
            "f": -1, "g": [{"a": 1}, 2], "h": "no", "empty": "", "null": null}));
        assert_eq!((all.text("a"), all.number("b"), all.time("c"), all.millis("d")), (None, None, None, None));
        assert_eq!((all.number("e"), all.millis("f"), all.flag("h")), (None, None, None));
        assert!(all.list("g", Some).is_none() && all.object("a").is_none());
        assert_eq!((all.text("empty"), all.text("null"), all.text("absent")), (None, None, None));
        let rest: Value = all.rest().unwrap().into();
        assert_eq!(rest.as_object().unwrap().len(), 8, "{rest}");
    }

    #[test]
    fn numbers_and_texts_are_one() {
        let mut all = fields(json!({"a": 81_234_567_890_u64, "b": "30", "c": "true", "d": "1785337202750", "e": 0}));
        assert_eq!(all.text("a").as_deref(), Some("81234567890"));
        assert_eq!((all.number("b"), all.flag("c")), (Some(30), Some(true)));
        assert_eq!(all.millis("d").as_deref(), Some("2026-07-29T15:00:02.750Z"));
        assert_eq!(all.millis("e").as_deref(), Some("1970-01-01T00:00:00.000Z"));
        assert!(all.rest().is_none());
    }

    #[test]
    fn times_are_told_in_utc() {
        let mut all = fields(json!({"a": "2026-07-29T17:00:02+02:00", "b": "2026-07-29T15:00:02.632Z"}));
        assert_eq!(all.time("a").as_deref(), Some("2026-07-29T15:00:02Z"));
        assert_eq!(all.time("b").as_deref(), Some("2026-07-29T15:00:02.632Z"));
    }
}
