//! `postback`: shows the event that a postback becomes.

mod pasted;
mod read;
mod text;

use crate::{Done, Refused, batch, configuration, page::Page, secrets};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use postback::{Received, Timestamp, Tracker};
use read::Read;
use serde::Deserialize;
use std::{
    io::Write,
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

/// Shows the event that a postback becomes.
///
/// The source is the one in the path, `/postback/{source}`; for a bare query it is the default
/// source. Tokens and the keys of click ids are compared if the environment has them. With --batch
/// each line is `{"id","query_b64"}`: the query or the URL, in base64.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The configuration: a `.toml` or a `.json` file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The time of arrival, as in `2026-04-23T17:57:04Z`; by default the present time.
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// The URL that the network called, its query, or the line of a log that shows it.
    #[arg(value_name = "URL", required_unless_present = "batch")]
    url: Option<String>,
    /// Reads lines of JSON from stdin and answers each.
    #[arg(long, conflicts_with = "url")]
    batch: bool,
}

#[derive(Deserialize)]
struct Line {
    query_b64: String,
}

pub(crate) fn run(arguments: &Arguments, out: &mut Page<impl Write>) -> Done {
    let (_, tracker) = configuration::read(&arguments.config)?;
    let reader = Reader::new(&tracker);
    let at = arguments.at.map_or_else(now, Ok)?;
    if arguments.batch {
        let mut nonce = 0_u64;
        return batch::run(out, |line: Line| {
            let decoded = STANDARD.decode(&line.query_b64);
            let bytes = decoded.map_err(|_| "`query_b64` is not base64".to_owned())?;
            nonce = nonce.wrapping_add(1);
            reader.read(&bytes, Received { at, nonce })
        });
    }
    let url = arguments.url.as_deref().unwrap_or_default();
    let read = reader
        .read(url.as_bytes(), Received { at, nonce: 0 })
        .map_err(Refused)?;
    out.show(&read, |out| text::print(&read, out))?;
    Ok(())
}

/// Returns the machine's time.
pub(crate) fn now() -> Result<Timestamp, Refused> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_unix_seconds(seconds).map_err(Refused::new)
}

/// Reads postbacks by one configuration.
struct Reader<'a> {
    tracker: &'a Tracker,
    credentials: postback::Credentials,
    /// The references to keys of click ids that this machine does not have.
    missing_keys: Vec<&'a postback::value::SecretReference>,
}

impl<'a> Reader<'a> {
    fn new(tracker: &'a Tracker) -> Self {
        let (credentials, missing_keys) = secrets::for_reading(tracker);
        Self {
            tracker,
            credentials,
            missing_keys,
        }
    }

    fn read(&self, asked: &[u8], received: Received) -> Result<Read, String> {
        let (url, pasted) = pasted::url(asked);
        let (source, query) = split_url(self.tracker, url)?;
        let mut read = read::read(
            self.tracker,
            source,
            Asked { url, query },
            received,
            &self.credentials,
            &self.missing_keys,
        )?;
        read.pasted = pasted;
        Ok(read)
    }
}

/// The pasted text: the URL and its query.
#[derive(Debug, Clone, Copy)]
struct Asked<'a> {
    url: &'a [u8],
    query: &'a [u8],
}

/// Finds the source and the query in a URL or a line of a log. For a bare query it is the default
/// source.
pub(crate) fn split<'t, 'q>(
    tracker: &'t Tracker,
    asked: &'q [u8],
) -> Result<(&'t postback::tracker::Source, &'q [u8]), String> {
    split_url(tracker, pasted::url(asked).0)
}

fn split_url<'t, 'q>(
    tracker: &'t Tracker,
    asked: &'q [u8],
) -> Result<(&'t postback::tracker::Source, &'q [u8]), String> {
    let default = || {
        tracker
            .source(None)
            .ok_or("no offer source is the default; give the URL with its path")
    };
    let end = asked.iter().position(|byte| *byte == b'#').unwrap_or(asked.len());
    let asked = asked.get(..end).unwrap_or_default();
    let mark = asked.iter().position(|byte| *byte == b'?');
    let (place, query) = asked.split_at(mark.unwrap_or(asked.len()));
    if !place.contains(&b'/') || place.contains(&b'=') {
        return Ok((default()?, asked.strip_prefix(b"?").unwrap_or(asked)));
    }
    let query = query.strip_prefix(b"?").unwrap_or(query);
    let place = core::str::from_utf8(place).map_err(|_| "the URL is not UTF-8")?;
    let host = place.split_once("://").map_or(place, |(_, rest)| rest);
    let path = host.find('/').and_then(|at| host.get(at..)).unwrap_or("/");
    let id = match path.trim_end_matches('/').strip_prefix("/postback") {
        Some("") => return Ok((default()?, query)),
        Some(rest) if rest.starts_with('/') => rest.trim_start_matches('/'),
        _ => {
            return Err(format!(
                "`{path}` is no path of a postback, as in `/postback/{{source}}`"
            ));
        }
    };
    let source = tracker.source(Some(id)).ok_or_else(|| {
        let known: Vec<String> = tracker.sources().map(|known| format!("`{}`", known.id())).collect();
        format!("offer source `{id}` is not configured; there is {}", known.join(", "))
    })?;
    Ok((source, query))
}
