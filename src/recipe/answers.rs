//! What the answers of a platform mean, as a recipe says it. A delivery keeps a copy, so that its
//! answer is judged as its recipe was when it was decided.

use super::word::AnswerClass;
use crate::config::part::part;
use crate::config::setters::setters;
use alloc::{collections::BTreeMap, string::String, vec::Vec};

/// What answers mean. Paths are names with points between them, as in `error.code`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answers {
    /// What an answer with a status of 2xx says when it means success; by default such a status is
    /// success.
    pub success: Option<Success>,
    /// Where the code of a fault stands. Of several paths the first that leads to something counts.
    pub code: Vec<String>,
    /// What codes mean, of a request and of a single event. A code that is not named here is never
    /// final.
    pub codes: BTreeMap<String, AnswerClass>,
    /// What HTTP statuses mean where no code is known.
    pub statuses: BTreeMap<String, AnswerClass>,
    /// What an answer says of single events.
    pub rows: Option<AnswerRows>,
}
part!(Answers, 1, {
    success,
    code,
    codes,
    statuses,
    rows,
});
part!(@serde Answers);
setters!(Answers {
    option with_success(success: Success),
    more with_code(code: String),
    more with_codes(codes: (String, AnswerClass)),
    more with_statuses(statuses: (String, AnswerClass)),
    option with_rows(rows: AnswerRows),
});

/// A member of an answer that means success.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Success {
    /// Where it stands.
    pub at: String,
    /// The values that mean success; any value if there are none.
    pub is: Vec<String>,
}
part!(Success, 1, {
    at,
    is,
});
setters!(Success {
    more with_is(is: String),
});

impl Success {
    /// Any value at this path means success.
    #[must_use]
    pub fn new(at: impl Into<String>) -> Self {
        Self {
            at: at.into(),
            is: Vec::new(),
        }
    }
}

/// A list in an answer that has a row for events. Without `place` and `path` it has one row for
/// each event, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AnswerRows {
    /// Where the list stands.
    pub at: String,
    /// The member of a row that is its code.
    pub code: String,
    /// The codes that mean success.
    pub is: Vec<String>,
    /// The member of a row that is the place of its event, counted from 0. An event without a row
    /// shares the fate of the request.
    pub place: Option<String>,
    /// The member of a row that is a path with the place of its event in the list of the events, as
    /// in `data[2].event_name`.
    pub path: Option<String>,
}
part!(AnswerRows, 1, {
    at,
    code,
    is,
    place,
    path,
});
setters!(AnswerRows {
    more with_is(is: String),
    option with_place(place: String),
    option with_path(path: String),
});

impl AnswerRows {
    /// A list at this path whose rows have their code in this member.
    #[must_use]
    pub fn new(at: impl Into<String>, code: impl Into<String>) -> Self {
        Self {
            at: at.into(),
            code: code.into(),
            is: Vec::new(),
            place: None,
            path: None,
        }
    }
}
