//! Opens a posted body and makes an event of it.

#[cfg(feature = "legacy-ins")]
use super::form;
use super::notification;
use crate::clickbank::Settings;
use crate::clickbank::envelope::{Envelope, KeyRing, Refused};
#[cfg(feature = "legacy-ins")]
use crate::clickbank::form::{Form, FormNotification};
use crate::clickbank::ins::Notification;
use crate::event::Received;
use crate::network::{Draft, NotTaken, SourceView};
use alloc::borrow::Cow;

/// Whether parameters with these names are a notification: the wrapper of an encrypted one, or the
/// form of an older one.
pub(crate) fn names_notification(has: impl Fn(&str) -> bool) -> bool {
    (has("notification") && has("iv")) || (has("cverify") && has("ctransreceipt"))
}

/// A body whose wrapper could be read.
#[derive(Debug)]
pub(crate) enum Posted {
    /// A notification of version 6.0 or later.
    Envelope(Envelope),
    /// A notification of a version before 6.0.
    #[cfg(feature = "legacy-ins")]
    Form(Form),
}

/// A readable notification: decrypted, verified, or read from plain text.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Message<'a> {
    /// A notification of version 6.0 or later.
    Notification(Cow<'a, Notification>),
    /// A notification of version 1.0 to 5.0.
    #[cfg(feature = "legacy-ins")]
    Form(Cow<'a, FormNotification>),
}

#[cfg(feature = "legacy-ins")]
impl Posted {
    /// Whether its check can be guessed, since it has only 32 bits.
    pub(crate) fn is_guessable(&self) -> bool {
        matches!(self, Self::Form(_))
    }
}

impl Settings {
    /// Reads the wrapper of a body, which is public. An encrypted notification is a JSON object,
    /// whatever the content type says, and a form is not.
    pub(crate) fn posted(&self, body: &[u8]) -> Option<Posted> {
        if is_object(body) {
            return Envelope::parse(body).ok().map(Posted::Envelope);
        }
        #[cfg(feature = "legacy-ins")]
        return self.posted_form(body);
        #[cfg(not(feature = "legacy-ins"))]
        None
    }

    /// Reads a form.
    #[cfg(feature = "legacy-ins")]
    pub(crate) fn posted_form(&self, body: &[u8]) -> Option<Posted> {
        if is_object(body) {
            return None;
        }
        Form::parse_as(body, self.forms.charset).ok().map(Posted::Form)
    }

    /// Decrypts or verifies a body. None where a check of 32 bits is missing or wrong, which may be
    /// a guess.
    pub(crate) fn opened(&self, posted: &Posted, keys: &KeyRing) -> Option<Result<Message<'static>, Refused>> {
        match posted {
            Posted::Envelope(envelope) => Some(keys.open(envelope).map(|read| Message::Notification(Cow::Owned(read)))),
            #[cfg(feature = "legacy-ins")]
            Posted::Form(_) if self.forms.versions.is_empty() => Some(Err(Refused)),
            #[cfg(feature = "legacy-ins")]
            Posted::Form(form) => Some(form.checked(keys)?.map(|read| Message::Form(Cow::Owned(read)))),
        }
    }

    /// Makes the event of a notification, from ClickBank's part of it.
    pub(crate) fn draft<'a>(
        &self,
        message: &'a Message<'_>,
        source: &SourceView<'_>,
        received: Received,
    ) -> Result<Draft<'a>, NotTaken> {
        match message {
            Message::Notification(read) => notification::draft(read, self, source, received),
            #[cfg(feature = "legacy-ins")]
            Message::Form(read) => form::draft(read, self, source, received),
        }
    }
}

fn is_object(body: &[u8]) -> bool {
    body.trim_ascii_start().first() == Some(&b'{')
}
