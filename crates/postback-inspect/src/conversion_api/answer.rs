//! What we make of a platform's answer.

use crate::{Done, Refused, page::Page};
use postback::judge::{Reading, read, read_by};
use postback::recipe::{Recipe, SHIPPED, shipped};
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

/// An answer that is to be read.
pub(super) struct Asked<'a> {
    pub(super) platform: &'a str,
    pub(super) status: u16,
    pub(super) count: usize,
    /// The recipes of the configuration, if one is given.
    pub(super) recipes: &'a [Recipe],
}

impl Asked<'_> {
    /// What is made of it; none for a platform that is not known. A recipe of the configuration
    /// comes before a shipped one.
    fn read(&self, body: &str) -> Option<Vec<Reading>> {
        let own = self.recipes.iter().find(|recipe| recipe.id.as_str() == self.platform);
        match own.cloned().or_else(|| shipped(self.platform)) {
            Some(recipe) => {
                let answers = recipe.answers.unwrap_or_default();
                Some(read_by(&answers, self.platform, self.status, body, self.count))
            }
            None => read(self.platform, self.status, body, self.count),
        }
    }
}

pub(super) fn run(asked: &Asked<'_>, body: &str, out: &mut Page<impl Write>) -> Done {
    let (platform, count) = (asked.platform, asked.count);
    if !(1..=MOST).contains(&count) {
        return Err(Refused(format!("a request has 1 to {MOST} events, not {count}")).into());
    }
    let readings = asked.read(body).ok_or_else(|| {
        Refused(format!(
            "`{}` is not a platform whose answers are read; there are meta, google, google_ads, tiktok, microsoft, \
             microsoft_offline and the recipes {}; with --config also those of the configuration",
            platform.escape_debug(),
            SHIPPED.join(", ")
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
