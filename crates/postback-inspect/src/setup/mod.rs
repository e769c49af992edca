//! `setup`: prints every URL and value to paste somewhere, in the order of the steps of a set-up.

mod campaign;
mod clickbank;
mod source;

use crate::page::{Page, Tone};
use crate::{Done, Refused, batch, configuration, lint::warnings, secrets};
use configuration::{Destinations, Inline};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use postback::clickbank::Settings;
use postback::definition::Protocol;
use postback::delivery::address::AddressPolicy;
use postback::model::AccountRole;
use postback::setup::pasted_query;
use postback::tracker::{Campaign, Source};
use postback::value::SecretReference;
use postback::{Document, Secret, Tracker};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
    path::PathBuf,
};

/// Prints every URL and value to paste somewhere, in the order of the steps.
///
/// It goes through the offer sources, then the offers, traffic channels and campaigns. With --batch
/// each line is `{"id","config"}`: the text of a TOML file, or the document as JSON.
#[derive(Debug, clap::Args)]
#[command(override_usage = "postback-inspect setup --config <FILE> [OPTIONS]\n       postback-inspect setup --batch")]
pub(crate) struct Arguments {
    /// The configuration: a `.toml` or a `.json` file.
    #[arg(long, value_name = "FILE", required_unless_present = "batch")]
    config: Option<PathBuf>,
    /// The tracking domain, as in `https://track.example.com`, instead of the domains in the
    /// configuration.
    #[arg(long, value_name = "URL", value_parser = base_url)]
    base_url: Option<String>,
    /// Prints the secrets, as far as this machine has the environment variables and files that the
    /// references name. Keep the output as secret as they are.
    // It is not for batches, since whoever writes the lines could choose the files that are
    // printed.
    #[arg(long, conflicts_with = "batch")]
    with_secrets: bool,
    #[command(flatten)]
    destinations: Destinations,
    /// Reads lines of JSON from stdin and answers each.
    #[arg(long, conflicts_with = "config")]
    batch: bool,
}

#[derive(Deserialize)]
struct Line {
    config: Inline,
}

pub(crate) fn run(arguments: &Arguments, out: &mut Page<impl Write>) -> Done {
    let policy = arguments.destinations.policy();
    let pages = |document: &Document, tracker: &Tracker| {
        let setup = Setup {
            tracker,
            base_url: arguments.base_url.as_deref(),
            with_secrets: arguments.with_secrets,
            policy: &policy,
        };
        setup.sections(document)
    };
    if arguments.batch {
        return batch::run(out, |line: Line| {
            let (document, tracker) = line.config.read()?;
            Ok(pages(&document, &tracker))
        });
    }
    let path = arguments.config.as_deref();
    let (document, tracker) = configuration::read(path.ok_or_else(|| Refused("`--config FILE` is missing".into()))?)?;
    let sections = pages(&document, &tracker);
    out.show(&sections, |out| {
        for (index, section) in sections.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            section.print(out)?;
        }
        Ok(())
    })?;
    Ok(())
}

fn base_url(text: &str) -> Result<String, String> {
    let wrong = || String::from("it is not the URL of a domain, as in `https://track.example.com`");
    let url = url::Url::parse(text).map_err(|_| wrong())?;
    match (url.scheme(), url.path(), url.query(), url.fragment()) {
        ("http" | "https", "/", None, None) => Ok(text.trim_end_matches('/').to_owned()),
        _ => Err(wrong()),
    }
}

/// Steps that belong together: for a source, an offer or a campaign.
#[derive(Debug, Serialize)]
struct Section {
    heading: String,
    steps: Vec<Step>,
}

/// One thing to do.
#[derive(Debug, Serialize)]
struct Step {
    say: String,
    /// The values to copy or to look at, with their names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    paste: Vec<(String, String)>,
}

impl Section {
    fn new(heading: impl Into<String>) -> Self {
        Self {
            heading: heading.into(),
            steps: Vec::new(),
        }
    }

    /// Adds a step.
    fn step(&mut self, say: impl Into<String>) -> &mut Step {
        self.steps.push(Step {
            say: say.into(),
            paste: Vec::new(),
        });
        // The step was added just now.
        let last = self.steps.len().saturating_sub(1);
        #[expect(clippy::indexing_slicing, reason = "the step was pushed just now")]
        &mut self.steps[last]
    }

    fn print(&self, out: &mut Page<impl Write>) -> io::Result<()> {
        let heading = out.toned(Tone::Heading, &format!("== {}", self.heading));
        writeln!(out, "{heading}")?;
        for (number, step) in (1..).zip(&self.steps) {
            writeln!(out, "{number:>2}. {}", step.say)?;
            let names = step.paste.iter().map(|(name, _)| name.chars().count());
            let width = names.max().unwrap_or_default();
            for (name, value) in &step.paste {
                let name = out.toned(Tone::Name, &format!("{name:<width$}"));
                match width {
                    0 => writeln!(out, "      {value}")?,
                    _ => writeln!(out, "      {name}  {value}")?,
                }
            }
        }
        Ok(())
    }
}

impl Step {
    /// Adds a value under a name, which may be empty.
    fn with(&mut self, name: impl Into<String>, value: impl Into<String>) -> &mut Self {
        self.paste.push((name.into(), value.into()));
        self
    }
}

struct Setup<'a> {
    tracker: &'a Tracker,
    base_url: Option<&'a str>,
    with_secrets: bool,
    policy: &'a AddressPolicy,
}

impl Setup<'_> {
    fn sections(&self, document: &Document) -> Vec<Section> {
        let mut sections = vec![self.before()];
        for source in self.tracker.sources() {
            if let Some(settings) = notified(source) {
                sections.push(self.notifications(source, settings));
            }
            if posts(source) {
                sections.push(self.postbacks(source));
            }
        }
        sections.push(self.offers());
        sections.extend(self.tracker.campaigns().map(|campaign| self.campaign(campaign)));
        sections.extend(blanks(&sections, self.tracker));
        let doubts = warnings(document, self.tracker, self.policy);
        if !doubts.is_empty() {
            let mut section = Section::new("Worth a look before you start");
            for doubt in doubts {
                section.step(doubt);
            }
            sections.push(section);
        }
        sections
    }

    /// Domains, secrets and conversion types, to which the later steps refer.
    fn before(&self) -> Section {
        let mut section = Section::new("Before you begin");
        let sources = self.tracker.sources().map(|source| self.source_base(source));
        let campaigns = self.tracker.campaigns().map(|campaign| self.campaign_base(campaign));
        let domains: BTreeSet<&str> = sources.chain(campaigns).collect();
        let notified = self.tracker.sources().any(notifies);
        let clickbank = match notified {
            true => "; ClickBank posts to the ports 443 and 80 only, and takes no self-signed certificate",
            false => "",
        };
        let step = section.step(format!(
            "Point your tracking domain at the tracker, with a valid certificate{clickbank}."
        ));
        for domain in domains {
            step.with("", domain);
        }
        let references = self.tracker.secret_references();
        if !references.is_empty() {
            let step = section.step("Set these secrets where the tracker runs; the configuration only names them.");
            for reference in references {
                step.with(reference.to_string(), self.secret(reference));
            }
        }
        let keys = self.tracker.click_id_references();
        if keys.is_empty() {
            section.step(
                "Click ids are not signed, so anyone can make one up. Name a key in `[click_id] keys`: a secret text of at least 32 characters. A sale of a click from before is recognised all the same.",
            );
        } else {
            section.step(format!(
                "Click ids are signed with `{}`. To change the key, name the new one before it, and leave this one until its last clicks have expired.",
                keys.first().map(ToString::to_string).unwrap_or_default()
            ));
        }
        let step = section.step("These are your conversion types. Send a name as it is; in another case it is matched where only one type has it.");
        for (name, counts) in self.tracker.conversion_types() {
            let default = if name == self.tracker.default_type() {
                ", the default"
            } else {
                ""
            };
            step.with(name.as_str(), format!("counts as {counts}{default}"));
        }
        section
    }

    /// Returns a secret that is to be printed. Other secrets are not even resolved.
    fn known(&self, reference: &SecretReference) -> Option<Secret> {
        self.with_secrets.then(|| secrets::of_reference(reference)).flatten()
    }

    /// Returns a secret if secrets are printed, otherwise a placeholder that names it.
    fn secret(&self, reference: &SecretReference) -> String {
        let value = self.known(reference);
        let value = value.and_then(|secret| secret.expose_str().map(str::to_owned));
        value.unwrap_or_else(|| format!("<value of {reference}>"))
    }

    /// Returns a secret, encoded as a value in a URL.
    fn secret_in_url(&self, reference: &SecretReference) -> String {
        let value = self.known(reference);
        let value = value.and_then(|secret| secret.expose_str().map(encoded));
        value.unwrap_or_else(|| format!("<value of {reference}>"))
    }

    fn source_base(&self, source: &Source) -> &str {
        let own = self.tracker.source_domain(source);
        self.base_url.or(own).unwrap_or("https://<your tracking domain>")
    }

    fn campaign_base(&self, campaign: &Campaign) -> &str {
        let own = self.tracker.campaign_domain(campaign);
        self.base_url.or(own).unwrap_or("https://<your tracking domain>")
    }
}

/// Whether a source is set up for notifications.
fn notifies(source: &Source) -> bool {
    notified(source).is_some()
}

/// Returns the account of a source that is set up for notifications.
fn notified(source: &Source) -> Option<&Settings> {
    let Protocol::ClickBank(settings) = source.protocol() else {
        return None;
    };
    let is_for_them = source.truth() == Some(postback::event::Interface::Ins);
    (is_for_them || !settings.secrets.is_empty()).then_some(settings)
}

/// Whether a source is set up for postbacks.
fn posts(source: &Source) -> bool {
    !notifies(source) || source.truth() == Some(postback::event::Interface::Postback)
}

/// Returns the name of the account on ClickBank's pages.
fn role(settings: &Settings) -> &'static str {
    match settings.account_role {
        Some(AccountRole::Vendor) => "Seller",
        Some(AccountRole::Affiliate) => "Affiliate",
        None => "Seller or Affiliate, as what you are in this account",
    }
}

/// Lists everything in angle brackets, each once, with its place. The macros of networks that write
/// theirs in such brackets are left out, since they are pasted as they are.
fn blanks(sections: &[Section], tracker: &Tracker) -> Option<Section> {
    let queries: Vec<String> = tracker.sources().map(pasted_query).collect();
    let macros: BTreeSet<&str> = queries.iter().flat_map(|query| bracketed(query)).collect();
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for section in sections {
        let values = section.steps.iter().flat_map(|step| &step.paste);
        for blank in values.flat_map(|(_, value)| bracketed(value)) {
            if macros.contains(blank) {
                continue;
            }
            let places = found.entry(blank).or_default();
            if places.last() != Some(&section.heading.as_str()) {
                places.push(&section.heading);
            }
        }
    }
    let mut section = Section::new("Still to fill in");
    let step = section.step("What stands in angle brackets above is yours to write:");
    for (blank, places) in &found {
        step.with(format!("<{blank}>"), places.join("; "));
    }
    (!found.is_empty()).then_some(section)
}

/// Everything in angle brackets.
fn bracketed(text: &str) -> impl Iterator<Item = &str> {
    let begun = text.split('<').skip(1);
    begun.filter_map(|rest| rest.split_once('>').map(|(inner, _)| inner))
}

/// Encodes a value for a URL's query, but leaves macros as they are.
fn encoded(text: &str) -> String {
    const KEPT: &percent_encoding::AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    utf8_percent_encode(text, KEPT).to_string()
}
