//! JSON for rows, written straight into one text: the bytes that `serde_json` writes.
//!
//! It is written by hand for speed: the rows of a sale with two deliveries took 92,300 instructions
//! with `serde_json`, more than twice as many as the decision itself. What rows do not have
//! (floats, numbers of 128 bits, bytes, keys that are no text and no number) is refused, and left
//! to `serde_json`.

use crate::text::push_json;
use alloc::string::String;
use core::fmt::{self, Write};
use serde::Serialize;
use serde::ser::{
    SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple, SerializeTupleStruct,
    SerializeTupleVariant, Serializer,
};

/// A value is not written here.
#[derive(Debug)]
pub(crate) struct NotWritten;

impl fmt::Display for NotWritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value is of a kind that rows do not have")
    }
}

impl core::error::Error for NotWritten {}

impl serde::ser::Error for NotWritten {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

pub(crate) type Written = Result<(), NotWritten>;

/// Adds a value to `out`. What is in `out` after an error is of no use.
pub(crate) fn write<T: Serialize + ?Sized>(value: &T, out: &mut String) -> Written {
    value.serialize(Value(out))
}

/// Writes a value.
struct Value<'o>(&'o mut String);

/// Writes what stands between a bracket and its fellow.
struct Inside<'o> {
    out: &'o mut String,
    is_first: bool,
    end: &'static str,
}

impl<'o> Inside<'o> {
    fn new(out: &'o mut String, begin: &'static str, end: &'static str) -> Self {
        out.push_str(begin);
        Self {
            out,
            is_first: true,
            end,
        }
    }

    /// Begins a variant: an object whose one member has its name.
    fn variant(out: &'o mut String, name: &str, begin: &'static str, end: &'static str) -> Self {
        out.push('{');
        push_quoted(name, out);
        out.push(':');
        Self::new(out, begin, end)
    }

    fn comma(&mut self) {
        if !self.is_first {
            self.out.push(',');
        }
        self.is_first = false;
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        self.comma();
        write(value, self.out)
    }

    fn member<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Written {
        self.out.push_str(if self.is_first { "\"" } else { ",\"" });
        self.is_first = false;
        push_json(name, self.out);
        self.out.push_str("\":");
        write(value, self.out)
    }

    fn close(self) -> Written {
        self.out.push_str(self.end);
        Ok(())
    }
}

fn push_quoted(text: &str, out: &mut String) {
    out.push('"');
    push_json(text, out);
    out.push('"');
}

/// Escapes what is printed into it.
struct Escaping<'o>(&'o mut String);

impl Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        push_json(text, self.0);
        Ok(())
    }
}

macro_rules! numbers {
    ($($method:ident: $number:ty),+) => {$(
        fn $method(self, number: $number) -> Written {
            self.0.push_str(itoa::Buffer::new().format(number));
            Ok(())
        }
    )+};
}

macro_rules! refused {
    ($($method:ident: $value:ty),+) => {$(
        fn $method(self, _: $value) -> Written {
            Err(NotWritten)
        }
    )+};
}

impl<'o> Serializer for Value<'o> {
    type Ok = ();
    type Error = NotWritten;
    type SerializeSeq = Inside<'o>;
    type SerializeTuple = Inside<'o>;
    type SerializeTupleStruct = Inside<'o>;
    type SerializeTupleVariant = Inside<'o>;
    type SerializeMap = Inside<'o>;
    type SerializeStruct = Inside<'o>;
    type SerializeStructVariant = Inside<'o>;

    numbers!(
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64
    );

    refused!(serialize_f32: f32, serialize_f64: f64, serialize_i128: i128, serialize_u128: u128, serialize_bytes: &[u8]);

    fn serialize_bool(self, value: bool) -> Written {
        self.0.push_str(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_char(self, value: char) -> Written {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Written {
        push_quoted(value, self.0);
        Ok(())
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Written {
        self.0.push('"');
        write!(Escaping(self.0), "{value}").map_err(|_| NotWritten)?;
        self.0.push('"');
        Ok(())
    }

    fn serialize_unit(self) -> Written {
        self.0.push_str("null");
        Ok(())
    }

    fn serialize_none(self) -> Written {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Written {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Written {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Written {
        let mut inside = Inside::new(self.0, "{", "}");
        inside.member(variant, value)?;
        inside.close()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Inside<'o>, NotWritten> {
        Ok(Inside::new(self.0, "[", "]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Inside<'o>, NotWritten> {
        Ok(Inside::new(self.0, "[", "]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Inside<'o>, NotWritten> {
        Ok(Inside::new(self.0, "[", "]"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Inside<'o>, NotWritten> {
        Ok(Inside::variant(self.0, variant, "[", "]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Inside<'o>, NotWritten> {
        Ok(Inside::new(self.0, "{", "}"))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Inside<'o>, NotWritten> {
        // A raw text or number of `serde_json` pretends to be a struct.
        if name.starts_with('$') {
            return Err(NotWritten);
        }
        Ok(Inside::new(self.0, "{", "}"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Inside<'o>, NotWritten> {
        Ok(Inside::variant(self.0, variant, "{", "}}"))
    }
}

macro_rules! items {
    ($($kind:ident $method:ident),+) => {$(
        impl $kind for Inside<'_> {
            type Ok = ();
            type Error = NotWritten;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
                self.item(value)
            }

            fn end(self) -> Written {
                self.close()
            }
        }
    )+};
}

items!(
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field
);

macro_rules! members {
    ($($kind:ident),+) => {$(
        impl $kind for Inside<'_> {
            type Ok = ();
            type Error = NotWritten;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Written {
                self.member(name, value)
            }

            fn end(self) -> Written {
                self.close()
            }
        }
    )+};
}

members!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Inside<'_> {
    type Ok = ();
    type Error = NotWritten;

    /// A key is a text, or a number in quotes.
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Written {
        self.comma();
        let begin = self.out.len();
        write(key, self.out)?;
        match self.out.as_bytes().get(begin) {
            Some(b'"') => {}
            Some(b'0'..=b'9' | b'-') => {
                self.out.insert(begin, '"');
                self.out.push('"');
            }
            _ => return Err(NotWritten),
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        self.out.push(':');
        write(value, self.out)
    }

    fn end(self) -> Written {
        self.close()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{collections::BTreeMap, vec, vec::Vec};
    use proptest::prelude::*;
    use serde_json::json;

    fn ours<T: Serialize>(value: &T) -> Option<String> {
        let mut out = String::new();
        write(value, &mut out).ok().map(|()| out)
    }

    #[derive(Serialize)]
    enum Shapes {
        Unit,
        Newtype(Option<u8>),
        Tuple(i64, char),
        Struct { a: (), b: BTreeMap<u8, &'static str> },
    }

    #[derive(Serialize)]
    #[serde(tag = "kind")]
    enum Tagged {
        Nothing,
        Inside { text: &'static str },
    }

    #[derive(Serialize)]
    struct Flat {
        first: Tagged,
        #[serde(flatten)]
        rest: BTreeMap<&'static str, Vec<Shapes>>,
    }

    #[test]
    fn every_shape_is_written_as_serde_json_writes_it() {
        let shapes = || {
            let b = BTreeMap::from([(1, "\u{7f}é\u{2028}"), (20, "")]);
            vec![
                Shapes::Unit,
                Shapes::Newtype(None),
                Shapes::Newtype(Some(255)),
                Shapes::Tuple(i64::MIN, '"'),
                Shapes::Struct { a: (), b },
            ]
        };
        for first in [Tagged::Nothing, Tagged::Inside { text: "\u{0}\u{1f}\\" }] {
            let rest = BTreeMap::from([("more", shapes()), ("none", Vec::new())]);
            let flat = Flat { first, rest };
            assert_eq!(ours(&flat), serde_json::to_string(&flat).ok());
        }
    }

    #[test]
    fn what_rows_do_not_have_is_refused() {
        assert_eq!(ours(&1.5), None);
        assert_eq!(ours(&u128::MAX), None);
        assert_eq!(ours(&BTreeMap::from([(true, 1)])), None);
        assert_eq!(ours(&BTreeMap::from([(vec![1], 1)])), None);
        let raw = serde_json::value::RawValue::from_string("[1 ]".into()).unwrap();
        assert_eq!(ours(&raw), None);
    }

    fn value() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(json!(null)),
            any::<bool>().prop_map(|value| json!(value)),
            any::<i64>().prop_map(|value| json!(value)),
            any::<u64>().prop_map(|value| json!(value)),
            any::<String>().prop_map(|value| json!(value)),
            "[\u{0}-\u{7f}]{0,40}".prop_map(|value| json!(value)),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(|items| json!(items)),
                prop::collection::btree_map(any::<String>(), inner, 0..6).prop_map(|members| json!(members)),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_value_is_written_as_serde_json_writes_it(value in value()) {
            prop_assert_eq!(ours(&value), serde_json::to_string(&value).ok());
        }
    }
}
