//! `lint`: says what is wrong with a configuration, and what is probably not meant.

use crate::page::{Page, Tone};
use crate::{Done, Refused, batch, configuration};
use configuration::{Destinations, Inline};
use postback::delivery::address::AddressPolicy;
use postback::lint::{lint_allowing, vanished};
use postback::{Definition, Document, Tracker};
use serde::{Deserialize, Serialize};
use std::{io::Write, path::PathBuf};

/// Says what is wrong with a configuration, and what is probably not meant.
///
/// It prints every warning. For a configuration that cannot be used it prints every problem on
/// stderr, one on each line, and ends with exit code 2. With --batch each line is
/// `{"id","config"}`: the text of a TOML file, or the document as JSON.
#[derive(Debug, clap::Args)]
#[command(override_usage = "postback-inspect lint --config <FILE> [OPTIONS]\n       postback-inspect lint --batch")]
pub(crate) struct Arguments {
    /// The configuration: a `.toml` or a `.json` file.
    #[arg(long, value_name = "FILE", required_unless_present = "batch")]
    config: Option<PathBuf>,
    /// The configuration that is to be replaced: what it has and the new one has not is named, with
    /// what that means.
    #[arg(long, value_name = "FILE", conflicts_with = "batch")]
    before: Option<PathBuf>,
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

#[derive(Serialize)]
struct Linted {
    fingerprint: String,
    warnings: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments, out: &mut Page<impl Write>) -> Done {
    let policy = arguments.destinations.policy();
    if arguments.batch {
        return batch::run(out, |line: Line| {
            let (document, tracker) = line.config.read()?;
            Ok(Linted::new(&document, &tracker, &policy))
        });
    }
    let path = arguments.config.as_deref();
    let path = path.ok_or_else(|| Refused("`--config FILE` is missing".into()))?;
    let (document, tracker) = configuration::read(path)?;
    let mut linted = Linted::new(&document, &tracker, &policy);
    if let Some(before) = &arguments.before {
        let (before, _) = configuration::read(before)?;
        linted.warnings.extend(gone(&before, &document));
    }
    out.show(&linted, |out| {
        let mark = out.toned(Tone::Doubt, "warning:");
        for warning in &linted.warnings {
            writeln!(out, "{mark} {warning}")?;
        }
        let compiles = out.toned(Tone::Good, "compiles");
        writeln!(out, "`{}` {compiles}", path.display())
    })?;
    Ok(())
}

impl Linted {
    fn new(document: &Document, tracker: &Tracker, policy: &AddressPolicy) -> Self {
        Self {
            fingerprint: tracker.fingerprint().to_string(),
            warnings: warnings(document, tracker, policy),
        }
    }
}

/// Says what a configuration no longer has.
fn gone(before: &Document, now: &Document) -> Vec<String> {
    // Both compiled, so both can be read.
    let [before, now] = [before, now].map(|document| Definition::from_document(document).unwrap_or_default());
    vanished(&before, &now).iter().map(ToString::to_string).collect()
}

pub(crate) fn warnings(document: &Document, tracker: &Tracker, policy: &AddressPolicy) -> Vec<String> {
    // A configuration that compiled can be read too.
    let definition = Definition::from_document(document).unwrap_or_default();
    lint_allowing(&definition, tracker, policy)
        .iter()
        .map(ToString::to_string)
        .collect()
}
