//! The last step to an event: it recognises click ids and puts personal values aside.

use super::door::Intake;
use crate::event::{Event, MAX_CANDIDATES};
use crate::model::ParameterRole;
use crate::network::NotTaken;
use crate::protocol::Message;
use crate::tracker::Recognised;
use crate::value::{ClickId, Pii, is_unfilled_macro};
use alloc::{borrow::Cow, vec::Vec};

impl Intake<'_> {
    /// Makes the event of a notification in plain text.
    pub(super) fn told(&self, message: &Message<'_>) -> Result<Event, NotTaken> {
        let draft = self
            .source
            .protocol
            .draft(message, &self.source.view(), self.received)?;
        let mut event = draft.event;
        let found = self.candidates(draft.candidates.iter().map(|text| Cow::Borrowed(&**text)));
        (event.clicks, event.forged) = (found.clicks, found.forged);
        self.note_named(&mut event, draft.candidates.iter().map(|text| &**text));
        for (place, value) in draft.values {
            if let Some(row) = self.source.parameters.get(place) {
                keep(&mut event, &row.name, row.role.as_ref(), &value);
            }
        }
        Ok(event)
    }

    /// Finds the click ids in some texts.
    pub(super) fn candidates<'a>(&self, texts: impl IntoIterator<Item = Cow<'a, str>>) -> Candidates {
        let mut found = Candidates::default();
        for text in texts {
            if is_unfilled_macro(&text) {
                continue;
            }
            match self.credentials.click_ids().recognise(&text) {
                Recognised::Ours(id) | Recognised::Foreign(id) => {
                    if !found.clicks.contains(&id) && found.clicks.len() < MAX_CANDIDATES {
                        found.clicks.push(id);
                    }
                }
                Recognised::Forged(id) => {
                    if found.forged.len() < MAX_CANDIDATES {
                        found.forged.push(id);
                    }
                }
                Recognised::Invalid => {}
            }
        }
        found
    }
}

/// The texts of a message that may be click ids, at most [`MAX_CANDIDATES`] of each kind.
#[derive(Default)]
pub(super) struct Candidates {
    pub(super) clicks: Vec<ClickId>,
    /// Ids that look like ours and that none of our keys has signed.
    pub(super) forged: Vec<ClickId>,
}

/// Stores a parameter in the field of the event that its role asks for.
pub(super) fn keep(event: &mut Event, name: &str, role: Option<&ParameterRole>, value: &str) {
    if value.is_empty() {
        return;
    }
    match role {
        Some(role) if role.is_private() => {
            event.private.insert(name.into(), Pii::new(value));
            return;
        }
        Some(ParameterRole::EventId) if event.event_id.is_none() => event.event_id = Some(value.into()),
        Some(ParameterRole::OrderId) if event.order_id.is_none() => event.order_id = Some(value.into()),
        _ => {}
    }
    event.parameters.insert(name.into(), value.into());
}
