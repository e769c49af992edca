//! What a receiver does to its neighbours, and how many deliveries a second go out.
//!
//! `neighbours`: conversions come for each of some receivers at a steady rate, once while all of
//! them answer and once while one of them hangs. What is measured is the time from when a
//! conversion was due to when its receiver had the postback. `throughput`: a full outbox is sent to
//! local receivers; the rival sends the same requests with the same client and no store.
//!
//! `cargo run --release -p postback-benches --features server --bin delivery -- neighbours
//! --receivers 10`

#![allow(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a program that measures and prints"
)]

use clap::{Args, Parser};
use postback::compile::compile;
use postback::delivery::address::AddressPolicy;
use postback::delivery::{Cause, Delivery, Lane};
use postback::model::Method;
use postback::outbound::{HoledText, Outbound};
use postback::plan::Commit;
use postback::port::{HttpClient, Store};
use postback::value::DeliveryId;
use postback::{CompileOptions, Document, Timestamp, Tracker};
use postback_benches::load::{Arrivals, Failure, Manner, Rate, receiver, scratch};
use postback_http::Client;
use postback_service::{FixedSecrets, Service, Visitor};
use postback_sqlite::{SqliteOptions, SqliteStore};
use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};
use tokio::{
    sync::{Semaphore, oneshot},
    task::JoinHandle,
    time::{Instant, sleep, sleep_until},
};

#[derive(Debug, Parser)]
enum Command {
    /// One receiver that hangs, among others.
    Neighbours(Neighbours),
    /// Deliveries a second.
    Throughput(Throughput),
}

#[derive(Debug, Args)]
struct Neighbours {
    /// How many receivers there are.
    #[arg(long, default_value_t = 10)]
    receivers: u64,
    /// How many conversions a second come for each.
    #[arg(long, default_value_t = 4)]
    rate: u64,
    /// For how long they come.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
}

#[derive(Debug, Args)]
struct Throughput {
    /// How many deliveries are queued.
    #[arg(long, default_value_t = 20_000)]
    deliveries: u64,
    /// How many receivers they go to.
    #[arg(long, default_value_t = 10)]
    receivers: u64,
    /// How long a receiver takes to answer, in milliseconds.
    #[arg(long, default_value_t = 0)]
    latency: u64,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    match Command::parse() {
        Command::Neighbours(neighbours) => {
            println!("all answer: {}", neighbours.run(None).await?);
            println!("one hangs:  {}", neighbours.run(Some(Manner::Hangs)).await?);
            Ok(())
        }
        Command::Throughput(throughput) => throughput.run().await,
    }
}

impl Neighbours {
    /// The waiting times of the receivers that answer; the first one behaves in `manner`.
    async fn run(&self, manner: Option<Manner>) -> Result<String, Failure> {
        let (folder, arrivals) = (scratch()?, Arrivals::default());
        let answers = Manner::Answers(Duration::ZERO);
        let mut addresses = Vec::new();
        for number in 0..self.receivers {
            let manner = manner.filter(|_| number == 0).unwrap_or(answers);
            addresses.push(receiver(manner, &arrivals).await?);
        }
        let sent = Sending::start(tracker(&addresses)?, folder.path()).await?;
        let mut clicks = Vec::new();
        for number in 0..self.receivers {
            let campaign = format!("to-{number}");
            let visitor = Visitor {
                campaign: &campaign,
                ..Visitor::default()
            };
            let routed = sent.service.visit(&visitor).await.map_err(|lost| lost.reason)?;
            clicks.push(routed.click.id);
        }
        let started = Instant::now();
        let mut waited_for = 0;
        let mut calls = Vec::new();
        for number in 0..self.receivers * self.rate * self.seconds {
            let due = started + Duration::from_micros(number * 1_000_000 / (self.receivers * self.rate));
            sleep_until(due).await;
            let to = usize::try_from(number % self.receivers)?;
            let healthy = to > 0 || manner.is_none();
            if healthy {
                arrivals.expect(number, due);
                waited_for += 1;
            }
            let query = format!("clickid={}&sum=8.50&eventid={number}", clicks[to]);
            let service = sent.service.clone();
            calls.push(tokio::spawn(async move {
                service.postback(None, None, query.as_bytes()).await.taken
            }));
        }
        for call in calls {
            call.await??;
        }
        // Whoever has not got its postback half a minute later is missing, and is said to be.
        for _ in 0..300 {
            if arrivals.told() >= waited_for {
                break;
            }
            sleep(Duration::from_millis(100)).await;
        }
        let told = arrivals.told();
        let answer = format!("{told} of {waited_for} arrived; {}", arrivals.latencies.take());
        sent.stop().await?;
        Ok(answer)
    }
}

impl Throughput {
    async fn run(&self) -> Result<(), Failure> {
        let (mut ours, mut plain) = (Vec::new(), Vec::new());
        let manner = Manner::Answers(Duration::from_millis(self.latency));
        for _ in 0..3 {
            let arrivals = Arrivals::default();
            let mut addresses = Vec::new();
            for _ in 0..self.receivers {
                addresses.push(receiver(manner, &arrivals).await?);
            }
            ours.push(self.ours(&addresses, &arrivals).await?);
            plain.push(self.plain(&addresses).await?);
        }
        println!("ours, from the outbox to its verdicts: {}", Rate::all(&ours));
        println!("the same requests without a store:     {}", Rate::all(&plain));
        println!("ratio {}", Rate::ratio(&ours, &plain));
        Ok(())
    }

    /// From the start of the service to the last verdict.
    async fn ours(&self, addresses: &[SocketAddr], arrivals: &Arrivals) -> Result<Rate, Failure> {
        let folder = scratch()?;
        let store = open(folder.path())?;
        let now = Timestamp::from_unix_seconds(1_780_000_000)?;
        let each: Vec<u64> = (0..self.deliveries).collect();
        for numbers in each.chunks(500) {
            let mut commit = Commit::of(Vec::new(), now);
            for number in numbers {
                let address = addresses[usize::try_from(number % self.receivers)?];
                let url = HoledText::plain(format!("http://{address}/log?n={number}"));
                let id = DeliveryId::from_parts(now, &[&number.to_string()]);
                let lane = Lane::new(&format!("http://{address}"));
                let request = Outbound::new(Method::Get, url);
                commit
                    .outbox
                    .push(Delivery::new(id, Cause::notice("bench"), lane, now, request));
            }
            store.commit(&commit).await?;
        }
        drop(store);
        let started = Instant::now();
        let sent = Sending::start(tracker(addresses)?, folder.path()).await?;
        while arrivals.told() < self.deliveries {
            sleep(Duration::from_millis(5)).await;
        }
        // The service ends when the verdicts of what is in flight are written.
        sent.stop().await?;
        Ok(Rate::new(usize::try_from(self.deliveries)?, started.elapsed()))
    }

    /// As many at once as the service sends, by the same client.
    async fn plain(&self, addresses: &[SocketAddr]) -> Result<Rate, Failure> {
        let (client, places) = (Arc::new(client()?), Arc::new(Semaphore::new(64)));
        let started = Instant::now();
        for number in 0..self.deliveries {
            let address = addresses[usize::try_from(number % self.receivers)?];
            let place = places.clone().acquire_owned().await?;
            let request = http::Request::get(format!("http://{address}/log?n={number}")).body(Default::default())?;
            let client = client.clone();
            tokio::spawn(async move {
                let answered = client.send(request).await;
                drop(place);
                answered.is_ok()
            });
        }
        let _all = places.acquire_many(64).await?;
        Ok(Rate::new(usize::try_from(self.deliveries)?, started.elapsed()))
    }
}

/// A service at work.
struct Sending {
    service: Service,
    stop: oneshot::Sender<()>,
    runs: JoinHandle<()>,
}

impl Sending {
    async fn start(tracker: Tracker, folder: &Path) -> Result<Self, Failure> {
        let secrets = FixedSecrets::default();
        let service = Service::builder(tracker, Arc::new(open(folder)?), Arc::new(client()?), Arc::new(secrets));
        let service = service.build().await?;
        let (stop, until) = oneshot::channel();
        let runs = tokio::spawn(service.clone().run(async { drop(until.await) }));
        Ok(Self { service, stop, runs })
    }

    async fn stop(self) -> Result<(), Failure> {
        let Self { stop, runs, .. } = self;
        stop.send(()).map_err(|()| "the service has ended")?;
        Ok(runs.await?)
    }
}

fn open(folder: &Path) -> Result<SqliteStore, Failure> {
    Ok(SqliteStore::open(
        folder.join("delivery.db"),
        &SqliteOptions::new("bench".parse()?),
    )?)
}

fn client() -> Result<Client, Failure> {
    let policy = AddressPolicy::default().allow("127.0.0.1/32".parse()?);
    Ok(Client::builder().policy(policy).build()?)
}

/// A tracker with a campaign for each receiver.
fn tracker(receivers: &[SocketAddr]) -> Result<Tracker, Failure> {
    let mut text = r#"
        version = 1
        currency = "USD"
        [[conversion_type]]
        name = "Purchase"
        default = true
        counts = "sale"
        [[offer_source]]
        id = "net"
        template = "generic"
        default = true
        default_status = "approved"
        [[offer]]
        id = "book"
        source = "net"
        url = "https://shop.example.com/?c={clickid}"
        [[traffic_channel]]
        id = "push"
    "#
    .to_owned();
    for (number, address) in receivers.iter().enumerate() {
        text.push_str(&format!(
            r#"
            [[campaign]]
            id = "to-{number}"
            channel = "push"
            path = [{{ weight = 1, offers = [{{ offer = "book", weight = 1 }}] }}]
            postback = [{{ id = "sales", url = "http://{address}/log?n={{event_id}}" }}]
            "#
        ));
    }
    Ok(compile(
        &Document::from_toml(&text)?,
        &CompileOptions::new("bench".parse()?),
    )?)
}
