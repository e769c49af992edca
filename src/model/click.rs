//! A click: one visitor whom a campaign sent to an offer.

use super::{Kept, Note};
use crate::value::{CampaignId, ChannelId, ClickId, Money, OfferId, OfferSourceId, Pii, Timestamp};
use alloc::{collections::BTreeMap, string::String, vec::Vec};
use serde::{Deserialize, Serialize};

/// The number of slots of a click (`sub1`..`sub20`), and of a conversion as well. Other trackers
/// have twenty too.
pub const SLOTS: u8 = 20;

/// Values by slot number, 1 to [`SLOTS`].
pub type Slots = BTreeMap<u8, String>;

/// One click, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Click {
    /// The id of the click, our own or another tracker's.
    pub id: ClickId,
    /// The time of the click.
    pub at: Timestamp,
    /// The campaign through which the visitor came.
    pub campaign: CampaignId,
    /// The offer to which the visitor was sent.
    pub offer: OfferId,
    /// The source of that offer. Only events of this source may convert the click.
    pub source: OfferSourceId,
    /// The traffic channel that sent the visitor.
    pub channel: ChannelId,
    /// The channel's own click id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ref_id: Option<String>,
    /// A second id of the channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// The cost of the click.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Money>,
    /// The slots `sub1`..`sub20` of the click URL.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub subs: Slots,
    /// What the host knows of the visitor, by macro name (`country`, `os`, `browser` ..). It is not
    /// personal by itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub visitor: BTreeMap<String, String>,
    /// The problems of the click's URL, at most [`MAX_NOTES`](super::MAX_NOTES).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Personal values by macro name (`ip`, `useragent`). They are kept apart, since a store writes
    /// them only to its expiring column.
    #[serde(skip)]
    pub private: BTreeMap<String, Pii>,
}

impl Click {
    /// Makes a click from its required parts. Set the public fields that are known.
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

    /// The problem of the value that was left out of this slot (`ref_id`, `sub1` ..), if one was.
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

    /// A row as version 0.1 stored it, when clicks had no notes.
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
