//! Duplicates: which events of a click belong to one conversion, and what they add up to.
//!
//! Merging takes minimum, maximum and sum over (time, event id), so that every order of arrival
//! ends in the same tally. There is one intended exception: an event without a time of its own is
//! as old as its arrival.

use super::amounts::plus;
use crate::event::{Event, Interface, Kind};
use crate::meaning::Decision;
use crate::model::{Basis, Click, Conversion, Duplicates, Entry, Revenue, Status};
use crate::plan::{Added, DuplicateDecision, Share, Tally, TallyKey};
use crate::tracker::Source;
use crate::value::{ConversionId, Currency, Money, Shared, Timestamp};
use alloc::{boxed::Box, collections::BTreeMap, vec::Vec};
use core::cmp::Ordering;

/// The largest number of tallies with network ids of their own that one click may have, since all
/// of them are read with every event of the click. Open types have none, so that what anyone may
/// send takes no room from what is paid. Reversals without an amount have a limit of their own, of
/// the same size.
pub const MAX_TALLIES: usize = 1_000;

impl Decision<'_> {
    /// Returns the duplicate policy for an entry; none for reversals and tests, which no policy
    /// applies to.
    pub(super) fn policy(&self, source: &Source, event: &Event, entry: &Entry) -> Option<Duplicates> {
        if entry.test || entry.kind.subtracts() {
            return None;
        }
        // A name that is not configured has no policy; otherwise any word would open a tally of its
        // own.
        if !entry.known {
            return Some(Duplicates::Create);
        }
        let own = self.types.get(&entry.type_name).and_then(|known| known.duplicates);
        Some(match own.unwrap_or(source.duplicates) {
            Duplicates::IgnoreEventId | Duplicates::Update if source.open_types.contains(&entry.type_name) => {
                Duplicates::Ignore
            }
            Duplicates::Update if event.interface != Interface::Postback || pays_again(event, entry) => {
                Duplicates::Create
            }
            policy => policy,
        })
    }

    /// Returns the conversion `id` that a tally shows under its policy.
    pub(super) fn shown(&self, tally: &Tally, id: ConversionId, policy: Duplicates, click: &Click) -> Conversion {
        let (entry, count) = match policy {
            Duplicates::Edit | Duplicates::Update => (&tally.last, tally.count),
            Duplicates::Increment => (&tally.first, tally.count),
            _ => (&tally.first, 1),
        };
        // An amount that a message leaves out is the one that was given last.
        let told = tally.amount.as_ref().map(|told| told.money);
        let sum = told.or(entry.sum).and_then(|money| self.signed_as(entry, money));
        let mut conversion = self.conversion(id, click, entry.clone(), sum, count);
        if policy == Duplicates::Increment
            && let Some((currency, added)) = leading(tally)
            && let Some(amount) = added.sum
        {
            // The sum counts, whatever the status of the entry that is shown: only amounts that
            // count were added. There is no rate only if no part of the sum has one.
            conversion.basis = Basis::Added;
            conversion.sum = Some(Money { amount, currency });
            conversion.revenue = added
                .revenue
                .map_or(Revenue::NoRate, |money| Revenue::Counted { money });
        }
        conversion
    }

    /// Makes a conversion of a click.
    pub(super) fn conversion(
        &self,
        id: ConversionId,
        click: &Click,
        shown: Shared<Entry>,
        sum: Option<Money>,
        count: u32,
    ) -> Conversion {
        let mut made = Conversion::new(id, click, shown);
        made.revenue = self.revenue(&made.shown, sum, self.earns(&made.shown));
        made.sum = sum;
        made.count = count;
        made
    }

    /// Returns the key of an entry's tally under a policy; none if the entry has no tally. Only a
    /// type with a policy of its own edits across types: otherwise, under the source's policy, a
    /// cancellation would edit the money of its sale away.
    pub(super) fn tally_key(&self, policy: Duplicates, entry: &Entry) -> Option<TallyKey> {
        let own = self.types.get(&entry.type_name).and_then(|known| known.duplicates);
        match policy {
            Duplicates::Create => None,
            Duplicates::Edit if own == Some(Duplicates::Edit) => Some(TallyKey::Edit),
            Duplicates::CreateMarked | Duplicates::Ignore | Duplicates::Increment | Duplicates::Edit => {
                Some(TallyKey::Type(entry.type_name.clone()))
            }
            Duplicates::IgnoreEventId => {
                let id = entry.event_id.clone()?;
                Some(TallyKey::TypeAndId(entry.type_name.clone(), id))
            }
            Duplicates::Update => {
                let id = entry.event_id.clone()?;
                Some(TallyKey::Order(self.counts(&entry.type_name), id))
            }
        }
    }

    /// Makes a tally with its first entry.
    pub(super) fn open_tally(
        &self,
        click: &Click,
        key: TallyKey,
        conversion: Option<ConversionId>,
        entry: &Shared<Entry>,
    ) -> Tally {
        let mut tally = Tally {
            click: click.id.clone(),
            key,
            conversion,
            first: entry.clone(),
            last: entry.clone(),
            sums: BTreeMap::new(),
            amount: None,
            base: None,
            count: 1,
            fired: Vec::new(),
            seconds: Vec::new(),
        };
        if adds_up(&tally.key) {
            self.add(&mut tally, entry);
        }
        tally
    }

    /// Merges an entry into its tally, and returns what that did under the policy.
    pub(super) fn merge(&self, tally: &mut Tally, policy: Duplicates, entry: &Shared<Entry>) -> DuplicateDecision {
        let first = order(entry, &tally.first) == Ordering::Less;
        let last = supersedes(entry, &tally.last);
        tally.count = tally.count.saturating_add(1);
        if first {
            tally.first = entry.clone();
        }
        if last {
            tally.last = entry.clone();
        }
        match policy {
            Duplicates::Increment => self.add(tally, entry),
            Duplicates::Update => {}
            // If the policy is changed to `increment` later, it continues from the first event.
            _ => {
                if first {
                    tally.sums.clear();
                    self.add(tally, entry);
                }
                tally.base = Some(tally.first.event.clone());
            }
        }
        match policy {
            Duplicates::Create | Duplicates::CreateMarked => DuplicateDecision::Created,
            Duplicates::Increment => DuplicateDecision::Incremented,
            Duplicates::Edit | Duplicates::Update if last => DuplicateDecision::Edited,
            Duplicates::Edit | Duplicates::Update => DuplicateDecision::Superseded,
            Duplicates::Ignore | Duplicates::IgnoreEventId if first => DuplicateDecision::ReplacedFirst,
            Duplicates::Ignore | Duplicates::IgnoreEventId => DuplicateDecision::Kept,
        }
    }

    /// What an entry is worth to a tally that adds its amounts up, whether it does so now or under
    /// another policy later.
    pub(super) fn share(&self, tally: &Tally, entry: &Entry, policy: Option<Duplicates>) -> Option<Share> {
        let sum = self
            .signed(entry)
            .filter(|_| adds_up(&tally.key) && self.earns(entry))?;
        let revenue = self.convert(sum, self.currency, entry.at);
        let alone = policy != Some(Duplicates::Increment);
        Some(Share { sum, revenue, alone })
    }

    /// Adds an entry's money to its tally, each currency separately. Only money that counts is
    /// added: a pending amount is added when it is approved.
    fn add(&self, tally: &mut Tally, entry: &Entry) {
        let Some(money) = self.signed(entry) else { return };
        let added = tally.sums.entry(money.currency).or_insert_with(|| {
            Box::new(Added {
                at: entry.at,
                event: entry.event.clone(),
                sum: None,
                revenue: None,
            })
        });
        if (entry.at, &entry.event) < (added.at, &added.event) {
            added.at = entry.at;
            added.event = entry.event.clone();
        }
        if !self.earns(entry) {
            return;
        }
        let known = added.sum.unwrap_or_default();
        added.sum = Some(plus(known, money.amount));
        if let Some(money) = self.convert(money, self.currency, entry.at) {
            self.add_revenue(added, money, entry.at);
        }
    }

    /// Adds to the part of a sum that has a rate. If the account's currency has changed, the
    /// earlier part is converted once more.
    pub(super) fn add_revenue(&self, added: &mut Added, money: Money, at: Timestamp) {
        let known = added.revenue.and_then(|known| self.convert(known, self.currency, at));
        let known = known.map_or_else(Default::default, |known| known.amount);
        added.revenue = Some(Money {
            amount: plus(known, money.amount),
            currency: self.currency,
        });
    }
}

/// Whether a tally adds its amounts up.
fn adds_up(key: &TallyKey) -> bool {
    !matches!(key, TallyKey::Order(..) | TallyKey::Reversal(_))
}

/// Returns the currency in which a tally adds up, with its sum: the currency of the earliest entry
/// with an amount, whatever its status.
pub(super) fn leading(tally: &Tally) -> Option<(Currency, &Added)> {
    let earliest = tally
        .sums
        .iter()
        .min_by(|(_, one), (_, other)| (one.at, &one.event).cmp(&(other.at, &other.event)));
    earliest.map(|(currency, added)| (*currency, &**added))
}

/// Whether an amount is in another currency than the one in which a tally adds up.
pub(super) fn is_other_currency(tally: &Tally, money: Money) -> bool {
    leading(tally).is_some_and(|(currency, _)| currency != money.currency)
}

/// Returns the id of the conversion that a tally makes. Under the policy `edit` the type may
/// change, so that it is no part of the key.
pub(super) fn conversion_id(click: &Click, key: &TallyKey) -> ConversionId {
    let seconds = Some(click.at.unix_seconds());
    let click = click.id.as_bytes();
    match key {
        TallyKey::Type(name) => ConversionId::of_bytes(seconds, &[click, b"type", name.as_bytes()]),
        TallyKey::Edit => ConversionId::of_bytes(seconds, &[click, b"edit"]),
        TallyKey::TypeAndId(name, id) => {
            ConversionId::of_bytes(seconds, &[click, b"id", name.as_bytes(), id.as_bytes()])
        }
        TallyKey::Order(counts, id) => {
            ConversionId::of_bytes(seconds, &[click, b"order", counts.as_str().as_bytes(), id.as_bytes()])
        }
        TallyKey::Reversal(key) => ConversionId::of_bytes(seconds, &[click, b"reversal", key.as_bytes()]),
        TallyKey::Refunded(key) => ConversionId::of_bytes(seconds, &[click, b"refunded", key.as_bytes()]),
        TallyKey::Seconds(account, goal) => {
            ConversionId::of_bytes(seconds, &[click, b"seconds", account.as_bytes(), goal.as_bytes()])
        }
    }
}

/// Returns the id of a conversion that one event makes alone.
pub(super) fn event_conversion_id(entry: &Entry) -> ConversionId {
    ConversionId::of_bytes(Some(entry.at.unix_seconds()), &[b"event", entry.event.as_bytes()])
}

/// Whether an event is a further payment under its event id. A network that reports the payments of
/// a subscription under one id gives their times.
fn pays_again(event: &Event, entry: &Entry) -> bool {
    let rebill = Kind::Rebill;
    let says = |word: &str| word.eq_ignore_ascii_case(rebill.as_str());
    let named = says(entry.type_name.as_str()) || event.name.as_deref().is_some_and(says);
    entry.timed && (entry.kind == rebill || named)
}

/// Orders two entries by which came first: by time, then by event id.
fn order(one: &Entry, other: &Entry) -> Ordering {
    one.at.cmp(&other.at).then_with(|| one.event.cmp(&other.event))
}

/// Orders two entries by which came last: by time; at the same time a decided status is later than
/// a pending one, and then the later arrival counts. Networks send the time of the order with each
/// of its states.
fn later(one: &Entry, other: &Entry) -> Ordering {
    let decided = |entry: &Entry| entry.status != Status::Pending;
    let ties = || {
        decided(one)
            .cmp(&decided(other))
            .then(one.received_at.cmp(&other.received_at))
    };
    let by_time = one.at.cmp(&other.at);
    by_time.then_with(ties).then_with(|| one.event.cmp(&other.event))
}

/// Whether `entry` is newer than `last`. If it has no time of its own, the later arrival is newer.
/// But such a pending state never overwrites a decided one, of whatever type, since the network may
/// send it late.
///
/// A person uploads a correction to be believed, and mostly with the time of the sale. So between
/// an uploaded row and another message the arrival alone decides, and there too a pending state
/// never overwrites a decided one.
pub(super) fn supersedes(entry: &Entry, last: &Entry) -> bool {
    let decided = matches!(last.status, Status::Approved | Status::Declined);
    let by_arrival = entry.uploaded || last.uploaded;
    if (by_arrival || !entry.timed) && entry.status == Status::Pending && decided {
        return false;
    }
    if by_arrival {
        return entry.arrived_at() >= last.arrived_at();
    }
    match later(entry, last) {
        Ordering::Less if !entry.timed => entry.at == last.at,
        newer => newer == Ordering::Greater,
    }
}
