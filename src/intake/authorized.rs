//! Reads what came without asking who sent it.

use super::door::Intake;
use super::kept::parted;
use super::multipart;
use super::posted::PostedPostback;
use super::refusal::RefusalReason;
use crate::event::{Event, Interface};
use crate::network::{InboundPostback, InboundPostbackError, NotTaken};
use crate::plan::{RefusedBody, RefusedReason, RefusedRow, Ring};
use crate::protocol::Message;
use crate::value::{EventId, Query};

/// An intake that asks for no token and no address, and counts no guesses (see
/// [`Intake::assume_authorized`]).
#[derive(Debug, Clone, Copy)]
pub struct Authorized<'a>(pub(super) Intake<'a>);

impl Authorized<'_> {
    /// Reads the body of a notification, decrypts or checks it with the source's secrets, and
    /// returns its event.
    ///
    /// # Errors
    /// The ring in which [`Intake::ins`] would keep the body.
    pub fn ins(&self, body: &[u8]) -> Result<Event, Ring> {
        let posted = self.0.source.protocol.posted(body).ok_or(Ring::Doubtful)?;
        self.0.opened(&posted).flatten().ok_or(Ring::Probable)
    }

    /// Reads again what was refused and kept, and returns its event. A message that names no time
    /// gets the time at which it first came. A message that names no id of its own gets an id from
    /// the row that keeps it, so that it counts once even if two people try it at the same time.
    ///
    /// # Errors
    /// The reason for which it is refused again.
    pub fn again(&self, refused: &RefusedBody) -> Result<Event, RefusedReason> {
        let row = &refused.row;
        let mut event = match row.interface {
            Interface::Ins => self.ins(&refused.body).map_err(|_| RefusedReason::Notification)?,
            Interface::Postback => {
                let (query, body) = parted(row, &refused.body);
                let body = body.unwrap_or_default();
                let kind = multipart::kind(&body);
                let posted = PostedPostback::new(&query).with_body(kind.as_deref(), &body);
                match row.reason {
                    RefusedReason::ContentType => return Err(row.reason),
                    RefusedReason::Misdirected => self.ins(&body).map_err(|_| row.reason)?,
                    _ => self.posted_again(row, &posted)?,
                }
            }
        };
        if !event.timed {
            event.at = row.at;
        }
        Ok(event)
    }

    fn posted_again(&self, row: &RefusedRow, posted: &PostedPostback<'_>) -> Result<Event, RefusedReason> {
        let unread = |reason: RefusalReason| reason.code().unwrap_or(row.reason);
        let query = posted.query()?;
        let query = Query::parse_each(&query).map_err(|error| unread(error.into()))?;
        let (mut event, _) = self.postback(&query).map_err(|error| unread(error.into()))?;
        if !event.identified {
            event.id = EventId::of(Some(row.at.unix_seconds()), &["refused", row.id.as_str()]);
        }
        Ok(event)
    }

    /// Returns the event of a notification that is decrypted already, or that was read from plain
    /// text. The event says that it was decrypted or verified, and whoever calls this vouches for
    /// that.
    ///
    /// # Errors
    /// [`NotTaken`]: a version that the source has not chosen, or an amount or a currency that
    /// cannot be read.
    pub fn message<'m>(&self, message: impl Into<Message<'m>>) -> Result<Event, NotTaken> {
        self.0.told(&message.into())
    }

    /// Returns the event of a postback, and what was read from the query.
    ///
    /// # Errors
    /// [`InboundPostbackError`]: a value that is malformed, too long or repeated.
    pub fn postback(&self, query: &Query<'_>) -> Result<(Event, InboundPostback), InboundPostbackError> {
        self.0.posted_back(query)
    }
}
