//! How each protocol reads notifications.

use super::{KeyRing, Protocol};
#[cfg(feature = "legacy-ins")]
use crate::clickbank::form::FormNotification;
use crate::clickbank::{self, envelope::Refused, ins::Notification};
use crate::event::{Interface, Received};
use crate::network::{Draft, NotTaken, SourceView};
use alloc::{borrow::Cow, collections::BTreeMap, string::String};

impl Protocol {
    /// The problem of names for postback parameters on a source that relies on notifications, whose
    /// fields have names of their own.
    pub(crate) fn unread_names(&self, truth: Option<Interface>, names: &BTreeMap<String, String>) -> Option<String> {
        let by_notification = truth == Some(Interface::Ins) && !names.is_empty();
        match self {
            Self::ClickBank(_) if by_notification => Some(clickbank::unread_names(names)),
            _ => None,
        }
    }

    /// Whether parameters with these names are a notification of any protocol.
    pub(crate) fn names_notification(has: impl Fn(&str) -> bool) -> bool {
        clickbank::names_notification(has)
    }

    /// Reads the wrapper of a notification's body.
    pub(crate) fn posted(&self, body: &[u8]) -> Option<Posted> {
        match self {
            Self::Generic => None,
            Self::ClickBank(settings) => settings.posted(body).map(Posted::ClickBank),
        }
    }

    /// Reads a body of an old version, whose check can be guessed.
    #[cfg(feature = "legacy-ins")]
    pub(crate) fn posted_form(&self, body: &[u8]) -> Option<Posted> {
        match self {
            Self::Generic => None,
            Self::ClickBank(settings) => settings.posted_form(body).map(Posted::ClickBank),
        }
    }

    /// Decrypts or verifies a body. None where a check that can be guessed is missing or wrong.
    pub(crate) fn opened(&self, posted: &Posted, keys: &KeyRing) -> Option<Result<Message<'static>, Refused>> {
        match (self, posted) {
            (Self::Generic, _) => Some(Err(Refused)),
            (Self::ClickBank(settings), Posted::ClickBank(posted)) => {
                Some(settings.opened(posted, keys)?.map(Message::ClickBank))
            }
        }
    }

    /// Makes the event of a notification, from the protocol's part of it.
    pub(crate) fn draft<'a>(
        &self,
        message: &'a Message<'_>,
        source: &SourceView<'_>,
        received: Received,
    ) -> Result<Draft<'a>, NotTaken> {
        match (self, message) {
            (Self::Generic, _) => Err(NotTaken::Protocol),
            (Self::ClickBank(settings), Message::ClickBank(message)) => settings.draft(message, source, received),
        }
    }
}

/// The body of a notification whose wrapper could be read.
#[derive(Debug)]
pub(crate) enum Posted {
    ClickBank(clickbank::Posted),
}

impl Posted {
    /// Whether the check of the notification can be guessed.
    #[cfg(feature = "legacy-ins")]
    pub(crate) fn is_guessable(&self) -> bool {
        match self {
            Self::ClickBank(posted) => posted.is_guessable(),
        }
    }
}

/// A readable notification of any protocol.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Message<'a> {
    /// A notification of ClickBank's.
    ClickBank(clickbank::Message<'a>),
}

impl<'a> From<&'a Notification> for Message<'a> {
    fn from(read: &'a Notification) -> Self {
        Self::ClickBank(clickbank::Message::Notification(Cow::Borrowed(read)))
    }
}

#[cfg(feature = "legacy-ins")]
impl<'a> From<&'a FormNotification> for Message<'a> {
    fn from(read: &'a FormNotification) -> Self {
        Self::ClickBank(clickbank::Message::Form(Cow::Borrowed(read)))
    }
}
