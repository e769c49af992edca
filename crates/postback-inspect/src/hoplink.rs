//! `hoplink`: which of ClickBank's links a URL is, what it gives back, and tracking links made of
//! it.

use crate::{Done, Refused, batch};
use postback::clickbank::hoplink::{Link, TRACKING_PARAMETERS};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    io::{self, Write},
};

/// Says which of ClickBank's links a URL is, and makes tracking links of it.
///
/// Prints the form, the parameter that gives a click id back, the tracking parameters that stand
/// there, and what is wrong with it. With --tid, --vtid or --set it prints the link with them and
/// nothing else. With --batch each line is `{"id","url"}`, and `"set":{"tid":".."}` makes a link.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The link: a hoplink, a pay link, or what they lead to. Macros may stand in it, as in the URL
    /// of an offer.
    #[arg(required_unless_present = "batch")]
    url: Option<String>,
    /// The affiliate's tracking code to put in, or a macro in braces: `{clickid}`.
    #[arg(long, value_name = "CODE")]
    tid: Option<String>,
    /// The seller's tracking code to put in, or a macro in braces: `{clickid}`.
    #[arg(long, value_name = "CODE")]
    vtid: Option<String>,
    /// Any tracking parameter to put in, as in `aff_sub1=summer`. May be repeated.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// Answers lines of JSON.
    #[arg(long, conflicts_with_all = ["url", "tid", "vtid", "set"])]
    batch: bool,
}

#[derive(Deserialize)]
struct Line {
    url: String,
    #[serde(default)]
    set: BTreeMap<String, String>,
}

/// What a link is; of one that was made, the link.
#[derive(Serialize)]
struct Said {
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    form: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    affiliate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor: Option<String>,
    /// The parameter that gives a click id back.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    parameters: Vec<(String, String)>,
    doubts: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments, out: &mut impl Write) -> Done {
    if arguments.batch {
        return batch::run(out, |line: Line| {
            let link = Link::parse(&line.url).map_err(|error| error.to_string())?;
            let made = with_all(
                &link,
                line.set.iter().map(|(name, value)| (name.as_str(), value.as_str())),
            )?;
            let url = (!line.set.is_empty()).then(|| made.as_str().to_owned());
            Ok(Said { url, ..said(&made) })
        });
    }
    let link = Link::parse(arguments.url.as_deref().unwrap_or_default()).map_err(Refused::new)?;
    let codes = [("tid", &arguments.tid), ("vtid", &arguments.vtid)].into_iter();
    let codes = codes.filter_map(|(name, value)| Some((name, value.as_deref()?)));
    let set: Vec<(&str, &str)> = codes
        .chain(arguments.set.iter().map(|(name, value)| (&**name, &**value)))
        .collect();
    if set.is_empty() {
        return Ok(print(&link, &said(&link), out)?);
    }
    writeln!(out, "{}", with_all(&link, set.into_iter()).map_err(Refused)?.as_str())?;
    Ok(())
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("it is no pair, as in `aff_sub1=summer`")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn with_all<'a>(link: &Link, set: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Link, String> {
    set.into_iter().try_fold(link.clone(), |link, (name, value)| {
        let within = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let made = match within {
            Some(filled) => link.with_macro(name, filled),
            None => link.with(name, value),
        };
        made.map_err(|error| error.to_string())
    })
}

fn said(link: &Link) -> Said {
    let form = link.form();
    let tracking = link
        .parameters()
        .filter(|(name, _)| TRACKING_PARAMETERS.iter().any(|(known, _)| known == name));
    Said {
        url: None,
        form: form.name(),
        affiliate: form.affiliate().map(str::to_owned),
        vendor: form.vendor().map(str::to_owned),
        code: form.tracking_parameter().map(str::to_owned),
        parameters: tracking
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        doubts: link.doubts().iter().map(ToString::to_string).collect(),
    }
}

fn print(link: &Link, said: &Said, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "form       {}", link.form())?;
    let code = said.code.as_deref();
    let held = code.and_then(|code| link.value(code));
    match (code, held) {
        (Some(code), Some(held)) => writeln!(out, "click id   {code}={held}")?,
        (Some(code), None) => writeln!(out, "click id   none; `{code}={{clickid}}` would bring it back")?,
        (None, _) => writeln!(out, "click id   none can come back")?,
    }
    for (name, value) in said.parameters.iter().filter(|(name, _)| Some(name.as_str()) != code) {
        writeln!(out, "parameter  {name}={value}")?;
    }
    if link.form().is_other() {
        writeln!(out, "warning    it is no link of ClickBank's, as far as it shows")?;
    }
    for doubt in &said.doubts {
        writeln!(out, "warning    {doubt}")?;
    }
    Ok(())
}
