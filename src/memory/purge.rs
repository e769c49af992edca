//! What is forgotten: personal values, and rows that have become too old.

use super::rows::{Kept, Private, Sending};
use super::state::State;
use crate::model::Click;
use crate::plan::{EventRow, GuardKey, Outcome, RefusedRow};
use crate::port::{Purge, Purged};
use crate::value::{ClickId, OfferSourceId, Receipt, Timestamp};
use alloc::{collections::BTreeSet, vec::Vec};

impl State {
    pub(super) fn purge(&mut self, what: &Purge) -> Purged {
        match what {
            Purge::PrivateBefore(time) => {
                let emptied = self.empty(
                    |click| click.at < *time,
                    |row| row.event.received_at < *time,
                    |row| !row.state.is_open() && row.delivery.created_at < *time,
                );
                self.and_refused(emptied, |row| row.at >= *time)
            }
            Purge::Erase(id) => self.erase(&BTreeSet::from([id.clone()]), |_| false),
            Purge::EraseReceipt(source, receipt) => {
                let rows = self.events.values().map(|kept| &kept.row);
                let of_receipt = rows.filter(|row| has_receipt(row, source, receipt));
                let clicks = of_receipt.filter_map(|row| row.click.clone()).collect();
                self.erase(&clicks, |row| has_receipt(row, source, receipt))
            }
            Purge::DeliveriesBefore(time) => self.drop_deliveries(|row| row.last_at() < *time),
            Purge::ClicksBefore(time) => self.drop_clicks(*time),
            Purge::EventsBefore(time) => self.drop_events(*time),
            Purge::Refused(taken) => self.and_refused(Purged::default(), |row| !taken.contains(&row.id)),
            Purge::RefusedBefore(source, time) => {
                self.and_refused(Purged::default(), |row| row.source != *source || row.at >= *time)
            }
        }
    }

    /// Forgets what belongs to these clicks, and the personal values of these events. An event
    /// without a click belongs to each click that it names.
    fn erase(&mut self, clicks: &BTreeSet<ClickId>, event: impl Fn(&EventRow) -> bool) -> Purged {
        let named = |click: Option<&ClickId>| click.is_some_and(|click| clicks.contains(click));
        let emptied = self.empty(
            |click| clicks.contains(&click.id),
            |row| {
                let is_named = match &row.click {
                    Some(click) => clicks.contains(click),
                    None => row.event.candidates().any(|click| clicks.contains(click)),
                };
                is_named || event(row)
            },
            |row| named(row.delivery.cause.click()),
        );
        self.and_refused(emptied, |row| !named(row.click.as_ref()))
    }

    /// Forgets the personal values of these clicks, events and deliveries, and counts those that
    /// had some.
    fn empty(
        &mut self,
        click: impl Fn(&Click) -> bool,
        event: impl Fn(&EventRow) -> bool,
        delivery: impl Fn(&Sending) -> bool,
    ) -> Purged {
        Purged {
            clicks: emptied(self.clicks.values_mut(), click),
            events: emptied(self.events.values_mut(), event),
            deliveries: emptied(self.deliveries.values_mut(), delivery),
            ..Purged::default()
        }
    }

    /// Drops the refused bodies that do not stay.
    fn and_refused(&mut self, mut purged: Purged, stays: impl Fn(&RefusedRow) -> bool) -> Purged {
        purged.refused = self.refused.retain(stays);
        purged
    }

    /// Drops these deliveries, but for those that are still to be sent or checked.
    fn drop_deliveries(&mut self, drops: impl Fn(&Sending) -> bool) -> Purged {
        let goes = |row: &Sending| !row.state.is_open() && drops(row);
        let dead = self.dead();
        let dead_letters = dead.iter().filter(|kept| goes(&kept.row)).count();
        let before = self.deliveries.len();
        self.deliveries.retain(|_, kept| !goes(&kept.row));
        Purged {
            deliveries: dropped(before, self.deliveries.len()),
            dead_letters: u64::try_from(dead_letters).unwrap_or(u64::MAX),
            ..Purged::default()
        }
    }

    fn drop_clicks(&mut self, time: Timestamp) -> Purged {
        let with_events = self.events.values().filter_map(|kept| kept.row.click.as_ref());
        let deliveries = self.deliveries.values();
        let with_deliveries = deliveries.filter_map(|kept| kept.row.delivery.cause.click());
        let needed: BTreeSet<ClickId> = with_events.chain(with_deliveries).cloned().collect();
        let before = self.clicks.len();
        let (clicks, guards) = (&mut self.clicks, &mut self.guards);
        clicks.retain(|id, kept| {
            let stays = kept.row.at >= time || needed.contains(id);
            if !stays {
                guards.remove(&GuardKey::Click(id.clone()));
            }
            stays
        });
        Purged {
            clicks: dropped(before, self.clicks.len()),
            ..Purged::default()
        }
    }

    fn drop_events(&mut self, time: Timestamp) -> Purged {
        let later = self.events.values().filter(|kept| kept.row.event.received_at >= time);
        let open = self.deliveries.values().filter(|kept| kept.row.state.is_open());
        let clicks = later.filter_map(|kept| kept.row.click.as_ref());
        let clicks = clicks.chain(open.filter_map(|kept| kept.row.delivery.cause.click()));
        let needed: BTreeSet<ClickId> = clicks.cloned().collect();
        let is_old = |row: &EventRow| {
            row.event.received_at < time && row.click.as_ref().is_none_or(|click| !needed.contains(click))
        };
        let old = self.events.values().filter(|kept| is_old(&kept.row));
        let old: Vec<EventRow> = old.map(|kept| kept.row.clone()).collect();
        let gone: BTreeSet<ClickId> = old.iter().filter_map(|row| row.click.clone()).collect();
        let before = self.clicks.len();
        self.clicks.retain(|id, _| !gone.contains(id));
        self.tallies.retain(|(click, _), _| !gone.contains(click));
        self.conversions.retain(|_, kept| !gone.contains(&kept.row.click));
        let mut purged = self.drop_deliveries(|row| row.delivery.cause.click().is_some_and(|id| gone.contains(id)));
        purged.clicks = dropped(before, self.clicks.len());
        for row in &old {
            self.events.remove(&row.event.id);
            purged.events = purged.events.saturating_add(1);
        }
        for row in &old {
            self.forget_keys(row);
        }
        purged
    }

    /// Forgets the guards and receipts that an event which is gone has named, where nothing else
    /// needs them.
    fn forget_keys(&mut self, row: &EventRow) {
        for click in row.click.iter().chain(row.event.candidates()) {
            if !self.clicks.contains_key(click) {
                self.guards.remove(&GuardKey::Click(click.clone()));
            }
        }
        for receipt in row.event.receipts() {
            let key = (row.event.source.clone(), receipt);
            if !self.needs_receipt(&key.0, &key.1) {
                self.receipts.remove(&key);
                self.guards.remove(&GuardKey::Receipt(key.0, key.1));
            }
        }
    }

    fn needs_receipt(&self, source: &OfferSourceId, receipt: &Receipt) -> bool {
        let of_source = |kept: &Kept<EventRow>| kept.row.event.source == *source;
        let has_it = |kept: &Kept<EventRow>| kept.row.event.receipt.as_ref() == Some(receipt);
        let record = self.receipts.get(&(source.clone(), receipt.clone()));
        let leads = record.is_some_and(|record| {
            let click = record.click.as_ref().map(|claim| &claim.click);
            record.contested || click.is_some_and(|click| self.clicks.contains_key(click))
        });
        leads || self.events.values().any(|kept| of_source(kept) && has_it(kept))
    }
}

/// Whether an event has this receipt, or waits for it as its parent.
fn has_receipt(row: &EventRow, source: &OfferSourceId, receipt: &Receipt) -> bool {
    let event = &row.event;
    let waits = row.outcome == Outcome::Unattributed && event.parent.as_ref() == Some(receipt);
    event.source == *source && (waits || event.receipt.as_ref() == Some(receipt))
}

/// Empties the personal values of these rows, and counts those that had some.
fn emptied<'k, T: 'k>(rows: impl Iterator<Item = &'k mut Kept<T>>, is_meant: impl Fn(&T) -> bool) -> u64 {
    let columns = rows.filter(|kept| is_meant(&kept.row)).map(|kept| &mut kept.private);
    let columns = columns.filter(|private| !private.is_empty()).map(Private::clear);
    columns.fold(0, |count, ()| u64::saturating_add(count, 1))
}

fn dropped(before: usize, after: usize) -> u64 {
    u64::try_from(before.saturating_sub(after)).unwrap_or(u64::MAX)
}
