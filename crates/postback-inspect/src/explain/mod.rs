//! `explain`: shows what an event does to its click, and why each postback fires or not.
//!
//! The click and the events go through a store in memory, exactly as on a server that has no other
//! events. So several events show what the duplicate policy does with the last of them.

pub(crate) mod decided;
pub(crate) mod input;
mod text;

use crate::{Done, Refused, batch, configuration, page::Page, postback::now, secrets};
use decided::{Explanation, explain};
use input::Input;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::{
    io::{self, Write},
    path::PathBuf,
};

/// Shows what an event does to its click, and why each postback fires or not.
///
/// The click is JSON, as the server's `/api/clicks/{id}` returns it. That answer has no personal
/// values; they may be added as `"private": {"ip": "..", "useragent": ".."}`. An event is one of
/// these:
///
/// - an item of the server's `/api/events`, or that whole answer;
/// - `{"postback": "URL or query", "at": "2026-04-23T17:57:04Z"}`, the time being optional;
/// - a ClickBank notification in plain text, as `ins` prints it, or
///   `{"notification": {..}, "at": "2026-04-23T17:57:04Z"}`.
///
/// A file may contain several events, one after the other. All are taken in, in this order, and the
/// last one is explained. With --batch each line is `{"id","click","event"}`; `event` may be a
/// list.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// The configuration: a `.toml` or a `.json` file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The file with the click.
    #[arg(long, value_name = "FILE", required_unless_present = "batch")]
    click: Option<PathBuf>,
    /// The file with the event or events.
    #[arg(long, value_name = "FILE", required_unless_present = "batch")]
    event: Option<PathBuf>,
    /// Prints every line in full, even if the text does not fit on a screen.
    #[arg(long)]
    full: bool,
    /// Reads lines of JSON from stdin and answers each.
    #[arg(long, conflicts_with_all = ["click", "event", "full"])]
    batch: bool,
}

#[derive(Deserialize)]
struct Line {
    click: Box<RawValue>,
    event: Box<RawValue>,
}

pub(crate) fn run(arguments: &Arguments, out: &mut Page<impl Write>) -> Done {
    let (_, tracker) = configuration::read(&arguments.config)?;
    let (credentials, _) = secrets::for_reading(&tracker);
    let input = Input {
        tracker: &tracker,
        credentials: &credentials,
        now: now()?,
    };
    let explained = |click: &str, event: &str| -> Result<Explanation, String> {
        let click = input.click(click)?;
        let events = input.events(event, &click)?;
        explain(&tracker, &click, &events)
    };
    if arguments.batch {
        return batch::run(out, |line: Line| explained(line.click.get(), line.event.get()));
    }
    let file = |path: &Option<PathBuf>| configuration::text(path.as_deref().unwrap_or_else(|| "".as_ref()));
    let explanation = explained(&file(&arguments.click)?, &file(&arguments.event)?).map_err(Refused)?;
    out.show(&explanation, |out| {
        let (lines, is_cut) = text::lines(&explanation, arguments.full);
        lines.iter().try_for_each(|line| out.named(text::NAME, line))?;
        if is_cut {
            // Nothing can be done about a closed stderr.
            drop(writeln!(
                io::stderr(),
                "cut to fit a screen; `--full` prints everything"
            ));
        }
        Ok(())
    })?;
    Ok(())
}
