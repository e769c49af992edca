//! Finds the click to which an event belongs.
//!
//! A click id in the message comes first. One that none of the keys has signed counts only if its
//! click is stored: nobody but this host writes clicks, so the click is honest, and was made before
//! the first key or with a key that is gone. Without a click id, receipts lead to the click: the
//! event's own receipt, then the receipt of the sale to which it belongs, and so on. A reversal
//! that has a receipt goes by the receipt alone: it counts only if the payment that it takes back
//! counts, so that the order in which the two arrive cannot matter. For the same reason, an event
//! without a click id that follows an expired sale waits: another payment of the receipt may still
//! count.
//!
//! Where the messages of an order are followed by their event id, the id leads to the click that
//! another message with this id named, if all of them named the same click.

use crate::event::{Event, Kind};
use crate::model::Click;
use crate::plan::{Facts, Found, MAX_HOPS, Reason, Receipts};
use crate::value::{ClickId, Receipt};
use alloc::{vec, vec::Vec};

/// The click of an event with the way to it, or the reason why none was found.
pub(super) enum Attribution<'a> {
    Click { click: &'a Click, found: Found },
    Unattributed(Reason),
}

/// Finds the click of an event. `id` is the key of its event id, if that may lead to the click.
pub(super) fn attribute<'a>(
    event: &Event,
    kind: &Kind,
    id: Option<&Receipt>,
    facts: &'a Facts,
    receipts: &Receipts<'_>,
) -> Attribution<'a> {
    if let Some(receipt) = event.receipt.as_ref().filter(|_| by_receipt_alone(event, kind)) {
        return match receipts.get(receipt) {
            Some(record) if record.paid => through_receipts(event, facts, receipts),
            Some(record) if record.expired => Attribution::Unattributed(Reason::SaleExpired),
            _ => Attribution::Unattributed(Reason::WaitsForSale),
        };
    }
    let mut other_source = false;
    for (index, candidate) in event.candidates().enumerate() {
        let Some(click) = facts.clicks.get(candidate).and_then(|known| known.click.as_ref()) else {
            continue;
        };
        if click.source != event.source {
            other_source = true;
            continue;
        }
        let by_hand = event.by_hand.as_ref().is_some_and(|chosen| chosen.click == click.id);
        let signed = index < event.clicks.len();
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let found = match click.id.clone() {
            click if by_hand => Found::Hand { click },
            click if !signed => Found::Stored { click },
            click => Found::Candidate { index, click },
        };
        return Attribution::Click { click, found };
    }
    match through_receipts(event, facts, receipts) {
        Attribution::Unattributed(Reason::NoClickId) => {}
        found => return found,
    }
    if let Some(record) = id.filter(|_| !event.names_click()).and_then(|id| receipts.get(id)) {
        if record.contested {
            return Attribution::Unattributed(Reason::AmbiguousEventId);
        }
        let claimed = record.click.as_ref();
        if let Some(click) = claimed.and_then(|claimed| known_click(event, &claimed.click, facts)) {
            let found = Found::EventId {
                click: click.id.clone(),
            };
            return Attribution::Click { click, found };
        }
    }
    Attribution::Unattributed(if other_source {
        Reason::OtherSource
    } else if !event.clicks.is_empty() {
        Reason::UnknownClick
    } else if !event.forged.is_empty() {
        Reason::ForgedClick
    } else {
        Reason::NoClickId
    })
}

/// Whether an event goes by its receipt, whichever click it names. This is so for a reversal with a
/// receipt, unless a person has chosen its click.
pub(super) fn by_receipt_alone(event: &Event, kind: &Kind) -> bool {
    kind.subtracts() && !event.test && event.receipt.is_some() && event.by_hand.is_none()
}

/// Returns a click if its offer is of the event's source.
fn known_click<'a>(event: &Event, id: &ClickId, facts: &'a Facts) -> Option<&'a Click> {
    let click = facts.clicks.get(id)?.click.as_ref();
    click.filter(|click| click.source == event.source)
}

fn through_receipts<'a>(event: &Event, facts: &'a Facts, receipts: &Receipts<'_>) -> Attribution<'a> {
    let Some(start) = event.receipt.as_ref().or(event.parent.as_ref()) else {
        return Attribution::Unattributed(Reason::NoClickId);
    };
    let mut path: Vec<Receipt> = vec![start.clone()];
    let mut next = Some(start);
    let mut links = 0_usize;
    let mut expired = false;
    while let Some(receipt) = next {
        let record = receipts.get(receipt);
        if let Some(record) = record {
            expired |= record.expired;
            if let Some(claimed) = &record.click
                && let Some(click) = known_click(event, &claimed.click, facts)
            {
                return Attribution::Click {
                    click,
                    found: Found::Receipt {
                        path,
                        click: click.id.clone(),
                    },
                };
            }
        }
        // The parent that the event itself names holds even before it is recorded.
        let own = event.receipt.as_ref() == Some(receipt);
        let parent = own
            .then_some(event.parent.as_ref())
            .flatten()
            .or(record.and_then(|known| known.parent.as_ref()));
        if let Some(parent) = parent {
            if path.contains(parent) {
                return Attribution::Unattributed(Reason::ReceiptCycle);
            }
            links = links.saturating_add(1);
            if links > MAX_HOPS {
                return Attribution::Unattributed(Reason::TooManyHops);
            }
            path.push(parent.clone());
        }
        next = parent;
    }
    Attribution::Unattributed(if expired {
        Reason::SaleExpired
    } else {
        Reason::NoClickId
    })
}
