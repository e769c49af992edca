//! `simulate`: makes what a network sends.

mod clickbank;
mod postback;
mod send;

use crate::page::Page;
use crate::{Done, Refused};
use ::postback::value::SecretReference;
use ::postback::{Secret, Timestamp};
use clap::Subcommand;
use serde::Serialize;
use std::io::Write;
use url::Url;

/// Makes what ClickBank or another network sends, to try a set-up.
///
/// A server cannot tell a sale that is made here from a real one. The message is printed with a
/// line for `curl`, or sent with --to. It is sent only to this machine, unless --really is given.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

/// The help text of each stands at its arguments.
#[derive(Debug, Subcommand)]
enum What {
    Ins(clickbank::Ins),
    Form(clickbank::Form),
    Thankyou(clickbank::ThankYou),
    Postback(postback::Postback),
}

/// What is done with the message.
#[derive(Debug, clap::Args)]
struct Output {
    /// Prints only the body, or the URL if there is no body.
    #[arg(long, conflicts_with = "to")]
    body: bool,
    /// Sends the message to this URL and prints the response. It must be an `http` URL of this
    /// machine.
    #[arg(long, value_name = "URL")]
    to: Option<Url>,
    /// Sends the message to another machine too. The server there will count it.
    #[arg(long, requires = "to")]
    really: bool,
}

/// A request that a network makes.
struct Made {
    url: Url,
    /// The body, if the request is a POST.
    body: Option<String>,
}

/// The same as JSON.
#[derive(Serialize)]
struct Shown<'a> {
    method: &'static str,
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    curl: String,
}

pub(crate) fn run(arguments: &Arguments, out: &mut Page<impl Write>) -> Done {
    let (made, output) = match &arguments.what {
        What::Ins(arguments) => arguments.made()?,
        What::Form(arguments) => arguments.made()?,
        What::Thankyou(arguments) => arguments.made()?,
        What::Postback(arguments) => arguments.made()?,
    };
    if output.to.is_some() {
        return send::send(&made, output.really, out);
    }
    let shown = Shown {
        method: if made.body.is_some() { "POST" } else { "GET" },
        url: made.url.as_str(),
        body: made.body.as_deref(),
        curl: curl(&made),
    };
    out.show(&shown, |out| {
        writeln!(out, "{}", shown.body.unwrap_or(shown.url))?;
        match output.body {
            true => Ok(()),
            false => writeln!(out, "{}", shown.curl),
        }
    })?;
    Ok(())
}

/// Returns the command for a shell. URLs and messages that are made here contain no single quote
/// that is not encoded. Only a JSON text may contain one, where it can be escaped.
fn curl(made: &Made) -> String {
    let url = made.url.as_str().replace('\'', "%27");
    match &made.body {
        None => format!("curl -s '{url}'"),
        Some(body) => format!("curl -s --data-binary '{body}' '{url}'"),
    }
}

/// The address on which a server listens by default.
fn local(path: &str) -> Result<Url, Refused> {
    Url::parse("http://127.0.0.1:8080")
        .and_then(|server| server.join(path))
        .map_err(Refused::new)
}

/// Returns the secret that a flag names.
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
