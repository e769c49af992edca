//! What is checked after each step: the promises of the design, read off what is stored.

use super::history::History;
use super::turns::Done;
use crate::block_on;
use postback::Conversion;
use postback::Timestamp;
use postback::delivery::{Cause, Delivery, DeliveryRow, DeliveryState};
use postback::model::{Basis, Revenue};
use postback::plan::{EventRow, Outcome};
use postback::port::{ConversionFilter, DeliveryFilter, EventFilter, Inspect, PageRequest, Purge};
use postback::value::{ConversionId, DeliveryId, EventId};
use std::collections::{BTreeMap, BTreeSet};

/// For how long what a receiver does not know is sent again.
const PATIENCE: i64 = 24 * 60 * 60;

/// What is known of what was stored before.
#[derive(Debug, Default)]
pub(super) struct Audit {
    deliveries: BTreeMap<DeliveryId, Known>,
    /// The deliveries that were purged.
    gone: BTreeSet<DeliveryId>,
    events: BTreeMap<EventId, (Outcome, Timestamp)>,
    conversions: BTreeSet<ConversionId>,
    /// What fired: by conversion and postback, the events that fired it.
    fired: BTreeMap<(ConversionId, String), BTreeMap<EventId, DeliveryId>>,
    /// Whether a click was not there when an event of it may have come.
    pub(super) clicks_were_late: bool,
    /// When the next delivery is due, as the last lease said.
    pub(super) next_due: Option<Timestamp>,
}

/// A delivery as it was seen last.
#[derive(Debug)]
struct Known {
    delivery: Delivery,
    state: DeliveryState,
    attempts: u32,
    /// When something was last done for it: when it was decided, or when an attempt ended.
    last_at: Timestamp,
    /// The number of its last lease.
    fence: u64,
    /// Whether nothing was settled under that lease yet.
    is_leased: bool,
}

/// What was done since the last audit.
#[derive(Debug, Default)]
struct Since {
    requeued: bool,
    /// The deliveries whose state was changed by a verdict or a person.
    changed: BTreeSet<DeliveryId>,
    purges: Vec<Purge>,
}

/// All that is stored.
pub(super) struct Rows {
    pub(super) events: BTreeMap<EventId, EventRow>,
    pub(super) conversions: BTreeMap<ConversionId, Conversion>,
    pub(super) deliveries: Vec<DeliveryRow>,
}

impl Audit {
    pub(super) fn ids(&self) -> Vec<DeliveryId> {
        self.deliveries.keys().cloned().collect()
    }

    pub(super) fn was_stored(&self, id: &str) -> bool {
        let all = self.deliveries.keys().chain(&self.gone);
        all.into_iter().any(|known| known.as_str() == id)
    }

    /// Forgets what a purge of old events has taken.
    pub(super) fn forget(&mut self, rows: &Rows) {
        self.events.retain(|id, _| rows.events.contains_key(id));
        self.conversions.retain(|id| rows.conversions.contains_key(id));
    }

    /// Looks at what was done with leases.
    fn leases(&mut self, done: Vec<Done>) -> Result<Since, String> {
        let mut since = Since::default();
        for one in done {
            match one {
                Done::Wrote => {}
                Done::Leased(leases) => {
                    for (id, fence) in leases {
                        self.leased(&id, fence)?;
                    }
                }
                Done::Settled(verdicts) => {
                    for (id, fence) in verdicts {
                        let known = self.known(&id)?;
                        if known.fence != fence || !known.is_leased {
                            return Err(format!(
                                "delivery {id} was settled under the old lease {fence}: {known:?}"
                            ));
                        }
                        known.is_leased = false;
                        since.changed.insert(id);
                    }
                }
                Done::Requeued => since.requeued = true,
                Done::Cancelled(id) => {
                    self.known(&id)?.is_leased = false;
                    since.changed.insert(id);
                }
                Done::Purged(what) => since.purges.push(what),
            }
        }
        Ok(since)
    }

    fn leased(&mut self, id: &DeliveryId, fence: u64) -> Result<(), String> {
        let known = self.known(id)?;
        if !known.state.is_open() {
            return Err(format!(
                "delivery {id} is leased although it is {}",
                known.state.as_str()
            ));
        }
        if fence <= known.fence {
            return Err(format!("delivery {id} is leased under {fence} again"));
        }
        (known.fence, known.is_leased) = (fence, true);
        Ok(())
    }

    fn known(&mut self, id: &DeliveryId) -> Result<&mut Known, String> {
        self.deliveries
            .get_mut(id)
            .ok_or_else(|| format!("delivery {id} was never stored"))
    }
}

impl Rows {
    fn event_of(&self, conversion: &ConversionId) -> Option<&EventRow> {
        self.events
            .values()
            .find(|row| row.conversion.as_ref() == Some(conversion))
    }
}

impl History<'_> {
    pub(super) fn rows(&self) -> Rows {
        let page = PageRequest::first(10_000);
        let events = block_on(self.memory.events(&EventFilter::default(), &page))
            .unwrap()
            .items;
        let conversions = block_on(self.memory.conversions(&ConversionFilter::default(), &page))
            .unwrap()
            .items;
        let deliveries = block_on(self.memory.deliveries(&DeliveryFilter::default(), &page))
            .unwrap()
            .items;
        Rows {
            events: events.into_iter().map(|row| (row.event.id.clone(), row)).collect(),
            conversions: conversions.into_iter().map(|row| (row.id.clone(), row)).collect(),
            deliveries,
        }
    }

    /// Checks all promises, if anything was done.
    pub(super) fn check(&mut self) -> Result<(), String> {
        if let Some(finding) = self.ports.network.findings().pop() {
            return Err(finding);
        }
        for (place, node) in self.nodes.iter().enumerate() {
            let (counted, sending) = (node.lanes.under_way() as usize, node.sending());
            if counted != sending {
                return Err(format!(
                    "the lanes of process {place} count {counted} requests, {sending} are under way"
                ));
            }
        }
        let done = self.turns.take();
        if done.is_empty() {
            return Ok(());
        }
        let since = self.audit.leases(done)?;
        let rows = self.rows();
        self.clicks_are_kept(&rows, &since)?;
        self.events_are_kept(&rows)?;
        self.conversions_are_kept(&rows)?;
        self.deliveries_are_kept(&rows, &since)?;
        self.money_is_right(&rows)
    }

    /// A click that was acknowledged is stored, unless it was old and nothing belonged to it.
    fn clicks_are_kept(&mut self, rows: &Rows, since: &Since) -> Result<(), String> {
        for visit in &mut self.visits {
            let id = &visit.click.id;
            let is_stored = block_on(Inspect::click(&*self.memory, id)).unwrap().is_some();
            self.audit.clicks_were_late |= !is_stored;
            let was_stored = std::mem::replace(&mut visit.is_stored, is_stored);
            visit.is_purged &= !is_stored;
            let is_old = |what: &Purge| matches!(what, Purge::ClicksBefore(time) if visit.click.at < *time);
            let needs_it = rows.events.values().any(|row| row.click.as_ref() == Some(id))
                || rows.deliveries.iter().any(|row| row.delivery.cause.click() == Some(id));
            if was_stored && !is_stored && !needs_it {
                visit.is_purged = since.purges.iter().any(is_old);
            }
            if !is_stored && !visit.is_purged && (visit.is_acknowledged || was_stored) {
                return Err(format!("click {id} was acknowledged or stored, and is lost"));
            }
        }
        Ok(())
    }

    /// An event that was acknowledged is stored, and its outcome is final once it has one.
    fn events_are_kept(&mut self, rows: &Rows) -> Result<(), String> {
        for (number, told) in self.told.iter().enumerate().filter(|(_, told)| told.is_acknowledged) {
            let is_stored = told.event.as_ref().is_some_and(|id| rows.events.contains_key(id));
            if !is_stored {
                return Err(format!("message {number} was acknowledged and is lost"));
            }
        }
        for (id, (outcome, received_at)) in &mut self.audit.events {
            let row = rows.events.get(id).ok_or_else(|| format!("event {id} is lost"))?;
            let seen = (row.outcome, row.event.received_at);
            // What waits is decided again, also where its message comes again.
            if seen != (*outcome, *received_at) && *outcome != Outcome::Unattributed {
                return Err(format!("event {id} was {outcome}, {received_at}, and is {seen:?}"));
            }
            (*outcome, *received_at) = seen;
        }
        for (id, row) in &rows.events {
            let known = self.told.iter().any(|told| told.event.as_ref() == Some(id));
            if !known {
                return Err(format!("event {id} is stored, and nobody sent it"));
            }
            if row
                .conversion
                .as_ref()
                .is_some_and(|id| !rows.conversions.contains_key(id))
            {
                return Err(format!(
                    "event {id} made conversion {:?}, which is not stored",
                    row.conversion
                ));
            }
            let seen = (row.outcome, row.event.received_at);
            self.audit.events.entry(id.clone()).or_insert(seen);
        }
        Ok(())
    }

    /// No conversion goes away, each is that of an event, and it fired what it must.
    fn conversions_are_kept(&mut self, rows: &Rows) -> Result<(), String> {
        if let Some(id) = self
            .audit
            .conversions
            .iter()
            .find(|id| !rows.conversions.contains_key(*id))
        {
            return Err(format!("conversion {id} is lost"));
        }
        for (id, row) in &rows.conversions {
            let Some(event) = rows.event_of(id) else {
                return Err(format!("conversion {id} is that of no event"));
            };
            if self.audit.conversions.insert(id.clone()) {
                let setup = &self.setups[event.configuration.as_str()];
                let of_it = |row: &&DeliveryRow| fires(&row.delivery.cause, id, "all");
                let fired = rows.deliveries.iter().filter(of_it).count();
                let of_click = rows
                    .events
                    .values()
                    .filter(|event| event.click == Some(row.click.clone()));
                // Of several messages in one commit, one may have told the payout too late.
                let is_told = is_payout_known(row) && (setup.fires_later || of_click.count() == 1);
                if (is_told && fired == 0) || (setup.fires_once && fired > 1) {
                    return Err(format!("conversion {id} fired `all` {fired} times: {row:?}"));
                }
            }
        }
        Ok(())
    }

    /// A delivery never changes but for its state, and that only by a verdict or a person.
    fn deliveries_are_kept(&mut self, rows: &Rows, since: &Since) -> Result<(), String> {
        let mut missing: BTreeSet<DeliveryId> = self.audit.deliveries.keys().cloned().collect();
        for row in &rows.deliveries {
            missing.remove(&row.delivery.id);
            if !self.audit.deliveries.contains_key(&row.delivery.id) {
                self.is_new(row, rows)?;
            }
            self.moves_rightly(row, since)?;
        }
        for id in missing {
            let known = self.audit.deliveries.remove(&id).ok_or("it is known")?;
            let is_old = |what: &Purge| {
                let before = match what {
                    Purge::DeliveriesBefore(time) | Purge::EventsBefore(time) => *time,
                    _ => return false,
                };
                known.last_at < before
            };
            if known.state.is_open() || !since.purges.iter().any(is_old) {
                return Err(format!("delivery {id} is lost"));
            }
            self.audit.gone.insert(id);
        }
        Ok(())
    }

    fn is_new(&mut self, row: &DeliveryRow, rows: &Rows) -> Result<(), String> {
        let delivery = &row.delivery;
        let id = &delivery.id;
        if self.audit.gone.contains(id) {
            return Err(format!("delivery {id} was purged and came back"));
        }
        let Cause::Postback {
            conversion,
            event,
            postback,
            ..
        } = &delivery.cause
        else {
            return Err(format!("delivery {id} has a strange cause"));
        };
        let decided = rows.events.get(event).ok_or("a delivery of no event")?;
        let setup = &self.setups[decided.configuration.as_str()];
        if !setup.postbacks.contains(postback.as_str()) {
            return Err(format!("`{postback}` fired, which was not configured"));
        }
        let place = (conversion.clone(), postback.to_string());
        let fired = self.audit.fired.entry(place).or_default();
        fired.insert(event.clone(), id.clone()).map_or(Ok(()), |other| {
            Err(format!("event {event} fired `{postback}` twice: {other} and {id}"))
        })?;
        if setup.fires_once && fired.len() > 1 {
            return Err(format!("conversion {conversion} fired `{postback}` twice: {fired:?}"));
        }
        let known = Known {
            delivery: delivery.clone(),
            state: DeliveryState::Queued,
            attempts: 0,
            last_at: delivery.created_at,
            fence: 0,
            is_leased: false,
        };
        self.audit.deliveries.insert(id.clone(), known);
        Ok(())
    }

    fn moves_rightly(&mut self, row: &DeliveryRow, since: &Since) -> Result<(), String> {
        let id = &row.delivery.id;
        let known = self.audit.known(id)?;
        if known.delivery != row.delivery {
            return Err(format!(
                "delivery {id} was {:?}, and is {:?}",
                known.delivery, row.delivery
            ));
        }
        known.last_at = row.last.as_ref().map_or(row.delivery.created_at, |last| last.at);
        if (known.state, known.attempts) == (row.state, row.attempts) {
            return Ok(());
        }
        let requeued = since.requeued && known.state == DeliveryState::Dead;
        let judged = known.state.is_open() && since.changed.contains(id);
        if !requeued && !judged {
            let (state, attempts) = (known.state.as_str(), known.attempts);
            return Err(format!(
                "delivery {id} was {state} after {attempts} attempts, and is {row:?}"
            ));
        }
        (known.state, known.attempts) = (row.state, row.attempts);
        let (times, taken, refused) = self.ports.network.got(id.as_str(), |got| {
            got.map_or((0, 0, 0), |got| (got.times, got.taken, got.refused))
        });
        match row.state {
            DeliveryState::Delivered if taken == 0 => Err(format!(
                "delivery {id} counts as delivered; it arrived {times} times and was taken never"
            )),
            DeliveryState::Dead if !is_rightly_dead(row, refused) => {
                Err(format!("delivery {id} was given up: {row:?}"))
            }
            _ => Ok(()),
        }
    }
}

/// Whether a channel can be told what a conversion is worth. A sum is told at the rate of the time
/// that is shown, while its revenue may be that of later messages alone.
fn is_payout_known(row: &Conversion) -> bool {
    let has_rate = row.basis != Basis::Added || row.sum.is_some_and(|sum| sum.currency.as_str() == "USD");
    has_rate && matches!(row.revenue, Revenue::Counted { .. } | Revenue::NotCounted { .. })
}

fn fires(cause: &Cause, id: &ConversionId, name: &str) -> bool {
    matches!(cause, Cause::Postback { conversion, postback, .. } if conversion == id && postback.as_str() == name)
}

/// Whether a delivery was given up for one of the reasons that there are.
fn is_rightly_dead(row: &DeliveryRow, refused: u64) -> bool {
    let Some(last) = &row.last else {
        return false;
    };
    let age = last.at.unix_seconds() - row.delivery.created_at.unix_seconds();
    match last.status {
        _ if last.is_cancelled() => true,
        _ if row.attempts >= row.delivery.retry.attempts => !last.finding.is_empty(),
        Some(400) => refused > 0,
        Some(404) => age >= PATIENCE,
        _ => false,
    }
}
