//! Secrets and personal data on their whole way through the core: canary values go in at every
//! door, and every `Debug`, error, row, trace and finding on the way is searched for them.

mod house;

use house::*;
use postback::delivery::{DeliveryRow, Values, batch};
use postback::drive::{Sender, attribute, deliver_once, ingest_with_plan, install};
use postback::intake::{Caller, Intake};
use postback::plan::Write;
use postback::port::{
    Claim, ConversionFilter, Cursor, DeliveryFilter, EventFilter, HttpError, Inspect, PageRequest, Store, row,
};
use postback::route::{Router, Visit};
use postback::testing::RecordingClient;
use postback::value::Pii;
use postback::{Credentials, Decision, Document, Envelope, Event, KeyRing, Query, Received, Secret};
use postback_test::{after, block_on};
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::time::Duration;

/// Each canary as it is, percent-encoded, inside JSON, and as a list of bytes.
fn forms() -> Vec<String> {
    let encode =
        |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    let quoted = |text: &str| serde_json::to_string(text).unwrap().trim_matches('"').to_owned();
    let bytes = |text: &str| format!("{:?}", text.as_bytes()).trim_matches(['[', ']']).to_owned();
    CANARIES
        .iter()
        .flat_map(|text| [(*text).to_owned(), encode(text), quoted(text), bytes(text)])
        .collect()
}

#[track_caller]
fn clean(text: &str) {
    let lower = text.to_lowercase();
    let found = forms().into_iter().find(|form| lower.contains(&form.to_lowercase()));
    assert_eq!(found, None, "in {text}");
    assert!(!lower.contains("canary"), "part of a canary in {text}");
}

#[track_caller]
fn clean_debug(value: &impl Debug) {
    clean(&format!("{value:?} {value:#?}"));
}

#[test]
fn the_search_finds_a_canary_in_every_form() {
    for form in forms() {
        let found = std::panic::catch_unwind(|| clean(&format!("before {form} after")));
        assert!(found.is_err(), "{form}");
    }
    clean("nothing");
}

/// A visitor comes through the click URL; gives the click's id.
fn visit(house: &House) -> String {
    let private = [("ip", IP), ("useragent", AGENT)].map(|(name, value)| (name.to_owned(), Pii::new(value)));
    let visit = Visit {
        campaign: "summer",
        query: b"ref_id=ref-1",
        cookies: b"",
        at: after(0),
        entropy: [1, 2, 3],
        visitor: BTreeMap::new(),
        private: private.into(),
    };
    clean_debug(&visit);
    let routed = Router::new(&house.tracker)
        .route(visit, house.credentials.click_ids())
        .unwrap();
    clean_debug(&routed);
    clean(&row::encode(&routed.click).unwrap());
    block_on(house.store.record(std::slice::from_ref(&routed.click))).unwrap();
    routed.click.id.to_string()
}

fn key_ring() -> KeyRing {
    KeyRing::new(vec![Secret::from(INS_SECRET)]).unwrap()
}

/// The notification and a postback of one click, as they are read.
fn events(house: &House, click: &str) -> Vec<Event> {
    let received = Received {
        at: after(100),
        nonce: 1,
    };
    let source = house.tracker.source(Some("clickbank")).unwrap();
    let caller = Caller::new(Some(IP.parse().unwrap())).with_token(Some(TOKEN.as_bytes()));
    clean_debug(&caller);
    let envelope = Envelope::parse(&body(click)).unwrap();
    clean_debug(&envelope);
    let notification = key_ring().open(&envelope).unwrap();
    clean_debug(&notification);
    clean_debug(&postback::intake::Message::from(&notification));
    let intake = Intake::new(source, &house.credentials, received);
    clean_debug(&(intake, intake.assume_authorized()));
    let sale = intake.ins(&caller, &body(click)).unwrap();
    assert_eq!(sale.private.len(), 5, "the canaries are on their way");

    let source = house.tracker.source(Some("net")).unwrap();
    let encoded = percent_encoding::utf8_percent_encode(TOKEN, percent_encoding::NON_ALPHANUMERIC);
    let query = format!("clickid={click}&sum=1&mail={EMAIL}&token={encoded}");
    let query = Query::parse(query.as_bytes()).unwrap();
    clean_debug(&query);
    let (lead, read) = Intake::new(source, &house.credentials, received)
        .assume_authorized()
        .postback(&query)
        .unwrap();
    clean_debug(&read);
    assert_eq!(read.token.as_ref().unwrap().expose(), TOKEN.as_bytes());
    assert_eq!(lead.private["mail"].expose(), EMAIL);
    vec![sale, lead]
}

fn check_writes(writes: &[Write]) {
    for write in writes {
        clean_debug(write);
        clean(&match write {
            Write::Event(event) => row::encode(event).unwrap(),
            Write::Conversion(conversion) => row::encode(conversion).unwrap(),
            Write::Tally(tally) => row::encode(tally).unwrap(),
            Write::Receipt(receipt) => row::encode(receipt).unwrap(),
            Write::Configuration(configuration) => row::encode(configuration).unwrap(),
            Write::Refused { body, .. } => row::encode(body).unwrap(),
        });
    }
}

/// Takes the events in, and checks every value on the way.
fn take_in(house: &House) {
    let click = visit(house);
    for event in events(house, &click) {
        clean_debug(&event);
        clean(&row::encode(&event).unwrap());
        let query = Decision::new(&house.tracker).needs(&event);
        clean_debug(&query);
        clean_debug(&block_on(house.store.facts(&query)).unwrap());
        let (reply, plan) = block_on(ingest_with_plan(&house.tracker, &house.store, &event, after(100))).unwrap();
        let plan = plan.unwrap();
        clean_debug(&(reply, &plan));
        clean(&serde_json::to_string(&reply).unwrap());
        clean(&row::encode(&plan.trace).unwrap());
        check_writes(&plan.commit.writes);
        for delivery in &plan.commit.outbox {
            clean(&row::encode(delivery).unwrap());
        }
    }
}

#[test]
fn what_is_compiled_and_resolved_shows_no_secret() {
    let House {
        tracker,
        credentials,
        store,
    } = house();
    clean_debug(&(&tracker, &credentials, credentials.click_ids()));
    clean_debug(&secrets());
    clean_debug(&key_ring());
    clean(tracker.document());
    block_on(install(&tracker, &store, after(0))).unwrap();
    clean_debug(&store);
}

#[test]
fn from_the_door_to_the_outbox_nothing_shows_a_canary() {
    let house = house();
    take_in(&house);
    clean_debug(&house.store);
    let page = PageRequest::first(100);
    let events = block_on(house.store.events(&EventFilter::default(), &page)).unwrap();
    let conversions = block_on(house.store.conversions(&ConversionFilter::default(), &page)).unwrap();
    let deliveries = block_on(house.store.deliveries(&DeliveryFilter::default(), &page)).unwrap();
    assert_eq!(
        (events.items.len(), conversions.items.len(), deliveries.items.len()),
        (2, 1, 2)
    );
    clean_debug(&(events, conversions, deliveries));
    clean_debug(&block_on(house.store.orphans(&Cursor::start(), 10)).unwrap());
    block_on(attribute(&house.tracker, &house.store, None, after(200))).unwrap();
    clean_debug(&house.store);
}

#[test]
fn a_request_shows_nothing_of_what_was_filled_in() {
    let house = house();
    take_in(&house);
    let claim = Claim::new(after(100), Duration::from_secs(60), 10);
    let claimed = block_on(house.store.claim(&claim)).unwrap();
    clean_debug(&claimed);
    let (values, secrets) = (secrets(), BTreeMap::new());
    let mut held = 0;
    for batch in batch(claimed.deliveries, after(100)).0 {
        clean_debug(&batch);
        let filled = batch
            .request(&Values {
                secrets: &values,
                now: after(100),
            })
            .unwrap();
        clean_debug(&(
            Values {
                secrets: &values,
                now: after(100),
            },
            &filled,
        ));
        let whole = format!("{} {}", filled.url(), filled.body().unwrap_or_default());
        held += forms().iter().filter(|form| whole.contains(form.as_str())).count();
        let missing = batch
            .request(&Values {
                secrets: &secrets,
                now: after(100),
            })
            .unwrap_err();
        assert_eq!(missing.to_string(), "secret `env:META` is not set");
        clean_debug(&missing);
    }
    assert!(held >= 6, "the canaries are on their way: {held}");
}

fn deliveries(house: &House) -> Vec<DeliveryRow> {
    let page = PageRequest::first(10);
    block_on(house.store.deliveries(&DeliveryFilter::default(), &page))
        .unwrap()
        .items
}

#[test]
fn a_receiver_that_repeats_the_request_leaves_no_trace_of_it() {
    let house = house();
    take_in(&house);
    let echo = Echo::default();
    let sender = Sender::new(&house.store, &echo, &Now, &Now, &Now);
    clean_debug(&Now);
    for seconds in [10_000, 20_000, 30_000] {
        let claim = Claim::new(after(seconds), Duration::from_secs(60), 10);
        clean_debug(&block_on(deliver_once(&sender, &claim)).unwrap());
    }
    let seen = echo.seen.lock().unwrap();
    assert!(
        seen.len() >= 3 && seen.iter().all(|sent| sent.contains("203.0.113.77")),
        "{seen:?}"
    );
    let rows = deliveries(&house);
    for row in &rows {
        let attempt = row.last.as_ref().unwrap();
        assert!(attempt.finding.contains("***"), "{}", attempt.finding);
        clean(&attempt.finding);
        clean(&row::encode(attempt).unwrap());
    }
    clean_debug(&(rows, &house.store));
}

#[test]
fn a_destination_that_cannot_be_reached_is_noted_without_its_url() {
    let house = house();
    take_in(&house);
    let unreachable = RecordingClient::new().fails(HttpError::Timeout);
    let sender = Sender::new(&house.store, &unreachable, &Now, &Now, &Now);
    block_on(deliver_once(
        &sender,
        &Claim::new(after(10_000), Duration::from_secs(60), 10),
    ))
    .unwrap();
    let rows = deliveries(&house);
    for row in &rows {
        assert_eq!(row.last.as_ref().unwrap().finding, "no answer in time");
    }
    clean_debug(&(rows, &house.store));
}

/// A refusal may repeat what is public (a reference, a name), never what was presented.
#[test]
fn errors_show_no_canary() {
    let House {
        tracker, credentials, ..
    } = house();
    let source = tracker.source(Some("clickbank")).unwrap();
    let wrong = format!("{TOKEN}x");
    let received = Received { at: after(0), nonce: 0 };
    let caller = Caller::new(None).with_token(Some(wrong.as_bytes()));
    let unauthorized = Intake::new(source, &credentials, received)
        .ins(&caller, &body("x"))
        .unwrap_err();
    let form = format!("ccustemail={EMAIL}&cverify=01234567");
    let unread = Intake::new(source, &credentials, received)
        .ins(&caller.with_token(Some(TOKEN.as_bytes())), form.as_bytes())
        .unwrap_err();
    let other = KeyRing::new(vec![Secret::from("ANOTHERSECRET123")]).unwrap();
    let envelope = Envelope::parse(&body("x")).unwrap();
    let refused = other.open(&envelope).unwrap_err();
    let short = KeyRing::new(vec![Secret::from(&INS_SECRET[..6])]).unwrap_err();
    let unset = Credentials::new(&tracker, &BTreeMap::new()).unwrap_err();
    let mut badly = secrets();
    badly.insert("env:CLICKBANK_SECRET".parse().unwrap(), Secret::from(&INS_SECRET[..6]));
    let badly = Credentials::new(&tracker, &badly).unwrap_err();
    let repeated = format!("clickid=a&clickid=b&mail={EMAIL}&token=t");
    let query = Query::parse(repeated.as_bytes()).unwrap();
    let net = tracker.source(None).unwrap();
    let malformed = Intake::new(net, &credentials, received)
        .assume_authorized()
        .postback(&query)
        .unwrap_err();
    let cut = Query::parse(format!("mail={EMAIL}&token=%4").as_bytes()).unwrap_err();
    for text in [
        format!("{unauthorized} {unauthorized:?}"),
        format!("{unread} {unread:?}"),
        format!("{refused} {refused:?}"),
        format!("{short} {short:?}"),
        format!("{unset} {unset:?}"),
        format!("{badly} {badly:?}"),
        format!("{malformed} {malformed:?}"),
        format!("{cut} {cut:?}"),
        format!("{:?}", other.diagnose(&envelope)),
    ] {
        clean(&text);
    }
}

#[test]
fn a_document_with_a_secret_in_the_clear_is_refused_without_repeating_it() {
    let mut document = document();
    document["offer_source"][1]["secrets"] = json!([INS_SECRET]);
    let document = Document::from_json(&document.to_string()).unwrap();
    clean_debug(&document);
    let options = postback::CompileOptions::new("test".parse().unwrap());
    let problems = postback::compile(&document, &options).unwrap_err();
    clean(&format!("{problems} {problems:?}"));
}

#[test]
fn personal_values_lie_in_the_private_column_and_nowhere_else() {
    let house = house();
    let click = visit(&house);
    let sale = events(&house, &click).remove(0);
    let column = row::encode_private(&sale.private).unwrap().unwrap();
    for value in [FIRST_NAME, LAST_NAME, EMAIL, ZIP] {
        assert!(column.contains(value), "{value}");
    }
    assert_eq!(row::decode_private(Some(&column)).unwrap(), sale.private);
    let restored: Event = row::decode(&row::encode(&sale).unwrap()).unwrap();
    assert!(restored.private.is_empty());
}
