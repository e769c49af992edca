//! What a history is made of: its messages and its clicks.

use super::dice::Dice;
use super::setups::{KEYS, key};
use super::tale::{Message, Tale};
use crate::account::after;
use postback::Click;
use postback::tracker::ClickIdKeys;
use postback::value::EventId;

/// A message and what became of it.
pub(super) struct Told {
    pub(super) message: Message,
    /// The event that it is; none before it arrived for the first time.
    pub(super) event: Option<EventId>,
    pub(super) is_acknowledged: bool,
}

pub(super) struct Visit {
    pub(super) click: Click,
    pub(super) is_acknowledged: bool,
    /// Whether it was stored when that was looked at last.
    pub(super) is_stored: bool,
    /// Whether a purge has taken it since.
    pub(super) is_purged: bool,
}

/// The clicks of a tale, each signed by one of the keys.
pub(super) fn visits(tale: &Tale, dice: &Dice) -> Vec<Visit> {
    let visit = |(name, offer): (String, &str)| {
        let keys = ClickIdKeys::new(vec![key(dice.place(KEYS))]);
        let id = keys.mint(after(0), [dice.number(), dice.number()]);
        let source = if offer == "product" { "clickbank" } else { "net" };
        let (campaign, channel) = ("summer".parse().unwrap(), "push".parse().unwrap());
        let (offer, source) = (offer.parse().unwrap(), source.parse().unwrap());
        let mut click = Click::new(id, after(0), campaign, offer, source, channel);
        click.ref_id = Some(format!("ref-{name}"));
        Visit {
            click,
            is_acknowledged: false,
            is_stored: false,
            is_purged: false,
        }
    };
    tale.clicks().into_iter().map(visit).collect()
}
