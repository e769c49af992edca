//! `hoplink`: says which of ClickBank's links a URL is and what comes back from it, and makes
//! tracking links.

use crate::{Done, Refused, batch, page::Page};
use postback::clickbank::hoplink::{Link, TRACKING_PARAMETERS};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    io::{self, Write},
};

/// Says which of ClickBank's links a URL is, and makes tracking links from it.
///
/// It prints the form of the link, the parameters that bring a click id back with the interface
/// that brings it, the other parameters and whether they come back, and what is wrong with the
/// link. With --tid, --vtid or --set it prints only the link with these parameters. With --batch
/// each line is `{"id","url"}`; with `"set":{"tid":".."}` it makes a link.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The link: a hoplink, a pay link, or the page to which they lead. It may contain macros, as
    /// the URL of an offer does.
    #[arg(required_unless_present = "batch")]
    url: Option<String>,
    /// The affiliate's tracking code to add, or a macro in braces: `{clickid}`.
    #[arg(long, value_name = "CODE")]
    tid: Option<String>,
    /// The seller's tracking code to add, or a macro in braces: `{clickid}`.
    #[arg(long, value_name = "CODE")]
    vtid: Option<String>,
    /// Another tracking parameter to add, as in `aff_sub1=summer`. May be repeated.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// Reads lines of JSON from stdin and answers each.
    #[arg(long, conflicts_with_all = ["url", "tid", "vtid", "set"])]
    batch: bool,
}

#[derive(Deserialize)]
struct Line {
    url: String,
    #[serde(default)]
    set: BTreeMap<String, String>,
}

/// What a link is. If a link was made, it is included.
#[derive(Serialize)]
struct Said {
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    form: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    affiliate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor: Option<String>,
    /// The parameter that brings a click id back.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    parameters: Vec<(String, String)>,
    /// A parameter with a click id, and the interface by which it comes back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    click_ids: Vec<ClickId>,
    /// A parameter that ClickBank does not send back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lost: Vec<Lost>,
    doubts: Vec<String>,
}

#[derive(Serialize)]
struct ClickId {
    parameter: String,
    value: String,
    comes_back: String,
}

#[derive(Serialize)]
struct Lost {
    parameter: String,
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    meant: Option<&'static str>,
}

pub(crate) fn run(arguments: &Arguments, out: &mut Page<impl Write>) -> Done {
    if arguments.batch {
        return batch::run(out, |line: Line| {
            let link = Link::parse(&line.url).map_err(|error| error.to_string())?;
            let made = with_all(
                &link,
                line.set.iter().map(|(name, value)| (name.as_str(), value.as_str())),
            )?;
            Ok(match line.set.is_empty() {
                true => said(&made),
                false => with_url(&made),
            })
        });
    }
    let link = Link::parse(arguments.url.as_deref().unwrap_or_default()).map_err(Refused::new)?;
    let codes = [("tid", &arguments.tid), ("vtid", &arguments.vtid)].into_iter();
    let codes = codes.filter_map(|(name, value)| Some((name, value.as_deref()?)));
    let set: Vec<(&str, &str)> = codes
        .chain(arguments.set.iter().map(|(name, value)| (&**name, &**value)))
        .collect();
    if set.is_empty() {
        let said = said(&link);
        return Ok(out.show(&said, |out| print(&link, &said, out))?);
    }
    let made = with_all(&link, set.into_iter()).map_err(Refused)?;
    Ok(out.show(&with_url(&made), |out| writeln!(out, "{}", made.as_str()))?)
}

/// Describes a link that was made, with its URL.
fn with_url(made: &Link) -> Said {
    let url = Some(made.as_str().to_owned());
    Said { url, ..said(made) }
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
        click_ids: click_ids(link),
        lost: lost(link),
        doubts: link.doubts().iter().map(ToString::to_string).collect(),
    }
}

fn click_ids(link: &Link) -> Vec<ClickId> {
    let told = |(name, value): (&str, &str)| {
        Some(ClickId {
            parameter: name.to_owned(),
            value: value.to_owned(),
            comes_back: link.given_back(name)?.to_string(),
        })
    };
    link.click_ids().filter_map(told).collect()
}

/// Returns the parameters of a link of ClickBank's that it does not send back.
fn lost(link: &Link) -> Vec<Lost> {
    /// Parameters that choose accounts, products and pages.
    const STRUCTURE: &[&str] = &["affiliate", "vendor", "pid", "cbpage"];
    let reads = link.form().tracking_parameter().is_some();
    let known = |name: &str| TRACKING_PARAMETERS.iter().any(|(known, _)| *known == name);
    let unknown = link
        .parameters()
        .filter(|(name, _)| reads && !known(name) && !STRUCTURE.contains(name) && link.given_back(name).is_none());
    let lost = unknown.map(|(name, value)| Lost {
        parameter: name.to_owned(),
        value: value.to_owned(),
        meant: link.meant(name),
    });
    lost.collect()
}

/// The width of the names on a page.
const NAME: usize = 11;

fn print(link: &Link, said: &Said, out: &mut Page<impl Write>) -> io::Result<()> {
    out.named(NAME, &format!("form       {}", link.form()))?;
    for held in &said.click_ids {
        out.named(NAME, &format!("click id   {}={}", held.parameter, held.value))?;
        out.named(NAME, &format!("comes back {}", held.comes_back))?;
    }
    match said.code.as_deref().filter(|_| said.click_ids.is_empty()) {
        Some(code) => out.named(
            NAME,
            &format!("click id   none; `{code}={{clickid}}` would bring it back"),
        )?,
        None if said.click_ids.is_empty() => out.named(NAME, "click id   none can come back")?,
        None => {}
    }
    let is_told = |name: &str| said.click_ids.iter().any(|held| held.parameter == name);
    for (name, value) in said.parameters.iter().filter(|(name, _)| !is_told(name)) {
        out.named(NAME, &format!("parameter  {name}={value}"))?;
    }
    for lost in &said.lost {
        let meant = lost.meant.map(|near| format!("; did you mean `{near}`?"));
        out.named(
            NAME,
            &format!(
                "parameter  {}={} (ClickBank does not give this back{})",
                lost.parameter,
                lost.value,
                meant.unwrap_or_default()
            ),
        )?;
    }
    if link.form().is_other() {
        out.named(NAME, "warning    it does not look like a link of ClickBank's")?;
    }
    for doubt in &said.doubts {
        out.named(NAME, &format!("warning    {doubt}"))?;
    }
    Ok(())
}
