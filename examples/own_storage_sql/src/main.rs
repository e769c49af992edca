//! One sale through the store, and what the tables hold of it afterwards.
//! `cargo run -p postback-own-storage-sql`

use own_storage_sql::SqlStore;
use postback::intake::{Caller, Intake};
use postback::port::Store;
use postback::{Click, CompileOptions, Credentials, Decision, Document, Received, Timestamp, compile};
use std::{error::Error, io::Write, pin::pin};

/// The postback of the campaign in `shop.toml`.
const POSTBACK: &str = r#"
[[campaign.postback]]
id = "sales"
url = "https://push.example/log?key={ref_id}&price={payout_delta}"
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let document = [include_str!("../../shop.toml"), POSTBACK].concat();
    let tracker = compile(&Document::from_toml(&document)?, &CompileOptions::default())?;
    let path = std::env::temp_dir().join(format!("own-storage-{}.db", std::process::id()));
    let store = SqlStore::open(&path, tracker.namespace().clone())?;

    let at: Timestamp = "2026-04-23T15:00:00Z".parse()?;
    let (campaign, offer) = ("summer".parse()?, "course".parse()?);
    let mut click = Click::new(
        "c7d1f0a2".parse()?,
        at,
        campaign,
        offer,
        "network".parse()?,
        "push".parse()?,
    );
    click.ref_id = Some("RP1".into());
    at_once(store.record(&[click]))?;

    let source = tracker.source(None).ok_or("there is one source")?;
    let credentials = Credentials::default();
    let intake = Intake::new(source, &credentials, Received { at, nonce: 0 });
    let event = intake.postback(&Caller::default(), b"clickid=c7d1f0a2&sum=40&eventid=e1")?;
    let decision = Decision::new(&tracker);
    let facts = at_once(store.facts(&decision.needs(&event)))?;
    let plan = decision.decide(&event, &facts, at)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "the sale: {:?}", at_once(store.commit(&plan.commit))?)?;
    writeln!(out, "the same again: {:?}", at_once(store.commit(&plan.commit))?)?;

    let tables = rusqlite::Connection::open(&path)?;
    for table in ["click", "event", "conversion", "delivery"] {
        let text = format!("SELECT payload FROM {table}");
        let payload: String = tables.query_row(&text, [], |row| row.get(0))?;
        writeln!(out, "{table}: {payload}")?;
    }
    for end in ["", "-wal", "-shm"] {
        let mut name = path.clone().into_os_string();
        name.push(end);
        std::fs::remove_file(name)?;
    }
    Ok(())
}

/// This store answers at once; a service awaits.
fn at_once<T>(answer: impl Future<Output = T>) -> T {
    let mut answer = pin!(answer);
    loop {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        if let std::task::Poll::Ready(value) = answer.as_mut().poll(&mut context) {
            return value;
        }
    }
}
