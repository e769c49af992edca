//! What became of an event, and why.

use super::codes::codes;
use crate::event::Interface;
use serde::{Deserialize, Serialize};

codes! {
    /// What became of an event.
    pub enum Outcome {
        #[serde(alias = "counted")]
        Applied = "applied": "it made or changed a conversion",
        Chosen = "none": "the configuration matches this event to no conversion type on purpose",
        Unmapped = "unmapped": "the configuration does not say which conversion type this event is",
        Ignored = "ignored": "it was stored and changes nothing",
        Expired = "expired": "it came after the click had expired",
        Unattributed = "unattributed": "no click is known for it; it is kept until one is",
        Test = "test": "it is a test and counts nothing",
    }
}

codes! {
    /// Why an event has its outcome.
    pub enum Reason {
        NoClickId = "no_click_id": "it carries no click id and no receipt that leads to a click",
        UnknownClick = "unknown_click": "its click id is not known",
        ForgedClick = "forged_click": "its click id is signed by none of the keys, and no such click is stored",
        OtherSource = "other_source": "its click went to an offer of another source",
        WaitsForSale = "waits_for_sale": "the sale that it takes back is not known",
        Expired = "expired": "it came after its click had expired",
        ChosenNone = "chosen_none": "the configuration matches this event to no conversion type on purpose",
        Unmapped = "unmapped": "the configuration does not say which conversion type this event is",
        SaleExpired = "sale_expired": "the sale that it follows came after its click had expired",
        ReceiptCycle = "receipt_cycle": "its receipts lead in a circle",
        TooManyHops = "too_many_hops": "its receipts make too long a chain",
        UnknownCampaign = "unknown_campaign": "the campaign of its click is no longer configured",
        Duplicate = "duplicate": "the click has a conversion of this type already",
        Superseded = "superseded": "the conversion shows a later event already",
        OtherCurrency = "other_currency": "amounts of two currencies are never added; its conversion is in another one",
        Unchanged = "unchanged": "its conversion shows the same already",
        TakenBack = "taken_back": "what it takes back was taken back already",
        NotCorrected = "not_corrected": "its event id is known and no one conversion shows it alone, so the row would count once more; give its type the policy `update`, or leave the event id out",
        TakesBackMore = "takes_back_more": "it takes back more than its event id or receipt was ever worth; the amount that it names is believed",
        Capped = "capped": "it names more than its event id or receipt still counts for, so only what counts is taken back",
        NothingToTakeBack = "nothing_to_take_back": "it names no amount, and nothing that counts is known under its receipt or event id",
        AmbiguousEventId = "ambiguous_event_id": "it names no click, and its event id came with several clicks",
        DuplicateEventId = "duplicate_event_id": "the click has a conversion with this event id already",
        CountedByIns = "counted_by_ins": "the notification of the same sale counts, not the postback",
        CountedByS2s = "counted_by_s2s": "the postback of the same sale counts, not the notification",
        UnknownStatus = "unknown_status": "nothing says what its status word means, so it earns nothing; map it under `statuses`",
        StatusIsEvent = "status_is_event": "its status word is the name of an event; send that as the type, and a status as the status",
        UnknownType = "unknown_type": "its conversion type is not configured; it is kept under its own name and fires nothing",
        NoAmount = "no_amount": "no amount came, and its type counts money: it earns nothing, and a postback that needs the amount does not fire; name the parameter that carries it in `names`, or give the postback a fixed `payout`",
        NoEventId = "no_event_id": "its event id came empty or as a macro that nobody filled, so nothing tells a repetition of it from a new event; write the macro that the network has for it",
        NoRate = "no_rate": "there is no rate from its currency to the account's; it is kept without revenue",
        #[serde(alias = "too_many_slots")]
        TooManyTallies = "too_many_tallies": "its click has too many conversions with ids of their own",
    }
}

impl Reason {
    /// The reason for an event that another interface counts.
    #[must_use]
    pub fn counted_by(interface: Interface) -> Self {
        match interface {
            Interface::Ins => Self::CountedByIns,
            Interface::Postback => Self::CountedByS2s,
        }
    }
}
