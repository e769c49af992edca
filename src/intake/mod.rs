//! This module makes events of what came, once it knows who called. Begin with [`Intake`] and
//! [`Caller`]. (Layer 4.)
//!
//! An intake is the one door: it asks who calls, opens what came, counts what was guessed and
//! normalises it. A host reads bytes and a caller off its own transport, and answers what comes
//! back.
//!
//! ```
//! use postback::{Credentials, CompileOptions, Document, Received, Timestamp, compile};
//! use postback::intake::{Caller, Intake};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let document = Document::from_json(r#"{"version": 1, "conversion_type": [{"name": "Sale", "default": true}],
//!         "offer_source": [{"id": "net", "tokens": ["env:T"]}]}"#)?;
//!     let tracker = compile(&document, &CompileOptions::default())?;
//!     let credentials = Credentials::new(&tracker, &[("env:T".parse()?, "secret".into())].into())?;
//!     let now = Timestamp::from_unix_seconds(1_800_000_000)?;
//!     let source = tracker.source(Some("net")).ok_or("no such source")?;
//!     let intake = Intake::new(source, &credentials, Received { at: now, nonce: 1 });
//!     let event = intake.postback(&Caller::default(), b"clickid=abc&sum=8.50&token=secret")?;
//!     assert_eq!(event.source.as_str(), "net");
//!     let refused = intake.postback(&Caller::default(), b"clickid=abc&sum=8.50&token=guess").unwrap_err();
//!     assert_eq!(refused.to_string(), "the token is missing or wrong");
//!     Ok(())
//! }
//! ```
//!
//! No other function of this crate makes an [`Event`], but for [`Event::assume_authentic`] and what
//! is read back from storage. What a message was opened into makes none by itself:
//!
//! ```compile_fail,E0599
//! fn one(source: &postback::tracker::Source, read: &postback::Notification, received: postback::Received, credentials: &postback::Credentials) {
//! source.event(read, received, credentials);
//! }
//! ```
//!
//! ```compile_fail,E0599
//! fn one(source: &postback::tracker::Source, query: &postback::Query<'_>, received: postback::Received, credentials: &postback::Credentials) {
//! source.postback(query, received, credentials);
//! }
//! ```
//!
//! ```compile_fail,E0599
//! fn one(id: postback::value::EventId, source: postback::value::OfferSourceId, at: postback::Timestamp) {
//! postback::Event::new(id, source, postback::event::Interface::Ins, at);
//! }
//! ```
//!
//! ```compile_fail,E0639
//! fn one(event: postback::Event, id: postback::value::EventId) {
//! postback::Event { id, ..event };
//! }
//! ```

mod authorized;
mod caller;
mod door;
mod draft;
mod json;
mod kept;
mod multipart;
mod named;
mod postback;
mod posted;
mod refusal;
mod shown;
mod unfilled;
mod upload;

pub use crate::network::NotTaken;
pub use crate::protocol::Message;
pub use authorized::Authorized;
pub use caller::{Caller, Unauthorized};
pub use door::Intake;
pub use posted::PostedPostback;
pub use refusal::{Refusal, RefusalReason};
pub use shown::{ShownParameter, shown_parameters};
pub use upload::{RowError, UploadedRow};

use crate::event::Event;
use crate::plan::{RefusedBody, Ring};
use crate::protocol::Posted;
use crate::tracker::Alarm;
use crate::value::Query;

impl<'a> Intake<'a> {
    /// Reads a notification from its posted body, in any of the formats that the protocol has.
    ///
    /// [`Credentials`](crate::Credentials) count wrong guesses at a check of 32 bits: a caller who
    /// was wrong too often is refused without a check for a while.
    ///
    /// # Errors
    /// [`RefusalReason::Notification`], whatever the cause, with the body to keep.
    pub fn ins(&self, caller: &Caller<'_>, body: &[u8]) -> Result<Event, Refusal> {
        self.notified(caller, body, self.source.protocol.posted(body))
    }

    /// Reads a notification of a version before 6.0, which is a form. [`Intake::ins`] reads both
    /// formats.
    ///
    /// # Errors
    /// As for [`Intake::ins`], and a body that is not a form.
    #[cfg(feature = "legacy-ins")]
    pub fn form(&self, caller: &Caller<'_>, body: &[u8]) -> Result<Event, Refusal> {
        self.notified(caller, body, self.source.protocol.posted_form(body))
    }

    /// Reads a postback: the query of its URL, or the form in its body.
    ///
    /// A conversion type in `open_types` needs neither a token nor an address.
    ///
    /// # Errors
    /// - a token that is missing or wrong, or an address that is not allowed; the token is found
    ///   even if other parameters are faulty
    /// - from an authorised caller, with the query to keep: a query that is too long, or a
    ///   parameter that has a meaning and a value that is malformed, too long or repeated; the
    ///   error names the parameter
    pub fn postback(&self, caller: &Caller<'_>, query: &[u8]) -> Result<Event, Refusal> {
        let read = Query::parse_each(query).map_err(RefusalReason::from);
        let read = read.and_then(|query| Ok((self.posted_back(&query)?, self.is_sent_by_anyone(&query))));
        let ((event, read), is_open) = read.map_err(|reason| self.refused(caller, query, reason))?;
        if !is_open {
            let own = read.token.as_ref().map(|token| token.expose());
            self.authorize(&caller.with_token(own.or(caller.token)))?;
        }
        Ok(event)
    }

    /// Reads a pixel, which the browser of a visitor loads, so that nothing in it proves anything.
    /// Only a conversion type in `open_types` is accepted, whoever calls. [`Intake::postback`]
    /// accepts those types too.
    ///
    /// # Errors
    /// As for [`Intake::postback`]; a type that is not open is [`Unauthorized::Type`].
    pub fn pixel(&self, _caller: &Caller<'_>, query: &[u8]) -> Result<Event, Refusal> {
        let query = Query::parse_each(query)?;
        if !self.is_sent_by_anyone(&query) {
            return Err(Unauthorized::Type.into());
        }
        Ok(self.posted_back(&query)?.0)
    }

    /// Reads messages without checking the caller: for a message that was kept and is tried again,
    /// for one that a person looks at, and for tests. Whoever calls this vouches for the caller.
    #[must_use]
    pub fn assume_authorized(self) -> Authorized<'a> {
        Authorized(self)
    }

    fn notified(&self, caller: &Caller<'_>, body: &[u8], posted: Option<Posted>) -> Result<Event, Refusal> {
        let refused = |ring, alarm| {
            let kept = RefusedBody::notification(self.source.id.clone(), self.received.at, ring, body.to_vec());
            Refusal::notification(kept, alarm)
        };
        if self.authorize(caller).is_err() {
            return Err(refused(Ring::Doubtful, None));
        }
        let posted = posted.ok_or_else(|| refused(Ring::Doubtful, None))?;
        let (event, alarm) = self.within_budget(caller, &posted);
        event.ok_or_else(|| refused(Ring::Probable, alarm))
    }

    /// Returns the event of a notification, unless its caller was wrong too often.
    #[cfg(feature = "legacy-ins")]
    fn within_budget(&self, caller: &Caller<'_>, posted: &Posted) -> (Option<Event>, Option<Alarm>) {
        use crate::tracker::Checked;
        if !posted.is_guessable() {
            return (self.opened(posted).flatten(), None);
        }
        let check = || self.opened(posted);
        let failures = self.credentials.failures();
        match failures.attempt(&self.source.id, caller.address, self.received.at, check) {
            Checked::Right(event) => (event, None),
            Checked::Wrong(alarm) => (None, alarm),
            Checked::Stopped => (None, None),
        }
    }

    #[cfg(not(feature = "legacy-ins"))]
    fn within_budget(&self, _: &Caller<'_>, posted: &Posted) -> (Option<Event>, Option<Alarm>) {
        (self.opened(posted).flatten(), None)
    }

    /// Returns the event of a notification. The outer `None` is a wrong check of a kind that can be
    /// guessed; the inner one is a notification that makes no event for another reason.
    fn opened(&self, posted: &Posted) -> Option<Option<Event>> {
        let protocol = &self.source.protocol;
        let Some(keys) = self.credentials.keys(&self.source.id) else {
            return Some(None);
        };
        let message = protocol.opened(posted, keys)?;
        Some(message.ok().and_then(|message| self.told(&message).ok()))
    }
}
