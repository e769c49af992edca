//! The rows of an upload: a JSON array of objects, or CSV with a header.

use postback::intake::{RowError, UploadedRow};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;
use thiserror::Error;

/// The largest number of rows in one upload.
pub(crate) const MAX_ROWS: usize = 1_000;
/// The separators between the values of a line. The first of them that the header contains is used.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// The error for an upload that is refused as a whole.
#[derive(Debug, PartialEq, Eq, Error)]
pub(crate) enum UploadError {
    #[error("the upload is empty; it is a JSON array of objects, or CSV whose first line names the columns")]
    Empty,
    #[error("the upload has over {MAX_ROWS} rows; send it in parts")]
    TooMany,
    #[error("the upload is not UTF-8")]
    NotUtf8,
    #[error("the upload is no JSON array of objects: line {0}, column {1}")]
    Json(usize, usize),
    #[error("the header: {0}")]
    Header(#[from] RowError),
    #[error("the header names `{0}` twice")]
    Twice(&'static str),
    #[error("line {0} cannot be read as CSV: {1}")]
    Csv(u64, &'static str),
}

/// A row with its texts, or the error in its form.
#[derive(Debug)]
pub(crate) struct OwnRow(Result<Vec<(String, String)>, RowError>);

impl OwnRow {
    pub(crate) fn read(&self) -> Result<UploadedRow<'_>, RowError> {
        let fields = self.0.as_ref().map_err(Clone::clone)?;
        UploadedRow::read(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }
}

/// Reads an upload: what begins with `[` is JSON, everything else is CSV.
pub(crate) fn rows(body: &[u8]) -> Result<Vec<OwnRow>, UploadError> {
    let text = std::str::from_utf8(body).map_err(|_| UploadError::NotUtf8)?;
    // Spreadsheets put a byte order mark in front.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let rows = match text.trim_start().bytes().next() {
        None => return Err(UploadError::Empty),
        Some(b'[') => of_json(text)?,
        Some(_) => of_csv(text)?,
    };
    if rows.len() > MAX_ROWS {
        return Err(UploadError::TooMany);
    }
    Ok(rows)
}

fn of_json(text: &str) -> Result<Vec<OwnRow>, UploadError> {
    let rows: Vec<Object<'_>> =
        serde_json::from_str(text).map_err(|error| UploadError::Json(error.line(), error.column()))?;
    Ok(rows.into_iter().map(|Object(members)| OwnRow(texts(members))).collect())
}

/// The members of an object in order. None hides another one with the same name.
struct Object<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Vec<(String, &'de RawValue)>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Members).map(Self)
    }
}

/// Turns values into texts. A number keeps its own text, so that no amount is rounded.
fn texts(members: Vec<(String, &RawValue)>) -> Result<Vec<(String, String)>, RowError> {
    let text = |(name, value): (String, &RawValue)| {
        let raw = value.get();
        let value = match raw.bytes().next() {
            Some(b'"') => serde_json::from_str(raw).map_err(|_| RowError::new(&name, "it is no text"))?,
            Some(b'{' | b'[') => {
                return Err(RowError::new(&name, format!("`{name}` is no text and no number")));
            }
            Some(b'n') => String::new(),
            _ => raw.to_owned(),
        };
        Ok((name, value))
    };
    members.into_iter().map(text).collect()
}

fn of_csv(text: &str) -> Result<Vec<OwnRow>, UploadError> {
    let first = text.trim_start().lines().next().unwrap_or_default();
    let separator = SEPARATORS
        .into_iter()
        .find(|separator| first.as_bytes().contains(separator));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator.unwrap_or(b','))
        .from_reader(text.as_bytes());
    let mut columns: Vec<&'static str> = Vec::new();
    for name in reader.headers().map_err(|error| unreadable(&error))? {
        let column = UploadedRow::column(name)?;
        if columns.contains(&column) {
            return Err(UploadError::Twice(column));
        }
        columns.push(column);
    }
    let mut rows = Vec::new();
    // One row too many is enough to know that there are too many.
    for record in reader.records().take(MAX_ROWS + 1) {
        let record = record.map_err(|error| unreadable(&error))?;
        let fields = columns.iter().zip(record.iter());
        rows.push(OwnRow(Ok(fields
            .map(|(column, value)| ((*column).to_owned(), value.to_owned()))
            .collect())));
    }
    Ok(rows)
}

/// Describes which line is wrong and why, without its content.
fn unreadable(error: &csv::Error) -> UploadError {
    let line = error.position().map_or(1, csv::Position::line);
    let what = match error.kind() {
        csv::ErrorKind::UnequalLengths { .. } => "it has another number of values than the header",
        _ => "it is not well-formed",
    };
    UploadError::Csv(line, what)
}
