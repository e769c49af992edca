//! Layer 2: conditional postbacks: whether a rule fires for a conversion, and why not.
//!
//! A rule is a list of [`Conditions`] joined by AND; the types and the statuses are RedTrack's
//! conditional postback (help page "Conversions: conditional postback": "the postback will be fired
//! only when 2 of those conditions are met"), the rest are further ANDs. [`evaluate`] answers for
//! one rule and one [`Scope`](crate::scope::Scope): total, without I/O, and the same answer for the
//! same input on every machine. Its [`Answer`] is sixteen bits, small enough to keep for every rule
//! of every event; [`reasons`] puts it into words when somebody asks. Where there are many rules,
//! an [`Index`] finds those whose types and statuses match.
//!
//! What cannot be evaluated does not fire and says so: two currencies are never compared, and a
//! missing rate is not zero.

mod answer;
mod conditions;
mod evaluate;
mod index;
mod parameter;
mod reason;
mod share;

pub use answer::{Answer, AnswerError, Condition};
pub use conditions::{Conditions, Negative};
pub(crate) use evaluate::evaluate_names;
pub use evaluate::{evaluate, reasons};
pub(crate) use index::Accepted;
pub use index::Index;
pub use parameter::ParameterName;
pub use reason::Reason;
