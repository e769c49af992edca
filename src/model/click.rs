//! A click: one visitor sent to one offer by one campaign.

use super::{Kept, Note};
use crate::value::{CampaignId, ChannelId, ClickId, Money, OfferId, OfferSourceId, Pii, Timestamp};
use alloc::{collections::BTreeMap, string::String, vec::Vec};
use serde::{Deserialize, Serialize};

/// How many numbered slots a click has (`sub1`..`sub20`), and a conversion as well: the trackers of
/// the field agree on twenty.
pub const SLOTS: u8 = 20;

/// Values by slot number, 1 to [`SLOTS`].
pub type Slots = BTreeMap<u8, String>;

/// One click as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Click {
    /// Its id, ours or another tracker's.
    pub id: ClickId,
    /// When it happened.
    pub at: Timestamp,
    /// The campaign that it came through.
    pub campaign: CampaignId,
    /// The offer that it was sent to.
    pub offer: OfferId,
    /// The source of that offer: only its events may convert this click.
    pub source: OfferSourceId,
    /// The traffic channel that brought it.
    pub channel: ChannelId,
    /// The channel's own click id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ref_id: Option<String>,
    /// A second id of the channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// What the click cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Money>,
    /// `sub1`..`sub20` of the click URL.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub subs: Slots,
    /// What the host knows of the visitor, by macro name (`country`, `os`, `browser` ..). Not
    /// personal by itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub visitor: BTreeMap<String, String>,
    /// What was wrong with its URL; at most [`MAX_NOTES`](super::MAX_NOTES).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Personal values by macro name (`ip`, `useragent`). Kept apart: a store writes them to its
    /// expiring column alone.
    #[serde(skip)]
    pub private: BTreeMap<String, Pii>,
}

impl Click {
    /// A click with its required parts; set the public fields that are known.
    #[must_use]
    pub fn new(
        id: ClickId,
        at: Timestamp,
        campaign: CampaignId,
        offer: OfferId,
        source: OfferSourceId,
        channel: ChannelId,
    ) -> Self {
        Self {
            id,
            at,
            campaign,
            offer,
            source,
            channel,
            ref_id: None,
            external_id: None,
            cost: None,
            subs: Slots::new(),
            visitor: BTreeMap::new(),
            notes: Vec::new(),
            private: BTreeMap::new(),
        }
    }

    /// What was wrong with the value that this slot (`ref_id`, `sub1` ..) came without.
    #[must_use]
    pub fn left_out(&self, slot: &str) -> Option<&Note> {
        let mut notes = self.notes.iter();
        notes.find(|note| note.kept == Kept::Nothing && note.slot() == slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::NoteProblem;
    use alloc::string::ToString;

    /// A row as version 0.1 stored it, before there were notes.
    const WITHOUT_NOTES: &str = r#"{"id":"c7d1f0a2","at":"2026-04-23T17:57:04Z","campaign":"summer","offer":"book","source":"net","channel":"push","ref_id":"R-1","cost":{"amount":"0.02","currency":"USD"},"subs":{"1":"zone"},"visitor":{"country":"US"}}"#;

    #[test]
    fn a_row_without_notes_reads_and_is_written_as_it_was() {
        let click: Click = serde_json::from_str(WITHOUT_NOTES).unwrap();
        assert!(click.notes.is_empty());
        assert_eq!(click.ref_id.as_deref(), Some("R-1"));
        assert_eq!(serde_json::to_string(&click).unwrap(), WITHOUT_NOTES);
    }

    #[test]
    fn a_slot_tells_why_it_is_empty_and_not_what_was_cut() {
        let mut click: Click = serde_json::from_str(WITHOUT_NOTES).unwrap();
        click
            .notes
            .push(Note::new("ref_id", NoteProblem::Repeated, Kept::First));
        click.notes.push(Note::new("sub1", NoteProblem::TooLong, Kept::Part));
        let mut unfilled = Note::new("kclid", NoteProblem::Unfilled, Kept::Nothing);
        unfilled.slot = Some("ref_id".to_string());
        click.notes.push(unfilled.clone());
        assert_eq!(click.left_out("ref_id"), Some(&unfilled));
        assert_eq!(click.left_out("kclid"), None);
        assert_eq!(click.left_out("sub1"), None);
        let row = serde_json::to_string(&click).unwrap();
        assert_eq!(serde_json::from_str::<Click>(&row).unwrap(), click);
    }
}
