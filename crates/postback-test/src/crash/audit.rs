//! The end of a round: what is left is sent, and all that was promised is compared with what is
//! stored and with what the receiver was told.

use crate::child::{self, API_TOKEN, Running};
use crate::cycle::Round;
use crate::http::{Connection, Message};
use crate::ledger::{Promise, Sale};
use crate::load::send_again;
use crate::receiver::{Receiver, Told};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    thread,
    time::{Duration, Instant},
};

/// How far ahead the clock of the last server is: leases are over, and retries are due.
const AHEAD: i64 = 6 * 60 * 60;
/// How long it may take to send everything.
const DRAINED: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// The most rows of a page of the API.
const PAGE: usize = 1_000;
/// How many findings are told.
const TOLD: usize = 20;

/// What was audited.
#[derive(Debug, Default)]
pub(crate) struct Audited {
    /// How many sales were acknowledged; all of them are stored.
    pub(crate) promised: u64,
    /// How many conversions there are, and as many deliveries.
    pub(crate) conversions: u64,
    /// How many requests the receiver got.
    pub(crate) requests: u64,
}

impl Audited {
    pub(crate) fn add(&mut self, other: &Self) {
        self.promised += other.promised;
        self.conversions += other.conversions;
        self.requests += other.requests;
    }
}

/// Sends the rest, and audits everything.
pub(crate) fn audit(round: &Round<'_>, receiver: &Receiver) -> Result<Audited, String> {
    receiver.set_moody(false);
    let log = round.folder.join("last.log");
    let (server, address) = Running::start(&mut child::ahead(round.folder, AHEAD), log)?;
    send_again(address, &round.random, &round.ledger);
    let mut api = Api(Connection::open(address).map_err(|error| error.to_string())?);
    api.drain()?;
    let mut findings = round.ledger.findings();
    let stored = Stored {
        events: api.rows("events")?,
        conversions: api.rows("conversions")?,
        deliveries: api.rows("deliveries")?,
    };
    drop((api, server));
    let (sales, told) = (round.ledger.sales(), receiver.take());
    stored.check(&sales, &told, &mut findings);
    if findings.is_empty() {
        let promised = sales.values().filter(|sale| sale.promise != Promise::Nothing).count();
        return Ok(Audited {
            promised: promised as u64,
            conversions: stored.conversions.len() as u64,
            requests: told.values().map(|told| told.requests).sum(),
        });
    }
    let count = findings.len();
    findings.truncate(TOLD);
    Err(format!("{count} findings:\n  {}", findings.join("\n  ")))
}

/// The API of the last server.
struct Api(Connection);

impl Api {
    fn get(&mut self, target: &str) -> Result<Value, String> {
        let message = Message {
            token: Some(API_TOKEN),
            ..Message::get(target)
        };
        let answer = self.0.send(&message).map_err(|error| format!("{target}: {error}"))?;
        Ok(answer.json())
    }

    /// Waits until nothing waits: no delivery, no line of the journal, no event for its click.
    fn drain(&mut self) -> Result<(), String> {
        let until = Instant::now() + DRAINED;
        loop {
            let mut waiting = Vec::new();
            for list in [
                "deliveries?state=queued",
                "deliveries?state=accepted",
                "events?outcome=unattributed",
            ] {
                let page = self.get(&format!("/api/{list}&limit=1"))?;
                waiting.extend(page["items"].as_array().into_iter().flatten().cloned());
            }
            let health = self.get("/readyz")?;
            let lines = &health["checks"]["journal"]["waiting"];
            if waiting.is_empty() && *lines == 0 {
                return Ok(());
            }
            if Instant::now() >= until {
                return Err(format!(
                    "after {DRAINED:?} there wait: {waiting:?}, and {lines} lines of the journal"
                ));
            }
            thread::sleep(LOOK_EVERY);
        }
    }

    /// All rows of a list, page by page.
    fn rows(&mut self, list: &str) -> Result<Vec<Value>, String> {
        let (mut rows, mut after) = (Vec::new(), String::new());
        loop {
            let mut page = self.get(&format!("/api/{list}?limit={PAGE}&after={after}"))?;
            let items = page["items"].as_array_mut().ok_or(format!("no {list}"))?;
            rows.append(items);
            match page["next"].as_str() {
                Some(next) => after = next.to_owned(),
                None => return Ok(rows),
            }
        }
    }
}

/// All that is stored.
struct Stored {
    events: Vec<Value>,
    conversions: Vec<Value>,
    deliveries: Vec<Value>,
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The sale of a row: its receipt, or the id that its network gave it.
fn name(event: &Value) -> &str {
    let receipt = text(event, "/receipt");
    if receipt.is_empty() {
        text(event, "/event_id")
    } else {
        receipt
    }
}

impl Stored {
    fn check(&self, sales: &BTreeMap<String, Sale>, told: &BTreeMap<String, Told>, findings: &mut Vec<String>) {
        self.events_are_once(sales, findings);
        let conversions = self.conversions_are_right(sales, findings);
        let deliveries = self.deliveries_are_sent(findings);
        for (event, id) in &conversions {
            let expected = deliveries.get(id).cloned().unwrap_or_default();
            let Some(told) = told.get(*event) else {
                findings.push(format!("the receiver was not told of {event}"));
                continue;
            };
            if told.ids != expected || expected.len() != 1 || told.prices.len() != 1 {
                findings.push(format!(
                    "the receiver was told of {event} {told:?}, deliveries {expected:?}"
                ));
            }
        }
        for event in told.keys().filter(|event| !conversions.contains_key(event.as_str())) {
            findings.push(format!("the receiver was told of {event}, which is no conversion"));
        }
    }

    fn events_are_once(&self, sales: &BTreeMap<String, Sale>, findings: &mut Vec<String>) {
        let mut seen = BTreeSet::new();
        for row in &self.events {
            let event = name(&row["event"]);
            if row["outcome"] != "applied" || !seen.insert(event) {
                findings.push(format!("event {event} is there twice or not applied: {row}"));
            }
        }
        let promised = sales.values().filter(|sale| sale.promise != Promise::Nothing);
        for sale in promised.filter(|sale| !seen.contains(sale.event.as_str())) {
            findings.push(format!(
                "event {} was acknowledged ({:?}) and is lost",
                sale.event, sale.promise
            ));
        }
    }

    /// Returns the ids of the conversions by sale.
    fn conversions_are_right(
        &self,
        sales: &BTreeMap<String, Sale>,
        findings: &mut Vec<String>,
    ) -> BTreeMap<&str, &str> {
        let mut seen = BTreeMap::new();
        for row in &self.conversions {
            let event = name(&row["shown"]);
            if seen.insert(event, text(row, "/id")).is_some() {
                findings.push(format!("{event} is a conversion twice"));
            }
            let amount = text(row, "/shown/sum/amount");
            let expected = sales.get(event).map(|sale| sale.amount.as_str());
            if expected != Some(amount) {
                findings.push(format!("{event} has the amount {amount}, and {expected:?} was sent"));
            }
        }
        if self.events.len() != self.conversions.len() {
            let (events, conversions) = (self.events.len(), self.conversions.len());
            findings.push(format!("{events} events are {conversions} conversions"));
        }
        seen
    }

    /// Returns the ids of the deliveries by conversion.
    fn deliveries_are_sent(&self, findings: &mut Vec<String>) -> BTreeMap<&str, BTreeSet<String>> {
        let mut seen: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for row in &self.deliveries {
            if row["state"] != "delivered" {
                findings.push(format!("a delivery is not delivered: {row}"));
            }
            let of_one = seen.entry(text(row, "/conversion")).or_default();
            of_one.insert(text(row, "/id").to_owned());
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    impl Stored {
        fn clear(&mut self) {
            self.events.clear();
            self.conversions.clear();
            self.deliveries.clear();
        }
    }

    /// A sale that was acknowledged, stored and told once.
    fn sound() -> (Stored, BTreeMap<String, Sale>, BTreeMap<String, Told>) {
        let stored = Stored {
            events: vec![json!({"event": {"event_id": "E1"}, "outcome": "applied"})],
            conversions: vec![json!({"id": "c1", "shown": {"event_id": "E1", "sum": {"amount": "1.05"}}})],
            deliveries: vec![json!({"id": "d1", "conversion": "c1", "state": "delivered"})],
        };
        let sale = Sale {
            event: "E1".into(),
            amount: "1.05".into(),
            message: Message::get("/"),
            promise: Promise::Stored,
            applied: 1,
        };
        let told = Told {
            ids: ["d1".to_owned()].into(),
            prices: ["1.05".to_owned()].into(),
            requests: 2,
        };
        (stored, [("E1".into(), sale)].into(), [("E1".into(), told)].into())
    }

    /// What is found after a change.
    fn found(change: impl FnOnce(&mut Stored, &mut BTreeMap<String, Sale>, &mut BTreeMap<String, Told>)) -> String {
        let (mut stored, mut sales, mut told) = sound();
        change(&mut stored, &mut sales, &mut told);
        let mut findings = Vec::new();
        stored.check(&sales, &told, &mut findings);
        findings.join("\n")
    }

    #[test]
    fn of_what_is_sound_nothing_is_found() {
        assert_eq!(found(|_, _, _| {}), "");
        assert_eq!(
            found(|stored, _, told| {
                stored.clear();
                told.clear();
            }),
            "event E1 was acknowledged (Stored) and is lost"
        );
        assert_eq!(
            found(|stored, sales, told| {
                stored.clear();
                told.clear();
                sales.get_mut("E1").unwrap().promise = Promise::Nothing;
            }),
            "",
            "of what was not acknowledged nothing need be there"
        );
    }

    #[test]
    fn what_is_doubled_is_found() {
        let twice = |rows: &mut Vec<Value>| rows.push(rows[0].clone());
        assert!(found(|stored, _, _| twice(&mut stored.events)).contains("event E1 is there twice"));
        assert!(found(|stored, _, _| twice(&mut stored.conversions)).contains("E1 is a conversion twice"));
        let second = json!({"id": "d2", "conversion": "c1", "state": "delivered"});
        assert!(found(|stored, _, _| stored.deliveries.push(second)).contains("the receiver was told of E1"));
        let another = |told: &mut BTreeMap<String, Told>| told.get_mut("E1").unwrap().ids.insert("d2".into());
        assert!(found(|_, _, told| assert!(another(told))).contains("the receiver was told of E1"));
    }

    #[test]
    fn what_is_wrong_or_not_sent_is_found() {
        let of_another_amount = found(|stored, _, _| stored.conversions[0]["shown"]["sum"]["amount"] = "2".into());
        assert!(of_another_amount.contains("E1 has the amount 2"), "{of_another_amount}");
        assert!(found(|stored, _, _| stored.deliveries[0]["state"] = "queued".into()).contains("is not delivered"));
        assert!(found(|_, _, told| told.clear()).contains("the receiver was not told of E1"));
        assert!(found(|_, sales, _| sales.clear()).contains("E1 has the amount 1.05, and None was sent"));
        let unknown = found(|_, _, told| drop(told.insert("E2".into(), Told::default())));
        assert!(unknown.contains("E2, which is no conversion"), "{unknown}");
    }
}
