//! Rows that a person uploads. They are read as strictly as postbacks.

use super::authorized::Authorized;
use super::door::Intake;
use crate::event::Event;
use crate::network::Meaning;
use crate::text::{Cut, nearest};
use crate::value::{EventId, Query, is_unfilled_macro};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use thiserror::Error;

/// The columns that have the meaning of a postback's parameter.
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
/// The column with the id of the row's offer source.
const SOURCE: &str = "source";
/// The column that says whether the row fires postbacks.
const FIRE: &str = "fire";

/// One row of an upload: texts by column. A column that is absent or empty is not used.
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
    /// The columns that have a value, each once.
    fields: Vec<(&'static str, &'a str)>,
    fires: bool,
}

/// The error for a row that is refused: the column at fault, and the problem.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{problem}")]
pub struct RowError {
    field: String,
    problem: String,
}

impl RowError {
    /// An error in this column.
    #[must_use]
    pub fn new(field: &str, problem: impl Into<String>) -> Self {
        Self {
            field: Cut::new(field, 64).to_string(),
            problem: problem.into(),
        }
    }

    /// Returns the name of the column, as far as an error may show it; empty if the whole row is at
    /// fault.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }
}

impl<'a> UploadedRow<'a> {
    /// Returns the names of all columns.
    pub fn columns() -> impl Iterator<Item = &'static str> {
        let read = MEANINGS.iter().map(|(name, _)| *name);
        read.chain([SOURCE, FIRE])
    }

    /// Finds a column by its name, in any case and with spaces around it.
    ///
    /// # Errors
    /// [`RowError`]: the name is not a column.
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

    /// Reads a row from its column names and texts. White space around a text is ignored.
    ///
    /// # Errors
    /// - a name that is not a column, or is given twice
    /// - a value of `fire` other than `true` and `false`
    pub fn read(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, RowError> {
        let mut row = Self {
            fields: Vec::new(),
            fires: false,
        };
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in fields {
            let column = Self::column(name)?;
            if seen.contains(&column) {
                return Err(RowError::new(column, format!("`{column}` is given twice")));
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

    /// Returns the id of the row's offer source; none means the default source.
    #[must_use]
    pub fn source(&self) -> Option<&'a str> {
        self.text(SOURCE)
    }

    /// Whether the row fires postbacks.
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

    /// Writes the row as the query of a postback, with the names of the columns.
    fn query(&self) -> String {
        let said = self.fields.iter().filter(|(name, _)| ![SOURCE, FIRE].contains(name));
        let pairs = said.map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

impl Authorized<'_> {
    /// Returns the event of a row that a person uploads. Whoever calls this vouches for that
    /// person.
    ///
    /// The row is read as a postback of the source is, with the names of the columns: amounts and
    /// times in the format of the source, otherwise strictly. If the row has an event id, the
    /// event's identity is that of such a postback. Without one the identity is the row's content,
    /// so that an upload may be repeated; two rows with the same content are then one event.
    ///
    /// # Errors
    /// [`RowError`]: a value that is malformed or too long, or a value that the source does not
    /// use, since a column must not be lost silently.
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
        event.uploaded = true;
        if !event.identified {
            event.id = content_id(&event);
            event.identified = true;
        }
        Ok(event)
    }
}

/// Checks that every value of a row is in its event.
fn nothing_is_lost(row: &UploadedRow<'_>, event: &Event) -> Result<(), RowError> {
    let is_said = |word: &str| !is_unfilled_macro(word);
    let kept = [
        ("clickid", event.names_click()),
        ("type", event.name.as_deref().is_some_and(is_said)),
        ("status", event.status.as_deref().is_some_and(is_said)),
        ("sum", event.sum.is_some()),
        ("created_at", event.timed),
        ("event_id", event.event_id.is_some()),
        ("order_id", event.order_id.is_some()),
    ];
    for (column, kept) in kept {
        if row.text(column).is_some() && !kept {
            let why = match column {
                "sum" => "no amount is read for a type in `open_types`, or the value is an unfilled placeholder",
                "created_at" => "it lies in the future, or is an unfilled placeholder",
                _ => "it is an unfilled placeholder, or not a value of this column",
            };
            return Err(RowError::new(column, format!("`{column}` was not read: {why}")));
        }
    }
    if row.text("currency").is_some() && event.sum.is_none() {
        return Err(RowError::new("currency", "`currency` is given without `sum`"));
    }
    Ok(())
}

/// Returns an event id that is made of the event's content.
fn content_id(event: &Event) -> EventId {
    let click = event.candidates().next();
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
