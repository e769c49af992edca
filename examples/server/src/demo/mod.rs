//! Shows the whole path on one machine, without any set-up: a click, two notifications and one
//! postback, with a text for each step.

mod caller;
mod notification;
mod print;
mod receiver;
mod secrets;

use crate::{Database, Server};
use caller::Caller;
use notification::{real_body, sale_body};
use postback::compile::compile;
use postback::delivery::address::AddressPolicy;
use postback::port::Entropy;
use postback::value::Namespace;
use postback::{CompileOptions, Document, Secret};
use postback_axum::{ConnectionLimits, RouterOptions};
use postback_http::Client;
use postback_service::{OsEntropy, Service};
use receiver::Receiver;
use secrets::{Drawn, REAL_SECRET};
use serde_json::Value;
use std::{error::Error, io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

/// How long the postback may take to arrive.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long the demo waits to see that no second postback comes.
const GRACE: Duration = Duration::from_millis(300);

/// The configuration of the demo. Its references name secrets that are drawn for each run, and the
/// published secret of the real notification.
const CONFIGURATION: &str = include_str!("../../demo/tracker.toml");

/// Any error that stops the demo. It is only printed.
type Failure = Box<dyn Error + Send + Sync>;

/// Runs the demo and prints it to `out`.
///
/// # Errors
/// The first step that did not have the expected outcome.
pub(crate) async fn run(out: &mut dyn io::Write) -> Result<(), Failure> {
    let folder = Folder::new()?;
    let secrets = Drawn::draw();
    let receiver = Receiver::start().await?;
    let configuration = CONFIGURATION.replace("@RECEIVER@", &format!("http://{}", receiver.address()));
    let namespace = Namespace::new("demo")?;
    let stores = Database::Sqlite(folder.0.join("demo.sqlite3")).open(namespace.clone())?;
    let tracker = compile(&Document::from_toml(&configuration)?, &CompileOptions::new(namespace))?;
    let policy = AddressPolicy::default().allow("127.0.0.1/32".parse()?);
    let client = Client::builder().policy(policy).build()?;
    let service = Service::builder(tracker, stores, Arc::new(client), Arc::new(secrets.resolver()));
    let options = RouterOptions::new().with_api_token(Some(Secret::from(secrets.api.as_str())));
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let server = Server::start(service.build().await?, options, ConnectionLimits::default(), any).await?;
    let demo = Demo {
        caller: Caller::new(server.address(), &secrets.api)?,
        receiver,
        secrets,
    };
    let told = demo.tell(server.address(), out).await;
    server.shutdown().await;
    told
}

/// The traffic channel and the network of the tracker that is shown, and the secrets of this run.
struct Demo {
    caller: Caller,
    receiver: Receiver,
    secrets: Drawn,
}

impl Demo {
    async fn tell(&self, server: SocketAddr, out: &mut dyn io::Write) -> Result<(), Failure> {
        let channel = self.receiver.address();
        writeln!(
            out,
            "A tracker runs on http://{server}, its traffic channel on http://{channel}.\n"
        )?;
        let click = self.a_visitor_clicks(out).await?;
        self.a_test_purchase_comes(out).await?;
        self.a_sale_comes(&click, out).await?;
        self.the_channel_is_told(&click, out).await?;
        self.one_conversion_is_stored().await?;
        writeln!(
            out,
            "\nThree notifications came in; one conversion is stored, one postback was delivered."
        )?;
        Ok(())
    }

    /// Lets a visitor click, and returns the click id.
    async fn a_visitor_clicks(&self, out: &mut dyn io::Write) -> Result<String, Failure> {
        let path = "/summer?ref_id=RP-4711&cost=0.02&format=json";
        let answer = self.caller.get("the click", path).await?;
        let click = text(&answer, "/clickid")?;
        writeln!(out, "1. A visitor clicks, sent by RichPush with its click id RP-4711.")?;
        writeln!(out, "   click id   {click}\n   sent on to {}\n", text(&answer, "/url")?)?;
        Ok(click.to_owned())
    }

    async fn a_test_purchase_comes(&self, out: &mut dyn io::Write) -> Result<(), Failure> {
        let body = real_body()?;
        writeln!(
            out,
            "2. ClickBank's server posts a notification: a real one of 2014, as it was captured."
        )?;
        print::notification(out, &notification::open(&body, REAL_SECRET)?)?;
        let answer = self.notify("the real notification", &body, "test").await?;
        writeln!(out, "   answer     {answer}")?;
        writeln!(
            out,
            "   It is a test purchase and no click of ours: stored, counted nowhere.\n"
        )?;
        Ok(())
    }

    async fn a_sale_comes(&self, click: &str, out: &mut dyn io::Write) -> Result<(), Failure> {
        let body = sale_body(click, &self.secrets.ins)?;
        writeln!(
            out,
            "3. A sale of that visitor, encrypted just now, with the click id as tracking code."
        )?;
        print::notification(out, &notification::open(&body, &self.secrets.ins)?)?;
        let answer = self.notify("the sale", &body, "applied").await?;
        writeln!(out, "   answer     {answer}")?;
        let again = self.notify("the repeat", &body, "duplicate").await?;
        writeln!(out, "   sent twice {again}\n")?;
        Ok(())
    }

    async fn the_channel_is_told(&self, click: &str, out: &mut dyn io::Write) -> Result<(), Failure> {
        let expected = "GET /log?action=conversion&key=RP-4711&price=30";
        let step = "the postback";
        let Some(request) = self.receiver.next(PATIENCE).await else {
            let got = format!("none within {} s", PATIENCE.as_secs());
            return Err(unexpected(step, "one request at the traffic channel", got));
        };
        writeln!(out, "4. The campaign has three postbacks.")?;
        print::rules(out, &self.caller.delivered(click).await?)?;
        writeln!(out, "\n5. What RichPush received:\n   {request}")?;
        if request != expected || self.receiver.next(GRACE).await.is_some() {
            let got = format!("`{request}`, or more than that");
            return Err(unexpected(step, format!("`{expected}` alone"), got));
        }
        Ok(())
    }

    async fn one_conversion_is_stored(&self) -> Result<(), Failure> {
        let step = "the conversions";
        let answer = self.caller.api(step, "conversions").await?;
        let items = answer.pointer("/items").and_then(Value::as_array);
        match items.map_or(0, Vec::len) {
            1 => Ok(()),
            count => Err(unexpected(step, "one conversion", count.to_string())),
        }
    }

    /// Posts a notification and returns the response, which must have this outcome.
    async fn notify(&self, step: &str, body: &[u8], outcome: &str) -> Result<Value, Failure> {
        let path = format!("/ins/clickbank?token={}", self.secrets.token);
        let answer = self.caller.post(step, &path, body).await?;
        if text(&answer, "/outcome")? == outcome {
            return Ok(answer);
        }
        Err(unexpected(step, outcome, answer.to_string()))
    }
}

fn unexpected(step: &str, expected: impl Into<String>, got: impl Into<String>) -> Failure {
    let (expected, got) = (expected.into(), got.into());
    format!("{step}: expected {expected}, got {got}").into()
}

fn text<'a>(value: &'a Value, pointer: &str) -> Result<&'a str, Failure> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.ok_or_else(|| unexpected("an answer", pointer, value.to_string()))
}

/// A temporary folder for one run.
struct Folder(PathBuf);

impl Folder {
    fn new() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("postback-demo-{:016x}", OsEntropy.next_u64()));
        std::fs::create_dir(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // If the folder cannot be removed, it stays in the system's folder for temporary files.
        drop(std::fs::remove_dir_all(&self.0));
    }
}
