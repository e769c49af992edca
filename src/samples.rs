//! This module has small rows for the cases of [`conformance`](crate::conformance), and short ways
//! to use them. (Layer 5.)
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test says no by panicking"
)]

use crate::delivery::{Attempt, Cause, Delivery, DeliveryRow, Lane, Leased, Settled, Settlement, Verdict};
pub(crate) use crate::drive::join;
use crate::event::{Event, Interface, Kind};
use crate::model::{Basis, Click, Conversion, Entry, Method, Revenue};
use crate::outbound::{HoledText, Outbound};
use crate::plan::{
    Added, Commit, Committed, EventRow, FactQuery, Facts, Fired, Guard, GuardKey, Outcome, ReceiptClick, ReceiptRecord,
    TakenSecond, Tally, TallyKey, Trace, Write,
};
use crate::port::{Claim, DeliveryFilter, Inspect, PageRequest, Store};
use crate::tracker::ClickIdKeys;
use crate::value::{
    CampaignId, ChannelId, ClickId, ConversionId, Currency, DeliveryId, EventId, Fingerprint, Money, OfferId,
    OfferSourceId, Pii, PostbackId, Receipt, Timestamp, TypeName,
};
use alloc::{collections::BTreeMap, format, string::String, vec, vec::Vec};
use core::time::Duration;

/// A store with all that the suite needs.
pub trait Subject: Store + Inspect {}

impl<T: Store + Inspect> Subject for T {}

/// For how long a lease runs in the cases.
pub(crate) const LEASE: Duration = Duration::from_secs(60);
/// The limit of a page that holds every row.
pub(crate) const ALL: u32 = 10_000;

/// `seconds` after a day in 2026.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(1_780_000_000 + seconds).unwrap()
}

pub(crate) fn source() -> OfferSourceId {
    OfferSourceId::new("clickbank").unwrap()
}

pub(crate) fn other_source() -> OfferSourceId {
    OfferSourceId::new("elsewhere").unwrap()
}

pub(crate) fn click_id(name: &str) -> ClickId {
    ClickId::new(name).unwrap()
}

/// A click id as this crate makes it; all are of one moment.
pub(crate) fn minted(random: u64) -> String {
    ClickIdKeys::default().mint(at(0), [random, random]).as_str().into()
}

pub(crate) fn receipt(name: &str) -> Receipt {
    Receipt::new(name).unwrap()
}

/// The id of an event. Ids grow with their numbers.
pub(crate) fn event_id(number: i64) -> EventId {
    EventId::of(Some(1_780_000_000 + number), &["conformance"])
}

pub(crate) fn conversion_id(number: i64) -> ConversionId {
    ConversionId::of(Some(1_780_000_000 + number), &["conformance"])
}

pub(crate) fn delivery_id(number: i64) -> DeliveryId {
    DeliveryId::of(Some(1_780_000_000 + number), &["conformance"])
}

pub(crate) fn fingerprint(name: &str) -> Fingerprint {
    Fingerprint::of(None, &[name])
}

pub(crate) fn private(value: &str) -> BTreeMap<String, Pii> {
    BTreeMap::from([("ip".into(), Pii::new(value))])
}

pub(crate) fn click(name: &str) -> Click {
    let campaign = CampaignId::new("campaign").unwrap();
    let offer = OfferId::new("offer").unwrap();
    let mut click = Click::new(
        click_id(name),
        at(0),
        campaign,
        offer,
        source(),
        ChannelId::new("channel").unwrap(),
    );
    click.ref_id = Some("ref-1".into());
    click.subs.insert(20, "twenty".into());
    click.visitor.insert("country".into(), "PT".into());
    click
}

/// The same click at `at(seconds)`.
pub(crate) fn clicked(name: &str, seconds: i64) -> Click {
    Click {
        at: at(seconds),
        ..click(name)
    }
}

pub(crate) fn event(number: i64) -> Event {
    let mut event = Event::assume_authentic(event_id(number), source(), Interface::Ins, at(number));
    event.kind = Some(Kind::Sale);
    event.parameters.insert("sub1".into(), "é \"1\"".into());
    event
}

/// An event of a receipt, perhaps with a parent.
pub(crate) fn receipt_event(number: i64, own: &str, parent: Option<&str>) -> Event {
    let mut event = event(number);
    event.receipt = Some(receipt(own));
    event.parent = parent.map(receipt);
    event
}

pub(crate) fn row(event: Event, outcome: Outcome) -> EventRow {
    EventRow {
        decided_at: event.received_at,
        event: event.into(),
        outcome,
        reason: None,
        click: None,
        conversion: None,
        share: None,
        configuration: fingerprint("configuration"),
        trace: Trace::default(),
        revised: None,
    }
}

pub(crate) fn waiting(event: Event) -> Write {
    Write::Event(row(event, Outcome::Unattributed))
}

fn entry(number: i64) -> Entry {
    Entry::new(event_id(number), at(number), TypeName::new("Purchase").unwrap())
}

pub(crate) fn conversion(number: i64, of: &str) -> Conversion {
    let click = click(of);
    Conversion {
        id: conversion_id(number),
        click: click.id,
        campaign: click.campaign,
        offer: click.offer,
        source: click.source,
        channel: click.channel,
        shown: entry(number).into(),
        sum: None,
        revenue: Revenue::Nothing,
        basis: Basis::Shown,
        count: 1,
    }
}

pub(crate) fn tally(of: &str, type_name: &str, count: u32) -> Tally {
    let told = Money {
        amount: "8.5".parse().unwrap(),
        currency: Currency::USD,
    };
    let added = Added {
        at: at(1),
        event: event_id(1),
        sum: Some("8".parse().unwrap()),
        revenue: Some(told),
    };
    let fired = Fired {
        campaign: CampaignId::new("campaign").unwrap(),
        postback: PostbackId::new("sale").unwrap(),
        told: Some(told),
        forgotten: false,
    };
    Tally {
        click: click_id(of),
        key: TallyKey::Type(TypeName::new(type_name).unwrap()),
        conversion: Some(conversion_id(1)),
        first: entry(1).into(),
        last: entry(2).into(),
        sums: BTreeMap::from([("EUR".parse().unwrap(), added.into())]),
        amount: None,
        base: Some(event_id(1)),
        count,
        fired: vec![fired],
        seconds: vec![TakenSecond {
            at: at(1),
            conversion: conversion_id(1),
        }],
    }
}

pub(crate) fn record(own: &str, parent: Option<&str>) -> ReceiptRecord {
    ReceiptRecord {
        source: source(),
        receipt: receipt(own),
        parent: parent.map(receipt),
        click: None,
        paid: true,
        expired: false,
        contested: false,
    }
}

/// What is known of a receipt that leads to a click.
pub(crate) fn leading(own: &str, number: i64, click: &str) -> ReceiptRecord {
    ReceiptRecord {
        click: Some(ReceiptClick {
            at: at(number),
            event: event_id(number),
            click: click_id(click),
        }),
        ..record(own, None)
    }
}

/// A delivery of the lane `lane`, for the click `click`, decided at `at(number)`.
pub(crate) fn delivery(number: i64, lane: &str) -> Delivery {
    let url = HoledText::plain(format!("https://{lane}/?n={number}"));
    Delivery::new(
        delivery_id(number),
        postback(number, "click"),
        Lane::new(lane),
        at(number),
        Outbound::new(Method::Get, url),
    )
}

/// The cause of the delivery with this number: a conversion of this click.
pub(crate) fn postback(number: i64, click: &str) -> Cause {
    let campaign = CampaignId::new("campaign").unwrap();
    let postback = PostbackId::new("sale").unwrap();
    Cause::postback(
        conversion_id(number),
        click_id(click),
        event_id(number),
        campaign,
        postback,
    )
}

/// Commits each delivery alone, due at its own time of decision.
pub(crate) async fn enqueue(store: &dyn Subject, deliveries: Vec<Delivery>) {
    for delivery in deliveries {
        let mut commit = Commit::of(Vec::new(), delivery.created_at);
        commit.outbox = vec![delivery];
        assert_eq!(store.commit(&commit).await.unwrap(), Committed::Applied);
    }
}

/// Writes rows without identity and guards.
pub(crate) async fn write(store: &dyn Subject, writes: Vec<Write>) {
    assert_eq!(
        store.commit(&Commit::of(writes, at(0))).await.unwrap(),
        Committed::Applied
    );
}

pub(crate) fn click_guard(name: &str, version: u64) -> Guard {
    Guard {
        key: GuardKey::Click(click_id(name)),
        version,
    }
}

pub(crate) fn receipt_guard(name: &str, version: u64) -> Guard {
    Guard {
        key: GuardKey::Receipt(source(), receipt(name)),
        version,
    }
}

/// A commit of one event with its identity, under these guards.
pub(crate) fn decided(number: i64, guards: Vec<Guard>) -> Commit {
    let mut commit = Commit::of(vec![Write::Event(row(event(number), Outcome::Applied))], at(number));
    commit.identity = Some(event_id(number));
    commit.guards = guards;
    commit
}

/// Asks for clicks and receipts of [`source`].
pub(crate) async fn ask(store: &dyn Subject, clicks: &[&str], receipts: &[&str]) -> Facts {
    let mut query = FactQuery::new(source(), event_id(0));
    query.clicks = clicks.iter().copied().map(click_id).collect();
    query.receipts = receipts.iter().copied().map(receipt).collect();
    store.facts(&query).await.unwrap()
}

pub(crate) async fn version(store: &dyn Subject, click: &str) -> u64 {
    ask(store, &[click], &[]).await.clicks[click].version
}

/// The outcome of the event with this number, if it is stored.
pub(crate) async fn stored(store: &dyn Subject, number: i64) -> Option<Outcome> {
    store
        .facts(&FactQuery::new(source(), event_id(number)))
        .await
        .unwrap()
        .event
}

pub(crate) async fn claim(store: &dyn Subject, now: i64, limit: u32) -> Vec<Leased> {
    store
        .claim(&Claim::new(at(now), LEASE, limit))
        .await
        .unwrap()
        .deliveries
}

/// The numbers of deliveries as [`delivery`] made them.
pub(crate) fn numbers<'a>(deliveries: impl IntoIterator<Item = &'a Delivery>) -> Vec<i64> {
    let number = |delivery: &Delivery| delivery.created_at.unix_seconds() - at(0).unix_seconds();
    deliveries.into_iter().map(number).collect()
}

pub(crate) fn leased(claimed: &[Leased]) -> Vec<i64> {
    numbers(claimed.iter().map(|leased| &leased.delivery))
}

pub(crate) fn verdict(of: &Leased, verdict: Verdict) -> Settlement {
    let finding = "HTTP 503".into();
    let attempt = Attempt {
        at: at(5),
        status: Some(503),
        finding,
    };
    Settlement {
        delivery: of.delivery.id.clone(),
        fence: of.fence,
        verdict,
        attempt,
    }
}

pub(crate) async fn settle(store: &dyn Subject, settlement: Settlement) -> Settled {
    let answers = store.settle(&[settlement]).await.unwrap();
    assert_eq!(answers.len(), 1, "one answer for each verdict");
    answers[0]
}

/// Leases the delivery that is due, and ends an attempt at this time.
pub(crate) async fn attempted(store: &dyn Subject, seconds: i64, end: Verdict) {
    let claimed = claim(store, seconds, 1).await;
    let mut settlement = verdict(&claimed[0], end);
    settlement.attempt.at = at(seconds);
    assert_eq!(settle(store, settlement).await, Settled::Recorded);
}

/// Enqueues one delivery, and ends its first attempt with this verdict.
pub(crate) async fn settled(store: &dyn Subject, delivery: Delivery, end: Verdict) {
    let now = numbers([&delivery])[0];
    enqueue(store, vec![delivery]).await;
    let claimed = claim(store, now, 1).await;
    assert_eq!(settle(store, verdict(&claimed[0], end)).await, Settled::Recorded);
}

/// The delivery of this number as it is listed.
pub(crate) async fn listed(store: &dyn Subject, number: i64) -> DeliveryRow {
    let filter = DeliveryFilter {
        id: Some(delivery_id(number)),
        ..DeliveryFilter::default()
    };
    store.deliveries(&filter, &everything()).await.unwrap().items.remove(0)
}

pub(crate) fn everything() -> PageRequest {
    PageRequest::first(ALL)
}

/// Declares cases: functions that a [`Case`](crate::conformance::Case) can point to.
macro_rules! cases {
    ($($(#[$meta:meta])* async fn $name:ident($store:ident) $body:block)+) => {
        $($(#[$meta])*
        pub fn $name($store: &dyn crate::samples::Subject) -> crate::port::BoxFuture<'_, ()> {
            alloc::boxed::Box::pin(async move $body)
        })+
    };
}
pub(crate) use cases;
