//! A host with its own storage and without async: `needs`, read, `decide`, write. The maps below
//! stand for tables, and `commit` for a transaction of your database.
//! `cargo run --example own_storage`
//!
//! What a store must keep to is written at `postback::port::Store`; a host that can implement that
//! trait may check itself with the suite in `postback::conformance`.

use postback::decide::Decision;
use postback::delivery::Delivery;
use postback::event::Received;
use postback::plan::{
    ClickFacts, Commit, Committed, EventRow, FactQuery, GuardKey, MAX_HOPS, MAX_ORPHANS, Outcome, ReceiptFacts,
    ReceiptRecord, Slot, Write,
};
use postback::value::{ClickId, ConversionId, DeliveryId, EventId, OfferSourceId, Receipt};
use postback::{
    Click, CompileOptions, Conversion, Credentials, Document, Event, Facts, Query, Timestamp, Tracker, compile,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    io::Write as _,
};

/// How often an event is decided again. In each round another event of its click went through, so
/// so many in a row are a fault.
const MAX_ROUNDS: usize = 16;

/// The tables. A guard's version is a row of its own; `GuardKey::column` is its key.
#[derive(Debug, Default)]
struct Tables {
    versions: BTreeMap<String, u64>,
    clicks: BTreeMap<ClickId, Click>,
    events: BTreeMap<EventId, EventRow>,
    conversions: BTreeMap<ConversionId, Conversion>,
    slots: BTreeMap<(ClickId, String), Slot>,
    receipts: BTreeMap<(OfferSourceId, Receipt), ReceiptRecord>,
    outbox: BTreeMap<DeliveryId, Delivery>,
}

impl Tables {
    fn version(&self, key: &GuardKey) -> u64 {
        self.versions.get(&key.column()).copied().unwrap_or_default()
    }

    fn raise(&mut self, key: &GuardKey) {
        let version = self.versions.entry(key.column()).or_default();
        *version = version.saturating_add(1);
    }

    /// A decision that was made without the click must conflict, so its guard is raised.
    fn record(&mut self, click: Click) {
        self.raise(&GuardKey::Click(click.id.clone()));
        self.clicks.entry(click.id.clone()).or_insert(click);
    }

    /// The answer to what a decision needs. Absence is an answer too, with version 0.
    fn facts(&self, query: &FactQuery) -> Facts {
        let mut facts = Facts::default();
        facts.event = self.events.get(&query.event).map(|row| row.outcome);
        // Receipts, upwards: the ones that are asked for, their parents, and so on.
        let mut level = query.receipts.clone();
        for _ in 0..=MAX_HOPS {
            level.retain(|receipt| !facts.receipts.contains_key(receipt));
            for receipt in &level {
                facts
                    .receipts
                    .insert(receipt.clone(), self.receipt(&query.source, receipt));
            }
            let records = level
                .iter()
                .filter_map(|receipt| facts.receipts.get(receipt)?.record.as_ref());
            level = records.filter_map(|record| record.parent.clone()).collect();
        }
        // Waiting events, downwards: those of these receipts, those of theirs, and so on.
        let mut waiting: BTreeMap<EventId, Event> = BTreeMap::new();
        for _ in 0..MAX_HOPS {
            let found = self.events.values().filter(|row| {
                let mut linked = row.event.receipt.iter().chain(&row.event.parent);
                row.outcome == Outcome::Unattributed
                    && row.event.source == query.source
                    && row.event.id != query.event
                    && !waiting.contains_key(&row.event.id)
                    && linked.any(|receipt| facts.receipts.contains_key(receipt))
            });
            let room = MAX_ORPHANS.saturating_sub(waiting.len());
            let found: Vec<Event> = found.take(room).map(|row| Event::clone(&row.event)).collect();
            for event in found {
                if let Some(receipt) = &event.receipt {
                    let known = self.receipt(&query.source, receipt);
                    facts.receipts.entry(receipt.clone()).or_insert(known);
                }
                waiting.insert(event.id.clone(), event);
            }
        }
        facts.orphans = waiting.into_values().collect();
        // Clicks: the ones that are asked for, and those that the receipts name, each with its
        // slots.
        let records = facts.receipts.values().filter_map(|known| known.record.as_ref());
        let named = records.filter_map(|record| Some(record.click.as_ref()?.click.clone()));
        let clicks: BTreeSet<ClickId> = query.clicks.iter().cloned().chain(named).collect();
        for id in clicks {
            let slots = self.slots.iter().filter(|((click, _), _)| *click == id);
            let known = ClickFacts {
                version: self.version(&GuardKey::Click(id.clone())),
                click: self.clicks.get(&id).cloned(),
                slots: slots.map(|(_, slot)| slot.clone()).collect(),
            };
            facts.clicks.insert(id, known);
        }
        facts
    }

    fn receipt(&self, source: &OfferSourceId, receipt: &Receipt) -> ReceiptFacts {
        ReceiptFacts {
            version: self.version(&GuardKey::Receipt(source.clone(), receipt.clone())),
            record: self.receipts.get(&(source.clone(), receipt.clone())).cloned(),
        }
    }

    /// One transaction: the identity first, then what must still wait, then the guards; then
    /// everything is written.
    fn commit(&mut self, commit: &Commit) -> Committed {
        if commit.identity.as_ref().is_some_and(|id| self.events.contains_key(id)) {
            return Committed::Duplicate;
        }
        let waits = |id| matches!(self.events.get(id), Some(row) if row.outcome == Outcome::Unattributed);
        let mut guards = commit.guards.iter();
        if !commit.waiting.iter().all(waits) || !guards.all(|guard| self.version(&guard.key) == guard.version) {
            return Committed::Conflict;
        }
        for guard in &commit.guards {
            self.raise(&guard.key);
        }
        for write in &commit.writes {
            match write.clone() {
                Write::Event(row) => drop(self.events.insert(row.event.id.clone(), row)),
                Write::Conversion(row) => drop(self.conversions.insert(row.id.clone(), row)),
                Write::Slot(row) => drop(self.slots.insert((row.click.clone(), row.key.column()), row)),
                Write::Receipt(row) => drop(self.receipts.insert((row.source.clone(), row.receipt.clone()), row)),
                // Kept by hosts that replay decisions, and that retry refused notifications.
                Write::Configuration(_) | Write::Refused(_) => {}
            }
        }
        for delivery in &commit.outbox {
            self.outbox
                .entry(delivery.id.clone())
                .or_insert_with(|| delivery.clone());
        }
        Committed::Applied
    }

    /// Reads, decides and writes until no other event of the same click was faster.
    fn take_in(&mut self, tracker: &Tracker, event: &Event) -> Result<Committed, Box<dyn Error>> {
        for _ in 0..MAX_ROUNDS {
            let facts = self.facts(&Decision::new(tracker).needs(event));
            let plan = Decision::new(tracker).decide(event, &facts, event.received_at)?;
            match self.commit(&plan.commit) {
                Committed::Conflict => {}
                done => return Ok(done),
            }
        }
        Err(format!("other events of the click were faster {MAX_ROUNDS} times").into())
    }
}

const DOCUMENT: &str = r#"
version = 1
currency = "USD"

[[conversion_type]]
name = "Purchase"
default = true
counts = "sale"
duplicates = "increment"

[[offer_source]]
id = "network"

[[offer]]
id = "course"
source = "network"
url = "https://www.example.com/course?cid={clickid}"

[[traffic_channel]]
id = "push"

[[campaign]]
id = "summer"
channel = "push"
path = [{ offers = [{ offer = "course" }] }]

[[campaign.postback]]
id = "sales"
url = "https://push.example/log?key={ref_id}&price={payout_delta}"
updates = "every_change"
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let tracker = compile(&Document::from_toml(DOCUMENT)?, &CompileOptions::default())?;
    let mut tables = Tables::default();
    let at: Timestamp = "2026-04-23T15:00:00Z".parse()?;
    let (campaign, offer) = ("summer".parse()?, "course".parse()?);
    let (source, channel) = ("network".parse()?, "push".parse()?);
    let mut click = Click::new("c7d1f0a2".parse()?, at, campaign, offer, source, channel);
    click.ref_id = Some("RP1".into());
    tables.record(click);

    let source = tracker.source(None).ok_or("there is one source")?;
    let event = |query: &str| -> Result<Event, Box<dyn Error>> {
        let query = Query::parse(query.as_bytes())?;
        let (event, _) = source.postback(&query, Received { at, nonce: 0 }, &Credentials::default())?;
        Ok(event)
    };
    let first = event("clickid=c7d1f0a2&sum=40&eventid=e1")?;
    let second = event("clickid=c7d1f0a2&sum=15&eventid=e2")?;
    let third = event("clickid=c7d1f0a2&sum=5&eventid=e3")?;

    let mut out = std::io::stdout().lock();
    writeln!(out, "the first sale: {:?}", tables.take_in(&tracker, &first)?)?;
    writeln!(out, "the same message again: {:?}", tables.take_in(&tracker, &first)?)?;

    // Two events at once: the second is decided, and before it is written the third goes through.
    let facts = tables.facts(&Decision::new(&tracker).needs(&second));
    let stale = Decision::new(&tracker).decide(&second, &facts, at)?;
    writeln!(out, "another sale: {:?}", tables.take_in(&tracker, &third)?)?;
    writeln!(out, "a decision on old facts: {:?}", tables.commit(&stale.commit))?;
    writeln!(
        out,
        "the same event, decided again: {:?}",
        tables.take_in(&tracker, &second)?
    )?;

    for made in tables.conversions.values() {
        let sum = made.sum.map(|sum| sum.to_string()).unwrap_or_default();
        writeln!(out, "one conversion of {} events: {sum}", made.count)?;
    }
    let mut requests: Vec<String> = tables.outbox.values().map(|row| row.outbound.url.to_string()).collect();
    requests.sort();
    for request in requests {
        writeln!(out, "to be sent: {request}")?;
    }
    Ok(())
}
