//! The reads that a decision needs.

use super::state::State;
use crate::delivery::{Cause, Delivery};
use crate::event::Event;
use crate::model::Conversion;
use crate::plan::{ClickFacts, EventRow, GuardKey, Outcome, PointReads, ReceiptFacts, Reported};
use crate::value::{ClickId, ConversionId, EventId, OfferSourceId, Receipt};
use alloc::{collections::BTreeSet, vec::Vec};
use core::convert::Infallible;

impl PointReads for State {
    type Error = Infallible;

    fn outcome(&self, event: &EventId) -> Result<Option<Outcome>, Infallible> {
        Ok(self.events.get(event).map(|kept| kept.row.outcome))
    }

    fn receipt(&self, source: &OfferSourceId, receipt: &Receipt) -> Result<ReceiptFacts, Infallible> {
        let key = (source.clone(), receipt.clone());
        Ok(ReceiptFacts {
            record: self.receipts.get(&key).cloned(),
            version: self.version(&GuardKey::Receipt(key.0, key.1)),
        })
    }

    fn waiting(&self, source: &OfferSourceId, receipt: &Receipt, limit: usize) -> Result<Vec<Event>, Infallible> {
        let waits = |row: &EventRow| row.outcome == Outcome::Unattributed && row.event.source == *source;
        let follows = |event: &Event| event.waits_by().iter().flatten().any(|key| key == receipt);
        let found = self
            .events
            .iter()
            .filter(|(_, kept)| waits(&kept.row) && follows(&kept.row.event));
        Ok(found.take(limit).filter_map(|(id, _)| self.event(id)).collect())
    }

    fn told(&self, click: &ClickId, keys: &BTreeSet<Receipt>) -> Result<Vec<EventRow>, Infallible> {
        let is_its = |row: &EventRow| row.click.as_ref() == Some(click);
        let names = |row: &EventRow| row.event.keys().iter().flatten().any(|key| keys.contains(key));
        let found = self
            .events
            .iter()
            .filter(|(_, kept)| is_its(&kept.row) && names(&kept.row));
        Ok(found.filter_map(|(id, _)| self.event_row(id)).collect())
    }

    fn conversion(&self, conversion: &ConversionId) -> Result<Option<Conversion>, Infallible> {
        Ok(self.conversions.get(conversion).map(|kept| kept.row.clone()))
    }

    fn click(&self, click: &ClickId) -> Result<ClickFacts, Infallible> {
        Ok(ClickFacts {
            version: self.version(&GuardKey::Click(click.clone())),
            click: self.recorded(click),
            tallies: self.tallies(click),
        })
    }

    fn reported(&self, click: &ClickId) -> Result<Vec<Reported>, Infallible> {
        let tells = |cause: &Cause| matches!(cause, Cause::ConversionApi { .. }) && cause.click() == Some(click);
        let rows = self.deliveries.values();
        let found = rows.filter(|kept| tells(&kept.row.delivery.cause));
        let reported = found.map(|kept| Reported {
            delivery: Delivery {
                private: kept.private.clone(),
                ..kept.row.delivery.clone()
            },
            progress: kept.row.progress(),
        });
        Ok(reported.collect())
    }
}
