//! A whole decision: an event and the rows that it touches, twenty rules, two postbacks that fire,
//! with ids, writes, guards and the trace.
//!
//! The rival is what the same afternoon would bring without the crate: parameters in a
//! `HashMap<String, String>`, rules of strings that are compared one by one, `Url` for the request,
//! `sha2` for the ids, `rust_decimal` for the money and a sentence for each rule.

#![expect(
    clippy::disallowed_types,
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a corpus that cannot be made must stop the bench, and the rival is written as one would"
)]

mod composition;
mod plain;
pub mod rows;

use plain::{PlainCase, PlainTracker};
use postback::compile::compile;
use postback::intake::Intake;
use postback::plan::{ClickFacts, Commit, Write};
use postback::value::{ClickId, Shared};
use postback::{
    Click, CompileOptions, Credentials, Decision, Document, Event, Facts, Query, Received, Timestamp, Tracker,
};
use serde_json::{Value, json};

/// How many events the corpus has: more than the branch predictor learns by heart, few enough to
/// stay in the cache.
pub const CASES: usize = 300;
/// The rules of the campaign.
pub const RULES: usize = 20;

/// 2026-04-01T00:00:00Z.
const CLICKED: i64 = 1_775_001_600;
/// The types of the campaign's rules, with their policies.
const TYPES: [(&str, &str, &str); 5] = [
    ("Purchase", "sale", "create_marked"),
    ("Lead", "sale", "ignore"),
    ("Upsell", "revenue", "create"),
    ("Trial", "sale", "increment"),
    ("Renewal", "revenue", "ignore_event_id"),
];
const COUNTRIES: [&str; 4] = ["US", "DE", "BR", "JP"];
/// What the rival prints into a request and the crate does too: no space, `*` or `~`, which a form
/// writes otherwise than a URL.
const REFERENCES: [&str; 4] = ["wq8f-17", "id|7/x", "b=1&c=2", "kl:9,z"];

/// Events with what is known of their clicks, for the crate and for the rival.
#[derive(Debug)]
pub struct Corpus {
    tracker: Tracker,
    plain: PlainTracker,
    cases: Vec<(Case, PlainCase)>,
}

#[derive(Debug)]
struct Case {
    /// The postback's query string.
    text: String,
    event: Shared<Event>,
    facts: Facts,
    now: Timestamp,
}

/// The corpus; the same each time.
impl Default for Corpus {
    fn default() -> Self {
        let document = document();
        let text = document.to_string();
        let compiled = compile(
            &Document::from_json(&text).expect("the document is well-formed"),
            &CompileOptions::new("bench".parse().expect("a namespace")),
        );
        let tracker = compiled.unwrap_or_else(|problems| panic!("{problems}"));
        let cases = (0..CASES).map(|number| case(&tracker, number)).collect();
        Self {
            plain: PlainTracker::new(&document),
            tracker,
            cases,
        }
    }
}

impl Corpus {
    /// How many cases there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Never.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// What is to be read and what is decided, in one number that depends on both.
    #[must_use]
    pub fn decide(&self, index: usize) -> usize {
        let Some((case, _)) = self.cases.get(index) else {
            return 0;
        };
        let needs = Decision::new(&self.tracker).needs(&case.event);
        let plan = Decision::new(&self.tracker).decide(&case.event, &case.facts, case.now);
        plan.map_or(0, |plan| {
            needs.clicks.len() + plan.commit.writes.len() + plan.commit.outbox.len() + plan.trace.rules.len()
        })
    }

    /// The message of a case as an event: its query string is read and given its meaning.
    #[must_use]
    pub fn read(&self, index: usize) -> Option<Event> {
        let (case, _) = self.cases.get(index)?;
        read(&self.tracker, &case.text, case.now)
    }

    /// What is to be written for a case.
    #[must_use]
    pub fn commit(&self, index: usize) -> Option<Commit> {
        let (case, _) = self.cases.get(index)?;
        let plan = Decision::new(&self.tracker).decide(&case.event, &case.facts, case.now);
        Some(plan.ok()?.commit)
    }

    /// From the message of a case to its rows, as a store is given them: how many bytes they have.
    #[must_use]
    pub fn whole(&self, index: usize) -> Option<usize> {
        let (case, _) = self.cases.get(index)?;
        let event = Shared::from(read(&self.tracker, &case.text, case.now)?);
        let plan = Decision::new(&self.tracker).decide(&event, &case.facts, case.now);
        rows::ours(&plan.ok()?.commit)
    }

    /// The same of the rival.
    #[must_use]
    pub fn plain(&self, index: usize) -> usize {
        let Some((_, case)) = self.cases.get(index) else {
            return 0;
        };
        let needs = self.plain.needs(&case.event);
        let decision = self.plain.decide(&case.event, &case.facts, case.now);
        needs.len() + decision.conversions.len() + decision.outbox.len() + decision.trace.len()
    }

    #[cfg(test)]
    fn both(&self, index: usize) -> (postback::Plan, plain::PlainDecision) {
        let (case, plain) = &self.cases[index];
        let plan = Decision::new(&self.tracker).decide(&case.event, &case.facts, case.now);
        (
            plan.expect("its source is configured"),
            self.plain.decide(&plain.event, &plain.facts, plain.now),
        )
    }
}

/// Twenty rules: for each type one for approved, one for pending, one for every status from a
/// payout of 1 on, and one for a country.
fn document() -> Value {
    let types: Vec<Value> = TYPES
        .iter()
        .map(|(name, counts, duplicates)| json!({"name": name, "counts": counts, "duplicates": duplicates, "default": *name == "Purchase"}))
        .collect();
    let log = "https://us.ahows.example/log?action=conversion&key={ref_id}&price={payout}";
    let full = "https://trk.push.example/pb?cid={ref_id}&payout={payout}&type={type}&status={status}&zone={sub1}&ad={sub2}&tid={event_id}";
    let rules = TYPES.iter().flat_map(|(name, ..)| {
        let id = name.to_ascii_lowercase();
        [
            json!({"id": format!("{id}-approved"), "types": [name], "statuses": ["approved"], "payout": {"percent": "80"}, "url": log}),
            json!({"id": format!("{id}-pending"), "types": [name], "statuses": ["pending"], "payout": {"fixed": "2.5"}, "url": log}),
            json!({"id": format!("{id}-paid"), "types": [name], "min_payout": "1", "require": ["sub1"], "payout": {"percent": "62.5"}, "url": full}),
            json!({"id": format!("{id}-canada"), "types": [name], "statuses": ["approved", "pending"], "where": {"country": "CA"}, "url": log}),
        ]
    });
    json!({
        "version": 1,
        "currency": "USD",
        "conversion_type": types,
        "offer_source": [{"id": "net", "default": true, "statuses": {"confirmed": "approved", "hold": "pending"}}],
        "offer": [{"id": "offer", "title": "An offer", "source": "net", "url": "https://offer.example/?subid={clickid}"}],
        "traffic_channel": [{
            "id": "push",
            "title": "Push",
            "parameter": [
                {"slot": "ref_id", "name": "ref_id", "macro": "[CLICK_ID]", "required": true},
                {"slot": "sub1", "name": "zone", "macro": "[ZONE]"},
                {"slot": "sub2", "name": "ad", "macro": "[AD]"},
            ],
        }],
        "campaign": [{
            "id": "summer",
            "title": "Summer",
            "channel": "push",
            "path": [{"offers": [{"offer": "offer"}]}],
            "postback": rules.collect::<Vec<Value>>(),
        }],
    })
}

fn time(seconds: usize) -> Timestamp {
    let seconds = i64::try_from(seconds).expect("a small number");
    Timestamp::from_unix_seconds(CLICKED + seconds).expect("a time of 2026")
}

fn click(number: usize) -> Click {
    let mut click = Click::new(
        ClickId::new(format!("tq{number:04}wq5jrb2hk8m3vx7n4zy6c9d2f")).expect("a click id"),
        time(number),
        "summer".parse().expect("an id"),
        "offer".parse().expect("an id"),
        "net".parse().expect("an id"),
        "push".parse().expect("an id"),
    );
    click.ref_id = Some(format!("{}-{number}", REFERENCES[number % REFERENCES.len()]));
    click.subs.insert(1, format!("zone{}", number % 41));
    click.subs.insert(2, format!("ad-{}", number % 17));
    let country = COUNTRIES[number % COUNTRIES.len()];
    click.visitor.insert("country".into(), country.into());
    click.visitor.insert("os".into(), "Android".into());
    click
}

/// The postback of a case. Each fires two rules: that of its status and that of its payout.
fn query(click: &Click, number: usize) -> String {
    let (type_name, ..) = TYPES[number % TYPES.len()];
    let status = ["confirmed", "approved", "hold", "pending"][number / TYPES.len() % 4];
    format!(
        "clickid={}&sum={}.{:02}&type={type_name}&status={status}&currency=USD&eventid=E{}&order_id=O{number}&sub1=s{}&sub2=p{}&sub3=q",
        click.id,
        4 + number * 7 % 90,
        number * 13 % 100,
        100_000 + number,
        number % 23,
        number % 7,
    )
}

fn read(tracker: &Tracker, text: &str, at: Timestamp) -> Option<Event> {
    let query = Query::parse(text.as_bytes()).ok()?;
    let (credentials, received) = (Credentials::default(), Received { at, nonce: 7 });
    let intake = Intake::new(tracker.source(None)?, &credentials, received);
    Some(intake.assume_authorized().postback(&query).ok()?.0)
}

fn case(tracker: &Tracker, number: usize) -> (Case, PlainCase) {
    let click = click(number);
    let event = |text: &str, at| read(tracker, text, at).expect("a postback");
    let now = time(number + 3_600);
    let mut known = ClickFacts {
        version: 1,
        click: Some(click.clone()),
        tallies: Vec::new(),
    };
    let facts = |known: &ClickFacts| {
        let mut facts = Facts::default();
        facts.clicks.insert(click.id.clone(), known.clone());
        facts
    };
    let mut plain = PlainCase::new(&click, &query(&click, number), now.unix_seconds());
    if number.is_multiple_of(10) {
        // The second purchase of its click: there is a slot already.
        let earlier = event(&query(&click, number + 5_000), time(number + 60));
        let plan = Decision::new(tracker)
            .decide(&earlier, &facts(&known), now)
            .expect("its source is configured");
        known.version = 2;
        known
            .tallies
            .extend(plan.commit.writes.into_iter().filter_map(|write| match write {
                Write::Tally(slot) => Some(slot),
                _ => None,
            }));
        plain.note_earlier(&earlier);
    }
    let text = query(&click, number);
    let event = event(&text, now);
    plain.event.id = event.id.to_string();
    let case = Case {
        facts: facts(&known),
        text,
        event: event.into(),
        now,
    };
    (case, plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use postback::Plan;
    use postback::delivery::Cause;
    use postback::outbound::Part;
    use postback::plan::RuleVerdict;
    use std::collections::BTreeMap;

    fn urls(plan: &Plan) -> BTreeMap<String, String> {
        let rows = plan
            .commit
            .outbox
            .iter()
            .map(|row| match (&row.cause, row.outbound.url.0.as_slice()) {
                (Cause::Postback { postback, .. }, [Part::Text(url)]) => (postback.to_string(), url.clone()),
                other => panic!("{other:?}"),
            });
        rows.collect()
    }

    #[test]
    fn both_fire_the_same_two_rules_with_the_same_urls() {
        let corpus = Corpus::default();
        for index in 0..corpus.len() {
            let (plan, plain) = corpus.both(index);
            let theirs = plain.outbox.iter().map(|row| (row.rule.clone(), row.url.clone()));
            assert_eq!(urls(&plan), theirs.collect(), "{index}");
            assert_eq!(plan.commit.outbox.len(), 2, "{index}");
        }
    }

    #[test]
    fn both_tell_the_channel_the_same_payout() {
        let corpus = Corpus::default();
        for index in 0..corpus.len() {
            let (plan, plain) = corpus.both(index);
            let urls = urls(&plan);
            for row in &plain.outbox {
                let pairs = ["price", "payout"].map(|name| format!("{name}={}", row.payout));
                let ours = urls.get(&row.rule).expect("both fire it");
                assert!(
                    ours.split(['?', '&'])
                        .any(|pair| pairs.iter().any(|wanted| wanted == pair)),
                    "{ours}"
                );
            }
        }
    }

    #[test]
    fn both_say_of_every_rule_what_it_failed_on() {
        let corpus = Corpus::default();
        let words = [("types", "type is"), ("statuses", "status is"), ("where", "country is")];
        for index in 0..corpus.len() {
            let (plan, plain) = corpus.both(index);
            assert_eq!((plan.trace.rules.len(), plain.trace.len()), (RULES, RULES));
            for (ours, theirs) in plan.trace.rules.iter().zip(&plain.trace) {
                assert!(theirs.starts_with(&format!("{}: ", ours.postback)), "{theirs}");
                let RuleVerdict::Failed(answer) = &ours.verdict else {
                    assert!(theirs.ends_with(": fired"), "{theirs}");
                    continue;
                };
                let failed: Vec<&str> = answer.failed().map(|condition| condition.as_str()).collect();
                let told = words.iter().filter(|(_, text)| theirs.contains(text));
                assert_eq!(failed, told.map(|(word, _)| *word).collect::<Vec<_>>(), "{theirs}");
            }
        }
    }

    #[test]
    fn both_write_as_many_rows() {
        let corpus = Corpus::default();
        for index in 0..corpus.len() {
            let (plan, plain) = corpus.both(index);
            let count = |wanted: fn(&Write) -> bool| plan.commit.writes.iter().filter(|write| wanted(write)).count();
            assert_eq!(count(|write| matches!(write, Write::Event(_))), 1);
            assert_eq!(
                count(|write| matches!(write, Write::Conversion(_))),
                plain.conversions.len()
            );
            assert_eq!(count(|write| matches!(write, Write::Tally(_))), plain.slots.len());
            assert_eq!(plan.commit.guards.len(), plain.guards.len());
        }
    }
}
