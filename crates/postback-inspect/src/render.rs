//! `render`: fills a template with values.

use crate::{Done, Refused, batch, page::Page};
use postback::outbound::{HoledText, Part};
use postback::scope::{Field, Value};
use postback::template::{BodyTemplate, UrlTemplate};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
};

/// Fills the macros of a template.
///
/// The values are a JSON object of texts by macro name. An amount without a rate into the channel's
/// currency is `null`. The text goes to stdout. Stderr lists the macros that have no value, and
/// those that are filled only when the request is sent. With --batch each line is
/// `{"id","template","values"}` with an optional `kind` (`url`, `offer`, or a body's content type)
/// and an optional `fill`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The text of the template.
    #[arg(long, required_unless_present = "batch")]
    template: Option<String>,
    /// The values of the macros.
    #[arg(long, value_name = "JSON", default_value = "{}")]
    values: String,
    /// The kind of the template: `url` (of a postback), `offer` (the URL of an offer), or the
    /// content type of a body.
    #[arg(long, default_value = "url")]
    kind: String,
    /// The values for the blanks of a URL: a JSON object, as in a campaign's `values`.
    #[arg(long, value_name = "JSON", default_value = "{}")]
    fill: String,
    /// Reads lines of JSON from stdin and answers each.
    #[arg(long, conflicts_with_all = ["template", "values", "kind", "fill"])]
    batch: bool,
}

#[derive(Deserialize)]
struct Template {
    template: String,
    #[serde(default)]
    values: BTreeMap<String, Option<String>>,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    fill: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Rendered {
    text: String,
    /// The macros whose field has no value.
    empty: Vec<String>,
    /// The macros that are filled when the request is sent.
    later: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments, out: &mut Page<impl Write>) -> Done {
    if arguments.batch {
        return batch::run(out, |line: Template| render(&line));
    }
    let template = Template {
        template: arguments.template.clone().unwrap_or_default(),
        values: object("--values", &arguments.values)?,
        kind: Some(arguments.kind.clone()),
        fill: object("--fill", &arguments.fill)?,
    };
    let rendered = render(&template).map_err(Refused)?;
    out.show(&rendered, |out| {
        writeln!(out, "{}", rendered.text)?;
        let mut notes = io::stderr().lock();
        for name in &rendered.empty {
            writeln!(notes, "`{name}` has no value and is empty")?;
        }
        for name in &rendered.later {
            writeln!(notes, "`{name}` is filled in when the request is sent")?;
        }
        Ok(())
    })?;
    Ok(())
}

fn object<V: for<'a> Deserialize<'a>>(flag: &str, text: &str) -> Result<BTreeMap<String, V>, Refused> {
    serde_json::from_str(text).map_err(|error| Refused(format!("`{flag}` is no JSON object of texts: {error}")))
}

fn render(asked: &Template) -> Result<Rendered, String> {
    let mut values = BTreeMap::new();
    for (name, value) in &asked.values {
        let field = Field::from_name(name).ok_or_else(|| format!("`{name}` in the values is no macro's name"))?;
        values.insert(field, value.as_deref());
    }
    let value = |field: &Field| match (field, values.get(field)) {
        (_, Some(Some(text))) if !text.is_empty() => Value::Text((*text).into()),
        (_, Some(None)) => Value::NoRate,
        (Field::Private(name), _) => Value::Private(name),
        _ => Value::Empty,
    };
    let (text, fields): (_, Vec<Field>) = match asked.kind.as_deref().unwrap_or("url") {
        kind @ ("url" | "offer") => {
            let template = match kind {
                "url" => UrlTemplate::parse_with(&asked.template, &asked.fill),
                _ => UrlTemplate::parse_offer(&asked.template),
            };
            let template = template.map_err(|error| error.to_string())?;
            (template.render_with(value), template.fields().cloned().collect())
        }
        content_type => {
            let template = BodyTemplate::parse(&asked.template, content_type).map_err(|error| error.to_string())?;
            (template.render_with(value), template.fields().cloned().collect())
        }
    };
    let text = text.map_err(|error| error.to_string())?;
    let names: BTreeMap<Field, &str> = Field::names()
        .filter_map(|name| Some((Field::from_name(name)?, name)))
        .collect();
    let name = |field: &Field| match field {
        Field::Sub(number) => format!("{{sub{number}}}"),
        Field::ConversionSub(number) => format!("{{p_sub{number}}}"),
        other => format!("{{{}}}", names.get(other).copied().unwrap_or_default()),
    };
    let empty: BTreeSet<String> = fields
        .iter()
        .filter(|field| value(field) == Value::Empty)
        .map(name)
        .collect();
    // A text with one hole is shown as the name of the hole.
    let holes = text.0.iter().filter(|part| matches!(part, Part::Hole(_)));
    let later: BTreeSet<String> = holes.map(|hole| HoledText(vec![hole.clone()]).to_string()).collect();
    Ok(Rendered {
        text: text.to_string(),
        empty: empty.into_iter().collect(),
        later: later.into_iter().collect(),
    })
}
