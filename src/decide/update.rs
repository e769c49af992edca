//! The life of an order: messages with the same event id of the network change one conversion.
//!
//! The conversion shows the last message by time, with the amount that was given last. Both are a
//! maximum over (time, arrival, event id), so that every order of decisions ends in the same
//! conversion. At the same time, a decided status is later than a pending one. A message without a
//! time of its own is as old as its arrival.

use super::attribute::{Attribution, attribute};
use super::tallies::supersedes;
use crate::event::{Event, Interface, Kind};
use crate::meaning::{Decision, Meaning};
use crate::model::{Click, Conversion, Duplicates, Entry};
use crate::plan::{Facts, Receipts, Tally, Told};
use crate::tracker::Source;
use crate::value::{EventId, Money, Receipt, Shared};
use alloc::boxed::Box;

impl Decision<'_> {
    /// Returns the key of an event's id if it may lead to the event's click: messages of its type
    /// follow an order, or it takes an order back.
    pub(super) fn leading_id(
        &self,
        source: &Source,
        event: &Event,
        meaning: &Meaning<'_>,
        kind: &Kind,
    ) -> Option<Receipt> {
        let id = event.event_id.as_deref();
        let id = id.filter(|_| source.follows_ids && event.interface == Interface::Postback)?;
        let Meaning::Type(known) = meaning else { return None };
        let is_followed = known.duplicates.unwrap_or(source.duplicates) == Duplicates::Update;
        let leads = is_followed || kind.subtracts();
        (leads && !source.open_types.contains(&known.name)).then(|| Receipt::of_event_id(id))
    }

    /// Adds the amount of a message to the tally of its order. The tally already includes the
    /// message.
    pub(super) fn tell(&self, tally: &mut Tally, event: &Event, entry: &Shared<Entry>) {
        let Some(money) = event.sum else { return };
        let late = !entry.timed && tally.last.event != entry.event;
        let is_newer = |known: &Told| {
            if entry.uploaded || known.uploaded {
                let is_told = entry.uploaded || tally.last.event == entry.event;
                return is_told && entry.arrived_at() >= known.received_at.unwrap_or(known.at);
            }
            let newer = (entry.at, entry.received_at, &entry.event) > (known.at, known.received_at, &known.event);
            !late && (newer || (!entry.timed && entry.at == known.at))
        };
        if tally.amount.as_deref().is_none_or(is_newer) {
            tally.amount = Some(Box::new(Told {
                at: entry.at,
                received_at: entry.received_at,
                uploaded: entry.uploaded,
                event: entry.event.clone(),
                money,
            }));
        }
    }

    /// Whether the first message of an order came before its click expired.
    pub(super) fn is_in_time(&self, source: &Source, tally: &Tally, click: &Click) -> bool {
        let first = &tally.first;
        let late = |longest| first.at.saturating_since(click.at) > longest;
        first.kind.follows() || !source.click_expiration.is_some_and(late)
    }

    /// Returns the event under a new id if the same message came before and is news again: a
    /// network that gives no times approved, declined and again approved an order, or a person
    /// uploaded an earlier value again. Returns none if it is a repetition: it says what is shown,
    /// or it is older than that, or its type follows no order.
    ///
    /// Call it for an event that is already stored, with the facts that [`Decision::needs`] names.
    #[must_use]
    pub fn renewed(&self, event: &Event, facts: &Facts) -> Option<Event> {
        let may_come_again = event.uploaded || !event.timed;
        if !may_come_again || !event.identified || event.test {
            return None;
        }
        let source = self.sources.get(&event.source)?;
        let meaning = self.meaning(source, event);
        let kind = self.kind(source, event, &meaning);
        let id = self.leading_id(source, event, &meaning, &kind);
        let receipts = Receipts::new(&source.id, facts);
        let Attribution::Click { click, .. } = attribute(event, &kind, id.as_ref(), facts, &receipts) else {
            return None;
        };
        let entry = self.entry(source, self.offers.get(&click.offer), event, &meaning, &kind)?;
        let policy = self.policy(source, event, &entry);
        let policy = match policy? {
            Duplicates::Edit if event.uploaded => Duplicates::Edit,
            known if event.uploaded || known == Duplicates::Update => Duplicates::Update,
            _ => return None,
        };
        let key = self.tally_key(policy, &entry)?;
        let tallies = &facts.clicks.get(&click.id)?.tallies;
        let tally = tallies.iter().find(|tally| tally.key == key)?;
        if is_told(tally, &entry, event.sum) || !supersedes(&entry, &tally.last) {
            return None;
        }
        let mut renewed = event.clone();
        let parts = ["again", event.id.as_str(), tally.last.event.as_str()];
        renewed.id = EventId::of(None, &parts);
        Some(renewed)
    }
}

/// Whether a message says only what its order already shows.
fn is_told(tally: &Tally, entry: &Entry, sum: Option<Money>) -> bool {
    let last = &tally.last;
    let told = tally.amount.as_ref().map(|told| told.money).or(last.sum);
    let same_sum = sum.is_none_or(|sum| told == Some(sum));
    last.status == entry.status && last.type_name == entry.type_name && same_sum
}

/// Whether two states of an order's conversion say the same, whichever message said it last.
pub(super) fn says_the_same(before: &Conversion, after: &Conversion) -> bool {
    let (one, other) = (&before.shown, &after.shown);
    one.type_name == other.type_name
        && one.status == other.status
        && before.sum == after.sum
        && before.revenue == after.revenue
}
