//! Refunds with an amount that exceed what their event id, or else their receipt, still counts for.
//!
//! A network may report a refund of what was never counted here: the order was declined as well, a
//! policy left it out, a later event replaced it, its click had expired. Of such a refund only as
//! much is taken back as counts. A refund of more than the payments were ever told with is
//! believed, since only the network can know of that; then the total is below zero.
//!
//! All of it is read off the set of the click's events, so that the order of arrival does not
//! matter. Of several refunds the latest ones are cut first.

use super::amounts::{less, plus, positive};
use super::ledger::Ledger;
use super::reversal::is_shown;
use super::work::Work;
use crate::event::{Event, Interface};
use crate::meaning::Meaning;
use crate::model::{Basis, Click, Conversion, Counts, Entry, Revenue};
use crate::plan::{EventRow, Reason, TallyKey};
use crate::value::{Amount, ConversionId, Money, Receipt};
use alloc::{collections::BTreeSet, vec::Vec};

/// The payments of one key that count as a sale, or the further ones, in the account's currency.
#[derive(Default)]
struct Side {
    /// The largest amount with which one of them was told.
    told: Amount,
    /// What they count for.
    counted: Amount,
}

impl Side {
    /// Takes of `rest` what was told here. Returns the part of it that was never counted.
    fn take(&self, rest: &mut Amount) -> Amount {
        let counted = positive(self.counted);
        let taken = (*rest).min(self.told.max(counted));
        *rest = less(*rest, taken);
        positive(less(taken, counted))
    }
}

/// What the events of one key say about its money.
#[derive(Default)]
struct Balance<'w> {
    sale: Side,
    further: Side,
    /// What declined orders count for, since refunds have taken it back.
    made_up_for: Amount,
    /// Whether anything but refunds is known of the key.
    known: bool,
    /// The refunds that name an amount, with that amount.
    refunds: Vec<(&'w Conversion, Amount)>,
}

impl Balance<'_> {
    fn side(&mut self, counts: Counts) -> &mut Side {
        match counts {
            Counts::Revenue => &mut self.further,
            _ => &mut self.sale,
        }
    }
}

/// What was found when refunds were compared with what counts.
#[derive(Default)]
pub(super) struct Caps {
    /// Whether less is taken back than before.
    lowered: bool,
    /// The keys from which more is taken back than they count for.
    exceeded: BTreeSet<Receipt>,
}

impl Work<'_> {
    /// Returns the key of what an event takes back with an amount: where orders are followed, the
    /// event id, else the receipt; elsewhere the receipt comes first.
    pub(super) fn refund_key(&self, event: &Event) -> Option<Receipt> {
        let is_postback = event.interface == Interface::Postback;
        let by_id = || event.event_id.as_deref().map(Receipt::of_event_id);
        match is_postback && self.source.follows_ids {
            true => by_id().or_else(|| event.payment()),
            false => event.payment().or_else(|| by_id().filter(|_| is_postback)),
        }
    }

    /// Compares the refunds of a click with what their keys count for, and rewrites those that take
    /// back more or less than before.
    pub(super) fn cap(&mut self, click: &Click) -> Caps {
        let keys = self.tallies_of(click).filter_map(|tally| match &tally.key {
            TallyKey::Refunded(key) => Some(key.clone()),
            _ => None,
        });
        let keys: BTreeSet<Receipt> = keys.collect();
        let mut caps = Caps::default();
        if keys.is_empty() {
            return caps;
        }
        let mut changed = Vec::new();
        let ledger = self.ledger(click);
        for key in keys {
            if self.cap_key(&ledger, &key, &mut changed) {
                caps.exceeded.insert(key);
            }
        }
        caps.lowered = changed.iter().any(|known: &Conversion| known.basis == Basis::Capped);
        for known in changed {
            self.put_conversion(known);
        }
        caps
    }

    /// Returns the reason to report for an event that counts, after refunds were compared.
    pub(super) fn reason_of_caps(
        &self,
        caps: &Caps,
        refund: Option<&Receipt>,
        row: &EventRow,
        entry: &Entry,
    ) -> Option<Reason> {
        let Some(key) = refund else {
            return (caps.lowered && !self.decision.earns(entry)).then_some(Reason::TakenBack);
        };
        let own = row.conversion.as_ref().and_then(|id| self.booked(id));
        match own {
            Some(own) if own.basis == Basis::Capped => Some(Reason::Capped),
            _ => caps.exceeded.contains(key).then_some(Reason::TakesBackMore),
        }
    }

    /// Appends the refunds of a key that change. Returns whether more is taken back than was ever
    /// told.
    fn cap_key(&self, ledger: &Ledger<'_>, key: &Receipt, changed: &mut Vec<Conversion>) -> bool {
        let mut balance = self.balance(ledger, key);
        let taken = balance
            .refunds
            .iter()
            .fold(Amount::ZERO, |sum, (_, face)| plus(sum, *face));
        let mut beyond = taken;
        // A refund takes of the sale first.
        let mut rest = balance.sale.take(&mut beyond);
        rest = plus(rest, balance.further.take(&mut beyond));
        rest = positive(less(rest, balance.made_up_for));
        balance.refunds.sort_by(|(one, _), (other, _)| {
            let (one, other) = (&one.shown, &other.shown);
            (other.at, &other.event).cmp(&(one.at, &one.event))
        });
        for (known, face) in balance.refunds {
            let cut = rest.min(face);
            rest = less(rest, cut);
            let basis = if cut.is_zero() { Basis::Shown } else { Basis::Capped };
            if basis == known.basis && cut.is_zero() {
                continue;
            }
            let money = Money {
                amount: less(face, cut).neg(),
                currency: self.decision.currency,
            };
            let mut after = known.clone();
            after.revenue = Revenue::Counted { money };
            after.basis = basis;
            if after != *known {
                changed.push(after);
            }
        }
        balance.known && !beyond.is_zero()
    }

    /// Adds up what the events of a key say. Types that anyone may send say nothing.
    fn balance<'w>(&'w self, ledger: &'w Ledger<'_>, key: &Receipt) -> Balance<'w> {
        let mut balance = Balance::default();
        let mut seen: BTreeSet<&ConversionId> = BTreeSet::new();
        for row in ledger.events(key) {
            let meaning = self.decision.meaning(self.source, &row.event);
            if self.is_open(&meaning) {
                continue;
            }
            let booked = row.conversion.as_ref().and_then(|id| self.booked(id));
            let kind = self.decision.kind(self.source, &row.event, &meaning);
            if kind.subtracts() || booked.is_some_and(|known| known.shown.kind.subtracts()) {
                let own = booked.filter(|_| self.refund_key(&row.event).as_ref() == Some(key));
                balance.refunds.extend(own.and_then(|own| Some((own, self.face(own)?))));
                continue;
            }
            balance.known = true;
            let counts = match meaning {
                Meaning::Type(known) => known.counts,
                _ => Counts::Sale,
            };
            if let Some(told) = self.told_with(row, booked) {
                let side = balance.side(counts);
                side.told = side.told.max(told);
            }
            let Some(booked) = booked else { continue };
            if let Some(counted) = self.counted_for(ledger, key, row, booked, &mut seen) {
                let known = match booked.basis {
                    Basis::TakenBack => &mut balance.made_up_for,
                    _ => &mut balance.side(self.decision.counts(&booked.shown.type_name)).counted,
                };
                *known = plus(*known, counted);
            }
        }
        balance
    }

    /// Returns the amount with which a payment was told, in the account's currency. Where its event
    /// names none, it is the one that its conversion shows.
    fn told_with(&self, row: &EventRow, booked: Option<&Conversion>) -> Option<Amount> {
        let stands_in = || booked.filter(|known| known.shown.event == row.event.id)?.shown.sum;
        let told = row.event.sum.or_else(stands_in)?;
        let told = self.decision.convert(told, self.decision.currency, row.event.at)?;
        Some(told.amount)
    }

    /// Returns what the conversion of a payment counts for under a key, in the account's currency;
    /// none if it was `seen` already, or shows a payment of another key.
    fn counted_for<'w>(
        &self,
        ledger: &Ledger<'_>,
        key: &Receipt,
        row: &EventRow,
        booked: &'w Conversion,
        seen: &mut BTreeSet<&'w ConversionId>,
    ) -> Option<Amount> {
        let money = match (booked.basis, booked.revenue) {
            (Basis::Added, _) => ledger.share(booked, row)?.revenue?,
            _ if !is_shown(&booked.shown, key) && !ledger.is_order(&booked.id) => return None,
            _ if !seen.insert(&booked.id) => return None,
            (_, Revenue::Counted { money }) => money,
            _ => return None,
        };
        let money = self.decision.convert(money, self.decision.currency, booked.shown.at)?;
        Some(money.amount)
    }

    /// Returns the amount that a refund names, in the account's currency; none if it names none, or
    /// if it is no money.
    fn face(&self, refund: &Conversion) -> Option<Amount> {
        let sum = refund.sum.filter(|_| refund.shown.sum.is_some())?;
        let Revenue::Counted { .. } = refund.revenue else {
            return None;
        };
        let face = self.decision.convert(sum, self.decision.currency, refund.shown.at)?;
        Some(face.amount.abs())
    }
}
