//! A service without any web framework: what comes in, what goes on beside it, another
//! configuration.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod common;

use bytes::Bytes;
use common::tracker;
use postback::delivery::{Case, Cause, Judge, Judgement, Judges, Verdict};
use postback::intake::Caller;
use postback::memory::MemoryStore;
use postback::port::{
    BoxFuture, DeliveryFilter, EventFilter, HttpClient, HttpError, Inspect, PageRequest, SecretError, Secrets,
};
use postback::value::{OfferSourceId, SecretReference};
use postback::{Credentials, Secret};
use postback_service::{
    ConfigureError, FixedSecrets, Journal, LostReason, PostbackError, Replayed, Service, ServiceBuilder, Taken,
    TrackerHandle, Visitor,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Notify, oneshot},
    time::{Instant, sleep, timeout},
};

const CONFIGURATION: &str = concat!(
    include_str!("common/world.toml"),
    r#"
[[offer_source]]
id = "net"
template = "generic"
default = true
tokens = ["env:NET_TOKEN"]
default_status = "approved"
[[campaign.postback]]
id = "sales"
url = "https://s2s.example.com/log?key={ref_id}&price={payout}"
"#
);

/// Longer than anything here may take, on a busy machine too.
const SOON: Duration = Duration::from_secs(60);

/// Answers 200, or never.
#[derive(Debug)]
struct Channel {
    answers: bool,
    asked: AtomicUsize,
    news: Notify,
}

impl Channel {
    fn new(answers: bool) -> Arc<Self> {
        Arc::new(Self {
            answers,
            asked: AtomicUsize::new(0),
            news: Notify::new(),
        })
    }

    async fn is_asked(&self) {
        let asked = timeout(SOON, self.news.notified()).await;
        asked.expect("a delivery is sent");
    }
}

impl HttpClient for Channel {
    fn send(&self, _: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, HttpError>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.news.notify_one();
        match self.answers {
            true => Box::pin(async { Ok(http::Response::new(Bytes::new())) }),
            false => Box::pin(std::future::pending()),
        }
    }
}

fn builder(store: &Arc<MemoryStore>, channel: &Arc<Channel>) -> ServiceBuilder {
    let secrets = FixedSecrets::from_iter([("env:NET_TOKEN", "a long token")]);
    Service::builder(
        tracker(CONFIGURATION),
        store.clone(),
        channel.clone(),
        Arc::new(secrets),
    )
}

/// A click of a campaign; its id.
async fn click(service: &Service, campaign: &str) -> Result<String, LostReason> {
    let visitor = Visitor {
        campaign,
        query: b"ref_id=R-1",
        ..Visitor::default()
    };
    let routed = service.visit(&visitor).await.map_err(|lost| lost.reason)?;
    Ok(routed.click.id.to_string())
}

/// A click and a sale of it.
async fn buy(service: &Service) {
    let click = click(service, "summer").await.unwrap();
    let sale = format!("token=a+long+token&clickid={click}&sum=8.50&eventid={click}");
    let answer = service.postback(None, None, sale.as_bytes()).await;
    assert!(matches!(answer.taken, Ok(Taken::Decided(reply)) if reply.outcome.as_str() == "applied"));
}

async fn state(store: &MemoryStore) -> &'static str {
    let page = PageRequest::first(10);
    let rows = store.deliveries(&DeliveryFilter::default(), &page).await.unwrap();
    rows.items[0].state.as_str()
}

#[tokio::test]
async fn it_sends_until_it_is_told_to_stop() {
    let (store, channel) = (Arc::new(MemoryStore::new()), Channel::new(true));
    let service = builder(&store, &channel).build().await.unwrap();
    let (stop, until) = oneshot::channel::<()>();
    let running = tokio::spawn(service.clone().run(async { drop(until.await) }));
    buy(&service).await;
    channel.is_asked().await;
    stop.send(()).unwrap();
    timeout(SOON, running).await.expect("it ends").unwrap();
    assert_eq!(state(&store).await, "delivered", "the round is finished first");

    let asked = channel.asked.load(Ordering::SeqCst);
    buy(&service).await;
    sleep(Duration::from_millis(50)).await;
    assert_eq!(channel.asked.load(Ordering::SeqCst), asked, "nothing is sent any more");
}

#[tokio::test(start_paused = true)]
async fn a_round_that_does_not_end_is_cut_off_when_its_time_is_over() {
    let (store, channel) = (Arc::new(MemoryStore::new()), Channel::new(false));
    let service = builder(&store, &channel).last_round(Duration::from_secs(3));
    let service = service.build().await.unwrap();
    let (stop, until) = oneshot::channel::<()>();
    let running = tokio::spawn(service.clone().run(async { drop(until.await) }));
    buy(&service).await;
    channel.is_asked().await;
    stop.send(()).unwrap();
    let began = Instant::now();
    running.await.unwrap();
    assert_eq!(began.elapsed().as_secs(), 3);
    assert_eq!(state(&store).await, "queued");
}

#[tokio::test]
async fn what_waits_in_the_journal_is_taken_in_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let (store, channel) = (Arc::new(MemoryStore::new()), Channel::new(true));
    let journal = Journal::open(folder.path().join("journal")).unwrap();
    let service = builder(&store, &channel)
        .journal(journal.clone())
        .build()
        .await
        .unwrap();
    let at = service.now();
    let id = "a".repeat(26).parse().unwrap();
    let event = postback::Event::assume_authentic(id, "net".parse().unwrap(), postback::event::Interface::Postback, at);
    journal.append(&event).unwrap();
    let taken = async {
        let page = PageRequest::first(10);
        while store
            .events(&EventFilter::default(), &page)
            .await
            .unwrap()
            .items
            .is_empty()
        {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(SOON, service.run(taken)).await.expect("it is taken in");
}

/// Without the offer source `net`.
fn without_net() -> String {
    CONFIGURATION.replace("\"net\"", "\"other\"")
}

/// An event of `net`, journalled.
fn journal_one(journal: &Journal, service: &Service, letter: &str) {
    let id = letter.repeat(26).parse().unwrap();
    let (source, interface) = ("net".parse().unwrap(), postback::event::Interface::Postback);
    let event = postback::Event::assume_authentic(id, source, interface, service.now());
    journal.append(&event).unwrap();
}

async fn events(store: &MemoryStore) -> usize {
    let page = PageRequest::first(10);
    store.events(&EventFilter::default(), &page).await.unwrap().items.len()
}

#[tokio::test]
async fn what_was_acknowledged_for_a_source_that_is_gone_waits_until_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let (store, channel) = (Arc::new(MemoryStore::new()), Channel::new(true));
    let path = folder.path().join("journal");
    let net: OfferSourceId = "net".parse().unwrap();
    {
        let journal = Journal::open(&path).unwrap();
        let service = builder(&store, &channel).journal(journal.clone());
        let service = service.build().await.unwrap();
        journal_one(&journal, &service, "a");
        service.replace(tracker(&without_net())).await.unwrap();
        let done = service.replay_journal().await.unwrap();
        assert_eq!((done.taken, done.left, done.set_aside, done.unreadable), (0, 0, 1, 0));
        // It is not looked at again and again, and what comes later is added.
        journal_one(&journal, &service, "b");
        assert_eq!(service.replay_journal().await.unwrap().set_aside, 1);
        assert_eq!(service.replay_journal().await.unwrap(), Replayed::default());
        assert_eq!(service.set_aside(), [(net.clone(), 2)].into());
        assert_eq!(events(&store).await, 0);
    }
    // It survives the process.
    let journal = Journal::open(&path).unwrap();
    let service = builder(&store, &channel).journal(journal).build().await.unwrap();
    assert_eq!(service.set_aside(), [(net, 2)].into());
    assert_eq!(service.replay_journal().await.unwrap().taken, 2);
    assert_eq!((events(&store).await, service.set_aside()), (2, [].into()));
    assert!(!folder.path().join("journal.aside").exists());
    assert!(!folder.path().join("journal.unreadable").exists());
}

#[tokio::test]
async fn what_is_set_aside_is_discarded_by_source_and_by_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let (store, channel) = (Arc::new(MemoryStore::new()), Channel::new(true));
    let journal = Journal::open(folder.path().join("journal")).unwrap();
    let service = builder(&store, &channel).journal(journal.clone());
    let service = service.build().await.unwrap();
    journal_one(&journal, &service, "a");
    service.replace(tracker(&without_net())).await.unwrap();
    service.replay_journal().await.unwrap();
    let (net, other) = ("net".parse().unwrap(), "other".parse().unwrap());
    assert_eq!(service.discard_set_aside(&other).await.unwrap(), 0);
    assert_eq!(service.set_aside().len(), 1);
    assert_eq!(service.discard_set_aside(&net).await.unwrap(), 1);
    assert_eq!(service.discard_set_aside(&net).await.unwrap(), 0);
    service.replace(tracker(CONFIGURATION)).await.unwrap();
    assert_eq!(service.replay_journal().await.unwrap(), Replayed::default());
    assert_eq!(events(&store).await, 0);
}

#[tokio::test]
async fn a_configuration_whose_secrets_are_missing_is_refused_and_the_old_one_goes_on() {
    let (store, channel) = (Arc::new(MemoryStore::new()), Channel::new(true));
    let service = builder(&store, &channel).build().await.unwrap();
    let autumn = CONFIGURATION.replace("\"summer\"", "\"autumn\"");
    let mistaken = autumn.replace("\"env:NET_TOKEN\"", "\"env:A\", \"env:B\"");
    match service.replace(tracker(&mistaken)).await {
        Err(ConfigureError::Refused(problems)) => {
            assert_eq!(problems, ["secret `env:A` is not set", "secret `env:B` is not set"]);
        }
        other => panic!("{other:?}"),
    }
    assert!(click(&service, "summer").await.is_ok());
    service.replace(tracker(&autumn)).await.unwrap();
    assert!(click(&service, "autumn").await.is_ok());
    assert!(matches!(
        click(&service, "summer").await,
        Err(LostReason::UnknownCampaign)
    ));
    let stored = store.configuration(service.tracker().fingerprint()).await.unwrap();
    assert!(stored.unwrap().contains("autumn"));
}

#[tokio::test]
async fn a_key_that_cannot_sign_is_refused_without_being_shown() {
    let (store, channel) = (Arc::new(MemoryStore::new()), Channel::new(true));
    let signed = CONFIGURATION.to_owned() + "body = '{}'\nsign = ['env:HOOK', 'env:NOT_SET']\n";
    let token = ("env:NET_TOKEN", "a long token");
    for (key, said) in [
        ("whsec_CANARY", "must be base64"),
        ("Q0FOQVJZ", "too short to sign"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", ""),
    ] {
        let secrets = Arc::new(FixedSecrets::from_iter([token, ("env:HOOK", key)]));
        let built = Service::builder(tracker(&signed), store.clone(), channel.clone(), secrets);
        let problem = built
            .build()
            .await
            .map_or_else(|error| error.to_string(), |_| String::new());
        assert!(
            problem.contains(said) && problem.is_empty() == said.is_empty(),
            "{problem}"
        );
        assert!(!problem.contains(key), "{problem}");
    }
}

/// Secrets of which two never answer.
#[derive(Debug)]
struct Hanging;

impl Secrets for Hanging {
    fn secret<'a>(&'a self, reference: &'a SecretReference) -> BoxFuture<'a, Result<Secret, SecretError>> {
        if reference.to_string().starts_with("env:HUNG") {
            return Box::pin(std::future::pending());
        }
        Box::pin(async { Ok(Secret::from("a long token")) })
    }
}

#[tokio::test(start_paused = true)]
async fn secrets_that_hang_refuse_a_configuration_and_stop_no_later_one() {
    let (store, channel) = (Arc::new(MemoryStore::new()), Channel::new(true));
    let service = Service::builder(tracker(CONFIGURATION), store, channel, Arc::new(Hanging));
    let service = service.build().await.unwrap();
    let hung = CONFIGURATION.replace("\"env:NET_TOKEN\"", "\"env:HUNG_A\", \"env:A\", \"env:HUNG_B\"");
    let began = Instant::now();
    let refused = service.replace(tracker(&hung)).await.unwrap_err();
    let late = |name| format!("secret `env:HUNG_{name}` did not answer within 5 s");
    assert_eq!(refused.to_string(), format!("{}\n{}", late("A"), late("B")));
    assert_eq!(began.elapsed().as_secs(), 5, "side by side");
    let autumn = CONFIGURATION.replace("\"summer\"", "\"autumn\"");
    service.replace(tracker(&autumn)).await.unwrap();
    assert!(click(&service, "autumn").await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_configuration_that_is_not_read_stops_no_later_reload() {
    let (store, channel) = (Arc::new(MemoryStore::new()), Channel::new(true));
    let hangs = Arc::new(AtomicUsize::new(1));
    let service = builder(&store, &channel).reload(move || {
        let hangs = hangs.swap(0, Ordering::SeqCst) == 1;
        async move {
            if hangs {
                std::future::pending::<()>().await;
            }
            Ok(tracker(CONFIGURATION))
        }
    });
    let service = service.build().await.unwrap();
    let (first, second) = tokio::join!(service.reload(), service.reload());
    let late = "the configuration was not read within 30 s";
    assert_eq!(first.unwrap_err().to_string(), late);
    assert!(second.is_ok());
}

#[tokio::test]
async fn a_service_does_not_start_without_its_secrets() {
    let (store, channel) = (Arc::new(MemoryStore::new()), Channel::new(true));
    let none = Arc::new(FixedSecrets::default());
    let built = Service::builder(tracker(CONFIGURATION), store, channel, none)
        .build()
        .await;
    assert_eq!(built.unwrap_err().to_string(), "secret `env:NET_TOKEN` is not set");
}

#[tokio::test]
async fn refused_postbacks_are_told_apart() {
    let (store, channel) = (Arc::new(MemoryStore::new()), Channel::new(true));
    let service = builder(&store, &channel).build().await.unwrap();
    for (source, query, status) in [
        (Some("other"), "token=a+long+token", 404),
        (None, "token=guessed&sum=1", 403),
        (None, "token=a+long+token&sum=much", 400),
        (None, "token=%zz", 403),
    ] {
        let answer = service.postback(source, None, query.as_bytes()).await;
        assert_eq!(
            answer.taken.as_ref().map_err(PostbackError::status),
            Err(status),
            "{query}"
        );
    }
    let net = "net".parse().unwrap();
    // What is kept is counted where it is kept.
    let counts = store.refused_counts(&net).await.unwrap();
    assert_eq!((counts.len(), counts[0].kept), (1, 1));
    let refused = service.refused_postbacks(&net).unwrap();
    assert_eq!((refused.since_accepted, refused.last_status), (2, 403));
    service.unread_postback(None, Caller::default(), b"", 413).await;
    assert_eq!(service.refused_postbacks(&net).unwrap().last_status, 413);
    buy(&service).await;
    assert_eq!(service.refused_postbacks(&net).unwrap().since_accepted, 0);
}

#[test]
fn whoever_has_loaded_a_configuration_goes_on_with_it() {
    let handle = TrackerHandle::new(tracker(CONFIGURATION), Credentials::default());
    let loaded = handle.load();
    let before = handle.replace(
        tracker(&CONFIGURATION.replace("\"summer\"", "\"autumn\"")),
        Credentials::default(),
    );
    assert!(Arc::ptr_eq(&before, &loaded));
    assert!(loaded.tracker.campaign("summer").is_some());
    assert!(handle.load().tracker.campaign("summer").is_none());
}

/// Panics at its first answers, one for each worker.
#[derive(Debug, Default)]
struct Stumbles(AtomicUsize);

impl Judge for Stumbles {
    fn is_for(&self, _: &Cause) -> bool {
        true
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        assert!(
            self.0.fetch_add(1, Ordering::SeqCst) >= 4,
            "the first answers are too much"
        );
        case.deliveries.iter().map(|_| Verdict::Delivered.into()).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn a_judge_that_panics_does_not_end_the_sending() {
    let (store, channel) = (Arc::new(MemoryStore::new()), Channel::new(true));
    let builder = builder(&store, &channel).judges(Judges::new().with(Stumbles::default()));
    let service = builder.build().await.unwrap();
    let (stop, until) = oneshot::channel::<()>();
    let running = tokio::spawn(service.clone().run(async { drop(until.await) }));
    for _ in 0..8 {
        buy(&service).await;
        channel.is_asked().await;
    }
    stop.send(()).unwrap();
    running.await.unwrap();
    assert!(channel.asked.load(Ordering::SeqCst) >= 8);
}
