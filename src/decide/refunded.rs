//! Refunds with an amount of an order whose own status is no revenue.
//!
//! A network may report one thing twice: as a refund with its amount, and as the order being
//! rejected. The money must be taken back only once. So an order that is no revenue counts with the
//! amount that refunds have taken from it, and the order and its refunds together are worth
//! nothing. Both are sums over messages, so that the order of arrival does not matter. What refunds
//! take beyond that is compared in [`capped`](super::capped).

use super::amounts::less;
use super::tallies::conversion_id;
use super::work::Work;
use crate::event::Event;
use crate::model::{Basis, Click, Conversion, Counts, Duplicates, Entry, Revenue};
use crate::plan::{Tally, TallyKey};
use crate::value::{Amount, Money, Receipt, Shared};
use alloc::vec::Vec;

impl Work<'_> {
    /// Returns the event id or the receipt from which an entry takes an amount back.
    pub(super) fn refunds(&self, event: &Event, entry: &Entry) -> Option<Receipt> {
        let takes = entry.sum.is_some() && self.decision.adds(entry) == Some(false);
        takes.then(|| self.refund_key(event)).flatten()
    }

    /// Records what a refund takes from an event id or a receipt. If the click has no room for
    /// another one, nothing is recorded, but the refund counts all the same.
    pub(super) fn note_refund(&mut self, click: &Click, key: &Receipt, entry: &Shared<Entry>) {
        let key = TallyKey::Refunded(key.clone());
        let tally = match self.tally(click, &key) {
            Some(known) => {
                let mut tally = known.clone();
                self.decision.merge(&mut tally, Duplicates::Increment, entry);
                tally
            }
            None if self.has_most(click, |key| matches!(key, TallyKey::Refunded(_))) => return,
            None => self.decision.open_tally(click, key, None, entry),
        };
        self.put_tally(tally);
    }

    /// Returns what refunds with an amount have taken from an order, as a positive amount in the
    /// account's currency.
    fn taken(&self, click: &Click, id: &Shared<str>) -> Amount {
        let is_refunded = |tally: &Tally| matches!(tally.key, TallyKey::Refunded(_));
        if !self.tallies_of(click).any(is_refunded) {
            return Amount::ZERO;
        }
        let Some(tally) = self.tally(click, &TallyKey::Refunded(Receipt::of_event_id(id))) else {
            return Amount::ZERO;
        };
        let account = self.decision.currency;
        let convert = |money: Money| self.decision.convert(money, account, tally.first.at);
        let taken = tally.sums.values().filter_map(|added| convert(added.revenue?));
        taken.fold(Amount::ZERO, |sum, money| less(sum, money.amount))
    }

    /// Returns the conversion of an order, if its first message was in time.
    pub(super) fn order(&self, click: &Click, tally: &Tally) -> Option<Conversion> {
        let mut order = self.told_of(click, tally)?;
        let (Revenue::NotCounted { money }, TallyKey::Order(counts, id)) = (order.revenue, &tally.key) else {
            return Some(order);
        };
        let mut taken = self.taken(click, id);
        // It is taken from the sale first, then from further payments under the same id.
        if *counts == Counts::Revenue
            && let Some(sale) = self.tally(click, &TallyKey::Order(Counts::Sale, id.clone()))
            && let Some(sale) = self.told_of(click, sale)
            && let Revenue::Counted { money } | Revenue::NotCounted { money } = sale.revenue
        {
            taken = less(taken, money.amount);
        }
        let (amount, currency) = (taken.min(money.amount), money.currency);
        if amount > Amount::ZERO {
            let money = Money { amount, currency };
            order.revenue = Revenue::Counted { money };
            order.basis = Basis::TakenBack;
        }
        Some(order)
    }

    /// Returns the conversion that an order's messages alone give, without refunds.
    fn told_of(&self, click: &Click, tally: &Tally) -> Option<Conversion> {
        let id = || conversion_id(click, &tally.key);
        let id = tally.conversion.clone().unwrap_or_else(id);
        let in_time = self.decision.is_in_time(self.source, tally, click);
        in_time.then(|| self.decision.shown(tally, id, Duplicates::Update, click))
    }

    /// Returns the conversions of an event id from which refunds have taken something, in their
    /// present state.
    pub(super) fn refunded_orders(&self, click: &Click, id: &Shared<str>) -> Vec<Conversion> {
        if self.taken(click, id).is_zero() {
            return Vec::new();
        }
        let tallies =
            [Counts::Sale, Counts::Revenue].map(|counts| self.tally(click, &TallyKey::Order(counts, id.clone())));
        let orders = tallies.into_iter().flatten();
        orders.filter_map(|tally| self.order(click, tally)).collect()
    }
}
