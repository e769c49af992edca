//! Lanes: what one receiver does to the others.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod common;

use bytes::Bytes;
use common::tracker;
use postback::Timestamp;
use postback::delivery::{Cause, Delivery, DeliveryState, Lane};
use postback::drive::LanePolicy;
use postback::memory::MemoryStore;
use postback::model::Method;
use postback::outbound::{Hole, HoledText, Item, Outbound};
use postback::plan::Commit;
use postback::port::{BoxFuture, Clock, DeliveryFilter, HttpClient, HttpError, Inspect, PageRequest, Store};
use postback::value::DeliveryId;
use postback_service::{FixedSecrets, Service};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    sync::oneshot,
    time::{Instant, sleep},
};

const CONFIGURATION: &str = r#"
version = 1
currency = "USD"
[[conversion_type]]
name = "Purchase"
default = true
"#;

/// How long the client waits for an answer.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Hosts that begin with `hung` do not answer, those that begin with `slow` take a second.
#[derive(Debug, Default)]
struct Network {
    under_way: Mutex<BTreeMap<String, u32>>,
    most: Mutex<BTreeMap<String, u32>>,
    answered: Mutex<Vec<(String, Instant)>>,
    well: Mutex<bool>,
}

impl HttpClient for Network {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, HttpError>> {
        let host = request.uri().host().unwrap().to_owned();
        {
            let mut under_way = self.under_way.lock().unwrap();
            let count = under_way.entry(host.clone()).or_default();
            *count += 1;
            let mut most = self.most.lock().unwrap();
            let known = most.entry(host.clone()).or_default();
            *known = (*known).max(*count);
        }
        Box::pin(async move {
            let hung = host.starts_with("hung") && !*self.well.lock().unwrap();
            let wait = match host.starts_with("slow") {
                true => Duration::from_secs(1),
                false => Duration::ZERO,
            };
            sleep(if hung { TIMEOUT } else { wait }).await;
            *self.under_way.lock().unwrap().get_mut(&host).unwrap() -= 1;
            if hung {
                return Err(HttpError::Timeout);
            }
            self.answered.lock().unwrap().push((host, Instant::now()));
            Ok(http::Response::new(Bytes::new()))
        })
    }
}

/// The clock of the paused runtime.
#[derive(Debug)]
struct Paused(Instant);

impl Clock for Paused {
    fn now(&self) -> Timestamp {
        let begin = Timestamp::from_unix_seconds(1_780_000_000).unwrap();
        begin.checked_add(self.0.elapsed()).unwrap()
    }
}

struct World {
    store: Arc<MemoryStore>,
    network: Arc<Network>,
    clock: Arc<Paused>,
    made: u64,
    _stop: oneshot::Sender<()>,
}

impl World {
    async fn with(policy: LanePolicy) -> Self {
        let store = Arc::new(MemoryStore::new());
        let network = Arc::new(Network::default());
        let clock = Arc::new(Paused(Instant::now()));
        let tracker = tracker(CONFIGURATION);
        let secrets = FixedSecrets::default();
        let service = Service::builder(tracker, store.clone(), network.clone(), Arc::new(secrets))
            .clock(clock.clone())
            .lanes(policy);
        let service = service.build().await.unwrap();
        let (stop, until) = oneshot::channel::<()>();
        tokio::spawn(service.run(async { drop(until.await) }));
        Self {
            store,
            network,
            clock,
            made: 0,
            _stop: stop,
        }
    }

    /// Puts a delivery to each of these hosts into the outbox.
    async fn enqueue(&mut self, hosts: &[&str]) {
        let now = self.clock.now();
        let mut commit = Commit::of(Vec::new(), now);
        for host in hosts {
            self.made += 1;
            let id = DeliveryId::from_parts(now, &[&self.made.to_string()]);
            let origin = format!("https://{host}");
            let hook = Outbound::new(Method::Get, HoledText::plain(format!("{origin}/")));
            let lane = Lane::new(&origin);
            commit
                .outbox
                .push(Delivery::new(id, Cause::notice("test"), lane, now, hook));
        }
        self.store.commit(&commit).await.unwrap();
    }

    /// Puts items for one account at a host into the outbox. A request may hold a thousand.
    async fn enqueue_items(&mut self, host: &str, count: usize, url: impl Fn(usize) -> String) {
        let now = self.clock.now();
        let mut commit = Commit::of(Vec::new(), now);
        for number in 0..count {
            self.made += 1;
            let id = DeliveryId::from_parts(now, &[&self.made.to_string()]);
            let mut request = Outbound::new(Method::Post, HoledText::plain(url(number)));
            let mut body = HoledText::plain("[");
            body.push_hole(Hole::Items);
            body.push_str("]");
            request.body = Some(body);
            let text = HoledText::plain(number.to_string());
            request.item = Some(Item::new(1_000, text));
            let lane = Lane::new(&format!("https://{host}")).with_account("pixel");
            let (conversion, event) = (format!("{}c", "2".repeat(25)), format!("{}d", "2".repeat(25)));
            let click = "click".parse().unwrap();
            let cause = Cause::conversion_api(
                "other",
                "pixel",
                conversion.parse().unwrap(),
                click,
                event.parse().unwrap(),
            );
            commit.outbox.push(Delivery::new(id, cause, lane, now, request));
        }
        self.store.commit(&commit).await.unwrap();
    }

    async fn delivered(&self) -> usize {
        let mut filter = DeliveryFilter::default();
        filter.state = Some(DeliveryState::Delivered);
        let page = PageRequest::first(10_000);
        self.store.deliveries(&filter, &page).await.unwrap().items.len()
    }

    fn answered(&self, host: &str) -> Vec<Instant> {
        let answered = self.network.answered.lock().unwrap();
        answered
            .iter()
            .filter(|(of, _)| of == host)
            .map(|(_, at)| *at)
            .collect()
    }

    async fn attempts(&self) -> u32 {
        let page = PageRequest::first(10_000);
        let rows = self.store.deliveries(&DeliveryFilter::default(), &page).await.unwrap();
        rows.items.iter().map(|row| row.attempts).sum()
    }
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_does_not_answer_delays_nobody_else() {
    let mut world = World::with(LanePolicy::default()).await;
    world.enqueue(&["hung.example"; 200]).await;
    // What goes to the others while the first one hangs is there within a second, the poll.
    for second in 0..60 {
        let began = Instant::now();
        world.enqueue(&["hung.example", "well.example", "fine.example"]).await;
        sleep(Duration::from_secs(2)).await;
        for host in ["well.example", "fine.example"] {
            let answered = world.answered(host);
            assert_eq!(answered.len(), second + 1, "{host} in second {second}");
            assert!(answered[second].duration_since(began) <= Duration::from_millis(1_100));
        }
    }
    assert_eq!(
        world.network.most.lock().unwrap()["hung.example"],
        2,
        "it never answered"
    );
}

#[tokio::test(start_paused = true)]
async fn each_request_settles_when_it_ends_and_its_place_is_taken_at_once() {
    let mut world = World::with(LanePolicy::default()).await;
    let began = Instant::now();
    world.enqueue(&["slow.example"; 80]).await;
    world.enqueue(&["hung.example"]).await;
    sleep(Duration::from_secs(14)).await;
    let answered = world.answered("slow.example");
    assert_eq!(
        answered.len(),
        80,
        "ten times eight, a second each, beside one that hangs"
    );
    assert!(answered.last().unwrap().duration_since(began) <= Duration::from_secs(12));
}

#[tokio::test(start_paused = true)]
async fn an_ailing_receiver_is_probed_by_one_request_and_what_waits_costs_no_attempt() {
    let mut world = World::with(LanePolicy::default()).await;
    world.enqueue(&["hung.example"; 100]).await;
    sleep(Duration::from_secs(600)).await;
    let attempts = world.attempts().await;
    // Two together three times; then one at a time, with a wait of a minute between two at last.
    assert!((8..=24).contains(&attempts), "{attempts}");
    *world.network.well.lock().unwrap() = true;
    sleep(Duration::from_secs(120)).await;
    assert!(
        world.answered("hung.example").len() >= 90,
        "{}",
        world.answered("hung.example").len()
    );
}

#[tokio::test(start_paused = true)]
async fn all_places_and_no_more_are_used() {
    let mut policy = LanePolicy::default();
    (policy.places, policy.share) = (10, 4);
    let mut world = World::with(policy).await;
    let hosts = ["slow-1.example", "slow-2.example", "slow-3.example", "slow-4.example"];
    let all: Vec<&str> = std::iter::repeat_n(hosts, 25).flatten().collect();
    let began = Instant::now();
    world.enqueue(&all).await;
    sleep(Duration::from_secs(30)).await;
    let most = world.network.most.lock().unwrap().clone();
    assert!(most.values().all(|most| *most <= 4), "{most:?}");
    let last = hosts
        .map(|host| *world.answered(host).last().unwrap())
        .into_iter()
        .max()
        .unwrap();
    let took = last.duration_since(began).as_secs();
    assert!(
        (11..=15).contains(&took),
        "100 requests of a second in 8 or 9 of 10 places took {took} s"
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_receiver_takes_together_goes_in_few_requests() {
    let mut world = World::with(LanePolicy::default()).await;
    let url = |_| "https://pixel.example/events".to_string();
    world.enqueue_items("pixel.example", 3_000, url).await;
    sleep(Duration::from_secs(20)).await;
    assert_eq!(world.delivered().await, 3_000);
    let requests = world.answered("pixel.example").len();
    // 2, 4, 8 .. 1,000: each twice as many as the one before.
    assert!((3..=16).contains(&requests), "{requests}");
}

#[tokio::test(start_paused = true)]
async fn what_was_leased_together_and_goes_alone_keeps_to_the_lanes_places() {
    let mut world = World::with(LanePolicy::default()).await;
    // A thousand go together, so that a thousand are claimed at once ..
    world
        .enqueue_items("slow.example", 3_000, |_| "https://slow.example/events".into())
        .await;
    sleep(Duration::from_secs(30)).await;
    assert_eq!(world.delivered().await, 3_000);
    // .. and then five hundred that can only be sent one by one, a second each. Most of those that
    // were claimed together are claimed again when their leases end.
    world
        .enqueue_items("slow.example", 500, |number| format!("https://slow.example/{number}"))
        .await;
    sleep(Duration::from_secs(180)).await;
    assert_eq!(world.delivered().await, 3_500);
    assert!(world.network.most.lock().unwrap()["slow.example"] <= 8);
    let alone = world.attempts().await;
    assert_eq!(alone, 3_500, "nothing was sent twice");
}

#[tokio::test(start_paused = true)]
async fn requests_of_several_kinds_under_one_account_are_large_too() {
    let mut world = World::with(LanePolicy::default()).await;
    // Google takes a request for each conversion action.
    let url = |number: usize| format!("https://pixel.example/{}", number % 3);
    world.enqueue_items("pixel.example", 3_000, url).await;
    sleep(Duration::from_secs(20)).await;
    assert_eq!(world.delivered().await, 3_000);
    let requests = world.answered("pixel.example").len();
    assert!(requests <= 45, "{requests}");
}

#[tokio::test(start_paused = true)]
async fn accounts_with_many_requests_leave_places_to_the_others() {
    let mut world = World::with(LanePolicy::default()).await;
    for account in 0..14 {
        let host = format!("slow-{account}.example");
        let url = |_| format!("https://{host}/events");
        world.enqueue_items(&host, 2_000, url).await;
    }
    sleep(Duration::from_secs(60)).await;
    for account in 0..14 {
        let host = format!("slow-{account}.example");
        let url = |number: usize| format!("https://{host}/{number}");
        world.enqueue_items(&host, 900, url).await;
    }
    sleep(Duration::from_millis(1_500)).await;
    for second in 0..20 {
        let began = Instant::now();
        world.enqueue(&["fresh.example"]).await;
        sleep(Duration::from_secs(3)).await;
        let answered = world.answered("fresh.example");
        assert_eq!(answered.len(), second + 1, "in second {second}");
        assert!(answered[second].duration_since(began) <= Duration::from_millis(2_100));
    }
}
