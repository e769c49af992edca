//! `thankyou`: the URL of a thank-you page.

use crate::keys::{Keys, SecretFlags};
use crate::{Done, Refused, batch, postback::now, words};
use postback::Timestamp;
use postback::clickbank::thank_you::{ThankYou, ThankYouPage};
use serde::Serialize;
use std::{
    io::{self, Write},
    time::Duration,
};

/// Checks or decrypts the URL of a ClickBank thank-you page and prints what it says as JSON.
///
/// The URL may be a whole one or its query. `cbpop` covers receipts, items and time alone; the rest
/// of a URL that is not encrypted may have been changed. Encrypted and without `cbpop`
/// (`"checked":false`) the items too are the visitor's word. With --batch each line is
/// `{"id","url"}`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The URL, as the buyer came with it.
    #[arg(required_unless_present = "batch")]
    url: Option<String>,
    #[command(flatten)]
    secrets: SecretFlags,
    /// What time it is, as `2026-04-01T12:00:00Z` or in seconds since 1970, in place of this
    /// machine's clock.
    #[arg(long, value_name = "TIME", value_parser = time)]
    now: Option<Timestamp>,
    /// How old a page may be, as `12h` or `1d12h`; any age is taken without it.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    max_age: Option<Duration>,
    /// Reads values that are not UTF-8, and that `cbpop` does not cover, as ISO 8859-1.
    #[arg(long)]
    latin_1: bool,
    /// Answers lines of JSON.
    #[arg(long, conflicts_with = "url")]
    batch: bool,
}

#[derive(Serialize)]
struct Shown {
    assurance: &'static str,
    /// Whether a check was there; if not, items are the visitor's word.
    checked: bool,
    time: Timestamp,
    age: String,
    receipts: Vec<String>,
    items: Vec<String>,
    /// What could not be read whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    damaged: Vec<String>,
    parameters: ThankYouPage,
}

pub(crate) fn run(arguments: &Arguments, out: &mut impl Write) -> Done {
    let keys = Keys::new(&arguments.secrets)?;
    let now = arguments.now.map_or_else(now, Ok)?;
    let max_age = arguments.max_age.unwrap_or(Duration::MAX);
    let parse = match arguments.latin_1 {
        true => ThankYou::parse_latin_1,
        false => ThankYou::parse,
    };
    let show = |url: &str| {
        let read = parse(query(url).as_bytes()).map_err(|error| error.to_string())?;
        shown(&keys, now, max_age, &read)
    };
    if arguments.batch {
        return batch::run(out, |line: batch::Url| show(&line.url));
    }
    let shown = show(arguments.url.as_deref().unwrap_or_default()).map_err(Refused)?;
    serde_json::to_writer(&mut *out, &shown).map_err(io::Error::from)?;
    writeln!(out)?;
    Ok(())
}

/// What follows the `?` of a URL, or the whole of a query.
fn query(url: &str) -> &str {
    let url = url.split_once('#').map_or(url, |(before, _)| before);
    // A query may hold a `?` of its own; the address in front of one holds no `=`.
    let parts = url.split_once('?').filter(|(before, _)| !before.contains('='));
    parts.map_or(url, |(_, query)| query)
}

fn shown(keys: &Keys<'_>, now: Timestamp, max_age: Duration, read: &ThankYou) -> Result<Shown, String> {
    let page = read
        .verify(&keys.ring, now, max_age)
        .map_err(|refused| refused.to_string())?;
    Ok(Shown {
        assurance: page.assurance().as_str(),
        checked: page.is_checked(),
        time: page.time(),
        age: words::span(now.saturating_since(page.time())),
        receipts: page.receipts().map(str::to_owned).collect(),
        items: page.items().map(str::to_owned).collect(),
        damaged: page.damaged().map(str::to_owned).collect(),
        parameters: page,
    })
}

fn time(text: &str) -> Result<Timestamp, String> {
    let seconds = Timestamp::parse_unix(text);
    seconds.or_else(|_| {
        text.parse()
            .map_err(|error: postback::value::TimestampError| error.to_string())
    })
}

/// Numbers with a unit behind each.
fn duration(text: &str) -> Result<Duration, String> {
    const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];
    let read = text
        .split_inclusive(|letter: char| letter.is_ascii_alphabetic())
        .try_fold(0_u64, |sum, part| {
            let (number, unit) = UNITS
                .iter()
                .find_map(|(unit, seconds)| Some((part.strip_suffix(*unit)?, seconds)))?;
            sum.checked_add(number.trim_start().parse::<u64>().ok()?.checked_mul(*unit)?)
        });
    let read = read.filter(|_| !text.is_empty());
    read.map(Duration::from_secs)
        .ok_or_else(|| "not a duration, as in `60d`, `12h`, `30m`, `5s` or `1h30m`".into())
}
