//! Reading a type from a tree. What does not fit is told with its place.

use std::borrow::Cow;
use std::fmt;
use std::slice::Iter;

use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, EnumAccess, Expected, Unexpected, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::node::Node;

/// A value that does not fit its type.
#[derive(Debug)]
pub struct Unfit {
    /// JSON Pointer to it; for fields, to the object that has them or lacks them.
    pub at: String,
    pub why: Why,
}

/// What does not fit.
#[derive(Debug)]
pub enum Why {
    /// The type has no such field.
    Unknown { field: String, known: &'static [&'static str] },
    /// The object lacks this field.
    Missing(&'static str),
    /// It is no list, in words.
    NoList(String),
    /// Anything else, in words.
    Other(String),
}

impl Unfit {
    #[cold]
    #[inline(never)]
    fn new(why: Why) -> Self {
        Self { at: String::new(), why }
    }

    #[cold]
    #[inline(never)]
    fn under(mut self, key: &str) -> Self {
        self.at = format!("/{}{}", escape(key), self.at);
        self
    }

    #[cold]
    #[inline(never)]
    fn under_index(self, index: usize) -> Self {
        self.under(&index.to_string())
    }
}

/// A key as a part of a JSON Pointer.
pub fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            Why::Unknown { field, .. } => write!(f, "unknown field `{field}`"),
            Why::Missing(field) => write!(f, "missing field `{field}`"),
            Why::NoList(text) | Why::Other(text) => f.write_str(text),
        }?;
        if self.at.is_empty() { Ok(()) } else { write!(f, " at {}", self.at) }
    }
}

impl std::error::Error for Unfit {}

impl serde::ser::Error for Unfit {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(Why::Other(message.to_string()))
    }
}

impl de::Error for Unfit {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(Why::Other(message.to_string()))
    }
    #[cold]
    #[inline(never)]
    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let found: &dyn fmt::Display = if matches!(found, Unexpected::Unit) { &"null" } else { &found };
        Self::new(Why::Other(format!("invalid type: {found}, expected {}", plain(expected))))
    }
    #[cold]
    #[inline(never)]
    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(Why::Other(format!("invalid value: {found}, expected {}", plain(expected))))
    }
    #[cold]
    #[inline(never)]
    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        Self::new(Why::Unknown { field: field.to_owned(), known })
    }
    #[cold]
    #[inline(never)]
    fn missing_field(field: &'static str) -> Self {
        Self::new(Why::Missing(field))
    }
}

/// A type in the words of JSON.
fn plain(expected: &dyn Expected) -> String {
    let name = expected.to_string();
    let plain = match name.as_str() {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number of 0 or more",
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        "f32" | "f64" => "a number",
        "a sequence" => "a list",
        "a boolean" => "true or false",
        "a string" => "a text",
        other if other.starts_with("struct ") => "an object",
        other => other,
    };
    plain.to_owned()
}

impl Node<'_> {
    #[cold]
    #[inline(never)]
    fn refused(&self, expected: &dyn Expected) -> Unfit {
        let found = match self {
            Node::Null => Unexpected::Unit,
            Node::Bool(value) => Unexpected::Bool(*value),
            Node::Unsigned(value) => Unexpected::Unsigned(*value),
            Node::Signed(value) => Unexpected::Signed(*value),
            Node::Float(value) => Unexpected::Float(*value),
            Node::Text(value) => Unexpected::Str(value),
            Node::List(_) => Unexpected::Seq,
            Node::Object(_) => Unexpected::Map,
            Node::LeftOut => Unexpected::Option,
        };
        de::Error::invalid_type(found, expected)
    }
}

/// Each method asks the visitor for no more than the form it names: less is compiled for each type.
impl<'de> Deserializer<'de> for &Node<'_> {
    type Error = Unfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self {
            Node::Null | Node::LeftOut => visitor.visit_unit(),
            Node::Bool(value) => visitor.visit_bool(*value),
            Node::Unsigned(value) => visitor.visit_u64(*value),
            Node::Signed(value) => visitor.visit_i64(*value),
            Node::Float(value) => visitor.visit_f64(*value),
            Node::Text(value) => visitor.visit_str(value),
            Node::List(items) => visitor.visit_seq(Items { left: items.iter(), index: 0 }),
            Node::Object(fields) => visitor.visit_map(Fields { left: fields.iter(), value: None }),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self {
            Node::Bool(value) => visitor.visit_bool(*value),
            other => Err(other.refused(&visitor)),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self {
            Node::Unsigned(value) => visitor.visit_u64(*value),
            Node::Signed(value) => visitor.visit_i64(*value),
            other => Err(other.refused(&visitor)),
        }
    }

    fn deserialize_i8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_i64(visitor)
    }
    fn deserialize_i16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_i64(visitor)
    }
    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_i64(visitor)
    }
    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_i64(visitor)
    }
    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_i64(visitor)
    }
    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_i64(visitor)
    }
    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self {
            Node::Float(value) => visitor.visit_f64(*value),
            other => other.deserialize_i64(visitor),
        }
    }
    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self {
            Node::Text(value) => visitor.visit_str(value),
            other => Err(other.refused(&visitor)),
        }
    }
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_str(visitor)
    }
    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_str(visitor)
    }
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self {
            Node::Null => visitor.visit_none(),
            other => visitor.visit_some(other),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self {
            Node::List(items) => visitor.visit_seq(Items { left: items.iter(), index: 0 }),
            other => {
                let refused = other.refused(&visitor);
                Err(Unfit::new(Why::NoList(refused.to_string())))
            }
        }
    }
    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self {
            Node::Object(fields) => visitor.visit_map(Fields { left: fields.iter(), value: None }),
            other => Err(other.refused(&visitor)),
        }
    }
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        self.deserialize_map(visitor)
    }

    /// A case without a value is its name; one with a value is an object of one field.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        match self {
            Node::Text(name) => visitor.visit_enum(Case { name, value: None }),
            Node::Object(fields) => match fields.as_slice() {
                [(name, value)] => visitor.visit_enum(Case { name, value: Some(value) }),
                _ => Err(self.refused(&visitor)),
            },
            other => Err(other.refused(&visitor)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { bytes byte_buf unit unit_struct tuple_struct i128 u128 }
}

struct Items<'a> {
    left: Iter<'a, Node<'a>>,
    index: usize,
}

impl<'de> de::SeqAccess<'de> for Items<'_> {
    type Error = Unfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unfit> {
        loop {
            let Some(node) = self.left.next() else { return Ok(None) };
            let index = self.index;
            self.index += 1;
            if !matches!(node, Node::LeftOut) {
                return seed.deserialize(node).map(Some).map_err(|error| error.under_index(index));
            }
        }
    }
    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

struct Fields<'a> {
    left: Iter<'a, (Cow<'a, str>, Node<'a>)>,
    value: Option<&'a (Cow<'a, str>, Node<'a>)>,
}

impl<'de> de::MapAccess<'de> for Fields<'_> {
    type Error = Unfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unfit> {
        self.value = self.left.next();
        match self.value {
            Some((key, _)) => seed.deserialize(StrDeserializer::new(key)).map(Some),
            None => Ok(None),
        }
    }
    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Unfit> {
        match self.value {
            Some((key, node)) => seed.deserialize(node).map_err(|error| error.under(key)),
            None => seed.deserialize(&Node::Null),
        }
    }
}

struct Case<'a> {
    name: &'a str,
    value: Option<&'a Node<'a>>,
}

impl<'de, 'a> EnumAccess<'de> for Case<'a> {
    type Error = Unfit;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self), Unfit> {
        Ok((seed.deserialize(StrDeserializer::new(self.name))?, self))
    }
}

impl<'de> VariantAccess<'de> for Case<'_> {
    type Error = Unfit;

    fn unit_variant(self) -> Result<(), Unfit> {
        match self.value {
            None | Some(Node::Null) => Ok(()),
            Some(other) => Err(other.refused(&"no value").under(self.name)),
        }
    }
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Unfit> {
        seed.deserialize(self.value.unwrap_or(&Node::Null)).map_err(|error| error.under(self.name))
    }
    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Unfit> {
        self.value.unwrap_or(&Node::Null).deserialize_seq(visitor).map_err(|error| error.under(self.name))
    }
    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Unfit> {
        self.value.unwrap_or(&Node::Null).deserialize_map(visitor).map_err(|error| error.under(self.name))
    }
}
