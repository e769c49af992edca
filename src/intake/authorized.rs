//! What came, whoever brought it.

use super::door::Intake;
use crate::event::Event;
use crate::network::{InboundPostback, InboundPostbackError, NotTaken};
use crate::plan::Ring;
use crate::protocol::Message;
use crate::value::Query;

/// An intake that asks nobody for a token or an address and counts no guesses
/// ([`Intake::assume_authorized`]).
#[derive(Debug, Clone, Copy)]
pub struct Authorized<'a>(pub(super) Intake<'a>);

impl Authorized<'_> {
    /// The event of a notification's body, opened with the source's secrets.
    ///
    /// # Errors
    /// The ring that [`Intake::ins`] would keep it in.
    pub fn ins(&self, body: &[u8]) -> Result<Event, Ring> {
        let posted = self.0.source.protocol.posted(body).ok_or(Ring::Doubtful)?;
        self.0.opened(&posted).flatten().ok_or(Ring::Probable)
    }

    /// The event of a notification that was opened already, or read from plain text: the event says
    /// that it was decrypted or verified, and whoever calls this vouches for that.
    ///
    /// # Errors
    /// [`NotTaken`]: a version that is not chosen, an amount or a currency that cannot be read.
    pub fn message<'m>(&self, message: impl Into<Message<'m>>) -> Result<Event, NotTaken> {
        self.0.told(&message.into())
    }

    /// The event of a postback, and what was read of the query.
    ///
    /// # Errors
    /// [`InboundPostbackError`]: a value that is malformed, too long or repeated.
    pub fn postback(&self, query: &Query<'_>) -> Result<(Event, InboundPostback), InboundPostbackError> {
        self.0.posted_back(query)
    }
}
