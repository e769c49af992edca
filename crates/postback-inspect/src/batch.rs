//! `--batch`: reads lines of JSON and answers each with one line of JSON, in the same order, so
//! that a log of captured traffic can be checked in one run.
//!
//! A line is an object with an `id` of any kind, which the answer repeats exactly, and the fields
//! that the verb needs. The answer is `{"id":..,"ok":..}` or `{"id":..,"refused":"text"}`. A line
//! that is not such an object is answered with the id `null`, and its number is in the text. Only
//! one line is held in memory. An answer is written before the next line is read, so that another
//! program can ask line by line.

use crate::{Done, progress::Progress};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use std::io::{self, BufRead, Write};

/// The longest line, in bytes. The largest notification that is read has a body of 512 KiB, which
/// is 700 KB in base64.
pub(crate) const MAX_LINE: usize = 1024 * 1024;

#[derive(Deserialize)]
struct Id<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Said<T> {
    Ok(T),
    Refused(String),
}

#[derive(Serialize)]
struct Answer<'a, T> {
    id: Option<&'a RawValue>,
    #[serde(flatten)]
    said: Said<T>,
}

/// A line with a URL.
#[derive(Deserialize)]
pub(crate) struct Url {
    pub(crate) url: String,
}

/// Answers every line of stdin.
pub(crate) fn run<Q: DeserializeOwned, A: Serialize>(
    out: &mut impl Write,
    answer: impl FnMut(Q) -> Result<A, String>,
) -> Done {
    let mut input = io::BufReader::with_capacity(1 << 16, io::stdin().lock());
    answer_all(&mut input, out, answer)?;
    Ok(())
}

fn answer_all<Q: DeserializeOwned, A: Serialize, R: io::Read>(
    input: &mut io::BufReader<R>,
    out: &mut impl Write,
    mut answer: impl FnMut(Q) -> Result<A, String>,
) -> io::Result<()> {
    let mut line = Vec::new();
    let mut number = 0_u64;
    let mut progress = Progress::begin();
    loop {
        if input.buffer().is_empty() {
            out.flush()?;
        }
        let Some(whole) = next_line(input, &mut line)? else {
            return Ok(());
        };
        number = number.saturating_add(1);
        let id: Result<Id<'_>, _> = match whole {
            true => serde_json::from_slice(&line)
                .map_err(|error| format!("line {number} is no JSON object: {}", said(&error))),
            false => Err(format!("line {number} is over {MAX_LINE} bytes long")),
        };
        let (id, said) = match id {
            Err(text) => (None, Said::Refused(text)),
            Ok(Id { id }) => {
                let asked =
                    serde_json::from_slice::<Q>(&line).map_err(|error| format!("line {number}: {}", said(&error)));
                (id, asked.and_then(&mut answer).map_or_else(Said::Refused, Said::Ok))
            }
        };
        serde_json::to_writer(&mut *out, &Answer { id, said })?;
        out.write_all(b"\n")?;
        progress.step(line.len().saturating_add(1));
    }
}

/// Returns what is wrong with a line, without the line number of the JSON error, which would always
/// be 1.
fn said(error: &serde_json::Error) -> String {
    error.to_string().replacen(" at line 1 column ", " at column ", 1)
}

/// Reads a line into `line`, without its end. Returns whether it fits; none at the end of the
/// input. A line that is too long is dropped.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Option<bool>> {
    line.clear();
    let (mut began, mut fits) = (false, true);
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(began.then_some(fits));
        }
        began = true;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let part = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or_default();
        fits &= line.len().saturating_add(part.len()) <= MAX_LINE;
        if fits {
            line.extend_from_slice(part);
        }
        let taken = part.len().saturating_add(usize::from(end.is_some()));
        input.consume(taken);
        if end.is_some() {
            return Ok(Some(fits));
        }
    }
}
