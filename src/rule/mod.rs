//! This module says whether a conditional postback fires for a conversion, and why not. Begin with
//! [`Conditions`] and [`evaluate`]. (Layer 2.)
//!
//! A rule is a list of [`Conditions`] joined by AND; the types and the statuses are RedTrack's
//! conditional postback (help page "Conversions: conditional postback": "the postback will be fired
//! only when 2 of those conditions are met"), the rest are clauses of the one language of
//! [`condition`](crate::condition). [`evaluate`] answers for one rule and one
//! [`Scope`](crate::scope::Scope): total, without I/O, and the same answer for the same input on
//! every machine. Its [`RuleAnswer`] is sixteen bits, small enough to keep for every rule of every
//! event; [`reasons`] says what was seen and what was wanted when somebody asks.
//!
//! A rule that cannot be evaluated does not fire, and says so: two currencies are never compared,
//! and a missing rate is not zero.
//!
//! ```
//! use postback::model::Entry;
//! use postback::rule::{Conditions, evaluate, reasons};
//! use postback::scope::Scope;
//! use postback::{Click, Conversion, Timestamp};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let mut conditions = Conditions::default();
//!     conditions.when("sub1 equals a".parse()?);
//!
//!     let at: Timestamp = "2026-04-23T15:00:00Z".parse()?;
//!     let (campaign, offer) = ("summer".parse()?, "book".parse()?);
//!     let mut click = Click::new("p2345".parse()?, at, campaign, offer, "network".parse()?, "push".parse()?);
//!     click.subs.insert(1, "b".into());
//!     let sale = Entry::new("eaaaaaaaaaaaaaaaaaaaaaaaaa".parse()?, at, "Sale".parse()?);
//!     let conversion = Conversion::new("vaaaaaaaaaaaaaaaaaaaaaaaaa".parse()?, &click, sale);
//!     let mut scope = Scope::of_click(&click);
//!     scope.conversion = Some(&conversion);
//!     assert!(!evaluate(&conditions, &scope).fires());
//!     let (_, reason) = reasons(&conditions, &scope).pop().ok_or("it fires")?;
//!     assert_eq!(reason.to_string(), "`sub1` is `b`, wanted `a`");
//!     Ok(())
//! }
//! ```

mod answer;
mod conditions;
mod evaluate;
mod words;

pub use answer::{Condition, RuleAnswer, RuleAnswerError};
pub use conditions::{Conditions, Negative};
pub use evaluate::{evaluate, reasons};
pub(crate) use evaluate::{evaluate_names, evaluate_rest};
