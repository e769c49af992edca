//! Many callers at once, through the running server: one effect per identity, and nothing lost.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod support;

use bytes::Bytes;
use http::Request;
use postback::value::Amount;
use postback_server::{Database, Server};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use support::{
    client::Connection,
    load::{Told, configuration, sale_by_notification, sale_by_postback},
    receiver::Receiver,
    tracker::{NAMESPACE, config},
};
use tempfile::TempDir;
use tokio::{sync::Barrier, task::JoinSet, time::timeout};

const CONNECTIONS: usize = 16;
/// How often one message is sent.
const REPEATS: usize = 1_000;
/// How many different sales of one click there are.
const SALES: usize = 200;
/// Longer than anything here may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server on a SQLite file, with its traffic channel.
struct World {
    server: Server,
    receiver: Receiver,
    _folder: TempDir,
}

impl World {
    async fn start() -> Self {
        let receiver = Receiver::start().await;
        let folder = tempfile::tempdir().unwrap();
        let stores = Database::Sqlite(folder.path().join("hammer.db"))
            .open(NAMESPACE.parse().unwrap())
            .unwrap();
        Self {
            server: config(&configuration(&receiver), stores).serve().await.unwrap(),
            receiver,
            _folder: folder,
        }
    }

    async fn connection(&self) -> Connection {
        Connection::open(self.server.address()).await.unwrap()
    }

    /// Waits until `count` deliveries are there and taken, stops the server, and answers with what
    /// the channel was told.
    async fn delivered(self, count: usize) -> (Vec<Value>, Vec<Told>) {
        let mut connection = self.connection().await;
        let all = async {
            loop {
                let rows = connection.rows("deliveries").await;
                if rows.len() >= count && rows.iter().all(|row| row["state"] == "delivered") {
                    return rows;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let rows = timeout(PATIENCE, all).await.expect("all deliveries are taken");
        drop(connection);
        // Whatever it has begun to send is sent when this returns.
        self.server.shutdown().await;
        (rows, Told::all(&self.receiver))
    }
}

/// Sends messages from 16 connections at once, each once; answers with how often there was each
/// answer.
async fn hammer(server: SocketAddr, messages: Vec<Request<Bytes>>) -> BTreeMap<(u16, String), usize> {
    let messages = Arc::new(messages);
    let next = Arc::new(AtomicUsize::new(0));
    let start = Arc::new(Barrier::new(CONNECTIONS));
    let mut callers = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (messages, next, start) = (messages.clone(), next.clone(), start.clone());
        callers.spawn(async move {
            let mut connection = Connection::open(server).await.unwrap();
            let mut answers = Vec::new();
            start.wait().await;
            while let Some(message) = messages.get(next.fetch_add(1, Ordering::Relaxed)) {
                let answer = connection.send(message.clone()).await.unwrap();
                answers.push((answer.status, answer.outcome()));
            }
            answers
        });
    }
    let mut counts = BTreeMap::new();
    for answer in timeout(PATIENCE, callers.join_all())
        .await
        .unwrap()
        .into_iter()
        .flatten()
    {
        *counts.entry(answer).or_default() += 1;
    }
    counts
}

/// Sends one message a thousand times and looks at everything that came of it.
async fn has_one_effect(world: World, message: Request<Bytes>, event_id: &str) {
    let answers = hammer(world.server.address(), vec![message; REPEATS]).await;
    let expected = [("applied", 1), ("duplicate", REPEATS - 1)];
    assert_eq!(
        answers,
        BTreeMap::from(expected.map(|(outcome, count)| ((200, outcome.to_owned()), count)))
    );
    let mut connection = world.connection().await;
    let events = connection.rows("events").await;
    let conversions = connection.rows("conversions").await;
    assert_eq!((events.len(), conversions.len()), (1, 1));
    assert_eq!(conversions[0]["sum"]["amount"], "8.5", "{}", conversions[0]);
    drop(connection);
    let (deliveries, told) = world.delivered(1).await;
    assert_eq!((deliveries.len(), told.len()), (1, 1), "{told:?}");
    assert_eq!(deliveries[0]["attempts"], 1);
    assert_eq!(deliveries[0]["id"], told[0].id.as_str());
    assert_eq!((told[0].event.as_str(), told[0].price.as_str()), (event_id, "8.5"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_that_comes_a_thousand_times_at_once_is_one_conversion_and_one_postback() {
    let world = World::start().await;
    let click = world.connection().await.click("autumn").await.unwrap();
    has_one_effect(world, sale_by_notification(&click, "HAMMERED", "8.50"), "HAMMERED").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postback_that_comes_a_thousand_times_at_once_is_one_conversion_and_one_postback() {
    let world = World::start().await;
    let click = world.connection().await.click("summer").await.unwrap();
    has_one_effect(world, sale_by_postback(&click, "Purchase", "E-1", "8.50"), "E-1").await;
}

fn total(amounts: impl IntoIterator<Item = Amount>) -> Amount {
    amounts
        .into_iter()
        .fold(Amount::ZERO, |sum, amount| sum.checked_add(amount).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn sales_of_one_click_that_come_at_once_add_up() {
    let world = World::start().await;
    let click = world.connection().await.click("summer").await.unwrap();
    let amounts: Vec<String> = (1..=SALES)
        .map(|number| format!("{number}.{:02}", number % 100))
        .collect();
    let sales = amounts
        .iter()
        .enumerate()
        .map(|(number, amount)| sale_by_postback(&click, "Addition", &format!("E-{number}"), amount));
    let answers = hammer(world.server.address(), sales.collect()).await;
    let taken: usize = answers
        .iter()
        .filter(|((status, _), _)| *status == 200)
        .map(|(_, count)| count)
        .sum();
    assert_eq!(taken, SALES, "{answers:?}");
    let expected = total(amounts.iter().map(|amount| amount.parse().unwrap()));
    let mut connection = world.connection().await;
    assert_eq!(connection.rows("events").await.len(), SALES);
    let conversions = connection.rows("conversions").await;
    assert_eq!(conversions.len(), 1);
    assert_eq!(conversions[0]["sum"]["amount"], expected.to_string().as_str());
    assert_eq!(conversions[0]["count"], SALES);
    drop(connection);
    // The channel is told of each addition, under an id of its own, and what it was told adds up as
    // well.
    let (deliveries, told) = world.delivered(SALES).await;
    let ids: BTreeSet<&str> = told.iter().map(|told| told.id.as_str()).collect();
    assert_eq!((deliveries.len(), told.len(), ids.len()), (SALES, SALES, SALES));
    assert_eq!(total(told.iter().map(|told| told.price.parse().unwrap())), expected);
}
