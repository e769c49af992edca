//! A compiled template: a list of pieces that are written one after the other.

use super::encode::{Fault, Position, is_dot_segment};
use super::error::{RenderError, shown};
use super::grammar::{Macro, Map};
use super::{MAX_RENDERED, error::MapFault};
use crate::outbound::{Encoding, Hole, HoledText, Part};
use crate::scope::{Field, Value};
use crate::value::SecretReference;
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::mem;

/// The room for one macro's value in the first buffer. Most ids fit, so the buffer seldom grows.
const TYPICAL_VALUE: usize = 32;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// Text of the template, already encoded.
    Text(String),
    /// A field's value.
    Value {
        field: Field,
        name: String,
        position: Position,
        raw: bool,
    },
    /// A text that a field's value chooses, already encoded.
    Mapped {
        field: Field,
        name: String,
        position: Position,
        map: Map,
    },
    /// A secret, which stays a hole.
    Secret {
        reference: SecretReference,
        encoding: Encoding,
    },
    /// The beginning of a path segment that holds a macro.
    Segment,
    /// The end of that segment, with the segment as it is written in the template.
    SegmentEnd(String),
}

/// The pieces of a template.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Program {
    pieces: Vec<Piece>,
    /// The size of the buffer for a usual rendering, in bytes.
    room: usize,
}

impl Program {
    /// Adds text that is already encoded.
    pub(super) fn push_text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.room = self.room.saturating_add(text.len());
        match self.pieces.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            _ => self.pieces.push(Piece::Text(text.into())),
        }
    }

    /// Begins a path segment that holds a macro.
    pub(super) fn begin_segment(&mut self) {
        self.pieces.push(Piece::Segment);
    }

    /// Ends the path segment.
    pub(super) fn end_segment(&mut self, written: String) {
        self.pieces.push(Piece::SegmentEnd(written));
    }

    /// Adds a macro that is written as `written` inside its braces.
    pub(super) fn push_macro(&mut self, read: Macro, written: &str, position: Position) -> Result<(), Refused> {
        let name = format!("{{{written}}}");
        let piece = match read {
            Macro::Value { raw: true, .. }
                if !matches!(position, Position::Path | Position::Name | Position::Value) =>
            {
                return Err(Refused::Misplaced("is raw, which only URLs and forms can be"));
            }
            Macro::Value {
                field: Field::Private(_),
                ..
            }
            | Macro::Secret(_)
                if position.hole().is_none() =>
            {
                return Err(Refused::Misplaced(
                    "is filled in when the request is sent, so it belongs inside quotes",
                ));
            }
            Macro::Value { field, raw } => Piece::Value {
                field,
                name,
                position,
                raw,
            },
            Macro::Secret(reference) => Piece::Secret {
                reference,
                encoding: position.hole().unwrap_or(Encoding::Verbatim),
            },
            Macro::Mapped { field, mut map } => {
                for text in map.texts_mut() {
                    let mut encoded = String::new();
                    position.write(text, &mut encoded).map_err(|fault| match fault {
                        Fault::NotANumber => Refused::Map(MapFault::NotANumber(shown(text))),
                        Fault::Control | Fault::Raw(_) => Refused::Misplaced("gives a control character"),
                    })?;
                    *text = encoded;
                }
                Piece::Mapped {
                    field,
                    name,
                    position,
                    map,
                }
            }
        };
        self.pieces.push(piece);
        self.room = self.room.saturating_add(TYPICAL_VALUE);
        Ok(())
    }

    /// The text of the template, with its macros as they were written.
    pub(super) fn written(&self) -> String {
        let mut text = String::with_capacity(self.room);
        for piece in &self.pieces {
            match piece {
                Piece::Text(written) | Piece::Value { name: written, .. } | Piece::Mapped { name: written, .. } => {
                    text.push_str(written);
                }
                Piece::Secret { reference, .. } => text.push_str(&format!("{{secret:{reference}}}")),
                Piece::Segment | Piece::SegmentEnd(_) => {}
            }
        }
        text
    }

    /// The fields that the program reads, in order, including repeated ones.
    pub(super) fn fields(&self) -> impl Iterator<Item = &Field> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Value { field, .. } | Piece::Mapped { field, .. } => Some(field),
            _ => None,
        })
    }

    /// The references of the secrets that the program names, in order, including repeated ones.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &SecretReference> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Secret { reference, .. } => Some(reference),
            _ => None,
        })
    }

    /// Replaces the content of `out` by the rendered text and reuses its buffer. After an error,
    /// `out` is empty.
    pub(super) fn render<'v>(
        &self,
        value: impl Fn(&Field) -> Value<'v>,
        out: &mut HoledText,
    ) -> Result<(), RenderError> {
        let first = out.0.drain(..).next();
        let mut text = match first {
            Some(Part::Text(text)) => text,
            _ => String::with_capacity(self.room),
        };
        text.clear();
        text.reserve(self.room);
        let mut writer = Writer {
            text,
            parts: &mut out.0,
            written: 0,
            segment: None,
        };
        let result = self.pieces.iter().try_for_each(|piece| writer.piece(piece, &value));
        writer.finish();
        if result.is_err() {
            out.0.clear();
        }
        result
    }
}

/// The reason why a macro is refused at its position.
pub(super) enum Refused {
    Misplaced(&'static str),
    Map(MapFault),
}

struct Writer<'o> {
    text: String,
    parts: &'o mut Vec<Part>,
    /// The number of bytes that are already in `parts`.
    written: usize,
    /// The place in `text` where the current path segment begins. None outside of a segment, and
    /// after a hole, whose segment is checked when the hole is filled.
    segment: Option<usize>,
}

impl Writer<'_> {
    fn piece<'v>(&mut self, piece: &Piece, value: &impl Fn(&Field) -> Value<'v>) -> Result<(), RenderError> {
        match piece {
            Piece::Text(text) => self.text.push_str(text),
            Piece::Value {
                field,
                name,
                position,
                raw,
            } => match value(field) {
                Value::Text(text) => self.value(&text, name, *position, *raw)?,
                Value::Empty => self.value("", name, *position, *raw)?,
                Value::NoRate => return Err(RenderError::NoRate { name: name.clone() }),
                Value::NoAmount => return Err(RenderError::NoAmount { name: name.clone() }),
                Value::Private(private) => match position.hole() {
                    Some(encoding) if !raw => self.hole(Hole::Private {
                        field: private.to_string(),
                        encoding,
                    }),
                    _ => return Err(RenderError::Private { name: name.clone() }),
                },
            },
            Piece::Mapped {
                field,
                name,
                position,
                map,
            } => match value(field) {
                Value::Text(text) => match map.text(&text) {
                    Some(text) => self.text.push_str(text),
                    None => return Err(RenderError::Unmapped { name: name.clone() }),
                },
                Value::Empty => match map.text("") {
                    Some(text) => self.text.push_str(text),
                    // An empty value is not a number.
                    None if *position == Position::JsonNumber => {
                        return Err(RenderError::Unmapped { name: name.clone() });
                    }
                    None => {}
                },
                Value::NoRate => return Err(RenderError::NoRate { name: name.clone() }),
                Value::NoAmount => match map.text_of_nothing() {
                    Some(text) => self.text.push_str(text),
                    None => return Err(RenderError::NoAmount { name: name.clone() }),
                },
                Value::Private(_) => return Err(RenderError::Private { name: name.clone() }),
            },
            Piece::Secret { reference, encoding } => {
                self.hole(Hole::Secret {
                    reference: reference.clone(),
                    encoding: *encoding,
                });
            }
            Piece::Segment => self.segment = Some(self.text.len()),
            Piece::SegmentEnd(name) => {
                let segment = self.segment.take().and_then(|start| self.text.get(start..));
                if segment.is_some_and(|text| text.is_empty() || is_dot_segment(text)) {
                    return Err(RenderError::Segment { name: name.clone() });
                }
            }
        }
        if self.written.saturating_add(self.text.len()) > MAX_RENDERED {
            return Err(RenderError::TooLong);
        }
        Ok(())
    }

    fn value(&mut self, value: &str, name: &str, position: Position, raw: bool) -> Result<(), RenderError> {
        let written = match raw {
            true => position.write_raw(value, &mut self.text),
            false => position.write(value, &mut self.text),
        };
        written.map_err(|fault| match fault {
            Fault::Raw(character) => RenderError::Raw {
                name: name.into(),
                character,
            },
            Fault::NotANumber => RenderError::NotANumber { name: name.into() },
            Fault::Control => RenderError::Control { name: name.into() },
        })
    }

    fn hole(&mut self, hole: Hole) {
        self.flush();
        self.segment = None;
        self.parts.push(Part::Hole(hole));
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.written = self.written.saturating_add(self.text.len());
            self.parts.push(Part::Text(mem::take(&mut self.text)));
        }
    }

    fn finish(mut self) {
        self.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_read_in_parts_is_kept_in_one_piece() {
        let mut program = Program::default();
        for part in ["https://a.example", "/", "", "log"] {
            program.push_text(part);
        }
        assert_eq!(program.pieces, [Piece::Text("https://a.example/log".into())]);
    }
}
