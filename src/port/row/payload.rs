//! How rows are written: JSON with a version, made by the core, so that no adapter invents a schema
//! of its own.

use crate::payload::{self, Written};
use crate::port::{StoreError, StoreErrorKind};
use crate::value::Pii;
use alloc::{collections::BTreeMap, string::String};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The version of the payloads that this crate writes, and the newest that it reads.
///
/// - Version 2 has the cause of a delivery in a member of its own; else it is as version 1.
/// - Version 3 leaves out what is usual and what another member says, and has short names for the
///   members that stand in most rows.
pub const PAYLOAD_VERSION: u32 = 3;

/// How long a payload usually is at most, in bytes.
const USUAL: usize = 1_024;

#[derive(Serialize)]
struct Envelope<'a, T> {
    v: u32,
    row: &'a T,
}

#[derive(Deserialize)]
struct Opened<T> {
    v: u32,
    row: T,
}

/// The payload of a row: a click, an event row, a conversion, a tally, a receipt, a delivery, an
/// attempt. Personal values are not in it.
///
/// # Errors
/// [`StoreErrorKind::ApiMisuse`] for a value that JSON cannot hold; no type of this crate is one.
pub fn encode<T: Serialize>(row: &T) -> Result<String, StoreError> {
    let envelope = Envelope {
        v: PAYLOAD_VERSION,
        row,
    };
    let mut payload = String::with_capacity(USUAL);
    if payload::write(&envelope, &mut payload).is_ok() {
        return Ok(payload);
    }
    serde_json::to_string(&envelope)
        .map_err(|error| StoreError::caused(StoreErrorKind::ApiMisuse, "a row cannot be written as JSON", error))
}

/// The payload of a row whose members `write` writes; `row` is written as it is if that fails.
pub(super) fn compact<T: Serialize>(
    row: &T,
    write: impl FnOnce(&T, &mut String) -> Written,
) -> Result<String, StoreError> {
    const OPEN: &str = "{\"v\":3,\"row\":";
    let mut payload = String::with_capacity(USUAL);
    payload.push_str(OPEN);
    if write(row, &mut payload).is_err() {
        return encode(row);
    }
    payload.push('}');
    Ok(payload)
}

/// The row of a payload.
///
/// # Errors
/// [`StoreErrorKind::Corrupt`] for a payload of a newer version, or one that is no such row.
pub fn decode<T: DeserializeOwned>(payload: &str) -> Result<T, StoreError> {
    let opened: Opened<T> = serde_json::from_str(payload)
        .map_err(|error| StoreError::caused(StoreErrorKind::Corrupt, "a stored payload cannot be read", error))?;
    if opened.v > PAYLOAD_VERSION {
        return Err(StoreError::new(
            StoreErrorKind::Corrupt,
            "a stored payload was written by a newer version",
        ));
    }
    Ok(opened.row)
}

/// The column of personal values: absent when there are none.
///
/// # Errors
/// As [`encode`].
pub fn encode_private(private: &BTreeMap<String, Pii>) -> Result<Option<String>, StoreError> {
    if private.is_empty() {
        return Ok(None);
    }
    encode(private).map(Some)
}

/// The personal values of a column.
///
/// # Errors
/// As [`decode`].
pub fn decode_private(column: Option<&str>) -> Result<BTreeMap<String, Pii>, StoreError> {
    column.map_or_else(|| Ok(BTreeMap::new()), decode)
}
