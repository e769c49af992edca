//! A secret that renews itself, and one that is missing for a reason of its own.

use bytes::Bytes;
use postback::delivery::{Cause, Delivery, DeliveryRow, Lane};
use postback::drive::{Round, Sender, deliver_once};
use postback::memory::MemoryStore;
use postback::model::Method;
use postback::outbound::{Encoding, Hole, HoledText, Outbound};
use postback::plan::Commit;
use postback::port::{
    BoxFuture, Claim, Clock, DeliveryFilter, HttpClient, HttpError, Inspect, PageRequest, SecretError, Secrets, Store,
};
use postback::testing::{SeededEntropy, SettableClock};
use postback::value::{DeliveryId, SecretReference};
use postback::{Secret, Timestamp};
use postback_test::block_on;
use std::sync::Mutex;
use std::time::Duration;

fn start() -> Timestamp {
    Timestamp::from_unix_seconds(1_780_000_000).unwrap()
}

/// A receiver that takes the token `good` alone, and secrets that give the first of a list and go
/// on to the next when it is refused.
#[derive(Debug)]
struct World {
    store: MemoryStore,
    clock: SettableClock,
    tokens: Mutex<Vec<&'static str>>,
    asked: Mutex<Vec<String>>,
    /// How long each answer takes.
    takes: Duration,
    refusal: u16,
}

impl Secrets for World {
    fn secret<'a>(&'a self, reference: &'a SecretReference) -> BoxFuture<'a, Result<Secret, SecretError>> {
        let token = self.tokens.lock().unwrap().first().copied();
        let missing = || SecretError::new(reference, "has no valid access token: `invalid_grant`");
        Box::pin(async move { token.map(Secret::from).ok_or_else(missing) })
    }

    fn refused(&self, _: &SecretReference, secret: &Secret) -> bool {
        let mut tokens = self.tokens.lock().unwrap();
        let is_this = tokens.first().is_some_and(|token| secret.matches(token.as_bytes()));
        if is_this && tokens.len() > 1 {
            tokens.remove(0);
            return true;
        }
        !is_this
    }
}

impl HttpClient for World {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, HttpError>> {
        let token = request.uri().query().unwrap().to_owned();
        let status = if token == "good" { 200 } else { self.refusal };
        self.asked.lock().unwrap().push(token);
        self.clock.advance(self.takes);
        Box::pin(async move { Ok(http::Response::builder().status(status).body(Bytes::new()).unwrap()) })
    }
}

impl World {
    fn new(tokens: &[&'static str]) -> Self {
        let world = Self {
            store: MemoryStore::new(),
            clock: SettableClock::new(start()),
            tokens: Mutex::new(tokens.to_vec()),
            asked: Mutex::default(),
            takes: Duration::ZERO,
            refusal: 401,
        };
        let mut url = HoledText::plain("https://chat.example/?");
        url.push_hole(Hole::Secret {
            reference: "host:chat".parse().unwrap(),
            encoding: Encoding::Query,
        });
        let mut commit = Commit::of(Vec::new(), start());
        commit.outbox = vec![Delivery::new(
            DeliveryId::from_parts(start(), &["a"]),
            Cause::notice("test"),
            Lane::new("https://chat.example"),
            start(),
            Outbound::new(Method::Get, url),
        )];
        block_on(world.store.commit(&commit)).unwrap();
        world
    }

    fn round(&self) -> Round {
        let entropy = SeededEntropy::new(1);
        let sender = Sender::new(&self.store, self, self, &self.clock, &entropy);
        block_on(deliver_once(
            &sender,
            &Claim::new(self.clock.now(), Duration::from_secs(60), 10),
        ))
        .unwrap()
    }

    fn row(&self) -> DeliveryRow {
        let (filter, page) = (DeliveryFilter::default(), PageRequest::first(10));
        let listed = block_on(self.store.deliveries(&filter, &page));
        listed.unwrap().items.remove(0)
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

#[test]
fn a_request_whose_token_is_refused_is_made_once_more_with_the_next() {
    let world = World::new(&["old", "good"]);
    let round = world.round();
    assert_eq!((round.requests, round.delivered), (1, 1));
    assert_eq!(world.asked(), ["old", "good"]);
    assert_eq!(world.row().attempts, 1, "it is one attempt");
}

#[test]
fn a_request_is_made_twice_at_most_in_a_round() {
    let world = World::new(&["old", "worse", "good"]);
    let round = world.round();
    assert_eq!((round.delivered, round.dead), (0, 1), "the rules give a 401 up");
    assert_eq!(world.asked(), ["old", "worse"]);
}

#[test]
fn a_secret_that_stays_and_an_answer_other_than_401_change_nothing() {
    let world = World::new(&["old"]);
    world.round();
    assert_eq!(world.asked(), ["old"]);
    let mut world = World::new(&["old", "good"]);
    world.refusal = 403;
    world.round();
    assert_eq!(world.asked(), ["old"]);
}

#[test]
fn an_answer_that_took_long_renews_the_token_and_leaves_the_request_to_its_judge() {
    for (takes, asked) in [
        (Duration::from_secs(5), &["old", "good"][..]),
        (Duration::from_millis(5_001), &["old"][..]),
    ] {
        let mut world = World::new(&["old", "good"]);
        world.takes = takes;
        world.round();
        assert_eq!(world.asked(), asked, "{takes:?}");
        assert_eq!(*world.tokens.lock().unwrap(), ["good"]);
    }
}

#[test]
fn a_secret_that_is_missing_is_told_in_the_words_of_whoever_has_it() {
    let world = World::new(&[]);
    assert_eq!(world.round().held, 1);
    let told = "secret `host:chat` has no valid access token: `invalid_grant`";
    let row = world.row();
    assert_eq!(row.hold.unwrap().why, told);
    assert_eq!((row.last.unwrap().finding.as_str(), row.attempts), (told, 0));
}
