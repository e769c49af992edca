//! What the tests share: a small account, a store in memory, and short texts for what came of it.

use postback::compile::{CompileOptions, compile};
use postback::config::Document;
use postback::decide::{Mark, Plan, Reply, mark};
use postback::delivery::DeliveryRow;
use postback::drive::{attribute, ingest_with_plan};
use postback::event::{Event, Received};
use postback::memory::MemoryStore;
use postback::model::{Click, Conversion, Revenue};
use postback::outbound::{Hole, HoledText, Part};
use postback::plan::{EventRow, Outcome, Reason, RuleVerdict};
use postback::port::{ConversionFilter, DeliveryFilter, EventFilter, Inspect, PageRequest, Store};
use postback::tracker::{Credentials, Tracker};
use postback::value::{ClickId, Query, Secret, Timestamp};
use serde_json::{Value, json};
use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// When the clicks of the tests happened: 2026-04-01T00:00:00Z.
pub const CLICK_TIME: i64 = 1_775_001_600;

/// The time so many seconds after the click.
pub fn after(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(CLICK_TIME + seconds).unwrap()
}

/// Nothing in memory waits, so one poll is enough.
pub fn block_on<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a store in memory answers at once"),
    }
}

/// An account with a network of postbacks (`net`), ClickBank's notifications (`clickbank`) and a
/// second network (`other`), one campaign and one postback without types and statuses.
pub fn document() -> Value {
    json!({
        "version": 1,
        "currency": "USD",
        "conversion_type": [
            {"name": "Purchase", "default": true, "counts": "sale"},
            {"name": "Lead", "counts": "sale"},
            {"name": "Upsell", "counts": "revenue"},
            {"name": "Rebill", "counts": "revenue"},
            {"name": "Refund", "counts": "reversal"},
            {"name": "Chargeback", "counts": "reversal"},
            {"name": "InitiateCheckout", "counts": "step"},
            {"name": "CancelRebill", "counts": "info"},
        ],
        "offer_source": [
            {"id": "net", "default": true, "names": {"time": "time"}},
            {
                "id": "clickbank",
                "template": "clickbank-ins",
                "account_role": "vendor",
                "secrets": ["env:CLICKBANK_SECRET"],
                "events": {
                    "SALE": "Purchase",
                    "UPSELL": "Upsell",
                    "BILL": "Rebill",
                    "RFND": "Refund",
                    "CGBK": "Chargeback",
                    "INSF": "Chargeback",
                    "CANCEL-REBILL": "CancelRebill",
                    "UNCANCEL-REBILL": "",
                    "TEST_SALE": "Purchase",
                },
            },
            {"id": "other"},
        ],
        "offer": [
            {"id": "offer", "source": "net", "url": "https://offer.example/?subid={clickid}"},
            {"id": "product", "source": "clickbank", "url": "https://v.pay.clickbank.net/?cbitems=1&vtid={clickid}"},
            {"id": "elsewhere", "source": "other", "url": "https://other.example/?subid={clickid}"},
        ],
        "traffic_channel": [{
            "id": "push",
            "currency": "USD",
            "parameter": [{"slot": "ref_id", "name": "ref_id", "macro": "[CLICK_ID]"}],
        }],
        "campaign": [{
            "id": "summer",
            "channel": "push",
            "path": [{"offers": [{"offer": "offer"}]}],
            "postback": [{"id": "all", "url": "https://push.example/log?key={ref_id}&price={payout}"}],
        }],
    })
}

/// The document with a change.
pub fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut document = document();
    change(&mut document);
    document
}

/// The document with another only postback of the campaign; its id is `p` and its URL ends in what
/// it tells.
pub fn with_postback(postback: Value) -> Value {
    with(|document| {
        let mut row = json!({"id": "p", "url": "https://push.example/log?key={ref_id}&type={type}&price={payout}"});
        row.as_object_mut()
            .unwrap()
            .extend(postback.as_object().unwrap().clone());
        document["campaign"][0]["postback"] = json!([row]);
    })
}

/// The document with a source's or a type's own policy.
pub fn with_policy(source: &str, types: &[(&str, &str)]) -> Value {
    with(|document| {
        document["offer_source"][0]["duplicates"] = source.into();
        for row in document["conversion_type"].as_array_mut().unwrap() {
            for (name, policy) in types {
                if row["name"] == *name {
                    row["duplicates"] = (*policy).into();
                }
            }
        }
    })
}

/// A tracker with its store.
pub struct World {
    pub tracker: Tracker,
    pub store: MemoryStore,
    pub credentials: Credentials,
    arrivals: Cell<u64>,
}

impl World {
    /// The account with the clicks `c1` (to `net`), `cb` (to `clickbank`) and `foreign` (to
    /// `other`).
    pub fn new(document: &Value) -> Self {
        let world = Self::without_clicks(document);
        for id in ["c1", "cb", "foreign"] {
            world.record(&click(id));
        }
        world
    }

    pub fn without_clicks(document: &Value) -> Self {
        let tracker = tracker(document);
        let secrets = tracker.inbound_references();
        let secrets = secrets
            .into_iter()
            .map(|name| (name.to_owned(), Secret::from("SECRETSECRET1234")));
        let credentials = Credentials::new(&tracker, &secrets.collect()).unwrap();
        Self {
            tracker,
            store: MemoryStore::new(),
            credentials,
            arrivals: Cell::new(0),
        }
    }

    /// The same store under another configuration.
    pub fn reconfigured(self, document: &Value) -> Self {
        Self {
            tracker: tracker(document),
            ..self
        }
    }

    pub fn record(&self, click: &Click) {
        block_on(self.store.record(std::slice::from_ref(click))).unwrap();
    }

    /// What a postback to `net` makes. `time=@60` is a minute after the click; without a time it is
    /// the arrival, an hour after the click and later each time.
    pub fn postback_event(&self, query: &str) -> Event {
        self.postback_to("net", query)
    }

    pub fn postback_to(&self, source: &str, query: &str) -> Event {
        let query = match query.split_once("time=@") {
            Some((head, tail)) => {
                let (seconds, rest) = tail.split_at(tail.find('&').unwrap_or(tail.len()));
                format!("{head}time={}{rest}", after(seconds.parse().unwrap()).unix_seconds())
            }
            None => query.to_owned(),
        };
        let source = self.tracker.source(Some(source)).unwrap();
        let query = Query::parse(query.as_bytes()).unwrap();
        source.postback(&query, self.received(), &self.credentials).unwrap().0
    }

    pub fn notification_event(&self, text: &str) -> Event {
        let notification = postback::clickbank::ins::Notification::parse(text.as_bytes()).unwrap();
        let source = self.tracker.source(Some("clickbank")).unwrap();
        source.event(&notification, self.received(), &self.credentials).unwrap()
    }

    fn received(&self) -> Received {
        let nonce = self.arrivals.get() + 1;
        self.arrivals.set(nonce);
        Received {
            at: after(3_600 + nonce as i64),
            nonce,
        }
    }

    pub fn ingest(&self, event: &Event) -> (Reply, Option<Plan>) {
        block_on(ingest_with_plan(&self.tracker, &self.store, event, event.received_at)).unwrap()
    }

    /// Takes a postback to `net` in and says what is answered: `applied`, or `ignored: duplicate`.
    pub fn postback(&self, query: &str) -> String {
        answer(self.ingest(&self.postback_event(query)).0)
    }

    /// Takes a postback to `net` in and gives its plan.
    pub fn plan(&self, query: &str) -> Plan {
        self.ingest(&self.postback_event(query)).1.unwrap()
    }

    /// Takes a notification in and says what is answered.
    pub fn notify(&self, text: &str) -> String {
        answer(self.ingest(&self.notification_event(text)).0)
    }

    pub fn attribute(&self) -> u64 {
        block_on(attribute(&self.tracker, &self.store, None, after(7_200)))
            .unwrap()
            .resolved
    }

    /// Every conversion by time.
    pub fn conversions(&self) -> Vec<Conversion> {
        let page = block_on(
            self.store
                .conversions(&ConversionFilter::default(), &PageRequest::first(1_000)),
        )
        .unwrap();
        let mut items = page.items;
        items.sort_by_key(|row| (row.shown.at, row.id.clone()));
        items
    }

    /// Every conversion in a line: type, status, sum, revenue (in brackets what does not count).
    pub fn told(&self) -> Vec<String> {
        self.conversions().iter().map(line).collect()
    }

    /// Every event by id.
    pub fn events(&self) -> Vec<EventRow> {
        let page = block_on(self.store.events(&EventFilter::default(), &PageRequest::first(1_000))).unwrap();
        let mut items = page.items;
        items.sort_by_key(|row| row.event.id.clone());
        items
    }

    /// The outcome of the only event, or of the one with a receipt.
    pub fn outcome(&self, receipt: Option<&str>) -> (Outcome, Option<Reason>) {
        let events = self.events();
        let mut found = events.iter().filter(|row| {
            receipt.is_none_or(|wanted| row.event.receipt.as_ref().is_some_and(|r| r.as_str() == wanted))
        });
        let row = found.next().unwrap();
        assert!(found.next().is_none(), "there is more than one");
        (row.outcome, row.reason)
    }

    pub fn deliveries(&self) -> Vec<DeliveryRow> {
        let page = block_on(
            self.store
                .deliveries(&DeliveryFilter::default(), &PageRequest::first(1_000)),
        )
        .unwrap();
        let mut items = page.items;
        items.reverse();
        items
    }

    /// The queries of the postbacks to be sent, in the order in which they were decided.
    pub fn sent(&self) -> Vec<String> {
        let rows = self.deliveries();
        let urls = rows.iter().map(|row| text(&row.delivery.outbound.url));
        urls.map(|url| url.split_once('?').unwrap().1.to_owned()).collect()
    }

    /// The marks of a click's conversions by time.
    pub fn marks(&self, id: &str) -> Vec<Mark> {
        let slots = block_on(self.store.slots(&click_id(id))).unwrap();
        self.conversions()
            .iter()
            .filter(|row| row.click.as_str() == id)
            .map(|row| mark(row, &slots))
            .collect()
    }

    /// All revenue that counts, as an exact text.
    pub fn revenue(&self) -> String {
        let counted = self.conversions().into_iter().filter_map(|row| match row.revenue {
            Revenue::Counted { money } => Some(money.amount),
            _ => None,
        });
        counted
            .fold(postback::value::Amount::ZERO, |sum, amount| {
                sum.checked_add(amount).unwrap()
            })
            .to_string()
    }
}

pub fn tracker(document: &Value) -> Tracker {
    let document = Document::from_json(&document.to_string()).unwrap();
    compile(&document, &CompileOptions::new("test".parse().unwrap())).unwrap_or_else(|problems| panic!("{problems}"))
}

pub fn click_id(id: &str) -> ClickId {
    ClickId::new(id).unwrap()
}

/// A click of the campaign: ids that begin with `cb` go to ClickBank's offer, `foreign` to the
/// other network's.
pub fn click(id: &str) -> Click {
    let (offer, source) = match id {
        "foreign" => ("elsewhere", "other"),
        id if id.starts_with("cb") => ("product", "clickbank"),
        _ => ("offer", "net"),
    };
    let mut click = Click::new(
        click_id(id),
        after(0),
        "summer".parse().unwrap(),
        offer.parse().unwrap(),
        source.parse().unwrap(),
        "push".parse().unwrap(),
    );
    click.ref_id = Some(format!("ref-{id}"));
    click
}

/// A notification so many seconds after the click. `members` are further members of the object.
pub fn notification(kind: &str, receipt: &str, seconds: i64, amount: &str, members: &str) -> String {
    let time: String = after(seconds)
        .to_string()
        .chars()
        .filter(|c| !matches!(c, '-' | ':' | 'Z'))
        .collect();
    let comma = if members.is_empty() { "" } else { "," };
    format!(
        r#"{{"transactionTime":"{time}+0000","receipt":"{receipt}","transactionType":"{kind}","role":"VENDOR",
           "totalAccountAmount":{amount},"version":8.0{comma}{members}}}"#
    )
}

/// The member that carries a click id.
pub const TRACKED: &str = r#""trackingCodes":["cb"]"#;

pub fn answer(reply: Reply) -> String {
    match reply.reason {
        Some(reason) => format!("{}: {reason}", reply.outcome),
        None => reply.outcome.to_string(),
    }
}

pub fn line(conversion: &Conversion) -> String {
    let sum = conversion.sum.map_or("none".into(), |money| money.to_string());
    let revenue = match conversion.revenue {
        Revenue::Counted { money } => money.to_string(),
        Revenue::NotCounted { money } => format!("({money})"),
        Revenue::Nothing => "nothing".into(),
        Revenue::NoRate => "no rate".into(),
        _ => "?".into(),
    };
    format!(
        "{} {} {sum} {revenue}",
        conversion.shown.type_name, conversion.shown.status
    )
}

/// A text with its holes named.
pub fn text(holed: &HoledText) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        Part::Hole(Hole::Private { field, .. }) => format!("<{field}>"),
        Part::Hole(Hole::Secret { reference, .. }) => format!("<{reference}>"),
        Part::Hole(_) => "<hole>".into(),
    };
    holed.0.iter().map(part).collect()
}

/// What each rule said of an event, as in `p: fired`, `p: failed on types statuses`.
pub fn verdicts(plan: &Plan) -> Vec<String> {
    let said = plan.trace.rules.iter().map(|rule| match &rule.verdict {
        RuleVerdict::Fired => format!("{}: fired", rule.postback),
        RuleVerdict::AlreadyFired => format!("{}: already fired", rule.postback),
        RuleVerdict::NotOnUpdate => format!("{}: not on update", rule.postback),
        RuleVerdict::NotRendered(why) => format!("{}: not rendered: {why}", rule.postback),
        RuleVerdict::Failed(answer) => {
            let failed: Vec<&str> = answer.failed().map(|condition| condition.as_str()).collect();
            format!("{}: failed on {}", rule.postback, failed.join(" "))
        }
    });
    said.collect()
}
