//! Rows that a person uploads, read with the strictness of postbacks.

use super::authorized::Authorized;
use super::door::Intake;
use crate::event::Event;
use crate::network::Meaning;
use crate::text::{Cut, nearest};
use crate::value::{EventId, Query};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use thiserror::Error;

/// The columns that a postback could have, with what they mean.
const MEANINGS: &[(&str, Meaning)] = &[
    ("clickid", Meaning::ClickId),
    ("type", Meaning::Type),
    ("status", Meaning::Status),
    ("sum", Meaning::Sum),
    ("currency", Meaning::Currency),
    ("created_at", Meaning::Time),
    ("event_id", Meaning::EventId),
    ("order_id", Meaning::OrderId),
];
/// The offer source of a row.
const SOURCE: &str = "source";
/// Whether a row fires postbacks.
const FIRE: &str = "fire";

/// One row of an upload: texts by column. A column that is absent or empty says nothing.
///
/// ```
/// use postback::intake::UploadedRow;
/// let row = UploadedRow::read([("clickid", "abc"), ("sum", "8.50"), ("fire", "")])?;
/// assert_eq!((row.source(), row.fires()), (None, false));
/// let refused = UploadedRow::read([("clickid", "abc"), ("suum", "8.50")]).unwrap_err();
/// assert_eq!(refused.to_string(), "`suum` is no column; did you mean `sum`?");
/// # Ok::<(), postback::intake::RowError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadedRow<'a> {
    /// Those that say something, each once.
    fields: Vec<(&'static str, &'a str)>,
    fires: bool,
}

/// A row that is refused: the column at fault, and why.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{problem}")]
pub struct RowError {
    field: String,
    problem: String,
}

impl RowError {
    /// A problem of a column.
    #[must_use]
    pub fn new(field: &str, problem: impl Into<String>) -> Self {
        Self {
            field: Cut::new(field, 64).to_string(),
            problem: problem.into(),
        }
    }

    /// The column, as far as an error shows it.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }
}

impl<'a> UploadedRow<'a> {
    /// Every column that there is.
    pub fn columns() -> impl Iterator<Item = &'static str> {
        let read = MEANINGS.iter().map(|(name, _)| *name);
        read.chain([SOURCE, FIRE])
    }

    /// The column of a name, in any case and with spaces around it.
    ///
    /// # Errors
    /// [`RowError`] for a name that is no column.
    pub fn column(name: &str) -> Result<&'static str, RowError> {
        let name = name.trim();
        let found = Self::columns().find(|column| column.eq_ignore_ascii_case(name));
        found.ok_or_else(|| {
            let error = RowError::new(name, "");
            let meant = match nearest(name, Self::columns()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", Self::columns().collect::<Vec<_>>().join(", ")),
            };
            let problem = format!("`{}` is no column; {meant}", error.field);
            RowError { problem, ..error }
        })
    }

    /// A row of fields by name. White space around values says nothing.
    ///
    /// # Errors
    /// - a name that is no column, or stands there twice
    /// - `fire` with another value than `true` and `false`
    pub fn read(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, RowError> {
        let mut row = Self {
            fields: Vec::new(),
            fires: false,
        };
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in fields {
            let column = Self::column(name)?;
            if seen.contains(&column) {
                return Err(RowError::new(column, format!("`{column}` stands there twice")));
            }
            seen.push(column);
            let value = value.trim();
            if !value.is_empty() {
                row.fields.push((column, value));
            }
        }
        row.fires = match row.text(FIRE) {
            None => false,
            Some(word) if word.eq_ignore_ascii_case("true") => true,
            Some(word) if word.eq_ignore_ascii_case("false") => false,
            Some(_) => return Err(RowError::new(FIRE, "`fire` is `true` or `false`")),
        };
        Ok(row)
    }

    /// The offer source that it names; none: the default one is meant.
    #[must_use]
    pub fn source(&self) -> Option<&'a str> {
        self.text(SOURCE)
    }

    /// Whether its postbacks are fired.
    #[must_use]
    pub fn fires(&self) -> bool {
        self.fires
    }

    fn text(&self, column: &str) -> Option<&'a str> {
        self.fields
            .iter()
            .find(|(name, _)| *name == column)
            .map(|(_, value)| *value)
    }

    /// What a postback would say of it, under the names of the columns.
    fn query(&self) -> String {
        let said = self.fields.iter().filter(|(name, _)| ![SOURCE, FIRE].contains(name));
        let pairs = said.map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

impl Authorized<'_> {
    /// The event of a row that a person uploads, of whom whoever calls this vouches.
    ///
    /// It is read as a postback of the source is, under the names of the columns: amounts and times
    /// as the source writes them, else strictly. Its identity is that of such a postback where it
    /// has an event id. Without one it is the row's content, so that an upload may be repeated; two
    /// rows that say the same are one event then.
    ///
    /// # Errors
    /// [`RowError`]: a value that is malformed or too long, and a value that means nothing for the
    /// source, since a column must not be lost silently.
    pub fn uploaded(&self, row: &UploadedRow<'_>) -> Result<Event, RowError> {
        let mut source = self.0.source.clone();
        source.names = source.names.under(MEANINGS);
        source.parameters.clear();
        let intake = Intake {
            source: &source,
            ..self.0
        };
        let text = row.query();
        let query = Query::parse(text.as_bytes()).map_err(|error| RowError::new("", error.to_string()))?;
        let (mut event, _) = intake.posted_back(&query).map_err(|error| {
            let field = error.parameter().unwrap_or_default();
            RowError::new(field, error.to_string())
        })?;
        nothing_is_lost(row, &event)?;
        event.silent = !row.fires();
        if !event.identified {
            event.id = content_id(&event);
            event.identified = true;
        }
        Ok(event)
    }
}

/// Each value that a row has is in its event.
fn nothing_is_lost(row: &UploadedRow<'_>, event: &Event) -> Result<(), RowError> {
    let kept = [
        ("clickid", !event.clicks.is_empty() || !event.forged.is_empty()),
        ("type", event.name.is_some()),
        ("status", event.status.is_some()),
        ("sum", event.sum.is_some()),
        ("created_at", event.timed),
        ("event_id", event.event_id.is_some()),
        ("order_id", event.order_id.is_some()),
    ];
    for (column, kept) in kept {
        if row.text(column).is_some() && !kept {
            let why = match column {
                "sum" => "its type takes no amount from anyone (`open_types`), or it is a placeholder",
                "created_at" => "it lies in the future, or it is a placeholder",
                _ => "it is a placeholder that nobody filled, or no such value",
            };
            return Err(RowError::new(column, format!("`{column}` was not read: {why}")));
        }
    }
    if row.text("currency").is_some() && event.sum.is_none() {
        return Err(RowError::new("currency", "`currency` stands there without `sum`"));
    }
    Ok(())
}

/// What an event says, as its identity.
fn content_id(event: &Event) -> EventId {
    let click = event.clicks.first().or(event.forged.first());
    let sum = event.sum.map(|sum| sum.to_string()).unwrap_or_default();
    let time = if event.timed {
        event.at.to_string()
    } else {
        String::new()
    };
    let parts = [
        "uploaded",
        event.source.as_str(),
        click.map_or("", |click| click.as_str()),
        event.name.as_deref().unwrap_or_default(),
        event.status.as_deref().unwrap_or_default(),
        &sum,
        &time,
        event.order_id.as_deref().unwrap_or_default(),
    ];
    EventId::of(None, &parts)
}
