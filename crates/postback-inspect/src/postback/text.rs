//! Prints what was read from a postback, for a person: one fact on each line.

use super::read::{Made, Read, Token};
use crate::page::{Page, Tone};
use std::{
    fmt::Display,
    io::{self, Write},
};

pub(super) fn print(read: &Read, out: &mut Page<impl Write>) -> io::Result<()> {
    let mut lines = Lines { out };
    lines.optional("pasted", read.pasted.as_ref())?;
    lines.line("source", &read.source)?;
    lines.line("token", token(&read.token))?;
    if !read.allow_ips.is_empty() {
        lines.line(
            "address",
            format_args!("asked for, and not seen here: {}", read.allow_ips.join(", ")),
        )?;
    }
    lines.line("type", type_line(read))?;
    if let Some(kind) = &read.kind {
        lines.line(
            "kind",
            if read.test {
                format!("{kind}, a test")
            } else {
                kind.clone()
            },
        )?;
    }
    lines.line("status", status_line(read))?;
    lines.line("sum", or_none(read.sum.as_ref()))?;
    if read.clicks.is_empty() {
        lines.line("click id", "none")?;
    }
    for candidate in &read.clicks {
        lines.line("click id", format_args!("{}, {}", candidate.id, made(candidate.is)))?;
    }
    lines.line("event id", or_none(read.event_id.as_ref()))?;
    lines.line("receipt", or_none(read.receipt.as_ref()))?;
    lines.optional("parent", read.parent.as_ref())?;
    lines.optional("order id", read.order_id.as_ref())?;
    lines.optional("time", read.at.as_ref())?;
    match &read.identity {
        Some(id) => lines.line(
            "identity",
            format_args!("{id}: whatever comes with it again is a duplicate"),
        )?,
        None => lines.line("identity", "none: each arrival is an event of its own")?,
    }
    for (name, value) in &read.parameters {
        lines.line("parameter", format_args!("{name}={}", value.escape_debug()))?;
    }
    for name in &read.personal {
        lines.line("parameter", format_args!("{name}, personal and not shown"))?;
    }
    for name in &read.ignored {
        lines.line("ignored", name.escape_debug())?;
    }
    for name in &read.unfilled {
        lines.line(
            "unfilled",
            format_args!("{}: taken for a missing value", name.escape_debug()),
        )?;
    }
    for warning in &read.warnings {
        lines.line("warning", warning)?;
    }
    Ok(())
}

struct Lines<'a, W> {
    out: &'a mut Page<W>,
}

impl<W: Write> Lines<'_, W> {
    fn line(&mut self, name: &str, value: impl Display) -> io::Result<()> {
        let tone = if name == "warning" { Tone::Doubt } else { Tone::Name };
        let name = self.out.toned(tone, &format!("{name:<10}"));
        let value = value.to_string();
        // A forged click id and a wrong token are highlighted, since a person looks for these.
        let value = match value.starts_with("wrong") || value.contains("FORGED") {
            true => self.out.toned(Tone::Bad, &value),
            false => value,
        };
        writeln!(self.out, "{name} {value}")
    }

    fn optional(&mut self, name: &str, value: Option<&impl Display>) -> io::Result<()> {
        value.map_or(Ok(()), |value| self.line(name, value))
    }
}

fn or_none(value: Option<&impl ToString>) -> String {
    value.map_or_else(|| "none".into(), ToString::to_string)
}

fn type_line(read: &Read) -> String {
    let name = or_none(read.type_name.as_ref());
    let word = match (&read.type_word, &read.type_name) {
        (None, Some(_)) => ", the default, since it names none".into(),
        (Some(word), name) if name.as_ref().is_none_or(|name| name.as_str() != word) => format!(", from `{word}`"),
        _ => String::new(),
    };
    let counts = match (read.counts, &read.type_name) {
        (Some(counts), _) => format!(", counts as {counts}"),
        (None, Some(_)) => ", not configured".into(),
        (None, None) => String::new(),
    };
    format!("{name}{counts}{word}")
}

fn status_line(read: &Read) -> String {
    match (read.status, &read.status_word) {
        (None, _) => "none".into(),
        (Some(status), Some(word)) if status != word => format!("{status}, from `{word}`"),
        (Some(status), Some(_)) => status.into(),
        (Some(status), None) => format!("{status}, since it names none (an offer may have another default)"),
    }
}

fn made(made: Made) -> &'static str {
    match made {
        Made::Ours => "made and signed here",
        Made::Unchecked => "in the form of ours, without a key to check it",
        Made::Forged => "FORGED: in the form of ours, and signed by none of the keys",
        Made::Foreign => "another tracker's, taken as it is",
    }
}

fn token(token: &Token) -> &'static str {
    match token {
        Token::NotAsked => "not asked for: the source has none",
        Token::Open => "not asked for: this type is open to anyone",
        Token::Right => "right",
        Token::Wrong => "wrong",
        Token::Missing => "missing",
        Token::Unchecked => "there, and cannot be compared: a token of the source is not set here",
    }
}
