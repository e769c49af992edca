//! Corrections by uploaded rows: a row with a known event id corrects what this id shows, whatever
//! policy the messages of its type have. From then on the id is an order that the uploads follow,
//! which begins with the existing conversion.

use super::count::Refused;
use super::work::Work;
use crate::event::Event;
use crate::model::{Basis, Click, Conversion, Duplicates, Entry};
use crate::plan::{Fired, Outcome, Reason, Tally, TallyKey, Told};
use crate::value::{ConversionId, Receipt, Shared};
use alloc::{boxed::Box, vec::Vec};

impl Work<'_> {
    /// Returns the duplicate policy for an entry, which is `update` if it is an uploaded row that
    /// corrects an event id.
    ///
    /// # Errors
    /// The row's event id is known, but its conversion cannot be changed alone: amounts were added
    /// up in it, or each message has made a conversion of its own. The row would then count once
    /// more.
    pub(super) fn corrects(
        &mut self,
        click: &Click,
        event: &Event,
        entry: &Shared<Entry>,
        policy: Option<Duplicates>,
    ) -> Result<Option<Duplicates>, Refused> {
        let is_exempt = matches!(policy, None | Some(Duplicates::Edit | Duplicates::Update)) || !entry.known;
        let Some(id) = entry.event_id.as_ref().filter(|_| event.uploaded && !is_exempt) else {
            return Ok(policy);
        };
        let key = TallyKey::Order(self.decision.counts(&entry.type_name), id.clone());
        if self.tally(click, &key).is_some() {
            return Ok(Some(Duplicates::Update));
        }
        let known = self.shown_of(click, entry, id);
        let booked = match known.as_slice() {
            [] => return Ok(policy),
            [one] if one.basis == Basis::Shown && policy != Some(Duplicates::Increment) => one,
            _ => return Err((Outcome::Ignored, Reason::NotCorrected)),
        };
        let shown = &booked.shown;
        let mut tally = self.decision.open_tally(click, key, Some(booked.id.clone()), shown);
        tally.count = booked.count;
        tally.fired = self.fired_for(click, booked);
        tally.amount = shown.sum.map(|money| {
            Box::new(Told {
                at: shown.at,
                received_at: shown.received_at,
                uploaded: shown.uploaded,
                event: shown.event.clone(),
                money,
            })
        });
        self.put_tally(tally);
        Ok(Some(Duplicates::Update))
    }

    /// Whether uploaded rows have taken over a conversion that another tally had made.
    pub(super) fn is_corrected(&self, click: &Click, id: &ConversionId) -> bool {
        let is_order = |tally: &Tally| matches!(tally.key, TallyKey::Order(..));
        let mut tallies = self.tallies_of(click);
        tallies.any(|tally| is_order(tally) && tally.conversion.as_ref() == Some(id))
    }

    /// Returns what has fired for a conversion so far: it stands in the conversion's own tally,
    /// else in the trace of the event that made it.
    fn fired_for(&self, click: &Click, booked: &Conversion) -> Vec<Fired> {
        let made_by = &booked.shown.event;
        let is_its = |tally: &&Tally| match &tally.conversion {
            Some(id) => *id == booked.id,
            None => matches!(tally.key, TallyKey::Type(_)) && tally.first.event == *made_by,
        };
        if let Some(tally) = self.present_tallies(click).into_values().find(is_its) {
            return tally.fired.clone();
        }
        let ledger = self.ledger(click);
        let keys = booked.shown.event_id.as_deref().map(Receipt::of_event_id);
        let mut rows = keys.iter().flat_map(|key| ledger.events(key));
        let row = rows.find(|row| row.event.id == *made_by);
        row.map_or_else(Vec::new, |row| self.decision.fired_by(row, click, booked))
    }

    /// Returns the conversions that show an event id and count as the entry's type does, each once.
    fn shown_of(&self, click: &Click, entry: &Entry, id: &Shared<str>) -> Vec<Conversion> {
        let counts = self.decision.counts(&entry.type_name);
        let ledger = self.ledger(click);
        let mut found: Vec<Conversion> = Vec::new();
        // An event that changed nothing is not among those that its conversion shows.
        let key = Receipt::of_event_id(id);
        let rows = ledger.events(&key);
        for row in rows.filter(|row| row.outcome == Outcome::Applied) {
            let booked = row.conversion.as_ref().and_then(|id| self.booked(id));
            let is_its = |booked: &&Conversion| {
                let shown = &booked.shown;
                let shows = shown.event_id.as_ref() == Some(id) || booked.basis == Basis::Added;
                shows && !shown.kind.subtracts() && self.decision.counts(&shown.type_name) == counts
            };
            let Some(booked) = booked.filter(is_its) else { continue };
            if found.iter().all(|known| known.id != booked.id) {
                found.push(booked.clone());
            }
        }
        found
    }
}
