//! Lives of orders, drawn at random: messages with a few event ids. A second implementation of the
//! rules computes the expected results from the set of messages alone.

use super::{CLICKS, End, end};
use crate::account::{after, click, tracker, with};
use postback::drive::{attribute, ingest};
use postback::intake::Intake;
use postback::port::{Inspect, Store};
use postback::value::Amount;
use postback::{Credentials, Event, Query, Received, Tracker};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// One message. Orders `A` and `B` belong to `c1`, `C` to `c2`.
#[derive(Debug, Clone)]
pub struct Message {
    pub order: &'static str,
    pub type_name: &'static str,
    pub status: &'static str,
    /// The time, in seconds after the click.
    pub at: i64,
    pub cents: Option<i64>,
    /// Whether the message names its click.
    pub tracked: bool,
}

#[derive(Debug, Clone)]
pub struct Life {
    pub messages: Vec<Message>,
    pub policy: &'static str,
    /// How long a click counts, in seconds.
    pub expiration: Option<i64>,
    pub clicks_last: bool,
}

fn message() -> impl Strategy<Value = Message> {
    let order = prop_oneof![4 => Just("A"), 1 => Just("B"), 1 => Just("C")];
    let type_name = prop_oneof![
        5 => Just("Purchase"),
        1 => Just("Lead"),
        1 => Just("Upsell"),
        2 => Just("Refund"),
        1 => Just("Chargeback"),
    ];
    let status = prop::sample::select(&["approved", "pending", "declined"][..]);
    let cents = prop_oneof![1 => Just(None), 2 => prop::sample::select(&[3_000_i64, 2_500, 0][..]).prop_map(Some)];
    (order, type_name, status, 1_i64..=6, cents, prop::bool::weighted(0.7)).prop_map(
        |(order, type_name, status, at, cents, tracked)| Message {
            order,
            type_name,
            status,
            at,
            cents,
            tracked,
        },
    )
}

/// Draws a life of this many messages whose orders are followed.
pub fn life(messages: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Life> {
    life_under(&["update"], messages)
}

/// Draws a life of this many messages under one of the policies.
pub fn life_under(
    policies: &'static [&'static str],
    messages: std::ops::RangeInclusive<usize>,
) -> impl Strategy<Value = Life> {
    let policy = prop::sample::select(policies);
    let expiration = prop_oneof![3 => Just(None), 1 => Just(Some(2_i64))];
    let messages = prop::collection::vec(message(), messages);
    let drawn = (messages, policy, expiration, prop::bool::weighted(0.3));
    drawn.prop_map(|(messages, policy, expiration, clicks_last)| Life {
        messages,
        policy,
        expiration,
        clicks_last,
    })
}

impl Message {
    fn takes_back(&self) -> bool {
        matches!(self.type_name, "Refund" | "Chargeback")
    }

    fn click(&self) -> &'static str {
        if self.order == "C" { CLICKS[1] } else { CLICKS[0] }
    }

    /// Returns the postback's query.
    pub fn query(&self) -> String {
        let mut query = format!(
            "type={}&status={}&eventid={}&time={}",
            self.type_name,
            self.status,
            self.order,
            after(self.at).unix_seconds()
        );
        if let Some(cents) = self.cents {
            query += &format!("&sum={}.{:02}", cents / 100, cents % 100);
        }
        if self.tracked {
            query += &format!("&clickid={}", self.click());
        }
        query
    }

    fn event(&self, tracker: &Tracker, nonce: u64) -> Event {
        let query = self.query();
        let received = Received {
            at: after(3_600 + nonce as i64),
            nonce,
        };
        let query = Query::parse(query.as_bytes()).unwrap();
        let source = tracker.source(None).unwrap();
        let (event, _) = Intake::new(source, &Credentials::default(), received)
            .assume_authorized()
            .postback(&query)
            .unwrap();
        event
    }
}

impl Life {
    pub fn document(&self) -> serde_json::Value {
        with(|d| {
            d["offer_source"][0]["duplicates"] = self.policy.into();
            if let Some(seconds) = self.expiration {
                d["offer_source"][0]["click_expiration"] = format!("{seconds}s").into();
            }
            d["campaign"][0]["postback"][0]["updates"] = "every_change".into();
            d["campaign"][0]["postback"][0]["negative"] = "send".into();
        })
    }

    pub fn tracker(&self) -> Tracker {
        tracker(&self.document())
    }

    /// Returns the messages with their events, each identity once.
    pub fn events(&self, tracker: &Tracker) -> (Vec<Message>, Vec<Event>) {
        let mut known = BTreeSet::new();
        let numbered = self.messages.iter().zip(1_u64..);
        let events = numbered.map(|(message, nonce)| (message.clone(), message.event(tracker, nonce)));
        events.filter(|(_, event)| known.insert(event.id.clone())).unzip()
    }

    /// Computes the revenue of all conversions where the orders are followed.
    pub fn revenue(&self, messages: &[Message], events: &[Event]) -> Amount {
        let tracked: BTreeSet<_> = messages.iter().filter(|one| one.tracked).map(|one| one.order).collect();
        let mut orders: BTreeMap<(&str, bool), Vec<usize>> = BTreeMap::new();
        let mut taken: BTreeMap<&str, i64> = BTreeMap::new();
        let mut unsaid: BTreeSet<&str> = BTreeSet::new();
        for (index, one) in messages
            .iter()
            .enumerate()
            .filter(|(_, one)| tracked.contains(one.order))
        {
            match one.cents {
                Some(cents) if one.takes_back() => *taken.entry(one.order).or_default() += cents,
                None if one.takes_back() => drop(unsaid.insert(one.order)),
                _ => orders
                    .entry((one.order, one.type_name == "Upsell"))
                    .or_default()
                    .push(index),
            }
        }
        let arrival = |index: &usize| (events[*index].received_at, events[*index].id.clone());
        let told = |index: &usize| (messages[*index].at, arrival(index));
        let shown = |index: &usize| {
            (
                messages[*index].at,
                messages[*index].status != "pending",
                arrival(index),
            )
        };
        let mut known: BTreeMap<&str, [(i64, bool); 2]> = BTreeMap::new();
        let mut most: BTreeMap<&str, [i64; 2]> = BTreeMap::new();
        for ((order, is_upsell), mut line) in orders {
            line.sort_by_key(told);
            let first = messages[line[0]].at;
            let late = self.expiration.is_some_and(|longest| first > longest) && !is_upsell;
            let told = line.iter().rev().find_map(|index| messages[*index].cents);
            let all = line.iter().filter_map(|index| messages[*index].cents);
            most.entry(order).or_default()[usize::from(is_upsell)] = all.max().unwrap_or_default();
            line.sort_by_key(shown);
            let last = &messages[line[line.len() - 1]];
            if !late {
                let counts = last.status == "approved";
                known.entry(order).or_default()[usize::from(is_upsell)] = (told.unwrap_or_default(), counts);
            }
        }
        let left = |order: &&str| {
            let refunds = taken.get(order).copied().unwrap_or_default();
            let (mut rest, mut left) = (refunds, -refunds);
            // A refund first takes from the sale. What it takes from an order that is no revenue is
            // not taken twice, and neither is what an order was told with and does not count for.
            let most = most.get(order).copied().unwrap_or_default();
            for ((amount, counts), most) in known.get(order).copied().unwrap_or_default().into_iter().zip(most) {
                let refunded = rest.min(amount.max(most));
                rest -= refunded;
                left += if counts { amount.max(refunded) } else { refunded };
            }
            if unsaid.contains(order) { left.min(0) } else { left }
        };
        let cents = tracked.iter().map(left).sum();
        Amount::from_minor_units(cents, 2).unwrap()
    }

    /// Takes the events in, in one order, with the clicks recorded before or after them.
    pub async fn run<S: Store + Inspect>(
        &self,
        store: &S,
        tracker: &Tracker,
        events: &[Event],
        order: &[usize],
    ) -> End {
        let clicks = CLICKS.map(click);
        if !self.clicks_last {
            store.record(&clicks).await.unwrap();
        }
        for index in order {
            let event = &events[*index];
            ingest(tracker, store, event, event.received_at).await.unwrap();
        }
        if self.clicks_last {
            store.record(&clicks).await.unwrap();
            attribute(tracker, store, None, after(7_200)).await.unwrap();
        }
        end(store).await
    }
}
