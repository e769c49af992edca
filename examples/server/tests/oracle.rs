//! A padding-oracle attack on `/ins` learns nothing: whoever can tell a wrong padding from a wrong
//! text decrypts a body byte by byte (Vaudenay, "Security flaws induced by CBC padding", 2002). The
//! client asks what that attack asks, for every byte of five blocks all 256 guesses, and looks at
//! everything that it could see: the replies byte by byte, and what else the server keeps, logs and
//! counts.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]
#![cfg(unix)]

mod support;

use base64::{Engine, engine::general_purpose::STANDARD};
use postback::plan::{DEFAULT_REFUSED, RefusedBody, Ring};
use postback::port::{PageRequest, RefusedFilter};
use postback_server::{Database, args};
use postback_service::Stores;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::SocketAddr,
    ops::Range,
};
use support::{
    client::{Connection, get},
    notification::sale,
    program::{self, Program},
    tracker::{API_TOKEN, NAMESPACE, SECRETS, TOKEN, configuration},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

const BLOCK: usize = 16;
/// How many blocks of the captured body are attacked: 5 x 16 x 256 queries.
const BLOCKS: usize = 5;
const GUESSES: usize = 256;
const QUERIES: usize = BLOCKS * BLOCK * GUESSES;
const CALLERS: usize = 8;
/// Every guess of the last byte of the first block, which are as many as a ring holds: one of them
/// at least makes a valid padding.
const LAST_BYTE: Range<usize> = (BLOCK - 1) * GUESSES..BLOCK * GUESSES;

/// What the attacker captured.
#[derive(Debug, Clone)]
struct Captured {
    iv: Vec<u8>,
    ciphertext: Vec<u8>,
}

impl Captured {
    fn of(body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap();
        let bytes = |name: &str| STANDARD.decode(body[name].as_str().unwrap()).unwrap();
        Self {
            iv: bytes("iv"),
            ciphertext: bytes("notification"),
        }
    }

    /// The body of one query: a block with the block before it changed so that, were the guess
    /// right, its text would end in a valid padding. A server that told valid paddings apart would
    /// tell whether it is.
    fn query(&self, number: usize) -> Vec<u8> {
        let (block, byte, guess) = (
            number / (BLOCK * GUESSES),
            number / GUESSES % BLOCK,
            u8::try_from(number % GUESSES).unwrap(),
        );
        let start = block * BLOCK;
        let before = match start {
            0 => &self.iv[..],
            _ => &self.ciphertext[start - BLOCK..start],
        };
        let mut iv = before.to_vec();
        // The bytes behind it as an attacker who knew them would set them: the real text is JSON,
        // so some of these are right.
        let padding = u8::try_from(BLOCK - byte).unwrap();
        iv[byte] ^= guess ^ padding;
        for behind in &mut iv[byte + 1..] {
            *behind ^= padding;
        }
        let body = json!({
            "notification": STANDARD.encode(&self.ciphertext[start..start + BLOCK]),
            "iv": STANDARD.encode(&iv),
        });
        body.to_string().into_bytes()
    }
}

/// Everything that a caller gets back, but for the date.
async fn reply(stream: &mut TcpStream, body: &[u8]) -> String {
    let head = format!(
        "POST /ins/clickbank?token={TOKEN} HTTP/1.1\r\nhost: tracker.test\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body].concat()).await.unwrap();
    let mut read = Vec::new();
    loop {
        let mut more = [0; 4096];
        let count = stream.read(&mut more).await.unwrap();
        assert!(count > 0, "the connection was closed");
        read.extend(&more[..count]);
        let text = String::from_utf8(read.clone()).unwrap();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.unwrap().parse().unwrap() {
            let head = head.lines().filter(|line| !line.starts_with("date: "));
            return format!("{}\n\n{body}", head.collect::<Vec<_>>().join("\n"));
        }
    }
}

/// The replies to every query, each with how often it came.
async fn attack(server: SocketAddr, captured: &Captured) -> BTreeMap<String, usize> {
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let captured = captured.clone();
        callers.spawn(async move {
            let mut stream = TcpStream::connect(server).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let mut replies: BTreeMap<String, usize> = BTreeMap::new();
            for number in (caller..QUERIES).step_by(CALLERS) {
                *replies
                    .entry(reply(&mut stream, &captured.query(number)).await)
                    .or_default() += 1;
            }
            replies
        });
    }
    let mut all: BTreeMap<String, usize> = BTreeMap::new();
    for replies in callers.join_all().await {
        for (reply, count) in replies {
            *all.entry(reply).or_default() += count;
        }
    }
    all
}

/// What the source keeps, newest first.
async fn kept(stores: &Stores) -> Vec<RefusedBody> {
    let source = RefusedFilter::of_source("clickbank".parse().unwrap());
    let page = stores
        .inspect
        .refused(&source, &PageRequest::first(1_000))
        .await
        .unwrap();
    assert_eq!(page.next, None);
    let mut kept = Vec::new();
    for row in page.items {
        kept.push(stores.inspect.refused_body(&row.id).await.unwrap().unwrap());
    }
    kept
}

/// The series that a refused notification adds to.
async fn series(client: &mut Connection) -> BTreeMap<String, String> {
    let mut request = get("/metrics");
    let token = format!("Bearer {API_TOKEN}").parse().unwrap();
    request.headers_mut().insert("authorization", token);
    let answer = client.send(request).await.unwrap();
    assert_eq!(answer.status, 200);
    let lines = answer
        .body
        .lines()
        // How much is kept is measured now and then, whatever came.
        .filter(|line| !line.starts_with("postback_refused_"))
        .filter(|line| line.contains("refusals") || line.contains("ins"));
    lines
        .filter_map(|line| line.rsplit_once(' '))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .filter(|(name, _)| !name.starts_with('#'))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_padding_oracle_attack_learns_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let few = format!("ins_versions = [\"7.0\"]\nrefused = {{ keep = {DEFAULT_REFUSED} }}\n");
    let text = configuration("", "").replacen("ins_versions = [\"7.0\"]\n", &few, 1);
    fs::write(folder.path().join("tracker.toml"), text).unwrap();
    let database = folder.path().join("oracle.db");
    let server = Program::start(
        program::command()
            .arg("--config")
            .arg(folder.path().join("tracker.toml"))
            .arg("--database")
            .arg(format!("sqlite:{}", database.display()))
            .args(["--namespace", NAMESPACE, "--listen", "127.0.0.1:0"])
            .envs(SECRETS)
            .env(args::API_TOKEN, API_TOKEN)
            .env("RUST_LOG", "debug,hyper=off,h2=off,rusqlite=off,mio=off"),
    );
    let mut client = Connection::open(server.address()).await.unwrap();
    let click = client.click("autumn").await.unwrap();
    let captured = Captured::of(&sale(&click, "CBSALE01", "20.50"));
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    // What is refused for another reason: the wrapper holds, the text is nothing.
    let other = reply(
        &mut stream,
        br#"{"notification":"AAAAAAAAAAAAAAAAAAAAAA==","iv":"MjAwQkFGNjYyNkNCMkMxMg=="}"#,
    )
    .await;
    let before = series(&mut client).await;

    let mut replies = attack(server.address(), &captured).await;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    for number in LAST_BYTE {
        *replies
            .entry(reply(&mut stream, &captured.query(number)).await)
            .or_default() += 1;
    }
    let asked = QUERIES + LAST_BYTE.len();

    // The first connection was idle for too long.
    let mut client = Connection::open(server.address()).await.unwrap();
    assert_eq!(
        replies.into_iter().collect::<Vec<_>>(),
        [(other, asked)],
        "all replies are one"
    );
    let after = series(&mut client).await;
    assert_eq!(
        before.keys().collect::<Vec<_>>(),
        after.keys().collect::<Vec<_>>(),
        "no metric has another series"
    );
    let count = (asked + 1).to_string();
    assert!(
        !after.is_empty() && after.values().all(|value| *value == count),
        "each counts every query: {after:?}"
    );
    assert!(client.rows("events").await.is_empty(), "nothing was taken in");
    let sources = client.api("sources").await;
    let mut sources = sources["items"].as_array().unwrap().iter();
    let refused = &sources.find(|source| source["id"] == "clickbank").unwrap()["refused"];
    let counts = ["kept", "probable"].map(|name| refused["ins"][name].as_u64());
    assert_eq!(counts, [Some(DEFAULT_REFUSED.into()); 2]);

    let (status, log) = server.stop();
    assert!(status.success(), "{status}");
    let entries = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let refusals: Vec<Value> = entries
        .filter(|entry| entry["fields"]["message"] == "notification refused")
        .map(|mut entry| {
            let entry = entry.as_object_mut().unwrap();
            entry.remove("timestamp").unwrap();
            Value::Object(entry.clone())
        })
        .collect();
    assert_eq!(refusals.len(), asked + 1, "one line a query");
    let different: BTreeSet<String> = refusals.iter().map(Value::to_string).collect();
    assert_eq!(different.len(), 1, "{different:?}");
    assert!(!log.contains("padding"), "the log names no step");

    let stores = Database::Sqlite(database).open(NAMESPACE.parse().unwrap()).unwrap();
    let kept = kept(&stores).await;
    let bodies: Vec<&[u8]> = kept.iter().rev().map(|refused| refused.body.as_slice()).collect();
    let queries: Vec<Vec<u8>> = LAST_BYTE.map(|number| captured.query(number)).collect();
    assert_eq!(bodies, queries, "each guess is kept, in order, as it came");
    assert_eq!(kept.len(), DEFAULT_REFUSED as usize);
    let alike = |refused: &RefusedBody| (refused.row.source.clone(), refused.row.ring, refused.body.len());
    let rows: BTreeSet<_> = kept.iter().map(alike).collect();
    let expected = ("clickbank".parse().unwrap(), Ring::Probable, queries[0].len());
    assert_eq!(
        rows,
        BTreeSet::from([expected]),
        "all rows are alike but for bytes and time"
    );
}
