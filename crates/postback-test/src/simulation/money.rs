//! Compares the money that is stored with what a second implementation of the rules makes of the
//! stored messages.

use super::audit::Rows;
use super::history::History;
use super::tale::Message;
use crate::revenue;
use postback::Event;
use postback::plan::{EventRow, Outcome};
use postback::value::Receipt;
use std::collections::BTreeSet;

impl History<'_> {
    /// What the conversions count is what the messages say.
    pub(super) fn money_is_right(&self, rows: &Rows) -> Result<(), String> {
        let applied_alone = self.tale.is_of_any_policy();
        if applied_alone || (self.tale.is_worth_it_at_once() && !self.audit.clicks_were_late) {
            return self.money(rows, applied_alone);
        }
        Ok(())
    }

    /// Compares the money with the model's, of all events or of those alone that do not wait.
    pub(super) fn money(&self, rows: &Rows, applied_alone: bool) -> Result<(), String> {
        let mut seen = BTreeSet::new();
        let mut known = Vec::new();
        let mut events: Vec<Event> = Vec::new();
        for (number, told) in self.told.iter().enumerate() {
            let row = told.event.as_ref().and_then(|id| rows.events.get(id));
            let row = row.filter(|row| is_of(&told.message, row));
            let row = row.filter(|row| !applied_alone || row.outcome != Outcome::Unattributed);
            if let Some(row) = row.filter(|row| seen.insert(row.event.id.clone())) {
                known.push(number);
                events.push(Event::clone(&row.event));
            }
        }
        let (is, should) = (revenue(rows.conversions.values()), self.tale.worth(&known, &events));
        if is != should {
            let conversions: Vec<String> = rows.conversions.values().map(crate::line).collect();
            let outcome = |place: &usize| {
                let row = self.told[*place].event.as_ref().and_then(|id| rows.events.get(id));
                row.map(|row| format!("message {place}: {} {:?} {:?}", row.outcome, row.reason, row.click))
            };
            let outcomes: Vec<String> = known.iter().filter_map(outcome).collect();
            return Err(format!(
                "the revenue is {is} and should be {should}: {conversions:?} {outcomes:?}"
            ));
        }
        Ok(())
    }
}

/// Whether a stored event is this message. With an event id the receipt is no part of the identity,
/// so that of two messages with one identity only the first to come is stored.
fn is_of(message: &Message, row: &EventRow) -> bool {
    let receipt = row.event.receipt.as_ref();
    let names = |receipt: &Receipt| message.text.contains(&format!("receipt={receipt}&"));
    let with_end = |receipt: &Receipt| message.text.ends_with(&format!("receipt={receipt}"));
    message.source != "net" || receipt.map_or(!message.text.contains("receipt="), |one| names(one) || with_end(one))
}
