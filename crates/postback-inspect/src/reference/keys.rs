//! `keys`: the keys of the configuration.

use super::wrap::wrapped;
use crate::{Done, Refused, page::Page};
use postback::reference::{Key, Table, schema, tables};
use std::io::{self, Write};

/// The name of the document itself, which has no path.
const DOCUMENT: &str = "document";

/// Prints every key of the configuration: its type, what holds without it, what it does and an
/// example.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A table and those below it, as in `campaign.postback`; a key of one, as in
    /// `campaign.postback.when`; or `document` for the keys that stand before every table. All of
    /// them if nothing is said.
    table: Option<String>,
    /// Prints the JSON Schema of the whole document, for editors.
    #[arg(long, conflicts_with = "table")]
    schema: bool,
}

pub(crate) fn run(arguments: &Arguments, out: &mut Page<impl Write>) -> Done {
    if arguments.schema {
        return Ok(out.write_all(schema().as_bytes())?);
    }
    let asked = match &arguments.table {
        Some(name) => named(name)?,
        None => tables(),
    };
    Ok(out.show(&asked, |out| {
        for (place, table) in asked.iter().enumerate() {
            if place > 0 {
                writeln!(out)?;
            }
            page(table, out)?;
        }
        Ok(())
    })?)
}

/// The tables of a name, or the one with the key of that name alone.
fn named(name: &str) -> Result<Vec<Table>, Refused> {
    if name == DOCUMENT {
        return Ok(tables().into_iter().take(1).collect());
    }
    let is_below = |table: &Table| {
        let rest = table.path.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let found: Vec<Table> = tables().into_iter().filter(is_below).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let (path, key) = name.rsplit_once('.').unwrap_or(("", name));
    let mut table = tables().into_iter().find(|table| table.path == path);
    if let Some(table) = &mut table {
        table.keys.retain(|known| known.name == key);
    }
    match table.filter(|table| !table.keys.is_empty()) {
        Some(table) => Ok(vec![table]),
        None => Err(unknown(name)),
    }
}

/// What to say of a name that nothing has: where a key of that name stands, or which tables there
/// are.
fn unknown(name: &str) -> Refused {
    let last = name.rsplit('.').next().unwrap_or(name);
    let tables = tables();
    let has = |table: &&Table| table.keys.iter().any(|key| key.name == last);
    let places: Vec<String> = tables
        .iter()
        .filter(has)
        .map(|table| match table.path.as_str() {
            "" => format!("`{last}`"),
            path => format!("`{path}.{last}`"),
        })
        .collect();
    let name = name.escape_debug();
    if places.is_empty() {
        let known: Vec<&str> = tables.iter().map(|table| table.path.as_str()).skip(1).collect();
        Refused(format!(
            "there is no table or key `{name}`; there are the tables {DOCUMENT}, {}",
            known.join(", ")
        ))
    } else {
        Refused(format!(
            "there is no table or key `{name}`; there is {}",
            places.join(", ")
        ))
    }
}

fn page(table: &Table, out: &mut impl Write) -> io::Result<()> {
    let heading = match table.heading.as_str() {
        "" => "The document".into(),
        heading => format!("`{heading}`"),
    };
    writeln!(out, "## {heading}\n\n{}", wrapped(table.what, ""))?;
    for key in &table.keys {
        entry(key, out)?;
    }
    Ok(())
}

fn entry(key: &Key, out: &mut impl Write) -> io::Result<()> {
    let Key {
        name,
        kind,
        does,
        example,
        ..
    } = key;
    let usual = match (&key.usual, key.needed) {
        (_, true) => "It must be there.".into(),
        (Some(usual), false) => format!("By default: {usual}."),
        (None, false) => "By default: none.".into(),
    };
    let mut letters = kind.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    let kind = first.unwrap_or_default() + letters.as_str();
    writeln!(out, "\n### `{name}`")?;
    writeln!(out, "{}", wrapped(&format!("{kind}. {usual}"), ""))?;
    writeln!(out, "{}", wrapped(does, ""))?;
    writeln!(out, "\n    {name} = {example}")
}
