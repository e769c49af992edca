//! ClickBank or any other network, as far as the guides need it: it keeps the URLs that were pasted
//! into it, and calls them.

use postback::compile::compile;
use postback::network::Meaning;
use postback::setup::{Setup, pasted_query};
use postback::tracker::Source;
use postback::{CompileOptions, Document, Tracker};
use std::collections::BTreeMap;

/// The URLs that were pasted, by the names of the events that they were pasted for.
#[derive(Debug, Default)]
pub struct Pasted(BTreeMap<String, String>);

impl Pasted {
    /// Keeps a line of a page, `NAME: URL`.
    pub fn keep(&mut self, line: &str) -> Result<(), String> {
        let (name, url) = line
            .split_once(": ")
            .ok_or_else(|| format!("`{line}` is not `NAME: URL`"))?;
        self.0.insert(name.into(), url.into());
        Ok(())
    }

    /// Whether the URLs are those that the configuration asks for.
    pub fn check(&self, configuration: &str) -> Result<(), String> {
        let document = Document::from_toml(configuration).map_err(|problems| problems.to_string())?;
        let tracker = compile(&document, &CompileOptions::default()).map_err(|problems| problems.to_string())?;
        self.0.iter().try_for_each(|(name, url)| {
            let expected = expected(&tracker, name, url)?;
            match url.starts_with(&expected) {
                true => Ok(()),
                false => Err(format!(
                    "the page says\n{url}\nand the configuration asks for\n{expected}.."
                )),
            }
        })
    }

    /// Path and query of the URL of an event, with its macros filled: those that are not given stay
    /// empty. To a URL without macros ClickBank appends what it has to say, as it does to the pixel
    /// of the order form.
    pub fn filled(&self, name: &str, values: &str) -> Result<String, String> {
        let url = self
            .0
            .get(name)
            .ok_or_else(|| format!("no URL was pasted for `{name}`"))?;
        let values: BTreeMap<&str, &str> = values
            .split_whitespace()
            .map(|pair| {
                pair.split_once('=')
                    .ok_or_else(|| format!("`{pair}` is no value of a macro"))
            })
            .collect::<Result<_, _>>()?;
        let path = path(url)?;
        if !path.contains('{') {
            let appended = values.iter().map(|(name, value)| format!("&{name}={value}"));
            return Ok(path.to_owned() + &appended.collect::<String>());
        }
        let mut filled = String::new();
        let mut used = 0;
        let mut rest = path;
        while let Some((before, behind)) = rest.split_once('{') {
            let (name, behind) = behind.split_once('}').ok_or("a brace is left open")?;
            let value = values.get(name);
            used += usize::from(value.is_some());
            filled.extend([before, value.copied().unwrap_or_default()]);
            rest = behind;
        }
        filled.push_str(rest);
        if used != values.len() {
            return Err(format!(
                "`{url}` does not hold all of these macros: {:?}",
                values.keys()
            ));
        }
        Ok(filled)
    }

    /// Path and query of a URL without macros.
    pub fn target(&self, name: &str) -> Result<String, String> {
        self.filled(name, "")
    }
}

/// What a pasted URL must begin with; its type and its token follow.
fn expected(tracker: &Tracker, name: &str, url: &str) -> Result<String, String> {
    // Of two sources' URLs for one event, one has the account's role in front.
    let event = name
        .strip_prefix("vendor ")
        .or(name.strip_prefix("affiliate "))
        .unwrap_or(name);
    let mut segments = path(url)?.split(['/', '?']).skip(1);
    let (interface, source) = (segments.next(), segments.next());
    let source = tracker
        .source(source)
        .ok_or_else(|| format!("`{url}` names no source"))?;
    let expected = match interface {
        Some("ins") => Setup::new(tracker).ins_url(source).map(|url| format!("{url}?token=")),
        // The pixel of the order form is not filled by the network: it carries its type alone.
        Some("postback") if !url.contains("&token=") => {
            let page = Setup::new(tracker).postback_url(source);
            page.map(|url| format!("{}?type={event}", url.split('?').next().unwrap_or_default()))
        }
        Some("postback") => {
            let named = event.replace(' ', "%20");
            let kind = match asks_for_a_type(source) {
                true => String::new(),
                false => format!("&{}={named}", source.parameter_name(Meaning::Type).unwrap_or("type")),
            };
            let page = Setup::new(tracker).postback_url(source);
            page.map(|url| format!("{url}{kind}&token="))
        }
        _ => None,
    };
    expected.ok_or_else(|| format!("`{url}` leads nowhere"))
}

/// Whether a macro of the network names the event, so that one URL is enough.
fn asks_for_a_type(source: &Source) -> bool {
    let query = pasted_query(source);
    let mut names = query.split('&').filter_map(|pair| pair.split('=').next());
    names.any(|name| source.parameter_meaning(name) == Some(Meaning::Type))
}

fn path(url: &str) -> Result<&str, String> {
    let (_, rest) = url.split_once("://").ok_or_else(|| format!("`{url}` is no URL"))?;
    rest.find('/')
        .and_then(|at| rest.get(at..))
        .ok_or_else(|| format!("`{url}` has no path"))
}
