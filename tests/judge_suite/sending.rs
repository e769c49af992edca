//! The judge behind a sender.

use crate::support::{at, delivery};
use bytes::Bytes;
use postback::delivery::{Case, Cause, Delivery, DeliveryRow, Judge, Judgement, Judges, Verdict};
use postback::drive::{Sender, deliver_once};
use postback::memory::MemoryStore;
use postback::outbound::{Hole, HoledText};
use postback::plan::Commit;
use postback::port::http::{AnswerLimit, MAX_ANSWER_BYTES, MAX_LONG_ANSWER_BYTES};
use postback::port::{
    BoxFuture, Claim, Clock, DeliveryFilter, Entropy, HttpClient, HttpError, Inspect, PageRequest, SecretError,
    Secrets, Store,
};
use postback::value::{Pii, SecretReference};
use postback::{Secret, Timestamp};
use postback_test::block_on;
use std::sync::Mutex;
use std::time::Duration;

#[derive(Debug, Default)]
struct World {
    store: MemoryStore,
    status: u16,
    body: &'static str,
    limits: Mutex<Vec<usize>>,
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        at(0)
    }
}

impl Entropy for World {
    fn next_u64(&self) -> u64 {
        0
    }
}

impl Secrets for World {
    fn secret<'a>(&'a self, reference: &'a SecretReference) -> BoxFuture<'a, Result<Secret, SecretError>> {
        Box::pin(async move { Err(SecretError::new(reference, "is not set")) })
    }
}

impl HttpClient for World {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, HttpError>> {
        self.limits.lock().unwrap().push(AnswerLimit::of(request.extensions()));
        let response = http::Response::builder()
            .status(self.status)
            .body(Bytes::from(self.body));
        Box::pin(async move { Ok(response.unwrap()) })
    }
}

/// Takes everything for delivered.
#[derive(Debug)]
struct Own;

impl Judge for Own {
    fn is_for(&self, cause: &Cause) -> bool {
        matches!(cause, Cause::ConversionApi { .. })
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        case.deliveries.iter().map(|_| Verdict::Delivered.into()).collect()
    }
}

/// What becomes of these when they are sent, and how much of an answer was asked for.
fn sent(deliveries: Vec<Delivery>, status: u16, body: &'static str, judges: &Judges) -> (Vec<DeliveryRow>, usize) {
    let world = World {
        status,
        body,
        ..World::default()
    };
    let mut commit = Commit::of(Vec::new(), at(0));
    commit.outbox = deliveries;
    block_on(world.store.commit(&commit)).unwrap();
    let sender = Sender::new(&world.store, &world, &world, &world, &world).with_judges(judges);
    let claim = Claim::new(at(0), Duration::from_secs(60), 100);
    block_on(deliver_once(&sender, &claim)).unwrap();
    let page = PageRequest::first(100);
    let rows = block_on(world.store.deliveries(&DeliveryFilter::default(), &page))
        .unwrap()
        .items;
    let limits = world.limits.lock().unwrap();
    (rows, limits[0])
}

const REFUSED: &str = r#"{"code":40105,"message":"CANARY"}"#;

#[test]
fn a_sender_judges_the_platforms_without_being_told() {
    let (rows, limit) = sent(vec![delivery("tiktok", 0)], 200, REFUSED, &Judges::new());
    assert_eq!(rows[0].state.as_str(), "queued");
    let last = rows[0].last.as_ref().unwrap();
    assert_eq!(last.finding, "HTTP 200 (tiktok 40105 bad_token)");
    assert_eq!(limit, MAX_LONG_ANSWER_BYTES);
}

#[test]
fn a_hosts_own_judge_goes_before() {
    let judges = Judges::new().with(Own);
    let (rows, _) = sent(vec![delivery("tiktok", 0)], 200, "said", &judges);
    assert_eq!(rows[0].state.as_str(), "delivered");
    assert_eq!(
        rows[0].last.as_ref().unwrap().finding,
        "HTTP 200: `said`",
        "and it quotes"
    );
}

#[test]
fn a_platform_that_is_not_known_is_judged_by_the_rules() {
    let (rows, limit) = sent(vec![delivery("snapchat", 0)], 200, "said", &Judges::new());
    assert_eq!(rows[0].state.as_str(), "delivered");
    assert_eq!(rows[0].last.as_ref().unwrap().finding, "HTTP 200: `said`");
    assert_eq!(limit, MAX_LONG_ANSWER_BYTES);
    let mut notice = delivery("meta", 0);
    notice.cause = Cause::notice("cap_reached");
    let (_, limit) = sent(vec![notice], 200, "", &Judges::new());
    assert_eq!(limit, MAX_ANSWER_BYTES);
}

#[test]
fn an_answer_that_repeats_a_personal_value_in_any_spelling_is_noted_nowhere() {
    let mut told = delivery("tiktok", 0);
    let mut text = HoledText::plain("{\"email\":\"");
    text.push_hole(Hole::Private {
        field: "email".into(),
        encoding: postback::outbound::Encoding::Json,
    });
    text.push_str("\"}");
    told.outbound.item.as_mut().unwrap().text = text;
    told.private.insert("email".into(), Pii::new("jane@example.com"));
    let body = r#"{"code":40002,"message":"data.0.user.email: enaj at example dot com jane@example.com"}"#;
    let (rows, _) = sent(vec![told], 200, body, &Judges::new());
    assert_eq!(rows[0].state.as_str(), "dead");
    let last = rows[0].last.as_ref().unwrap();
    assert_eq!(last.finding, "HTTP 200 (tiktok 40002 invalid_parameter)");
}
