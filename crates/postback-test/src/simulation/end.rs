//! The end of a history: everything works again, and time passes. Then nothing may be left to do.

use super::history::History;
use super::node::Node;
use super::turns::Done;
use crate::account::after;
use crate::block_on;
use postback::delivery::{DeliveryRow, DeliveryState};
use postback::plan::Outcome;
use postback::port::{Inspect, Purge, Store};
use std::time::Duration;

/// How often the tasks of a process go on in a row, before one of them is taken for hanging.
const LONG: usize = 5_000;
/// How often deliveries are leased before one of them is taken for stuck.
const ROUNDS: usize = 1_000;
/// Longer than any history takes.
const YEARS: Duration = Duration::from_secs(5 * 365 * 24 * 60 * 60);

impl History<'_> {
    pub(super) fn heal(&mut self) -> Result<(), String> {
        self.note(|_| "everything works again".into());
        self.ports.store.heal();
        self.ports.network.heal();
        if !self.go_on_until_idle()? {
            // What still hangs since a call of the store has hung ends with its process.
            for place in 0..self.nodes.len() {
                self.nodes[place] = Node::new(self.nodes[place].setup.clone());
            }
        }
        while self.ports.network.let_arrive().is_some() {}
        self.record_all();
        self.go_on_until_idle()?;
        for number in 0..self.told.len() {
            if !self.told[number].is_acknowledged {
                self.arrive_at(0, number)?;
                self.go_on_until_idle()?;
            }
        }
        self.nodes[0].attribute(&self.ports);
        self.go_on_until_idle()?;
        self.deliver_all()?;
        self.is_complete()?;
        self.is_forgotten()
    }

    /// Lets all tasks go on until there is none. False if one of them hangs.
    pub(super) fn go_on_until_idle(&mut self) -> Result<bool, String> {
        for _ in 0..LONG {
            let Some(node) = self.nodes.iter().position(|node| !node.tasks.is_empty()) else {
                return Ok(true);
            };
            // Each in its turn, since one of them may hang.
            let task = self.dice.place(self.nodes[node].tasks.len());
            self.go_on(node, task)?;
            self.check()?;
        }
        Ok(false)
    }

    /// Delivers what is queued, and lets the time pass until the rest is due.
    fn deliver_all(&mut self) -> Result<(), String> {
        for _ in 0..ROUNDS {
            let rows = self.rows();
            if rows.deliveries.iter().all(|row| !row.state.is_open()) {
                return Ok(());
            }
            self.audit.next_due = None;
            self.nodes[0].lease(&self.ports);
            self.go_on_until_idle()?;
            let now = self.now();
            let next = [self.audit.next_due, self.nodes[0].lanes.next_at(now)];
            match next.into_iter().flatten().filter(|at| *at > now).min() {
                Some(at) => self.ports.clock.set(at),
                None => self.pass(Duration::from_secs(1)),
            }
        }
        let rows = self.rows();
        let open: Vec<_> = rows.deliveries.iter().filter(|row| row.state.is_open()).collect();
        Err(format!("these deliveries are stuck: {open:?}"))
    }

    /// Everything that was told is stored, decided, counted and delivered.
    fn is_complete(&mut self) -> Result<(), String> {
        let rows = self.rows();
        self.money(&rows, false)?;
        for told in &self.told {
            let row = told.event.as_ref().and_then(|id| rows.events.get(id));
            let row = row.ok_or_else(|| format!("`{}` is not stored", told.message.text))?;
            if self.tale.is_of_any_policy() && row.outcome == Outcome::Unattributed {
                return Err(format!("`{}` still waits: {:?}", told.message.text, row.reason));
            }
        }
        let open = rows.deliveries.iter().find(|row| row.state.is_open());
        if let Some(row) = open {
            return Err(format!("nothing is done for a delivery: {row:?}"));
        }
        for id in self.ports.network.ids() {
            if !self.audit.was_stored(&id) {
                return Err(format!("the receivers got {id}, which was never stored"));
            }
        }
        let delivered = |row: &&DeliveryRow| row.state == DeliveryState::Delivered;
        self.report.events = rows.events.len() as u64;
        self.report.conversions = rows.conversions.len() as u64;
        self.report.deliveries = rows.deliveries.iter().filter(delivered).count() as u64;
        let ids = self.ports.network.ids();
        self.report.requests = ids
            .iter()
            .map(|id| self.ports.network.got(id, |got| got.map_or(0, |got| got.times)))
            .sum();
        Ok(())
    }

    /// Years later everything is purged. What is told again then finds no click and counts nothing.
    fn is_forgotten(&mut self) -> Result<(), String> {
        self.ports.clock.advance(YEARS);
        let now = self.now();
        for purge in [
            Purge::DeliveriesBefore(now),
            Purge::EventsBefore(now),
            Purge::ClicksBefore(now),
        ] {
            block_on(self.memory.purge(&purge)).map_err(|error| error.to_string())?;
        }
        let rows = self.rows();
        let left = (rows.events.len(), rows.conversions.len(), rows.deliveries.len());
        if left != (0, 0, 0) {
            return Err(format!(
                "after the purge {left:?} events, conversions and deliveries are left"
            ));
        }
        for visit in &self.visits {
            let click = block_on(Inspect::click(&*self.memory, &visit.click.id)).unwrap();
            let tallies = block_on(self.memory.tallies(&visit.click.id)).unwrap();
            if click.is_some() || !tallies.is_empty() {
                return Err(format!("after the purge click {} is left: {tallies:?}", visit.click.id));
            }
        }
        self.audit.forget(&rows);
        self.ports.clock.set(after(3_600));
        for number in 0..self.told.len() {
            self.told[number].is_acknowledged = false;
            self.arrive_at(0, number)?;
        }
        self.turns.take();
        while let Some(task) = self.nodes[0].tasks.len().checked_sub(1) {
            self.go_on(0, task)?;
        }
        let rows = self.rows();
        let wrote = self.turns.take().iter().any(|done| matches!(done, Done::Wrote));
        if !wrote || !rows.conversions.is_empty() || !rows.deliveries.is_empty() {
            return Err(format!("what was purged counts again: {:?}", rows.conversions));
        }
        Ok(())
    }
}
