//! `macros`: what may stand within braces.

use super::wrap::wrapped;
use crate::{Done, page::Page};
use postback::clickbank::s2s::{Audience, Confidence, MACROS, Macro as Theirs};
use postback::reference::{Macro, macros};
use serde::Serialize;
use std::io::{self, Write};

/// Prints the macros of templates: where each is filled from, and an example.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Prints the macros that ClickBank fills in the URL that is pasted there, in place of ours.
    #[arg(long)]
    clickbank: bool,
}

#[derive(Serialize)]
struct Pasted {
    name: &'static str,
    meaning: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'static str>,
    audience: &'static str,
    confidence: &'static str,
    source: &'static str,
}

impl Pasted {
    fn new(known: &Theirs) -> Self {
        Self {
            name: known.name,
            meaning: known.meaning,
            format: known.format,
            audience: audience(known.audience),
            confidence: confidence(known.confidence),
            source: known.source,
        }
    }
}

fn audience(audience: Audience) -> &'static str {
    match audience {
        Audience::Affiliate => "affiliates",
        Audience::Vendor => "sellers",
        _ => "everyone",
    }
}

fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Certain => "certain",
        Confidence::Fair => "one good source",
        Confidence::Low => "doubtful",
        _ => "nothing speaks for it",
    }
}

pub(crate) fn run(arguments: &Arguments, out: &mut Page<impl Write>) -> Done {
    let done = if arguments.clickbank {
        let theirs: Vec<Pasted> = MACROS.iter().map(Pasted::new).collect();
        out.show(&theirs, |out| lines(&theirs, pasted, out))
    } else {
        let known = macros();
        out.show(&known, |out| lines(&known, ours, out))
    };
    Ok(done?)
}

fn lines<M>(macros: &[M], line: impl Fn(&M) -> String, out: &mut impl Write) -> io::Result<()> {
    for known in macros {
        writeln!(out, "{}", wrapped(&line(known), "  "))?;
    }
    Ok(())
}

fn ours(known: &Macro) -> String {
    let name = known.name.split(" .. ").map(|name| format!("`{{{name}}}`"));
    let name: Vec<String> = name.collect();
    let place = match known.in_offers {
        true => "",
        false => " Only in postbacks.",
    };
    format!(
        "- {}: {}. As in `{}`.{place}",
        name.join(" to "),
        known.from,
        known.example
    )
}

fn pasted(known: &Pasted) -> String {
    let Pasted {
        name,
        meaning,
        audience,
        confidence,
        ..
    } = known;
    let format = known.format.map(|format| format!(" ({format})")).unwrap_or_default();
    format!("- `{{{name}}}`: {meaning}{format}. For {audience}; {confidence}.")
}
