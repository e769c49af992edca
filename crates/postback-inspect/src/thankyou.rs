//! `thankyou`: checks the URL of a thank-you page.

use crate::keys::{Keys, SecretFlags};
use crate::{Done, Refused, batch, postback::now, words};
use postback::Timestamp;
use postback::clickbank::thank_you::{ThankYou, ThankYouPage};
use serde::Serialize;
use std::{
    io::{self, Write},
    time::Duration,
};

/// Checks or decrypts the URL of a ClickBank thank-you page, and prints its content as JSON.
///
/// The URL may be whole, or only its query. `cbpop` covers only receipts, items and time; the
/// visitor may have changed the rest of a URL that is not encrypted. If a URL is encrypted and has
/// no `cbpop` (`"checked":false`), the visitor may have made up the items too. With --batch each
/// line is `{"id","url"}`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The URL with which the buyer came.
    #[arg(required_unless_present = "batch")]
    url: Option<String>,
    #[command(flatten)]
    secrets: SecretFlags,
    /// The present time, as `2026-04-01T12:00:00Z` or in seconds since 1970, instead of this
    /// machine's clock.
    #[arg(long, value_name = "TIME", value_parser = time)]
    now: Option<Timestamp>,
    /// The largest age of a page, as `12h` or `1d12h`. Without it any age is accepted.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    max_age: Option<Duration>,
    /// Reads values that are not UTF-8, and that `cbpop` does not cover, as ISO 8859-1.
    #[arg(long)]
    latin_1: bool,
    /// Reads lines of JSON from stdin and answers each.
    #[arg(long, conflicts_with = "url")]
    batch: bool,
}

#[derive(Serialize)]
struct Shown {
    assurance: &'static str,
    /// Whether there was a check. Without one the visitor may have made up the items.
    checked: bool,
    time: Timestamp,
    age: String,
    receipts: Vec<String>,
    items: Vec<String>,
    /// The values that could not be read completely.
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

/// Returns what follows the `?` of a URL, or the whole query.
fn query(url: &str) -> &str {
    let url = url.split_once('#').map_or(url, |(before, _)| before);
    // A query may have a `?` of its own. The address in front of a query has no `=`.
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

/// Reads a duration: numbers, each with a unit behind it.
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
