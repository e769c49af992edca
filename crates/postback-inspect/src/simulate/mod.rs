//! `simulate`: what a network sends, made here.

mod clickbank;
mod postback;
mod send;

use crate::{Done, Refused};
use ::postback::value::SecretReference;
use ::postback::{Secret, Timestamp};
use clap::Subcommand;
use std::io::Write;
use url::Url;

/// Makes what ClickBank or another network sends, to try a set-up with.
///
/// A sale that is made here looks like a real one to whatever takes it. It is printed with a line
/// for `curl`, or sent with --to: to this machine alone unless --really says otherwise.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

/// Each one's text is at its arguments.
#[derive(Debug, Subcommand)]
enum What {
    Ins(clickbank::Ins),
    Form(clickbank::Form),
    Thankyou(clickbank::ThankYou),
    Postback(postback::Postback),
}

/// What becomes of what was made.
#[derive(Debug, clap::Args)]
struct Output {
    /// Prints the body alone; of what has no body, the URL.
    #[arg(long, conflicts_with = "to")]
    body: bool,
    /// Sends it there and prints what is answered. `http` alone, and this machine alone.
    #[arg(long, value_name = "URL")]
    to: Option<Url>,
    /// Sends it to another machine too. What takes it counts it.
    #[arg(long, requires = "to")]
    really: bool,
}

/// A request that a network makes.
struct Made {
    url: Url,
    /// Posted, if there is one.
    body: Option<String>,
}

pub(crate) fn run(arguments: &Arguments, out: &mut impl Write) -> Done {
    let (made, output) = match &arguments.what {
        What::Ins(arguments) => arguments.made()?,
        What::Form(arguments) => arguments.made()?,
        What::Thankyou(arguments) => arguments.made()?,
        What::Postback(arguments) => arguments.made()?,
    };
    if output.to.is_some() {
        return send::send(&made, output.really, out);
    }
    let shown = made.body.as_deref().unwrap_or(made.url.as_str());
    writeln!(out, "{shown}")?;
    if !output.body {
        writeln!(out, "{}", curl(&made))?;
    }
    Ok(())
}

/// The line for a shell. Neither URLs nor what is made here hold a single quote that is not
/// encoded, but for a JSON text, where it may be escaped as well.
fn curl(made: &Made) -> String {
    let url = made.url.as_str().replace('\'', "%27");
    match &made.body {
        None => format!("curl -s '{url}'"),
        Some(body) => format!("curl -s --data-binary '{body}' '{url}'"),
    }
}

/// Where a server listens when nothing else is said.
fn local(path: &str) -> Result<Url, Refused> {
    Url::parse("http://127.0.0.1:8080")
        .and_then(|server| server.join(path))
        .map_err(Refused::new)
}

/// The secret behind a flag.
fn secret(reference: &SecretReference) -> Result<Secret, Refused> {
    let secret = crate::secrets::of_reference(reference);
    secret.ok_or_else(|| {
        Refused(format!(
            "the secret `{reference}` is not set, or cannot be read, on this machine"
        ))
    })
}

fn at(time: Option<Timestamp>) -> Result<Timestamp, Refused> {
    time.map_or_else(crate::postback::now, Ok)
}
