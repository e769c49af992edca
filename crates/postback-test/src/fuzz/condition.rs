//! Checks conditions alone, and rules of a configuration on the outcome of an event: every way of
//! evaluating them gives the same answer.

use super::draw::Draw;
use crate::block_on;
use postback::compile::compile;
use postback::condition::Clause;
use postback::drive::ingest_with_plan;
use postback::intake::Intake;
use postback::memory::MemoryStore;
use postback::plan::RuleVerdict;
use postback::port::{ConversionFilter, Inspect, PageRequest, Store};
use postback::rule::{Condition, Conditions, RuleAnswer, evaluate, reasons};
use postback::scope::Scope;
use postback::{
    Click, CompileOptions, Conversion, Credentials, Decision, Document, Query, Received, Timestamp, Tracker,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const CLICK_TIME: i64 = 1_775_001_600;
const TYPES: [&str; 4] = ["Purchase", "Lead", "Upsell", "Step"];
const STATUSES: [&str; 4] = ["approved", "pending", "declined", "other"];
const NAMES: [&str; 5] = ["sub1", "p_sub2", "ref_id", "sum", "type"];
const TEXTS: [&str; 5] = ["a", "", "{tid}", "8.5", "Purchase"];

/// The texts that `when` may contain.
const CLAUSES: [&str; 8] = [
    "payout at least 5",
    "sum between 1 and 8.5",
    "sub1 in a, Purchase ignoring case",
    "type not in Lead, Step",
    "p_sub2 contains tid",
    "clicktime within 10s",
    "clickid share 50%",
    "sum at most 8.5 USD",
];

/// Reads the bytes as the text of a condition, then as choices.
pub fn condition(bytes: &[u8]) {
    if let Ok(text) = str::from_utf8(bytes) {
        written(text);
    }
    rules(bytes);
}

/// Checks that a condition that can be read prints as an equal one, in JSON too, and that the error
/// for any other has one line.
fn written(text: &str) {
    match text.parse::<Clause>() {
        Ok(clause) => {
            let printed = clause.to_string();
            assert_eq!(printed.parse().as_ref(), Ok(&clause), "{printed}");
            let json = serde_json::to_string(&clause).unwrap();
            assert_eq!(serde_json::from_str::<Clause>(&json).unwrap(), clause);
        }
        Err(error) => assert!(!error.to_string().chars().any(char::is_control), "{error}"),
    }
}

/// Draws some rules, a click and a postback.
fn rules(bytes: &[u8]) {
    let mut draw = Draw::new(bytes);
    let click = click(&mut draw);
    let query = query(&mut draw);
    let test = draw.once_in(8);
    let channel_currency = *draw.pick(&["USD", "EUR"]);
    let mut rules: Vec<Map<String, Value>> = Vec::new();
    while rules.len() < 4 && (rules.is_empty() || !draw.is_empty()) {
        let rule = conditions(&mut draw);
        // Each rule is there twice, the second time with one more condition.
        rules.push(rule.clone());
        rules.push(with_more(rule, &mut draw));
    }
    let tracker = tracker(rules, channel_currency);
    let (answers, conversion) = decided(&tracker, &click, &query, test);
    let Some(conversion) = conversion else { return };
    let campaign = tracker.campaign("c").unwrap();
    let mut direct = Vec::new();
    for postback in campaign.postbacks() {
        let mut scope = Scope::of_click(&click);
        scope.conversion = Some(&conversion);
        scope.payout = Decision::new(&tracker).payout_of(&click, &conversion, postback.id());
        direct.push(asked(postback.conditions(), &scope));
        assert!(evaluate(postback.conditions(), &Scope::of_click(&click)).failed_on(Condition::NoConversion));
    }
    assert_eq!(
        answers, direct,
        "the decision's answers are those of the rules by themselves"
    );
    for pair in direct.chunks(2) {
        assert!(!pair[1].fires() || pair[0].fires(), "a condition more made it fire");
        assert_eq!(pair[0].code() & !pair[1].code(), 0, "a condition more mended one");
    }
}

/// The answer with its reasons.
fn asked(conditions: &Conditions, scope: &Scope<'_>) -> RuleAnswer {
    let answer = evaluate(conditions, scope);
    let reasons = reasons(conditions, scope);
    assert_eq!(reasons.is_empty(), answer.fires());
    let named: BTreeSet<Condition> = reasons.iter().map(|(condition, _)| *condition).collect();
    assert!(named.into_iter().eq(answer.failed()));
    for (_, reason) in &reasons {
        assert!(!reason.to_string().chars().any(char::is_control), "{reason}");
    }
    assert_eq!(RuleAnswer::try_from(answer.code()), Ok(answer));
    answer
}

fn click(draw: &mut Draw<'_>) -> Click {
    let id = format!("c{}", draw.byte());
    let at = Timestamp::from_unix_seconds(CLICK_TIME).unwrap();
    let name = |text: &str| text.to_owned();
    let mut click = Click::new(
        id.parse().unwrap(),
        at,
        name("c").parse().unwrap(),
        name("o").parse().unwrap(),
        name("net").parse().unwrap(),
        name("push").parse().unwrap(),
    );
    click.ref_id = Some((*draw.pick(&TEXTS)).to_owned()).filter(|_| !draw.once_in(3));
    click.subs.insert(1, (*draw.pick(&TEXTS)).to_owned());
    click
}

fn query(draw: &mut Draw<'_>) -> String {
    let kind = *draw.pick(&["Purchase", "Lead", "Upsell", "Step", "Refund", "Elsewhere"]);
    let status = draw.pick(&STATUSES);
    let sum = draw.pick(&["8.5", "10", "0", "", "-3"]);
    let currency = draw.pick(&["USD", "EUR", "GBP"]);
    let later = i64::from(draw.byte()) - 16;
    let slot = draw.pick(&TEXTS);
    format!(
        "type={kind}&status={status}&sum={sum}&currency={currency}&eventid=e&sub2={slot}&time={}",
        CLICK_TIME + later
    )
}

fn conditions(draw: &mut Draw<'_>) -> Map<String, Value> {
    let mut rule = Map::new();
    rule.insert("require".into(), json!([]));
    for _ in 0..draw.below(5) {
        rule = with_more(rule, draw);
    }
    if draw.once_in(2) {
        rule.insert("negative".into(), "send".into());
    }
    if draw.once_in(4) {
        rule.insert("test".into(), true.into());
    }
    rule
}

/// Adds one more condition, unless the rule has one already.
fn with_more(mut rule: Map<String, Value>, draw: &mut Draw<'_>) -> Map<String, Value> {
    let (key, value) = match draw.below(8) {
        0 => ("types", some(&TYPES, draw)),
        1 => ("statuses", some(&STATUSES, draw)),
        2 => ("min_payout", json!(draw.pick(&["0", "5", "8.5", "100"]))),
        3 => ("share", json!(draw.pick(&["0", "30", "50.5", "100"]))),
        4 => ("within", json!(draw.pick(&["1s", "10s", "2m"]))),
        5 => {
            let name = *draw.pick(&NAMES);
            let wanted = *draw.pick(&TEXTS);
            let table = rule
                .entry("where")
                .or_insert_with(|| json!({}))
                .as_object_mut()
                .unwrap();
            table.entry(name).or_insert_with(|| wanted.into());
            return rule;
        }
        7 => {
            let clause = *draw.pick(&CLAUSES);
            let list = rule.entry("when").or_insert_with(|| json!([])).as_array_mut().unwrap();
            list.push(clause.into());
            return rule;
        }
        _ => {
            let name = *draw.pick(&NAMES);
            let list = rule.get_mut("require").unwrap().as_array_mut().unwrap();
            if !list.contains(&json!(name)) {
                list.push(name.into());
            }
            return rule;
        }
    };
    rule.entry(key).or_insert(value);
    rule
}

/// Draws one or two of them. None would mean all.
fn some(words: &[&str], draw: &mut Draw<'_>) -> Value {
    let (one, two) = (*draw.pick(words), *draw.pick(words));
    if one == two { json!([one]) } else { json!([one, two]) }
}

fn tracker(rules: Vec<Map<String, Value>>, currency: &str) -> Tracker {
    let rows = rules.into_iter().enumerate().map(|(place, mut rule)| {
        rule.insert("id".into(), format!("p{place}").into());
        rule.insert("url".into(), "https://push.example/?key={clickid}".into());
        Value::Object(rule)
    });
    let document = json!({
        "version": 1,
        "currency": "USD",
        "rate": [{"from": "EUR", "to": "USD", "rate": "1.5", "since": "2026-01-01T00:00:00Z"}],
        "conversion_type": [
            {"name": "Purchase", "default": true},
            {"name": "Lead"},
            {"name": "Upsell", "counts": "revenue"},
            {"name": "Step", "counts": "step"},
            {"name": "Refund", "counts": "reversal"},
        ],
        "offer_source": [{"id": "net", "default": true, "names": {"time": "time"}}],
        "offer": [{"id": "o", "source": "net", "url": "https://offer.example/?subid={clickid}"}],
        "traffic_channel": [{
            "id": "push",
            "currency": currency,
            "parameter": [{"slot": "ref_id", "name": "ref_id", "macro": "[ID]"}, {"slot": "sub1", "name": "sub1", "macro": "[S]"}],
        }],
        "campaign": [{
            "id": "c",
            "channel": "push",
            "path": [{"offers": [{"offer": "o"}]}],
            "postback": rows.collect::<Vec<_>>(),
        }],
    });
    let document = Document::from_json(&document.to_string()).unwrap();
    compile(&document, &CompileOptions::default()).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Returns the answer of each rule in the decision, and the conversion that it made.
fn decided(tracker: &Tracker, click: &Click, query: &str, test: bool) -> (Vec<RuleAnswer>, Option<Conversion>) {
    let store = MemoryStore::with_namespace(tracker.namespace().clone());
    block_on(store.record(std::slice::from_ref(click))).unwrap();
    let query = format!("{query}&clickid={}", click.id);
    let received = Received {
        at: Timestamp::from_unix_seconds(CLICK_TIME + 3_600).unwrap(),
        nonce: 0,
    };
    let source = tracker.source(None).unwrap();
    let query = Query::parse(query.as_bytes()).unwrap();
    let mut event = Intake::new(source, &Credentials::default(), received)
        .assume_authorized()
        .postback(&query)
        .unwrap()
        .0;
    event.test |= test;
    let (_, plan) = block_on(ingest_with_plan(tracker, &store, &event, received.at)).unwrap();
    let plan = plan.unwrap();
    let answers = plan.trace.rules.iter().map(|rule| match &rule.verdict {
        RuleVerdict::Fired => RuleAnswer::FIRES,
        RuleVerdict::Failed(answer) => *answer,
        other => panic!("{other:?}"),
    });
    let page = block_on(store.conversions(&ConversionFilter::default(), &PageRequest::first(2))).unwrap();
    assert!(page.items.len() <= 1);
    (answers.collect(), page.items.into_iter().next())
}
