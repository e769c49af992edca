//! A host with its own storage and without async: `needs`, read, `decide`, write. The maps below
//! stand for tables, and `commit` for a transaction of your database.
//! `cargo run --example own_storage`
//!
//! The page of `postback::port::Store` has the rules for a store. A host that implements that trait
//! can test itself with the suite in `postback::conformance`.

use postback::delivery::{Cause, Delivery, Progress};
use postback::intake::{Caller, Intake};
use postback::plan::{
    ClickFacts, Commit, Committed, EventRow, GuardKey, Outcome, PointReads, ReceiptFacts, ReceiptRecord, Reported,
    Standing, Tally, Write,
};
use postback::value::{ClickId, ConversionId, DeliveryId, EventId, OfferSourceId, Receipt};
use postback::{
    Click, CompileOptions, Conversion, Credentials, Decision, Document, Event, Facts, Received, Timestamp, Tracker,
    compile,
};
use std::collections::{BTreeMap, BTreeSet};
use std::{convert::Infallible, error::Error, io::Write as _};

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
    tallies: BTreeMap<(ClickId, String), Tally>,
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

    /// One transaction: the identity first, then what became of events so far, then the guards;
    /// then everything is written.
    fn commit(&mut self, commit: &Commit) -> Committed {
        if commit.identity.as_ref().is_some_and(|id| self.events.contains_key(id)) {
            return Committed::Duplicate;
        }
        let stands =
            |known: &Standing| matches!(self.events.get(&known.event), Some(row) if row.outcome == known.outcome);
        let mut guards = commit.guards.iter();
        if !commit.standing.iter().all(stands) || !guards.all(|guard| self.version(&guard.key) == guard.version) {
            return Committed::Conflict;
        }
        for guard in &commit.guards {
            self.raise(&guard.key);
        }
        for write in &commit.writes {
            match write.clone() {
                Write::Event(row) => drop(self.events.insert(row.event.id.clone(), row)),
                Write::Conversion(row) => drop(self.conversions.insert(row.id.clone(), row)),
                Write::Tally(row) => drop(self.tallies.insert((row.click.clone(), row.key.column()), row)),
                Write::Receipt(row) => drop(self.receipts.insert((row.source.clone(), row.receipt.clone()), row)),
                // Kept by hosts that replay decisions, and that retry what was refused.
                Write::Configuration(_) | Write::Refused { .. } => {}
            }
        }
        for delivery in &commit.outbox {
            self.outbox
                .entry(delivery.id.clone())
                .or_insert_with(|| delivery.clone());
        }
        // Nothing has left yet, so what a refund withdraws is simply gone.
        for withdrawal in &commit.withdrawals {
            self.outbox.remove(&withdrawal.delivery);
        }
        Committed::Applied
    }

    /// Reads, decides and writes until no other event of the same click was faster.
    fn take_in(&mut self, tracker: &Tracker, event: &Event) -> Result<Committed, Box<dyn Error>> {
        for _ in 0..MAX_ROUNDS {
            let facts = Facts::read(self, &Decision::new(tracker).needs(event))?;
            let plan = Decision::new(tracker).decide(event, &facts, event.received_at)?;
            match self.commit(&plan.commit) {
                Committed::Conflict => {}
                done => return Ok(done),
            }
        }
        Err(format!("other events of the click were faster {MAX_ROUNDS} times").into())
    }
}

/// What a decision reads. Absence is an answer too, with version 0.
impl PointReads for Tables {
    type Error = Infallible;

    fn outcome(&self, event: &EventId) -> Result<Option<Outcome>, Infallible> {
        Ok(self.events.get(event).map(|row| row.outcome))
    }

    fn receipt(&self, source: &OfferSourceId, receipt: &Receipt) -> Result<ReceiptFacts, Infallible> {
        Ok(ReceiptFacts {
            version: self.version(&GuardKey::Receipt(source.clone(), receipt.clone())),
            record: self.receipts.get(&(source.clone(), receipt.clone())).cloned(),
        })
    }

    fn waiting(&self, source: &OfferSourceId, receipt: &Receipt, limit: usize) -> Result<Vec<Event>, Infallible> {
        let waits = |row: &&EventRow| row.outcome == Outcome::Unattributed && row.event.source == *source;
        let follows = |row: &&EventRow| row.event.waits_by().iter().flatten().any(|known| known == receipt);
        let found = self.events.values().filter(waits).filter(follows);
        Ok(found.take(limit).map(|row| Event::clone(&row.event)).collect())
    }

    fn told(&self, click: &ClickId, keys: &BTreeSet<Receipt>) -> Result<Vec<EventRow>, Infallible> {
        let counts = |row: &&EventRow| row.outcome == Outcome::Applied && row.click.as_ref() == Some(click);
        let names = |row: &&EventRow| row.event.keys().iter().flatten().any(|key| keys.contains(key));
        let found = self.events.values().filter(counts).filter(names);
        Ok(found.cloned().collect())
    }

    fn conversion(&self, conversion: &ConversionId) -> Result<Option<Conversion>, Infallible> {
        Ok(self.conversions.get(conversion).cloned())
    }

    fn click(&self, id: &ClickId) -> Result<ClickFacts, Infallible> {
        let tallies = self.tallies.iter().filter(|((click, _), _)| click == id);
        Ok(ClickFacts {
            version: self.version(&GuardKey::Click(id.clone())),
            click: self.clicks.get(id).cloned(),
            tallies: tallies.map(|(_, tally)| tally.clone()).collect(),
        })
    }

    /// Nothing is sent here, so all that ad platforms are told is still to be sent.
    fn reported(&self, click: &ClickId) -> Result<Vec<Reported>, Infallible> {
        let tells = |delivery: &&Delivery| matches!(delivery.cause, Cause::ConversionApi { .. });
        let its = self
            .outbox
            .values()
            .filter(|delivery| delivery.cause.click() == Some(click));
        let reported = its.filter(tells).map(|delivery| Reported {
            delivery: delivery.clone(),
            progress: Progress::Unsent,
        });
        Ok(reported.collect())
    }
}

/// The postback of the campaign in `shop.toml`.
const POSTBACK: &str = r#"
[[campaign.postback]]
id = "sales"
url = "https://push.example/log?key={ref_id}&price={payout_delta}"
updates = "every_change"
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let document = [include_str!("shop.toml"), POSTBACK].concat();
    let tracker = compile(&Document::from_toml(&document)?, &CompileOptions::default())?;
    let mut tables = Tables::default();
    let at: Timestamp = "2026-04-23T15:00:00Z".parse()?;
    let (campaign, offer) = ("summer".parse()?, "course".parse()?);
    let (source, channel) = ("network".parse()?, "push".parse()?);
    let mut click = Click::new("c7d1f0a2".parse()?, at, campaign, offer, source, channel);
    click.ref_id = Some("RP1".into());
    tables.record(click);

    let source = tracker.source(None).ok_or("there is one source")?;
    let credentials = Credentials::default();
    let event = |query: &str| -> Result<Event, Box<dyn Error>> {
        let intake = Intake::new(source, &credentials, Received { at, nonce: 0 });
        Ok(intake.postback(&Caller::default(), query.as_bytes())?)
    };
    let first = event("clickid=c7d1f0a2&sum=40&eventid=e1")?;
    let second = event("clickid=c7d1f0a2&sum=15&eventid=e2")?;
    let third = event("clickid=c7d1f0a2&sum=5&eventid=e3")?;

    let mut out = std::io::stdout().lock();
    writeln!(out, "the first sale: {:?}", tables.take_in(&tracker, &first)?)?;
    writeln!(out, "the same message again: {:?}", tables.take_in(&tracker, &first)?)?;

    // Two events at once: the second is decided, and before it is written the third goes through.
    let facts = Facts::read(&tables, &Decision::new(&tracker).needs(&second))?;
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
