//! `kill -9` under load: no acknowledged event is lost or counted twice, and no postback gets a
//! second id.
//!
//! Twenty cycles by default; `POSTBACK_KILL_CYCLES=1000 cargo test -p postback-server --test kill`
//! runs more.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod support;

use bytes::Bytes;
use http::{Method, Request};
use postback::Timestamp;
use postback::delivery::address::{AddressPolicy, Allowed};
use postback::drive::{Sender, deliver_once};
use postback::port::{Claim, Clock, Entropy};
use postback_http::Client;
use postback_server::{Database, args};
use postback_service::{OsEntropy, SystemClock};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    net::SocketAddr,
    path::Path,
    time::Duration,
};
use support::{
    client::Connection,
    load::{Told, configuration, sale_by_notification, sale_by_postback},
    program::{self, Program},
    receiver::Receiver,
    tracker::{API_TOKEN, NAMESPACE, SECRETS, fixed},
};
use tokio::task::JoinSet;

/// How often the server is killed, unless the environment says otherwise.
const CYCLES: u64 = 20;
const CYCLES_VARIABLE: &str = "POSTBACK_KILL_CYCLES";
/// The server is killed between these two times after its callers begin, in milliseconds.
const KILLED: (u64, u64) = (50, 400);
/// How many networks send postbacks, and how many accounts notifications, at once.
const POSTBACKS: u64 = 4;
const NOTIFICATIONS: u64 = 3;
/// How long a server may take to empty its journal: it does so every five seconds.
const REPLAYED: Duration = Duration::from_secs(8);
/// How many sales one click brings.
const SALES_OF_A_CLICK: u64 = 5;
const DATABASE: &str = "kill.db";

/// Starts the program on a folder's configuration and database.
fn start(folder: &Path) -> Program {
    Program::start(
        program::command()
            .arg("--config")
            .arg(folder.join("tracker.toml"))
            .arg("--database")
            .arg(format!("sqlite:{}", folder.join(DATABASE).display()))
            .args(["--namespace", NAMESPACE])
            .args(["--listen", "127.0.0.1:0", "--allow-destination", "127.0.0.1"])
            .envs(SECRETS)
            .env(args::API_TOKEN, API_TOKEN)
            .env("RUST_LOG", "error,postback_server::serve=info"),
    )
}

/// A sale as the network knows it.
#[derive(Debug, Clone)]
struct Sale {
    /// The event's id, or the receipt.
    event: String,
    amount: String,
    message: Request<Bytes>,
}

/// What the networks know of their sales.
#[derive(Debug, Default)]
struct Ledger {
    /// Answered with 200: it is in the store.
    acknowledged: Vec<Sale>,
    /// Answered with 202: it is in the journal, and in the store soon.
    journalled: Vec<Sale>,
    /// Sent and not answered.
    unanswered: Vec<Sale>,
}

/// Sells, one sale after the other, until the server does not answer any more.
async fn sell(server: SocketAddr, seller: String, by_notification: bool) -> Ledger {
    let mut ledger = Ledger::default();
    let Ok(mut connection) = Connection::open(server).await else {
        return ledger;
    };
    let campaign = if by_notification { "autumn" } else { "summer" };
    for number in 0.. {
        let Ok(click) = connection.click(campaign).await else {
            return ledger;
        };
        for part in 0..SALES_OF_A_CLICK {
            let event = format!("{seller}N{}", number * SALES_OF_A_CLICK + part);
            let amount = format!("{number}.{part}5");
            let message = match by_notification {
                true => sale_by_notification(&click, &event, &amount),
                false => sale_by_postback(&click, "Purchase", &event, &amount),
            };
            let sale = Sale { event, amount, message };
            match connection.send(sale.message.clone()).await {
                Ok(answer) => match (answer.status, answer.outcome().as_str()) {
                    (200, "applied") => ledger.acknowledged.push(sale),
                    (202, "journalled") => ledger.journalled.push(sale),
                    (503, _) => ledger.unanswered.push(sale),
                    (status, _) => panic!("{}: {status} {}", sale.event, answer.body),
                },
                Err(_) => {
                    ledger.unanswered.push(sale);
                    return ledger;
                }
            }
        }
    }
    ledger
}

/// Lets the networks sell until the server is killed in the midst of it.
async fn cycle(folder: &Path, number: u64, all: &mut Ledger) {
    let program = start(folder);
    let server = program.address();
    repeat(server, all).await;
    let mut sellers = JoinSet::new();
    for seller in 0..POSTBACKS + NOTIFICATIONS {
        sellers.spawn(sell(server, format!("C{number}S{seller}"), seller >= POSTBACKS));
    }
    let (first, last) = KILLED;
    let moment = first + OsEntropy.next_u64() % (last - first + 1);
    tokio::time::sleep(Duration::from_millis(moment)).await;
    drop(program);
    for ledger in sellers.join_all().await {
        all.acknowledged.extend(ledger.acknowledged);
        all.journalled.extend(ledger.journalled);
        all.unanswered.extend(ledger.unanswered);
    }
}

/// ClickBank sends a notification that was not answered again; nobody does so with a postback. What
/// was acknowledged is known.
async fn repeat(server: SocketAddr, all: &mut Ledger) {
    let mut connection = Connection::open(server).await.unwrap();
    let (notifications, postbacks) = all
        .unanswered
        .drain(..)
        .partition(|sale| sale.message.method() == Method::POST);
    all.unanswered = postbacks;
    if let Some(sale) = all.acknowledged.last() {
        let answer = connection.send(sale.message.clone()).await.unwrap();
        assert_eq!(answer.outcome(), "duplicate", "{}: {}", sale.event, answer.body);
    }
    let notifications: Vec<Sale> = notifications;
    for sale in notifications {
        let answer = connection.send(sale.message.clone()).await.unwrap();
        assert!(
            matches!(answer.outcome().as_str(), "applied" | "duplicate"),
            "{}: {}",
            sale.event,
            answer.body
        );
        all.acknowledged.push(sale);
    }
}

/// The amounts by event, of rows with an event under `pointer`.
fn amounts(rows: &[Value], pointer: &str) -> BTreeMap<String, Vec<String>> {
    let mut amounts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows {
        let event = row.pointer(pointer).unwrap();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let name = text(&event["receipt"]).or_else(|| text(&event["event_id"])).unwrap();
        amounts
            .entry(name)
            .or_default()
            .push(text(&event["sum"]["amount"]).unwrap());
    }
    amounts
}

/// Every acknowledged sale is there once, every other one at most once, and nothing else.
fn check(rows: &BTreeMap<String, Vec<String>>, all: &Ledger, what: &str) {
    for sale in &all.acknowledged {
        let found = rows.get(&sale.event).map(Vec::as_slice);
        assert_eq!(
            found,
            Some([sale.amount.clone()].as_slice()),
            "{what} of {}",
            sale.event
        );
    }
    let sales = all.acknowledged.iter().chain(&all.unanswered);
    let known: BTreeMap<&str, &str> = sales.map(|sale| (sale.event.as_str(), sale.amount.as_str())).collect();
    for (event, amounts) in rows {
        assert_eq!(amounts.len(), 1, "{what} of {event}");
        assert_eq!(
            known.get(event.as_str()),
            Some(&amounts[0].as_str()),
            "{what} of {event}"
        );
    }
}

/// The clock of a worker that comes when the leases of the killed ones are over.
#[derive(Debug)]
struct Later;

impl Clock for Later {
    fn now(&self) -> Timestamp {
        SystemClock.now().checked_add(Duration::from_secs(10 * 60)).unwrap()
    }
}

/// Sends what the killed servers left in the outbox.
async fn deliver_the_rest(folder: &Path) {
    let stores = Database::Sqlite(folder.join(DATABASE))
        .open(NAMESPACE.parse().unwrap())
        .unwrap();
    let policy = AddressPolicy::from_iter(["127.0.0.1/32".parse::<Allowed>().unwrap()]);
    let http = Client::builder().policy(policy).build().unwrap();
    let secrets = fixed();
    let sender = Sender::new(&*stores.store, &http, &secrets, &Later, &OsEntropy);
    loop {
        let claim = Claim::new(Later.now(), Duration::from_secs(60), 64);
        let round = deliver_once(&sender, &claim).await.unwrap();
        assert_eq!((round.retried, round.dead, round.lost), (0, 0, 0), "{round:?}");
        if round.requests == 0 {
            return;
        }
    }
}

fn cycles() -> u64 {
    let cycles = env::var(CYCLES_VARIABLE).map(|text| text.parse().expect(CYCLES_VARIABLE));
    cycles.unwrap_or(CYCLES)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_again_and_again_keeps_what_it_acknowledged_and_sends_it_under_one_id() {
    let receiver = Receiver::start().await;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("tracker.toml"), configuration(&receiver)).unwrap();
    let mut all = Ledger::default();
    for number in 0..cycles() {
        cycle(folder, number, &mut all).await;
    }
    // Otherwise nothing was killed under load.
    assert!(
        all.acknowledged.len() as u64 > cycles() * POSTBACKS,
        "{}",
        all.acknowledged.len()
    );
    assert!(!receiver.requests().is_empty());

    let program = start(folder);
    let server = program.address();
    repeat(server, &mut all).await;
    let mut connection = Connection::open(server).await.unwrap();
    if !all.journalled.is_empty() {
        tokio::time::sleep(REPLAYED).await;
        all.acknowledged.append(&mut all.journalled);
    }
    let events = connection.rows("events").await;
    assert!(events.iter().all(|row| row["outcome"] == "applied"));
    let conversions = connection.rows("conversions").await;
    check(&amounts(&events, "/event"), &all, "event");
    check(&amounts(&conversions, "/shown"), &all, "conversion");
    assert_eq!(events.len(), conversions.len());
    drop((connection, program));

    deliver_the_rest(folder).await;
    let program = start(folder);
    let deliveries = Connection::open(program.address())
        .await
        .unwrap()
        .rows("deliveries")
        .await;
    assert!(deliveries.iter().all(|row| row["state"] == "delivered"));
    let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for told in Told::all(&receiver) {
        ids.entry(told.event).or_default().insert(told.id);
    }
    let by_conversion: BTreeMap<&str, &str> = deliveries
        .iter()
        .map(|row| (row["conversion"].as_str().unwrap(), row["id"].as_str().unwrap()))
        .collect();
    assert_eq!(
        (by_conversion.len(), deliveries.len()),
        (conversions.len(), conversions.len())
    );
    assert_eq!(ids.len(), conversions.len());
    for conversion in &conversions {
        let shown = &conversion["shown"];
        let event = shown["receipt"].as_str().or(shown["event_id"].as_str()).unwrap();
        let id = by_conversion[conversion["id"].as_str().unwrap()];
        assert_eq!(ids[event], BTreeSet::from([id.to_owned()]), "{event}");
    }
}
