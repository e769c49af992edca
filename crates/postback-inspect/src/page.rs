//! Writes a verb's result to stdout: as JSON with `--json`, otherwise as a page for a person, with
//! colour on a terminal that supports it.

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use std::io::{self, Write};

/// The output of a verb.
pub(crate) struct Page<W> {
    out: W,
    json: bool,
    colour: bool,
}

/// The meaning of a word on a page, which decides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Heading,
    /// The name of the value behind it.
    Name,
    Good,
    Doubt,
    Bad,
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Self::Heading => Style::new().bold(),
            Self::Name => AnsiColor::Cyan.on_default(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Doubt => AnsiColor::Yellow.on_default(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
        }
    }
}

impl<W: Write> Page<W> {
    pub(crate) fn new(out: W, json: bool, colour: bool) -> Self {
        Self { out, json, colour }
    }

    /// Writes the result: as JSON, or by writing the page.
    pub(crate) fn show<T: Serialize>(
        &mut self,
        found: &T,
        page: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        if !self.json {
            return page(self);
        }
        serde_json::to_writer(&mut self.out, found)?;
        self.out.write_all(b"\n")
    }

    /// Returns a text with its colour.
    pub(crate) fn toned(&self, tone: Tone, text: &str) -> String {
        let style = tone.style();
        match self.colour && !text.is_empty() {
            true => format!("{style}{text}{style:#}"),
            false => text.to_owned(),
        }
    }

    /// Writes a line that begins with a name of this many columns.
    pub(crate) fn named(&mut self, columns: usize, line: &str) -> io::Result<()> {
        let end = line.char_indices().nth(columns).map_or(line.len(), |(end, _)| end);
        let (name, rest) = line.split_at_checked(end).unwrap_or((line, ""));
        let tone = match name.trim() {
            // The line continues the one above, or counts what is left out.
            "" => return writeln!(self.out, "{line}"),
            said if !name.ends_with(' ') || said.starts_with("and ") => return writeln!(self.out, "{line}"),
            "warning" | "silent" => Tone::Doubt,
            "fires" => Tone::Good,
            _ => Tone::Name,
        };
        let name = self.toned(tone, name);
        writeln!(self.out, "{name}{rest}")
    }
}

impl<W: Write> Write for Page<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
