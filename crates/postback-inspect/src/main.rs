//! The tool for an integration that does not work. It opens notifications, reads postbacks,
//! explains decisions, prints what to paste where, and makes the messages that networks send, all
//! with the library's public functions. `postback-inspect help` lists its verbs.
//!
//! Results go to stdout with exit code 0. A refusal ends with exit code 2 and one plain line on
//! stderr; a configuration with problems has a line for each. With `--batch` a verb answers lines
//! of JSON ([`batch`]); with `--json` it prints its result as JSON ([`page`]).

mod batch;
mod configuration;
mod conversion_api;
mod copied;
mod destination;
mod explain;
mod form;
mod hoplink;
mod ins;
mod keys;
mod lint;
mod page;
mod postback;
mod posted;
mod progress;
mod reference;
mod render;
mod secrets;
mod setup;
mod simulate;
mod stray;
mod thankyou;
mod verdict;
mod words;

use anstream::{AutoStream, ColorChoice};
use clap::{Parser, Subcommand};
use page::Page;
use std::{
    fmt::Display,
    io::{self, Write},
    process::ExitCode,
};

/// Opens notifications, reads postbacks, explains decisions and prints what to paste where.
///
/// With --batch a verb reads lines of JSON on stdin and answers each with one line, `{"id","ok"}`
/// or `{"id","refused"}`, in their order. The exit code is 0 if all lines were answered.
#[derive(Debug, Parser)]
#[command(name = "postback-inspect", version)]
struct Arguments {
    /// Prints the result as one line of JSON: what --batch puts under `ok`.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    verb: Verb,
}

/// The help text of each verb stands at its arguments.
#[derive(Debug, Subcommand)]
enum Verb {
    Ins(ins::Arguments),
    Form(form::Arguments),
    Thankyou(thankyou::Arguments),
    Postback(postback::Arguments),
    #[command(visible_alias = "check")]
    Lint(lint::Arguments),
    Setup(setup::Arguments),
    Explain(explain::Arguments),
    ConversionApi(conversion_api::Arguments),
    Render(render::Arguments),
    Destination(destination::Arguments),
    Hoplink(hoplink::Arguments),
    Simulate(Box<simulate::Arguments>),
    Keys(reference::keys::Arguments),
    Macros(reference::macros::Arguments),
}

/// A text for stderr.
#[derive(Debug)]
struct Refused(String);

impl Refused {
    fn new(text: impl Display) -> Self {
        Self(text.to_string())
    }
}

/// How a verb ends. What it printed is on stdout.
type Done = Result<(), Stop>;

#[derive(Debug)]
enum Stop {
    Refused(Refused),
    Io(io::Error),
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn main() -> ExitCode {
    let Arguments { json, verb } = Arguments::parse();
    let colour = AutoStream::choice(&io::stdout()) != ColorChoice::Never;
    let out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut out = Page::new(out, json, colour);
    let done = match verb {
        Verb::Ins(arguments) => ins::run(&arguments, &mut out),
        Verb::Form(arguments) => form::run(&arguments, &mut out),
        Verb::Thankyou(arguments) => thankyou::run(&arguments, &mut out),
        Verb::Postback(arguments) => postback::run(&arguments, &mut out),
        Verb::Lint(arguments) => lint::run(&arguments, &mut out),
        Verb::Setup(arguments) => setup::run(&arguments, &mut out),
        Verb::Explain(arguments) => explain::run(&arguments, &mut out),
        Verb::ConversionApi(arguments) => conversion_api::run(&arguments, &mut out),
        Verb::Render(arguments) => render::run(&arguments, &mut out),
        Verb::Destination(arguments) => destination::run(&arguments, &mut out),
        Verb::Hoplink(arguments) => hoplink::run(&arguments, &mut out),
        Verb::Simulate(arguments) => simulate::run(&arguments, &mut out),
        Verb::Keys(arguments) => reference::keys::run(&arguments, &mut out),
        Verb::Macros(arguments) => reference::macros::run(&arguments, &mut out),
    };
    let text = match done.and_then(|()| Ok(out.flush()?)) {
        Ok(()) => return ExitCode::SUCCESS,
        // The reader, as in `inspect .. | head`, has seen enough.
        Err(Stop::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
        Err(Stop::Io(error)) => format!("stdin or stdout failed: {}", error.kind()),
        Err(Stop::Refused(Refused(text))) => {
            // What was found before is printed first.
            drop(out.flush());
            text
        }
    };
    // Nothing can be done about a closed stderr.
    drop(writeln!(io::stderr(), "{text}"));
    ExitCode::from(2)
}
