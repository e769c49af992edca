//! What each protocol makes of a notification.

use super::{KeyRing, Protocol};
#[cfg(feature = "legacy-ins")]
use crate::clickbank::form::FormNotification;
use crate::clickbank::{self, envelope::Refused, ins::Notification};
use crate::event::{Interface, Received};
use crate::network::{Draft, NotTaken, SourceView};
use alloc::{borrow::Cow, collections::BTreeMap, string::String};

impl Protocol {
    /// What is wrong with names for the parameters of postbacks on a source whose truth is
    /// notifications, which have fields of their own.
    pub(crate) fn unread_names(&self, truth: Option<Interface>, names: &BTreeMap<String, String>) -> Option<String> {
        let by_notification = truth == Some(Interface::Ins) && !names.is_empty();
        match self {
            Self::ClickBank(_) if by_notification => Some(clickbank::unread_names(names)),
            _ => None,
        }
    }

    /// Whether parameters of these names are a notification, whichever protocol has them.
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

    /// The same of one whose check can be guessed.
    #[cfg(feature = "legacy-ins")]
    pub(crate) fn posted_form(&self, body: &[u8]) -> Option<Posted> {
        match self {
            Self::Generic => None,
            Self::ClickBank(settings) => settings.posted_form(body).map(Posted::ClickBank),
        }
    }

    /// Opens a body; none where a check that can be guessed is wrong.
    pub(crate) fn opened(&self, posted: &Posted, keys: &KeyRing) -> Option<Result<Message<'static>, Refused>> {
        match (self, posted) {
            (Self::Generic, _) => Some(Err(Refused)),
            (Self::ClickBank(settings), Posted::ClickBank(posted)) => {
                Some(settings.opened(posted, keys)?.map(Message::ClickBank))
            }
        }
    }

    /// The event of a notification, as far as the protocol says it.
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

/// A notification's body whose wrapper could be read.
#[derive(Debug)]
pub(crate) enum Posted {
    ClickBank(clickbank::Posted),
}

impl Posted {
    /// Whether what makes it the network's can be guessed.
    #[cfg(feature = "legacy-ins")]
    pub(crate) fn is_guessable(&self) -> bool {
        match self {
            Self::ClickBank(posted) => posted.is_guessable(),
        }
    }
}

/// A notification in the clear, of whichever protocol.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Message<'a> {
    /// ClickBank's.
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
