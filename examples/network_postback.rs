//! Reads the postback of any network: a query string and a map of its parameter names.
//! `cargo run --example network_postback`
//!
//! This is the reading alone. Whose click it is and what its words mean here is decided later, from
//! a configuration: see `explain`.

use postback::Query;
use postback::network::{InboundPostback, ParameterMap};
use std::{collections::BTreeMap, error::Error, io::Write as _};

fn main() -> Result<(), Box<dyn Error>> {
    // This network calls the click id `cid` and the amount `payout`; the rest has the usual names.
    let names = [("clickid", "cid"), ("sum", "payout"), ("event_id", "txid")];
    let names = names.map(|(ours, theirs)| (ours.to_owned(), theirs.to_owned()));
    let map = ParameterMap::generic().with_names(&BTreeMap::from(names))?;

    let mut out = std::io::stdout().lock();
    let query = Query::parse(b"cid=p2345&payout=12.50&currency=EUR&status=confirmed&txid=T1&product=Book&page=2")?;
    let read = InboundPostback::read(&query, &map, &["product"])?;
    if let (Some(click), Some(sum), Some(currency)) = (&read.click_id, read.sum, read.currency) {
        writeln!(out, "click {click}: {sum} {currency}")?;
    }
    writeln!(out, "status word: {}", read.status_word.as_deref().unwrap_or_default())?;
    for (name, value) in read.parameters.iter() {
        writeln!(out, "parameter {name}: {value}")?;
    }
    writeln!(out, "means nothing: {}", read.ignored.join(", "))?;

    // A macro that nobody filled is a missing value.
    let query = Query::parse(b"cid={clickid}&payout=12.50")?;
    let read = InboundPostback::read(&query, &map, &[])?;
    writeln!(out, "unfilled: {:?}", read.click_id)?;

    // An amount is never guessed: what cannot be read is refused by its name.
    let query = Query::parse(b"cid=p2345&payout=1.250,50")?;
    if let Err(refused) = InboundPostback::read(&query, &map, &[]) {
        writeln!(out, "refused: {refused}")?;
    }
    Ok(())
}
