//! Writing a type as JSON text. Fields that are null are left out.

use std::fmt::{Display, Write as _};

use serde::Serialize;
use serde::ser::{
    SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple, SerializeTupleStruct,
    SerializeTupleVariant, Serializer,
};

use super::read::Unfit;

/// The text so far.
#[derive(Default)]
pub struct Writer {
    pub text: String,
}

impl Writer {
    /// A comma unless this is the first item.
    #[inline(never)]
    fn next(&mut self, open: char) {
        if !self.text.ends_with(open) {
            self.text.push(',');
        }
    }

    #[inline(never)]
    fn key(&mut self, key: &str) -> (usize, usize) {
        let start = self.text.len();
        self.next('{');
        self.quoted(key);
        self.text.push(':');
        (start, self.text.len())
    }

    /// Takes the field back if its value was null.
    #[inline(never)]
    fn drop_null(&mut self, (start, value): (usize, usize)) {
        if self.text.get(value..) == Some("null") {
            self.text.truncate(start);
        }
    }

    #[inline(never)]
    fn quoted(&mut self, text: &str) {
        self.text.push('"');
        let mut plain = 0;
        for (at, byte) in text.bytes().enumerate() {
            let short = match byte {
                b'"' => "\\\"",
                b'\\' => "\\\\",
                b'\n' => "\\n",
                b'\r' => "\\r",
                b'\t' => "\\t",
                0x08 => "\\b",
                0x0c => "\\f",
                0..=0x1f => "",
                _ => continue,
            };
            self.text.push_str(text.get(plain..at).unwrap_or_default());
            self.text.push_str(short);
            if short.is_empty() {
                self.display(&format_args!("\\u{byte:04x}"));
            }
            plain = at + 1;
        }
        self.text.push_str(text.get(plain..).unwrap_or_default());
        self.text.push('"');
    }

    #[inline(never)]
    fn display(&mut self, value: &dyn Display) {
        // writing to a string cannot fail
        write!(self.text, "{value}").unwrap_or(());
    }

    fn open(&mut self, open: char) -> &mut Self {
        self.text.push(open);
        self
    }

    fn close(&mut self, close: &str) -> Result<(), Unfit> {
        self.text.push_str(close);
        Ok(())
    }
}

impl<'w> Serializer for &'w mut Writer {
    type Ok = ();
    type Error = Unfit;
    type SerializeSeq = List<'w>;
    type SerializeTuple = List<'w>;
    type SerializeTupleStruct = List<'w>;
    type SerializeTupleVariant = List<'w>;
    type SerializeMap = Object<'w>;
    type SerializeStruct = Object<'w>;
    type SerializeStructVariant = Object<'w>;

    fn serialize_bool(self, value: bool) -> Result<(), Unfit> {
        self.close(if value { "true" } else { "false" })
    }
    fn serialize_i64(self, value: i64) -> Result<(), Unfit> {
        self.display(&value);
        Ok(())
    }
    fn serialize_u64(self, value: u64) -> Result<(), Unfit> {
        self.display(&value);
        Ok(())
    }
    fn serialize_i8(self, value: i8) -> Result<(), Unfit> {
        self.serialize_i64(value.into())
    }
    fn serialize_i16(self, value: i16) -> Result<(), Unfit> {
        self.serialize_i64(value.into())
    }
    fn serialize_i32(self, value: i32) -> Result<(), Unfit> {
        self.serialize_i64(value.into())
    }
    fn serialize_u8(self, value: u8) -> Result<(), Unfit> {
        self.serialize_u64(value.into())
    }
    fn serialize_u16(self, value: u16) -> Result<(), Unfit> {
        self.serialize_u64(value.into())
    }
    fn serialize_u32(self, value: u32) -> Result<(), Unfit> {
        self.serialize_u64(value.into())
    }
    fn serialize_f64(self, value: f64) -> Result<(), Unfit> {
        match serde_json::Number::from_f64(value) {
            Some(number) => self.display(&number),
            None => self.text.push_str("null"),
        }
        Ok(())
    }
    fn serialize_f32(self, value: f32) -> Result<(), Unfit> {
        self.serialize_f64(value.into())
    }
    fn serialize_char(self, value: char) -> Result<(), Unfit> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }
    fn serialize_str(self, value: &str) -> Result<(), Unfit> {
        self.quoted(value);
        Ok(())
    }
    fn serialize_bytes(self, value: &[u8]) -> Result<(), Unfit> {
        value.serialize(self)
    }
    fn serialize_none(self) -> Result<(), Unfit> {
        self.close("null")
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unfit> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<(), Unfit> {
        self.close("null")
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Unfit> {
        self.close("null")
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Result<(), Unfit> {
        self.serialize_str(name)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Unfit> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<(), Unfit> {
        self.open('{').key(name);
        value.serialize(&mut *self)?;
        self.close("}")
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<List<'w>, Unfit> {
        Ok(List { to: self.open('['), close: "]" })
    }
    fn serialize_tuple(self, _: usize) -> Result<List<'w>, Unfit> {
        self.serialize_seq(None)
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List<'w>, Unfit> {
        self.serialize_seq(None)
    }
    fn serialize_tuple_variant(self, _: &'static str, _: u32, name: &'static str, _: usize) -> Result<List<'w>, Unfit> {
        self.open('{').key(name);
        Ok(List { to: self.open('['), close: "]}" })
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Object<'w>, Unfit> {
        Ok(Object { to: self.open('{'), mark: (0, 0), close: "}" })
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Object<'w>, Unfit> {
        self.serialize_map(None)
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Object<'w>, Unfit> {
        self.open('{').key(name);
        Ok(Object { to: self.open('{'), mark: (0, 0), close: "}}" })
    }
}

/// A list being written.
pub struct List<'w> {
    to: &'w mut Writer,
    close: &'static str,
}

/// An object being written; `mark` is where the present field and its value begin.
pub struct Object<'w> {
    to: &'w mut Writer,
    mark: (usize, usize),
    close: &'static str,
}

impl SerializeSeq for List<'_> {
    type Ok = ();
    type Error = Unfit;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
        self.to.next('[');
        value.serialize(&mut *self.to)
    }
    fn end(self) -> Result<(), Unfit> {
        self.to.close(self.close)
    }
}

impl SerializeTuple for List<'_> {
    type Ok = ();
    type Error = Unfit;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
        SerializeSeq::serialize_element(self, value)
    }
    fn end(self) -> Result<(), Unfit> {
        SerializeSeq::end(self)
    }
}

impl SerializeTupleStruct for List<'_> {
    type Ok = ();
    type Error = Unfit;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
        SerializeSeq::serialize_element(self, value)
    }
    fn end(self) -> Result<(), Unfit> {
        SerializeSeq::end(self)
    }
}

impl SerializeTupleVariant for List<'_> {
    type Ok = ();
    type Error = Unfit;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
        SerializeSeq::serialize_element(self, value)
    }
    fn end(self) -> Result<(), Unfit> {
        SerializeSeq::end(self)
    }
}

impl SerializeMap for Object<'_> {
    type Ok = ();
    type Error = Unfit;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unfit> {
        let start = self.to.text.len();
        self.to.next('{');
        let before = self.to.text.len();
        key.serialize(&mut *self.to)?;
        // JSON's keys are texts
        if self.to.text.as_bytes().get(before) != Some(&b'"') {
            let key = self.to.text.split_off(before);
            self.to.quoted(&key);
        }
        self.to.text.push(':');
        self.mark = (start, self.to.text.len());
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
        value.serialize(&mut *self.to)?;
        self.to.drop_null(self.mark);
        Ok(())
    }
    fn end(self) -> Result<(), Unfit> {
        self.to.close(self.close)
    }
}

impl SerializeStruct for Object<'_> {
    type Ok = ();
    type Error = Unfit;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Unfit> {
        let mark = self.to.key(key);
        value.serialize(&mut *self.to)?;
        self.to.drop_null(mark);
        Ok(())
    }
    fn end(self) -> Result<(), Unfit> {
        self.to.close(self.close)
    }
}

impl SerializeStructVariant for Object<'_> {
    type Ok = ();
    type Error = Unfit;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Unfit> {
        SerializeStruct::serialize_field(self, key, value)
    }
    fn end(self) -> Result<(), Unfit> {
        self.to.close(self.close)
    }
}
