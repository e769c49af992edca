//! What is simulated goes the whole way: a server takes it, decides it and tells the channel.

use crate::support::inspect_with;
use postback::delivery::address::AddressPolicy;
use postback::memory::MemoryStore;
use postback::{CompileOptions, Document, compile};
use postback_axum::{ConnectionLimits, RouterOptions};
use postback_http::Client;
use postback_server::Server;
use postback_service::{FixedSecrets, Service, ServiceBuilder, Stores, Visitor};
use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};
use tokio::runtime::Runtime;

/// A server on this machine, over a store in memory.
pub(crate) struct Served {
    runtime: Runtime,
    server: Server,
}

impl Served {
    pub(crate) fn start(configuration: &str, secrets: &[(&str, &str)]) -> Self {
        Self::with(configuration, secrets, |builder| builder)
    }

    /// A dry run: its channels are those of the world.
    pub(crate) fn dry(configuration: &str, secrets: &[(&str, &str)]) -> Self {
        Self::with(configuration, secrets, ServiceBuilder::dry_run)
    }

    fn with(configuration: &str, secrets: &[(&str, &str)], change: fn(ServiceBuilder) -> ServiceBuilder) -> Self {
        let runtime = Runtime::new().unwrap();
        let tracker = compile(&Document::from_toml(configuration).unwrap(), &CompileOptions::default()).unwrap();
        let policy = AddressPolicy::default().allow("127.0.0.1/32".parse().unwrap());
        let stores = Stores::from(Arc::new(MemoryStore::new()));
        let server = runtime.block_on(async {
            let client = Arc::new(Client::builder().policy(policy).build().unwrap());
            let secrets = Arc::new(FixedSecrets::from_iter(secrets.iter().copied()));
            let builder = change(Service::builder(tracker, stores, client, secrets));
            let service = builder.build().await.unwrap();
            let listen = "127.0.0.1:0".parse().unwrap();
            let started = Server::start(service, RouterOptions::new(), ConnectionLimits::default(), listen);
            started.await.unwrap()
        });
        Self { runtime, server }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// A click of a campaign; its id.
    pub(crate) fn click(&self, campaign: &str) -> String {
        let visitor = Visitor {
            campaign,
            query: b"ref_id=R-1",
            ..Visitor::default()
        };
        let routed = self.runtime.block_on(self.server.service().visit(&visitor));
        routed.map_err(|lost| lost.reason).unwrap().click.id.to_string()
    }
}

/// A traffic channel on this machine: its URL, and the first line of each request.
fn channel() -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (told, lines) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut line = String::new();
            BufReader::new(&stream).read_line(&mut line).unwrap();
            // The test may be over.
            drop(told.send(line.trim_end().to_owned()));
            drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"));
        }
    });
    (url, lines)
}

fn configuration(channel: &str) -> String {
    format!(
        r#"
version = 1
currency = "USD"
[[conversion_type]]
name = "Purchase"
default = true
counts = "sale"
[[conversion_type]]
name = "Refund"
counts = "reversal"
[[offer_source]]
id = "clickbank"
template = "clickbank-ins"
default = true
secrets = ["env:SECRET"]
tokens = ["env:TOKEN"]
ins_versions = ["1.0", "2.0", "3.0", "4.0", "5.0", "6.0", "7.0", "8.0"]
[offer_source.events]
SALE = "Purchase"
TEST_SALE = "Purchase"
RFND = "Refund"
[[offer_source]]
id = "network"
template = "generic"
tokens = ["env:TOKEN"]
names = {{ sum = "payout" }}
[[offer]]
id = "course"
source = "clickbank"
url = "https://seller.pay.clickbank.net/?cbitems=1&vtid={{clickid}}"
[[offer]]
id = "book"
source = "network"
url = "https://network.example.com/?sub1={{clickid}}"
[[traffic_channel]]
id = "push"
[[traffic_channel.parameter]]
slot = "ref_id"
name = "ref_id"
macro = "[CLICK_ID]"
[traffic_channel.postback]
url = "{channel}/log?key={{ref_id}}&price={{payout}}"
[[campaign]]
id = "summer"
channel = "push"
path = [{{ offers = [{{ offer = "course" }}] }}]
postback = [{{ id = "sales", types = ["Purchase"] }}]
[[campaign]]
id = "autumn"
channel = "push"
path = [{{ offers = [{{ offer = "book" }}] }}]
postback = [{{ id = "sales", types = ["Purchase"] }}]
"#
    )
}

const SECRETS: [(&str, &str); 2] = [("env:SECRET", "SECRETSECRET1234"), ("env:TOKEN", "a token")];
const ENVIRONMENT: [(&str, &str); 2] = [("SECRET", "SECRETSECRET1234"), ("TOKEN", "a token")];
const SOON: Duration = Duration::from_secs(60);

fn simulated(arguments: &[&str]) -> String {
    inspect_with(&ENVIRONMENT, "", &[&["simulate"], arguments].concat()).printed()
}

#[test]
fn simulated_notifications_of_every_version_are_taken_and_told_to_the_channel() {
    let (channel, told) = channel();
    let served = Served::start(&configuration(&channel), &SECRETS);
    let to = format!("{}/ins/clickbank?token=a+token", served.url());
    for (verb, version) in [
        ("ins", "6"),
        ("ins", "7"),
        ("ins", "8"),
        ("form", "1"),
        ("form", "2"),
        ("form", "3"),
        ("form", "4"),
        ("form", "5"),
    ] {
        let click = served.click("summer");
        let receipt = format!("RECEIPT{version}{}", verb.len());
        let asked = [
            verb,
            "--version",
            version,
            "--secret",
            "env:SECRET",
            "--clickid",
            &click,
            "--receipt",
            &receipt,
            "--amount",
            "12.50",
            "--to",
            &to,
        ];
        assert_eq!(simulated(&asked), "200 {\"outcome\":\"applied\"}\n", "{verb} {version}");
        assert_eq!(
            told.recv_timeout(SOON).unwrap(),
            "GET /log?key=R-1&price=12.5 HTTP/1.1",
            "{verb} {version}"
        );
        let test = [&asked[..], &["--type", "TEST_SALE"]].concat();
        assert!(simulated(&test).contains(r#""outcome":"test""#), "{verb} {version}");
    }
    let nobodys = ["ins", "--secret", "env:SECRET", "--clickid", "nobodys", "--to", &to];
    assert!(simulated(&nobodys).contains(r#""outcome":"unattributed""#));
    assert!(
        told.recv_timeout(Duration::from_millis(300)).is_err(),
        "nothing else is told"
    );
}

#[test]
fn a_simulated_postback_is_taken_with_the_token_of_its_source() {
    let (channel, told) = channel();
    let served = Served::start(&configuration(&channel), &SECRETS);
    let path = crate::support::folder("served");
    let file = path.join("tracker.toml");
    std::fs::write(&file, configuration(&channel)).unwrap();
    let (file, click) = (file.display().to_string(), served.click("autumn"));
    let asked = [
        "postback",
        "--config",
        &file,
        "--source",
        "network",
        "--clickid",
        &click,
        "--amount",
        "8.50",
        "--type",
        "Purchase",
        "--to",
        &served.url(),
    ];
    assert_eq!(simulated(&asked), "200 {\"outcome\":\"applied\"}\n");
    assert_eq!(told.recv_timeout(SOON).unwrap(), "GET /log?key=R-1&price=8.5 HTTP/1.1");
}
