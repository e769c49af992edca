//! The whole path on one machine, without any set-up: a click, two notifications, one postback, each step told as it happens.

mod notification;
mod receiver;

use crate::{Config, Database, Server, StartError, serve};
use bytes::Bytes;
use http::{Request, StatusCode};
use notification::{REAL_SECRET, real_body, sale_body};
use postback::clickbank::ins::{Envelope, EnvelopeError, KeyRing, KeyRingError, Notification, Refused};
use postback::config::{Document, Problems};
use postback::delivery::address::{AddressPolicy, Allowed, AllowedError};
use postback::port::{BoxFuture, Entropy, HttpClient, HttpError, SecretError, Secrets, StoreError};
use postback::value::{IdError, Namespace, Secret};
use postback_axum::OsEntropy;
use postback_http::Client;
use receiver::Receiver;
use serde_json::Value;
use std::{collections::BTreeMap, io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};
use thiserror::Error;

/// How long the postback may take to arrive.
const PATIENCE: Duration = Duration::from_secs(15);

/// Its references stand for secrets that are drawn for each run, and for the published one of the real notification.
const CONFIGURATION: &str = include_str!("../../demo/tracker.toml");

/// A step that did not go as it should.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DemoError {
    /// The server did not start.
    #[error("the server did not start: {0}")]
    Start(#[from] StartError),
    /// Something of this machine: a folder, a port, the output.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The HTTP client.
    #[error("a request failed: {0}")]
    Http(#[from] HttpError),
    /// A step's answer is not what it must be.
    #[error("{step}: expected {expected}, got {got}")]
    Unexpected {
        /// The step.
        step: &'static str,
        /// What must be there.
        expected: String,
        /// What is there.
        got: String,
    },
    /// A part of the demo itself.
    #[error("the demo's own parts do not fit: {0}")]
    Own(String),
}

macro_rules! own {
    ($($error:ty),+) => {
        $(impl From<$error> for DemoError {
            fn from(error: $error) -> Self {
                Self::Own(error.to_string())
            }
        })+
    };
}
own!(
    EnvelopeError,
    KeyRingError,
    Refused,
    AllowedError,
    IdError,
    Problems,
    StoreError,
    http::Error,
    serde_json::Error,
    postback_http::BuildError
);

/// Plays the demo and prints it to `out`.
///
/// # Errors
/// [`DemoError`]: the first step that did not happen as it must.
pub async fn run(out: &mut (dyn io::Write + Send)) -> Result<(), DemoError> {
    let folder = Folder::new()?;
    let played = play(&folder, out).await;
    folder.remove();
    played
}

async fn play(folder: &Folder, out: &mut (dyn io::Write + Send)) -> Result<(), DemoError> {
    let secrets = Drawn::draw();
    let receiver = Receiver::start().await?;
    let configuration = CONFIGURATION.replace("@RECEIVER@", &format!("http://{}", receiver.address()));
    let namespace = Namespace::new("demo")?;
    let stores = Database::Sqlite(folder.0.join("demo.sqlite3")).open(namespace.clone())?;
    let mut config = Config::new(Document::from_toml(&configuration)?, stores, namespace);
    config.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    config.allow_destinations = vec!["127.0.0.1/32".parse::<Allowed>()?];
    config.api_token = Some(Secret::from(secrets.api.as_str()));
    config.secrets = Arc::new(secrets.resolver());
    let server = serve(config).await?;
    let told = tell(&server, &receiver, &secrets, out).await;
    server.shutdown().await;
    told
}

async fn tell(
    server: &Server,
    receiver: &Receiver,
    secrets: &Drawn,
    out: &mut (dyn io::Write + Send),
) -> Result<(), DemoError> {
    let caller = Caller::new(server.address())?;
    writeln!(
        out,
        "A tracker runs on http://{}, its traffic channel on http://{}.\n",
        server.address(),
        receiver.address()
    )?;

    let click = caller
        .get("/summer?ref_id=RP-4711&cost=0.02&format=json", None)
        .await?
        .json("the click", StatusCode::OK)?;
    let id = text(&click, "/clickid")?.to_string();
    writeln!(out, "1. A visitor clicks, sent by RichPush with its click id RP-4711.")?;
    writeln!(out, "   click id   {id}\n   sent on to {}\n", text(&click, "/url")?)?;

    let path = format!("/ins/clickbank?token={}", secrets.token);
    let real = real_body()?;
    writeln!(
        out,
        "2. ClickBank's server posts a notification: a real one of 2014, as it was captured."
    )?;
    describe(out, &open(&real, REAL_SECRET)?)?;
    let answer = caller
        .post(&path, &real)
        .await?
        .json("the real notification", StatusCode::OK)?;
    expect("the real notification", "/outcome", &answer, "test")?;
    writeln!(out, "   answer     {answer}")?;
    writeln!(
        out,
        "   It is a test purchase and no click of ours: stored, counted nowhere.\n"
    )?;

    let sale = sale_body(&id, &secrets.ins).map_err(DemoError::Own)?;
    writeln!(
        out,
        "3. A sale of that visitor, encrypted just now, with the click id as tracking code."
    )?;
    describe(out, &open(&sale, &secrets.ins)?)?;
    let answer = caller.post(&path, &sale).await?.json("the sale", StatusCode::OK)?;
    expect("the sale", "/outcome", &answer, "applied")?;
    writeln!(out, "   answer     {answer}")?;
    let again = caller.post(&path, &sale).await?.json("the repeat", StatusCode::OK)?;
    expect("the repeat", "/outcome", &again, "duplicate")?;
    writeln!(out, "   sent twice {again}\n")?;

    let request = receiver.next(PATIENCE).await.ok_or_else(|| DemoError::Unexpected {
        step: "the postback",
        expected: "one request at the traffic channel".into(),
        got: format!("none within {} s", PATIENCE.as_secs()),
    })?;
    let explained = caller.delivered(&id, &secrets.api).await?;
    writeln!(out, "4. The campaign has three postbacks.")?;
    rules(out, &explained)?;

    writeln!(out, "\n5. What RichPush received:")?;
    writeln!(out, "   {request}")?;
    let expected = "GET /log?action=conversion&key=RP-4711&price=30";
    if request != expected || receiver.next(Duration::from_millis(300)).await.is_some() {
        let got = format!("`{request}`, or more than that");
        return Err(DemoError::Unexpected {
            step: "the postback",
            expected: format!("`{expected}` alone"),
            got,
        });
    }
    let conversions = caller.get("/api/conversions", Some(&secrets.api)).await?;
    let conversions = conversions.json("the conversions", StatusCode::OK)?;
    let count = conversions
        .pointer("/items")
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    if count != 1 {
        let (expected, got) = ("one conversion".into(), format!("{count}"));
        return Err(DemoError::Unexpected {
            step: "the conversions",
            expected,
            got,
        });
    }
    writeln!(
        out,
        "\nThree notifications came in; one conversion is stored, one postback was delivered."
    )?;
    Ok(())
}

/// The sale as a person would want to read it.
fn describe(out: &mut (dyn io::Write + Send), sale: &Notification) -> io::Result<()> {
    let item = sale
        .line_items()
        .next()
        .and_then(|item| item.product_title().map(str::to_string))
        .unwrap_or_default();
    let amount = sale.total_account_amount().map_or("no amount", |number| number.text());
    let codes: Vec<&str> = sale.tracking_codes().collect();
    let receipt = sale.receipt().map_or("none", |receipt| receipt.text());
    writeln!(
        out,
        "   decrypted  INS {}, {}, receipt {receipt}",
        sale.version(),
        sale.transaction_type_text()
    )?;
    writeln!(
        out,
        "              {amount} USD for \"{item}\" at {}",
        sale.transaction_time().text()
    )?;
    let tracking = if codes.is_empty() {
        "none".into()
    } else {
        codes.join(", ")
    };
    writeln!(out, "              tracking codes: {tracking}")
}

/// Which postbacks fired and which did not, and why.
fn rules(out: &mut (dyn io::Write + Send), explained: &Value) -> Result<(), DemoError> {
    let events = explained.pointer("/events").and_then(Value::as_array);
    let sale = events
        .into_iter()
        .flatten()
        .find(|event| event.pointer("/name") == Some(&Value::from("SALE")));
    let rules = sale.and_then(|sale| sale.pointer("/rules")?.as_array());
    let mut verdicts = BTreeMap::new();
    for rule in rules.into_iter().flatten() {
        let (postback, verdict) = (text(rule, "/postback")?, text(rule, "/verdict")?);
        let reasons = rule
            .pointer("/reasons")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let reasons = reasons.collect::<Vec<_>>().join("; ");
        match verdict {
            "fired" => writeln!(out, "   fired      {postback}: its types and statuses match")?,
            _ if reasons.is_empty() => writeln!(out, "   not fired  {postback}: {}", text(rule, "/text")?)?,
            _ => writeln!(out, "   not fired  {postback}: {reasons}")?,
        }
        verdicts.insert(postback.to_string(), verdict == "fired");
    }
    let expected = [
        ("approved-purchases", true),
        ("big-purchases", false),
        ("pending-purchases", false),
    ];
    let expected: BTreeMap<String, bool> = expected
        .into_iter()
        .map(|(id, fired)| (id.to_string(), fired))
        .collect();
    if verdicts == expected {
        return Ok(());
    }
    Err(DemoError::Unexpected {
        step: "the rules",
        expected: format!("{expected:?}"),
        got: format!("{verdicts:?}"),
    })
}

fn open(body: &[u8], secret: &str) -> Result<Notification, DemoError> {
    Ok(KeyRing::new(vec![Secret::from(secret)])?.open(&Envelope::parse(body)?)?)
}

fn text<'a>(value: &'a Value, pointer: &str) -> Result<&'a str, DemoError> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.ok_or_else(|| DemoError::Unexpected {
        step: "an answer",
        expected: pointer.into(),
        got: value.to_string(),
    })
}

fn expect(step: &'static str, pointer: &str, answer: &Value, expected: &str) -> Result<(), DemoError> {
    let got = text(answer, pointer)?;
    if got == expected {
        return Ok(());
    }
    Err(DemoError::Unexpected {
        step,
        expected: expected.into(),
        got: answer.to_string(),
    })
}

/// The secrets of one run.
struct Drawn {
    ins: String,
    token: String,
    api: String,
    click_key: String,
}

impl Drawn {
    fn draw() -> Self {
        let draw = || format!("{:016X}", OsEntropy.next_u64());
        Self {
            ins: draw(),
            token: draw(),
            api: draw(),
            click_key: draw(),
        }
    }

    fn resolver(&self) -> Resolver {
        let pairs = [
            ("env:DEMO_SECRET", self.ins.as_str()),
            ("env:DEMO_OLD_SECRET", REAL_SECRET),
            ("env:DEMO_TOKEN", &self.token),
            ("env:DEMO_CLICK_KEY", &self.click_key),
        ];
        Resolver(
            pairs
                .into_iter()
                .map(|(reference, secret)| (reference.to_string(), Secret::from(secret)))
                .collect(),
        )
    }
}

/// What the configuration's references stand for.
#[derive(Debug)]
struct Resolver(BTreeMap<String, Secret>);

impl Secrets for Resolver {
    fn secret<'a>(&'a self, reference: &'a str) -> BoxFuture<'a, Result<Secret, SecretError>> {
        let found = self
            .0
            .get(reference)
            .cloned()
            .ok_or_else(|| SecretError::new(reference, "is not one of the demo's"));
        Box::pin(async move { found })
    }
}

/// A client of the server.
struct Caller {
    client: Client,
    base: String,
}

struct Answer {
    status: StatusCode,
    body: Bytes,
}

impl Answer {
    fn json(&self, step: &'static str, expected: StatusCode) -> Result<Value, DemoError> {
        if self.status == expected {
            return Ok(serde_json::from_slice(&self.body)?);
        }
        let got = format!("{}: {}", self.status, String::from_utf8_lossy(&self.body));
        Err(DemoError::Unexpected {
            step,
            expected: expected.to_string(),
            got,
        })
    }
}

impl Caller {
    fn new(server: SocketAddr) -> Result<Self, DemoError> {
        let policy = AddressPolicy::default().allow("127.0.0.1/32".parse()?);
        Ok(Self {
            client: Client::builder().policy(policy).build()?,
            base: format!("http://{server}"),
        })
    }

    async fn get(&self, path: &str, token: Option<&str>) -> Result<Answer, DemoError> {
        let mut request = Request::get(format!("{}{path}", self.base));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        self.send(request.body(Bytes::new())?).await
    }

    async fn post(&self, path: &str, body: &[u8]) -> Result<Answer, DemoError> {
        self.send(Request::post(format!("{}{path}", self.base)).body(Bytes::copy_from_slice(body))?)
            .await
    }

    async fn send(&self, request: Request<Bytes>) -> Result<Answer, DemoError> {
        let (parts, body) = self.client.send(request).await?.into_parts();
        Ok(Answer {
            status: parts.status,
            body,
        })
    }

    /// What became of a click, once its delivery is settled: the receiver has it a moment before the store knows.
    async fn delivered(&self, click: &str, token: &str) -> Result<Value, DemoError> {
        let path = format!("/api/explain?clickid={click}");
        let mut explained = Value::Null;
        for _ in 0..100 {
            explained = self
                .get(&path, Some(token))
                .await?
                .json("the explanation", StatusCode::OK)?;
            if explained.pointer("/deliveries/0/state") == Some(&Value::from("delivered")) {
                return Ok(explained);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let got = explained
            .pointer("/deliveries")
            .map(Value::to_string)
            .unwrap_or_default();
        Err(DemoError::Unexpected {
            step: "the delivery",
            expected: "one, delivered".into(),
            got,
        })
    }
}

/// A folder of its own for one run.
struct Folder(PathBuf);

impl Folder {
    fn new() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("postback-demo-{:016x}", OsEntropy.next_u64()));
        std::fs::create_dir(&path)?;
        Ok(Self(path))
    }

    fn remove(&self) {
        // What stays behind is in the system's folder for temporary files.
        drop(std::fs::remove_dir_all(&self.0));
    }
}
