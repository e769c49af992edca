//! Layer 2: conditional postbacks: whether a rule fires for a conversion, and why not.
//!
//! A rule is a list of [`Conditions`] joined by AND; the types and the statuses are RedTrack's
//! conditional postback (help page "Conversions: conditional postback": "the postback will be fired
//! only when 2 of those conditions are met"), the rest are clauses of the one language of
//! [`condition`](crate::condition). [`evaluate`] answers for one rule and one
//! [`Scope`](crate::scope::Scope): total, without I/O, and the same answer for the same input on
//! every machine. Its [`RuleAnswer`] is sixteen bits, small enough to keep for every rule of every
//! event; [`reasons`] says what was seen and what was wanted when somebody asks.
//!
//! What cannot be evaluated does not fire and says so: two currencies are never compared, and a
//! missing rate is not zero.

mod answer;
mod conditions;
mod evaluate;
mod words;

pub use answer::{Condition, RuleAnswer, RuleAnswerError};
pub use conditions::{Conditions, Negative};
pub use evaluate::{evaluate, reasons};
pub(crate) use evaluate::{evaluate_names, evaluate_rest};
