//! The columns of each row. A store has one table for each kind of row, writes the columns in this
//! order, indexes those that its statements ask for, and never looks into their contents.

use super::packed::pack;
use super::payload::{compact, encode, encode_private};
use crate::delivery::Delivery;
use crate::model::{Click, Conversion};
use crate::payload;
use crate::plan::{EventRow, Outcome, RefusedBody, Write};
use crate::port::StoreError;
use crate::value::Timestamp;
use alloc::{string::String, vec, vec::Vec};

/// The columns of one row, each with its name.
pub type Columns<'r> = Vec<(&'static str, Column<'r>)>;

/// The value of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column<'r> {
    /// An id or a word.
    Text(&'r str),
    /// A text that was made for the row: a payload, personal values, a compound key.
    Made(String),
    /// No value.
    Absent,
    /// When something happened; a store that keeps times less exactly rounds it down.
    At(Timestamp),
    /// When something is due; a store that keeps times less exactly rounds it up.
    Due(Timestamp),
    /// The bytes of a body, packed ([`pack`](super::pack)).
    Bytes(Vec<u8>),
}

fn text<I: AsRef<str> + ?Sized>(id: &I) -> Column<'_> {
    Column::Text(id.as_ref())
}

fn optional<I: AsRef<str>>(id: Option<&I>) -> Column<'_> {
    id.map_or(Column::Absent, text)
}

fn made(column: Option<String>) -> Column<'static> {
    column.map_or(Column::Absent, Column::Made)
}

/// A click's row: `id`, `at`, `payload`, `private`.
///
/// # Errors
/// As [`encode`].
pub fn of_click(click: &Click) -> Result<Columns<'_>, StoreError> {
    Ok(vec![
        ("id", text(&click.id)),
        ("at", Column::At(click.at)),
        ("payload", Column::Made(encode(click)?)),
        ("private", made(encode_private(&click.private)?)),
    ])
}

/// A delivery's row in a commit that is made at `now`: `id`, `lane`, `conversion`, `click`,
/// `created`, `due`, `payload`, `private`. The columns `conversion` and `click` are absent where
/// its cause has none.
///
/// # Errors
/// As [`encode`].
pub fn of_delivery(delivery: &Delivery, now: Timestamp) -> Result<Columns<'_>, StoreError> {
    Ok(vec![
        ("id", text(&delivery.id)),
        ("lane", Column::Text(delivery.lane.as_str())),
        ("conversion", optional(delivery.cause.conversion())),
        ("click", optional(delivery.cause.click())),
        ("created", Column::At(delivery.created_at)),
        ("due", Column::Due(delivery.due_at(now))),
        ("payload", Column::Made(compact(delivery, payload::delivery)?)),
        ("private", made(encode_private(&delivery.private)?)),
    ])
}

/// The row of a write.
///
/// - an event: `id`, `source`, `outcome`, `receipt`, `parent`, `click`, `received`, `payload`,
///   `private`
/// - a conversion: `id`, `click`, `receipt`, `payload`
/// - a tally: `click`, `key`, `payload`
/// - a receipt: `source`, `receipt`, `payload`
/// - a configuration: `fingerprint`, `document`
/// - a refused body: `id`, `source`, `interface`, `ring`, `reason`, `parameter`, `click`, `at` as
///   its text, `received`, `body` (packed; [`unpack`](super::unpack) reads it)
///
/// # Errors
/// As [`encode`].
pub fn of_write(write: &Write) -> Result<Columns<'_>, StoreError> {
    Ok(match write {
        Write::Event(row) => of_event(row)?,
        Write::Conversion(row) => of_conversion(row)?,
        Write::Tally(row) => vec![
            ("click", text(&row.click)),
            ("key", Column::Made(row.key.column())),
            ("payload", Column::Made(compact(row, payload::tally)?)),
        ],
        Write::Receipt(row) => vec![
            ("source", text(&row.source)),
            ("receipt", text(&row.receipt)),
            ("payload", Column::Made(compact(row, payload::receipt)?)),
        ],
        Write::Configuration(row) => vec![
            ("fingerprint", text(&row.fingerprint)),
            ("document", Column::Text(&row.document)),
        ],
        Write::Refused { body, .. } => of_refused(body),
    })
}

fn of_event(row: &EventRow) -> Result<Columns<'_>, StoreError> {
    let event = &row.event;
    Ok(vec![
        ("id", text(&event.id)),
        ("source", text(&event.source)),
        ("outcome", Column::Text(row.outcome.as_str())),
        ("receipt", optional(event.receipt.as_ref())),
        ("parent", parent(row)),
        ("click", optional(row.click.as_ref())),
        ("received", Column::At(event.received_at)),
        ("payload", Column::Made(compact(row, payload::event_row)?)),
        ("private", made(encode_private(&event.private)?)),
    ])
}

/// The second key by which an event waits, beside its receipt ([`Event::waits_by`]); for an event
/// that does not wait, its parent.
fn parent(row: &EventRow) -> Column<'_> {
    match &row.event.parent {
        None if row.outcome == Outcome::Unattributed => {
            let [_, key] = row.event.waits_by();
            key.map_or(Column::Absent, |key| Column::Made(key.as_str().into()))
        }
        parent => optional(parent.as_ref()),
    }
}

fn of_conversion(row: &Conversion) -> Result<Columns<'_>, StoreError> {
    Ok(vec![
        ("id", text(&row.id)),
        ("click", text(&row.click)),
        ("receipt", optional(row.shown.receipt.as_ref())),
        ("payload", Column::Made(compact(row, payload::conversion)?)),
    ])
}

fn of_refused(refused: &RefusedBody) -> Columns<'_> {
    let row = &refused.row;
    vec![
        ("id", text(&row.id)),
        ("source", text(&row.source)),
        ("interface", Column::Text(row.interface.as_str())),
        ("ring", Column::Text(row.ring.as_str())),
        ("reason", Column::Text(row.reason.as_str())),
        ("parameter", optional(row.parameter.as_ref())),
        ("click", optional(row.click.as_ref())),
        ("at", Column::Made(alloc::string::ToString::to_string(&row.at))),
        ("received", Column::At(row.at)),
        ("body", Column::Bytes(pack(&refused.body))),
    ]
}
