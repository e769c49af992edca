//! Rounds of sending, over a store in memory and a receiver that says what it is told to.

use bytes::Bytes;
use postback::delivery::{
    Case, Cause, Delivery, DeliveryRow, DeliveryState, Hold, Judge, Judgement, Judges, Lane, Verdict,
};
use postback::drive::{Round, Sender, deliver_once};
use postback::memory::MemoryStore;
use postback::model::Method;
use postback::outbound::{Encoding, Hole, HoledText, Item, Outbound};
use postback::plan::Commit;
use postback::port::{
    BoxFuture, Claim, Clock, DeliveryFilter, Entropy, HttpClient, HttpError, Inspect, PageRequest, SecretError,
    Secrets, Store,
};
use postback::value::{DeliveryId, SecretReference};
use postback::{Secret, Timestamp};
use postback_test::block_on;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(1_780_000_000 + seconds).unwrap()
}

/// The world, with a clock that is set by hand and one secret that is there or not.
#[derive(Debug, Default)]
struct World {
    store: MemoryStore,
    now: AtomicI64,
    secret: Mutex<Option<&'static str>>,
    /// What was asked, as `METHOD url body`.
    asked: Mutex<Vec<String>>,
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        at(self.now.load(Ordering::Relaxed))
    }
}

impl Entropy for World {
    fn next_u64(&self) -> u64 {
        0
    }
}

impl Secrets for World {
    fn secret<'a>(&'a self, reference: &'a SecretReference) -> BoxFuture<'a, Result<Secret, SecretError>> {
        let secret = self.secret.lock().unwrap().map(Secret::from);
        Box::pin(async move { secret.ok_or_else(|| SecretError::new(reference, "is not set")) })
    }
}

impl HttpClient for World {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, HttpError>> {
        let body = String::from_utf8(request.body().to_vec()).unwrap();
        let line = format!("{} {} {body}", request.method(), request.uri());
        self.asked.lock().unwrap().push(line.trim().to_owned());
        if let Some((_, target)) = line.split_once("/moved?to=") {
            let target = target.split('&').next().unwrap_or_default();
            let target = percent_encoding::percent_decode_str(target).decode_utf8().unwrap();
            let moved = http::Response::builder().status(301).header("location", &*target);
            let moved = moved.body(Bytes::new()).unwrap();
            return Box::pin(async move { Ok(moved) });
        }
        // More than two items are too many.
        let status = if body.matches("\"e").count() > 2 { 413 } else { 200 };
        Box::pin(async move { Ok(http::Response::builder().status(status).body(Bytes::new()).unwrap()) })
    }
}

/// Takes events under a receipt, which is true at once when it is asked for.
#[derive(Debug)]
struct Platform;

impl Judge for Platform {
    fn is_for(&self, cause: &Cause) -> bool {
        matches!(cause, Cause::ConversionApi { .. })
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let one = |place: usize| {
            let verdict = match (case.answer.status, &case.deliveries[place].receipt) {
                (413, _) => Verdict::RetrySmaller { most: 2 },
                (_, None) => Verdict::Accepted {
                    receipt: "r-1".into(),
                    check_at: case.now.checked_add(Duration::from_secs(300)).unwrap(),
                },
                (_, Some(_)) if place == 0 => Verdict::DeliveredWithWarning,
                (_, Some(_)) => Verdict::AlreadyThere,
            };
            verdict.into()
        };
        (0..case.deliveries.len()).map(one).collect()
    }
}

fn event(number: u8) -> Delivery {
    let id = |kind: &str| DeliveryId::from_parts(at(0), &[kind, &number.to_string()]).to_string();
    let click = "click".parse().unwrap();
    let cause = Cause::conversion_api(
        "meta",
        "pixel",
        id("c").parse().unwrap(),
        click,
        id("e").parse().unwrap(),
    );
    let mut outbound = Outbound::new(Method::Post, HoledText::plain("https://graph.example/events"));
    let mut body = HoledText::plain("[");
    body.push_hole(Hole::Items);
    body.push_str("]");
    outbound.body = Some(body);
    outbound.item = Some(Item::new(100, HoledText::plain(format!("\"e{number}\""))));
    let mut check = HoledText::plain("https://graph.example/receipts/");
    check.push_hole(Hole::Receipt {
        encoding: Encoding::Path,
    });
    let lane = Lane::new("https://graph.example").with_account("pixel");
    let created = at(i64::from(number));
    let mut delivery = Delivery::new(id("d").parse().unwrap(), cause, lane, created, outbound);
    delivery.check = Some(Outbound::new(Method::Get, check).into());
    delivery
}

/// A notice whose URL needs the secret, or not.
fn notice(name: &str, with_secret: bool) -> Delivery {
    let mut url = HoledText::plain(format!("https://chat.example/{name}?token="));
    if with_secret {
        url.push_hole(Hole::Secret {
            reference: "env:CHAT".parse().unwrap(),
            encoding: Encoding::Query,
        });
    }
    let id = DeliveryId::from_parts(at(0), &[name]);
    let lane = Lane::new("https://chat.example");
    Delivery::new(id, Cause::notice("test"), lane, at(0), Outbound::new(Method::Get, url))
}

impl World {
    fn with(deliveries: impl IntoIterator<Item = Delivery>) -> Self {
        let world = Self::default();
        for delivery in deliveries {
            let mut commit = Commit::of(Vec::new(), delivery.created_at);
            commit.outbox = vec![delivery];
            block_on(world.store.commit(&commit)).unwrap();
        }
        world
    }

    fn round(&self, now: i64) -> Round {
        self.now.store(now, Ordering::Relaxed);
        let judges = Judges::new().with(Platform);
        let sender = Sender::new(&self.store, self, self, self, self).with_judges(&judges);
        let claim = Claim::new(at(now), Duration::from_secs(60), 100);
        block_on(deliver_once(&sender, &claim)).unwrap()
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    fn rows(&self) -> Vec<DeliveryRow> {
        let page = PageRequest::first(100);
        let mut rows = block_on(self.store.deliveries(&DeliveryFilter::default(), &page))
            .unwrap()
            .items;
        rows.reverse();
        rows
    }

    fn states(&self) -> Vec<&'static str> {
        self.rows().iter().map(|row| row.state.as_str()).collect()
    }
}

#[test]
fn a_batch_is_split_accepted_and_checked_by_the_outbox_itself() {
    let world = World::with((1..=3).map(event));
    let round = world.round(10);
    assert_eq!(
        (round.requests, round.retried, round.next_due),
        (1, 3, Some(at(10))),
        "again at once"
    );
    assert_eq!(world.asked(), [r#"POST https://graph.example/events ["e1","e2","e3"]"#]);
    let round = world.round(10);
    assert_eq!((round.requests, round.accepted, round.next_due), (2, 3, Some(at(310))));
    assert_eq!(
        world.asked(),
        [
            r#"POST https://graph.example/events ["e1","e2"]"#,
            r#"POST https://graph.example/events ["e3"]"#
        ]
    );
    assert_eq!(world.states(), ["accepted"; 3]);
    let round = world.round(309);
    assert_eq!((round.requests, round.next_due), (0, Some(at(310))));
    let round = world.round(310);
    assert_eq!(
        (round.requests, round.delivered, round.warned, round.already_there),
        (1, 3, 1, 2)
    );
    assert_eq!(world.asked(), ["GET https://graph.example/receipts/r-1"]);
    assert_eq!(world.states(), ["delivered"; 3]);
    let counts: Vec<_> = world.rows().iter().map(|row| (row.attempts, row.checks)).collect();
    assert_eq!(counts, [(1, 1); 3], "sent once, checked once");
}

/// An event whose item holds what only a check may hold.
fn malformed(number: u8) -> Delivery {
    let mut delivery = event(number);
    let item = delivery.outbound.item.as_mut().unwrap();
    item.text.push_hole(Hole::Receipt {
        encoding: Encoding::Json,
    });
    delivery
}

#[test]
fn an_item_that_cannot_be_filled_is_dead_alone_and_the_others_are_sent() {
    let world = World::with([malformed(1), event(2), malformed(3), event(4)]);
    let round = world.round(10);
    assert_eq!((round.requests, round.accepted, round.dead, round.late), (1, 2, 2, 0));
    let given_up: Vec<_> = round.given_up.iter().map(|letter| &letter.delivery).collect();
    let rows = world.rows();
    let dead = rows.iter().filter(|row| row.state == DeliveryState::Dead);
    assert_eq!(given_up, dead.map(|row| &row.delivery.id).collect::<Vec<_>>());
    assert!(
        round
            .given_up
            .iter()
            .all(|letter| letter.cause.kind() == "conversion_api")
    );
    assert_eq!(world.asked(), [r#"POST https://graph.example/events ["e2","e4"]"#]);
    assert_eq!(world.states(), ["dead", "accepted", "dead", "accepted"]);
    let row = world.rows().remove(0);
    assert_eq!(row.attempts, 1);
    assert_eq!(row.last.unwrap().finding, "the stored request is malformed");
    // Alone it makes no request that anybody sees.
    let world = World::with([malformed(1)]);
    assert_eq!((world.round(10).dead, world.asked().len()), (1, 0));
}

#[test]
fn what_holds_a_lane_is_named_beside_an_item_that_cannot_be_filled() {
    let signed = |mut delivery: Delivery| {
        delivery.outbound.url = HoledText::plain("https://graph.example/events?t=");
        delivery.outbound.url.push_hole(Hole::Secret {
            reference: "env:PIXEL".parse().unwrap(),
            encoding: Encoding::Query,
        });
        delivery
    };
    let world = World::with([malformed(1), event(2)].map(signed));
    let round = world.round(10);
    assert_eq!((round.dead, round.held, world.asked().len()), (1, 1, 0));
    assert_eq!(round.holds[0].lane.as_str(), "https://graph.example#pixel");
    assert_eq!(world.states(), ["dead", "queued"]);
}

#[test]
fn a_lane_stands_still_while_a_secret_is_missing_and_costs_no_attempt() {
    let world = World::with([notice("a", true), event(1)]);
    let round = world.round(10);
    let hold = Hold {
        lane: Lane::new("https://chat.example"),
        until: at(70),
        why: "secret `env:CHAT` is not set".into(),
    };
    assert_eq!((round.held, round.accepted, &round.holds), (1, 1, &vec![hold.clone()]));
    assert_eq!(world.asked().len(), 1, "the other lane goes on");
    let row = world.rows().remove(0);
    assert_eq!(
        (row.state.as_str(), row.attempts, row.hold),
        ("queued", 0, Some(hold.clone()))
    );
    assert_eq!(row.last.unwrap().finding, "secret `env:CHAT` is not set");
    let round = world.round(69);
    assert_eq!(
        (round.requests, round.holds, round.next_due),
        (0, vec![hold], Some(at(70)))
    );
    *world.secret.lock().unwrap() = Some("CANARY");
    let round = world.round(70);
    assert_eq!((round.delivered, round.holds), (1, vec![]));
    assert_eq!(world.asked(), ["GET https://chat.example/a?token=CANARY"]);
}

#[test]
fn what_needs_no_missing_secret_goes_out_between_two_holds() {
    let world = World::with([notice("a", true)]);
    world.round(10);
    let mut commit = Commit::of(Vec::new(), at(20));
    commit.outbox = vec![notice("b", false)];
    block_on(world.store.commit(&commit)).unwrap();
    assert_eq!(world.round(69).requests, 0);
    world.now.store(70, Ordering::Relaxed);
    let sender = Sender::new(&world.store, &world, &world, &world, &world);
    let round = block_on(deliver_once(&sender, &Claim::new(at(70), Duration::from_secs(60), 1))).unwrap();
    assert_eq!(round.delivered, 1, "{round:?}");
    assert_eq!(world.asked(), ["GET https://chat.example/b?token="]);
}

#[test]
fn what_is_too_late_is_given_up_and_the_rest_is_sent() {
    let mut late = event(1);
    late.not_after = Some(at(9));
    let world = World::with([late, event(2)]);
    let round = world.round(10);
    assert_eq!((round.requests, round.accepted, round.dead, round.late), (1, 1, 1, 1));
    assert_eq!(world.asked(), [r#"POST https://graph.example/events ["e2"]"#]);
    assert_eq!(world.states(), ["dead", "accepted"]);
    let finding = world.rows().remove(0).last.unwrap().finding;
    assert_eq!(finding, format!("too late: it was to be sent by {}", at(9)));
}

#[test]
fn what_is_too_late_alone_needs_no_request() {
    let mut late = event(1);
    late.not_after = Some(at(9));
    let world = World::with([late]);
    let round = world.round(10);
    assert_eq!((round.requests, round.dead, round.late), (0, 1, 1));
    let [given_up] = round.given_up.as_slice() else {
        panic!("{round:?}")
    };
    let row = &world.rows()[0];
    assert_eq!(
        (&given_up.delivery, &given_up.lane),
        (&row.delivery.id, &row.delivery.lane)
    );
    assert_eq!(given_up.finding, row.last.as_ref().unwrap().finding);
    assert_eq!((world.states(), world.asked().len()), (vec!["dead"], 0));
}

#[test]
fn a_redirect_is_found_with_its_target_but_not_with_the_targets_query() {
    let finding = |target: &str| {
        let target = percent_encoding::utf8_percent_encode(target, percent_encoding::NON_ALPHANUMERIC);
        let world = World::with([notice(&format!("moved?to={target}&x"), true)]);
        *world.secret.lock().unwrap() = Some("CANARY-chat");
        world.round(10);
        let row = world.rows().remove(0);
        assert_eq!(row.state.as_str(), "queued", "a receiver that moves is waited for");
        row.last.unwrap().finding
    };
    let redirected =
        |place: &str| format!("HTTP 301 (redirects (301) to {place}; correct the URL, redirects are not followed)");
    for (target, place) in [
        (
            "https://user:pw@www.chat.example/new/hook?token=CANARY-chat#x",
            "https://www.chat.example/new/hook",
        ),
        ("/elsewhere?a=1", "https://chat.example/elsewhere"),
        ("//other.example:8443", "https://other.example:8443/"),
        ("/v2/CANARY-chat/hook", "https://chat.example/v2/***/hook"),
    ] {
        assert_eq!(finding(target), redirected(place), "{target}");
    }
    let long = finding(&format!("/{}", "a".repeat(300)));
    assert!(
        long.ends_with("; correct the URL, redirects are not followed)"),
        "{long}"
    );
    for target in ["mailto:somebody@example.com", "https://", "/v2/CANARY%2Dchat"] {
        assert_eq!(
            finding(target),
            "HTTP 301 (the status does not mean success)",
            "{target}"
        );
    }
}
