//! Threads that race for the same rows, in orders that Shuttle chooses.
//!
//! An ordinary build changes the order of the calls of the store in memory. With `RUSTFLAGS="--cfg
//! shuttle"` the locks of that store, and the threads, locks and queues of the store in SQLite, are
//! Shuttle's own, so the order of what happens inside of a call changes too.

use postback::drive::{Sender, attribute, deliver_once, ingest};
use postback::intake::Intake;
use postback::memory::MemoryStore;
use postback::plan::Outcome;
use postback::port::{Claim, ConversionFilter, DeliveryFilter, EventFilter, Inspect, PageRequest, Store};
use postback::testing::{OneSecret, RecordingClient, SeededEntropy, SettableClock};
use postback::{Credentials, Event, Query, Received, Tracker};
use postback_test::{after, click, document, revenue, tracker};
use shuttle::future::block_on;
use shuttle::scheduler::{PctScheduler, RandomScheduler};
use shuttle::{Config, Runner, thread};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

const SEED: u64 = 7;
/// How many threads may be held up by others at the worst moment.
const DEPTH: usize = 4;
/// The first message of each pair makes an order of 30, the second one changes it.
const SALE: &str = "type=Purchase&status=approved&eventid=A&receipt=R1&sum=30.00&clickid=c1";
const LESS: &str = "type=Purchase&status=approved&eventid=A&receipt=R1&sum=25.00&clickid=c1";
const REFUND: &str = "type=Refund&eventid=A&receipt=R1&sum=10.00";

static TRACKER: LazyLock<Tracker> = LazyLock::new(|| {
    let mut document = document();
    document["campaign"][0]["postback"][0]["updates"] = "every_change".into();
    tracker(&document)
});

/// A store, and the same store to look into.
type Stores = (Arc<dyn Store>, Arc<dyn Inspect>);

/// How many orders are tried, by each way to choose them.
fn schedules(usual: usize) -> usize {
    std::env::var("POSTBACK_SCHEDULES").map_or(usual, |count| count.parse().unwrap())
}

/// Tries orders at random, and such that hold few threads up for long.
fn check(usual: usize, race: fn()) {
    let count = schedules(usual).div_ceil(2);
    let mut config = Config::new();
    // SQLite and an unoptimised build need more than the usual 32 KiB.
    config.stack_size = 1024 * 1024;
    Runner::new(RandomScheduler::new_from_seed(SEED, count), config.clone()).run(race);
    Runner::new(PctScheduler::new_from_seed(SEED, DEPTH, count), config).run(race);
}

fn memory() -> Stores {
    let memory = Arc::new(MemoryStore::with_namespace("test".parse().unwrap()));
    #[cfg(not(shuttle))]
    let store = Arc::new(postback_test::simulation::Turns::new(memory.clone()));
    #[cfg(shuttle)]
    let store = in_two_visits(memory.clone());
    (store, memory)
}

/// The store, with others between the reading and the writing of a decision.
#[cfg(shuttle)]
fn in_two_visits(store: Arc<dyn Store>) -> Arc<dyn Store> {
    Arc::new(postback::conformance::FaultStore::new(store).in_two_visits())
}

fn event(query: &str, at: i64, nonce: u64) -> Event {
    let query = format!("{query}&time={}", after(at).unix_seconds());
    let query = Query::parse(query.as_bytes()).unwrap();
    let received = Received {
        at: after(3_600),
        nonce,
    };
    let source = TRACKER.source(Some("net")).unwrap();
    let credentials = Credentials::default();
    let intake = Intake::new(source, &credentials, received);
    intake.assume_authorized().postback(&query).unwrap().0
}

/// Takes an event in, and again while others are faster.
async fn take_in(store: &dyn Store, event: &Event) -> bool {
    let reply = ingest(&TRACKER, store, event, after(3_600)).await.unwrap();
    reply.outcome.as_str() == "applied"
}

/// Runs each on a thread of its own, and returns what they come to.
fn side_by_side<T: Send + 'static>(all: Vec<Box<dyn FnOnce() -> T + Send>>) -> Vec<T> {
    let running: Vec<_> = all.into_iter().map(thread::spawn).collect();
    running.into_iter().map(|one| one.join().unwrap()).collect()
}

/// A thread that takes this event in. It says whether it was the one that applied it.
fn taker(store: &Arc<dyn Store>, query: &str, at: i64, nonce: u64) -> Box<dyn FnOnce() -> bool + Send> {
    let (store, event) = (store.clone(), event(query, at, nonce));
    Box::new(move || block_on(take_in(&*store, &event)))
}

/// The same sale comes three times while its click is recorded. It counts once, and fires once.
fn the_same_receipt((store, inspect): Stores) {
    let late = store.clone();
    let mut threads: Vec<_> = (1..=3).map(|nonce| taker(&store, SALE, 1, nonce)).collect();
    threads.push(Box::new(move || {
        block_on(late.record(&[click("c1")])).unwrap();
        false
    }));
    let applied = side_by_side(threads).into_iter().filter(|applied| *applied).count();
    let attributed = block_on(attribute(&TRACKER, &*store, None, after(3_600))).unwrap();
    assert_eq!(
        applied as u64 + attributed.resolved,
        1,
        "it was applied by one of them, and once"
    );
    let page = PageRequest::first(10);
    let events = block_on(inspect.events(&EventFilter::default(), &page)).unwrap().items;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].outcome, Outcome::Applied);
    let conversions = block_on(inspect.conversions(&ConversionFilter::default(), &page))
        .unwrap()
        .items;
    assert_eq!(
        (conversions.len(), revenue(&conversions).to_string().as_str()),
        (1, "30")
    );
    let deliveries = block_on(inspect.deliveries(&DeliveryFilter::default(), &page))
        .unwrap()
        .items;
    assert_eq!(deliveries.len(), 1);
}

/// A sale, its correction and its refund come at the same time. In every order 15 is left.
fn one_order((store, inspect): Stores) {
    block_on(store.record(&[click("c1")])).unwrap();
    let messages = [(SALE, 1), (LESS, 2), (REFUND, 3)];
    let threads = messages.into_iter().zip(1..);
    let threads = threads.map(|((query, at), nonce)| taker(&store, query, at, nonce));
    side_by_side(threads.collect());
    let page = PageRequest::first(10);
    let conversions = block_on(inspect.conversions(&ConversionFilter::default(), &page))
        .unwrap()
        .items;
    assert_eq!(
        (conversions.len(), revenue(&conversions).to_string().as_str()),
        (2, "15")
    );
}

/// Two workers send what is due. Each delivery is leased to one of them, and sent once.
fn two_workers((store, inspect): Stores) {
    block_on(store.record(&[click("c1")])).unwrap();
    block_on(take_in(&*store, &event(SALE, 1, 1)));
    block_on(take_in(&*store, &event(LESS, 2, 2)));
    let requests = Arc::new(Mutex::new(Vec::new()));
    let worker = |seed| -> Box<dyn FnOnce() + Send> {
        let (store, requests) = (store.clone(), requests.clone());
        Box::new(move || {
            let (client, clock) = (RecordingClient::new(), SettableClock::new(after(3_600)));
            let (secrets, entropy) = (OneSecret("a secret".into()), SeededEntropy::new(seed));
            let sender = Sender::new(&*store, &client, &secrets, &clock, &entropy);
            let claim = Claim::new(after(3_600), Duration::from_secs(60), 1);
            let round = block_on(deliver_once(&sender, &claim)).unwrap();
            assert_eq!((round.delivered, round.lost), (round.requests, 0));
            requests.lock().unwrap().extend(client.take_lines());
        })
    };
    side_by_side(vec![worker(1), worker(2), worker(3)]);
    let mut requests = requests.lock().unwrap().clone();
    requests.sort();
    let url = "GET https://push.example/log?key=ref-c1&price=";
    assert_eq!(requests, [format!("{url}25"), format!("{url}30")]);
    let page = PageRequest::first(10);
    let deliveries = block_on(inspect.deliveries(&DeliveryFilter::default(), &page))
        .unwrap()
        .items;
    assert!(deliveries.iter().all(|row| row.state.as_str() == "delivered"));
}

#[test]
fn in_memory_the_same_receipt_counts_once() {
    check(500, || the_same_receipt(memory()));
}

#[test]
fn in_memory_one_order_comes_to_the_same_in_every_order() {
    check(500, || one_order(memory()));
}

#[test]
fn in_memory_two_workers_send_each_delivery_once() {
    check(500, || two_workers(memory()));
}

/// The calls are handed to threads there, and those that wait at the same time share a transaction.
#[cfg(shuttle)]
mod in_sqlite {
    use super::*;
    use postback_sqlite::{SqliteOptions, SqliteStore};

    fn in_one_visit(store: Arc<dyn Store>) -> Arc<dyn Store> {
        store
    }

    /// A file in memory, where the system has such a place.
    fn over(race: fn(Stores), way: fn(Arc<dyn Store>) -> Arc<dyn Store>) {
        let folder = tempfile::tempdir_in("/dev/shm")
            .or_else(|_| tempfile::tempdir())
            .unwrap();
        let mut options = SqliteOptions::new("test".parse().unwrap());
        options.readers = 1;
        // Shuttle has no time: a wait would end with the next call alone.
        options.gather = Duration::ZERO;
        let store = SqliteStore::open(folder.path().join("race.db"), &options).unwrap();
        let store = Arc::new(store);
        race((way(store.clone()), store));
    }

    #[test]
    fn the_same_receipt_counts_once() {
        check(20, || over(the_same_receipt, in_one_visit));
        check(20, || over(the_same_receipt, in_two_visits));
    }

    #[test]
    fn one_order_comes_to_the_same_in_every_order() {
        check(20, || over(one_order, in_one_visit));
        check(20, || over(one_order, in_two_visits));
    }

    #[test]
    fn two_workers_send_each_delivery_once() {
        check(20, || over(two_workers, in_one_visit));
        check(20, || over(two_workers, in_two_visits));
    }
}
