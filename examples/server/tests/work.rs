//! What goes on without a request: deliveries are sent, late clicks are attributed, personal values
//! are forgotten.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod support;

use bytes::Bytes;
use postback::delivery::DeliveryRow;
use postback::port::{BoxFuture, DeliveryFilter, HttpClient, HttpError, PageRequest};
use postback::value::{ClickId, Pii};
use postback::{Click, Timestamp};
use postback_server::{Database, Server};
use postback_service::Stores;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use support::{
    client::Connection,
    tracker::{self, NAMESPACE, configuration, memory, message, postback},
};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

/// Longer than anything here may take, on a busy machine too.
const SOON: Duration = Duration::from_secs(60);

/// Answers with a status, or with no connection.
#[derive(Debug)]
struct Channel {
    status: Option<u16>,
    /// Whether it answers yet.
    answers: watch::Sender<bool>,
    asked: AtomicUsize,
}

impl Channel {
    fn answering(status: Option<u16>) -> Arc<Self> {
        Arc::new(Self {
            status,
            answers: watch::Sender::new(true),
            asked: AtomicUsize::new(0),
        })
    }

    /// Does not answer until it is told to.
    fn silent() -> Arc<Self> {
        let channel = Self::answering(Some(200));
        channel.answers.send_replace(false);
        channel
    }

    async fn asked(&self) {
        let asked = async {
            while self.asked.load(Ordering::SeqCst) == 0 {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(SOON, asked).await.expect("a delivery is sent");
    }
}

impl HttpClient for Channel {
    fn send(&self, _: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, HttpError>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Box::pin(async {
            self.answers.subscribe().wait_for(|answers| *answers).await.unwrap();
            let status = self.status.ok_or(HttpError::Connect(None))?;
            Ok(http::Response::builder().status(status).body(Bytes::new()).unwrap())
        })
    }
}

/// A server that tells the channel of every sale.
async fn serving(stores: &Stores, channel: &Arc<Channel>) -> Server {
    let sales = postback("sales", "https://s2s.example.com/?key={ref_id}&price={payout}", "");
    let mut config = tracker::config(&configuration(&sales, ""), stores.clone());
    config.http = channel.clone();
    config.serve().await.unwrap()
}

/// The answer to a postback of a click.
async fn convert(server: &Server, click: &str, event_id: &str) -> String {
    let mut connection = Connection::open(server.address()).await.unwrap();
    let sale = message(&format!("clickid={click}&sum=8.50&eventid={event_id}"));
    connection.send(sale).await.unwrap().body
}

/// A click, and a sale of it.
async fn buy(server: &Server) {
    let mut connection = Connection::open(server.address()).await.unwrap();
    let click = connection.click("summer").await.unwrap();
    assert_eq!(convert(server, &click, "E-1").await, r#"{"outcome":"applied"}"#);
}

async fn deliveries(stores: &Stores) -> Vec<DeliveryRow> {
    let page = PageRequest::first(1_000);
    let filter = DeliveryFilter::default();
    stores.inspect.deliveries(&filter, &page).await.unwrap().items
}

#[tokio::test]
async fn a_sale_is_told_to_the_channel() {
    let channel = Channel::answering(Some(200));
    let stores = memory();
    let server = serving(&stores, &channel).await;
    buy(&server).await;
    channel.asked().await;
    server.shutdown().await;
    assert_eq!(deliveries(&stores).await[0].state.as_str(), "delivered");
}

#[tokio::test]
async fn what_is_queued_when_the_server_stops_stays_queued_for_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::Sqlite(folder.path().join("test.db"));
    let open = || database.open(NAMESPACE.parse().unwrap()).unwrap();
    let away = Channel::answering(None);
    let server = serving(&open(), &away).await;
    buy(&server).await;
    away.asked().await;
    server.shutdown().await;

    let rows = deliveries(&open()).await;
    assert_eq!((rows.len(), rows[0].state.as_str(), rows[0].attempts), (1, "queued", 1));
    assert_eq!(rows[0].last.as_ref().unwrap().finding, "no connection to the host");
}

#[tokio::test]
async fn a_server_that_is_dropped_sends_no_more_although_the_queue_is_long() {
    const SALES: usize = 200;
    let stores = memory();
    stores.store.record(&[late_click()]).await.unwrap();
    let server = serving(&stores, &Channel::silent()).await;
    for number in 0..SALES {
        convert(&server, "c1", &format!("E-{number}")).await;
    }
    drop(server);

    let channel = Channel::silent();
    let server = serving(&stores, &channel).await;
    channel.asked().await;
    drop(server);
    channel.answers.send_replace(true);
    let ended = async {
        // Its workers hold it until they end.
        while Arc::strong_count(&channel) > 1 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(SOON, ended).await.expect("the workers end");
    let asked = channel.asked.load(Ordering::SeqCst);
    assert!(asked < SALES / 2, "{asked}");
}

fn late_click() -> Click {
    let at = Timestamp::from_unix_seconds(1_600_000_000).unwrap();
    let mut click = Click::new(
        ClickId::new("c1").unwrap(),
        at,
        "summer".parse().unwrap(),
        "book".parse().unwrap(),
        "net".parse().unwrap(),
        "push".parse().unwrap(),
    );
    click.ref_id = Some("R-1".into());
    click.private.insert("ip".into(), Pii::new("198.51.100.7"));
    click
}

#[tokio::test]
async fn a_sale_whose_click_was_recorded_late_is_told_to_the_channel() {
    let channel = Channel::answering(Some(200));
    let stores = memory();
    let server = serving(&stores, &channel).await;
    let answer = convert(&server, "c1", "E-1").await;
    assert_eq!(answer, r#"{"outcome":"unattributed","reason":"unknown_click"}"#);
    server.shutdown().await;
    stores.store.record(&[late_click()]).await.unwrap();
    let server = serving(&stores, &channel).await;
    channel.asked().await;
    server.shutdown().await;
}

#[tokio::test]
async fn personal_values_are_forgotten_when_their_time_is_over() {
    let stores = memory();
    stores.store.record(&[late_click()]).await.unwrap();
    let server = serving(&stores, &Channel::answering(Some(200))).await;
    let id = ClickId::new("c1").unwrap();
    let forgotten = async {
        while !stores.inspect.click(&id).await.unwrap().unwrap().private.is_empty() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(SOON, forgotten).await.expect("the address is forgotten");
    server.shutdown().await;
}
