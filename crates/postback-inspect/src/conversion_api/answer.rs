//! What we make of a platform's answer.

use crate::{Done, Refused, page::Page};
use postback::judge::read;
use serde::Serialize;
use std::io::Write;

/// The largest number of events of one request at any platform.
const MOST: usize = 2_000;

#[derive(Serialize)]
struct Said {
    /// The place of the event in the request, counted from 0.
    event: usize,
    /// What follows for it, as a sentence.
    follows: String,
    /// The platform's code, and our word for it.
    why: Option<String>,
}

pub(super) fn run((platform, status, count): (&str, u16, usize), body: &str, out: &mut Page<impl Write>) -> Done {
    if !(1..=MOST).contains(&count) {
        return Err(Refused(format!("a request has 1 to {MOST} events, not {count}")).into());
    }
    let readings = read(platform, status, body, count).ok_or_else(|| {
        Refused(format!(
            "`{}` is not a platform whose answers are read",
            platform.escape_debug()
        ))
    })?;
    let said = readings.into_iter().enumerate().map(|(event, reading)| Said {
        event,
        follows: reading.outcome.to_string(),
        why: reading.why,
    });
    let said: Vec<Said> = said.collect();
    out.show(&said, |out| {
        said.iter().try_for_each(|said| match &said.why {
            Some(why) => writeln!(out, "event {}: {} ({why})", said.event, said.follows),
            None => writeln!(out, "event {}: {}", said.event, said.follows),
        })
    })?;
    Ok(())
}
