//! Reading values whose JSON type changes between Zoom's documents and answers.

use std::fmt;

use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A text or a number, as text. Null, `""` and anything else mean that there is none.
#[inline(never)]
pub fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match from.deserialize_any(Anything)? {
        Scalar::Text(text) if !text.is_empty() => Some(text),
        Scalar::Unsigned(number) => Some(number.to_string()),
        Scalar::Signed(number) => Some(number.to_string()),
        Scalar::Float(number) => serde_json::Number::from_f64(number).map(|number| number.to_string()),
        _ => None,
    })
}

/// A number, or a text with a number.
#[inline(never)]
pub fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    Ok(match from.deserialize_any(Anything)? {
        Scalar::Unsigned(number) => i64::try_from(number).ok(),
        Scalar::Signed(number) => Some(number),
        Scalar::Text(text) => text.parse().ok(),
        _ => None,
    })
}

/// A yes or no, also as text or number. Anything else means that there is none.
#[inline(never)]
pub fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    Ok(match from.deserialize_any(Anything)? {
        Scalar::Flag(flag) => Some(flag),
        Scalar::Text(text) => text.parse().ok(),
        Scalar::Unsigned(number) => Some(number != 0),
        _ => None,
    })
}

/// Texts of a list; what is no text is left out, and what is no list has none.
#[inline(never)]
pub fn texts<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<String>>, D::Error> {
    Ok(match from.deserialize_any(Anything)? {
        Scalar::Texts(texts) => Some(texts),
        _ => None,
    })
}

/// A number that must fit the public type.
pub fn small(number: Option<i64>) -> Option<u32> {
    number.and_then(|number| u32::try_from(number).ok())
}

enum Scalar {
    Text(String),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Flag(bool),
    Texts(Vec<String>),
    Other,
}

struct Anything;

impl<'de> Visitor<'de> for Anything {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(text.to_owned()))
    }
    fn visit_u64<E: Error>(self, number: u64) -> Result<Scalar, E> {
        Ok(Scalar::Unsigned(number))
    }
    fn visit_i64<E: Error>(self, number: i64) -> Result<Scalar, E> {
        Ok(Scalar::Signed(number))
    }
    fn visit_f64<E: Error>(self, number: f64) -> Result<Scalar, E> {
        Ok(Scalar::Float(number))
    }
    fn visit_bool<E: Error>(self, flag: bool) -> Result<Scalar, E> {
        Ok(Scalar::Flag(flag))
    }
    fn visit_unit<E: Error>(self) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Scalar, A::Error> {
        let mut texts = Vec::new();
        while let Some(Item(item)) = items.next_element()? {
            texts.extend(item);
        }
        Ok(Scalar::Texts(texts))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Scalar, A::Error> {
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
}

/// An element of a list, when it is a text.
struct Item(Option<String>);

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(match from.deserialize_any(Anything)? {
            Scalar::Text(text) => Some(text),
            _ => None,
        }))
    }
}
