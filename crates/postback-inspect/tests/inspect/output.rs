//! How things are printed: as JSON where it is asked for, and with colour where a terminal shows
//! it.

use crate::support::{RULES, Ran, inspect_with, path, program};
use crate::{form, ins, thankyou};
use serde_json::Value;
use std::collections::BTreeSet;

const ESCAPE: char = '\u{1b}';
/// What stands for a terminal.
const COLOURED: (&str, &str) = ("CLICOLOR_FORCE", "1");

/// A verb at work, with the secret and the stdin that it needs.
struct Run {
    arguments: Vec<String>,
    secret: (&'static str, &'static str),
    input: String,
    /// Whether it prints a page; else it prints JSON at all times.
    page: bool,
}

impl Run {
    fn new(page: bool, arguments: &[&str]) -> Self {
        Self {
            arguments: arguments.iter().map(|word| (*word).to_owned()).collect(),
            secret: ("UNUSED", ""),
            input: String::new(),
            page,
        }
    }

    fn with(self, secret: (&'static str, &'static str), input: String) -> Self {
        Self { secret, input, ..self }
    }

    fn ran(&self, environment: &[(&str, &str)], more: &[&str]) -> Ran {
        let environment = [&[self.secret], environment].concat();
        let arguments: Vec<&str> = self
            .arguments
            .iter()
            .map(String::as_str)
            .chain(more.iter().copied())
            .collect();
        inspect_with(&environment, &self.input, &arguments)
    }
}

/// Each verb, with what makes it find something.
fn runs() -> Vec<Run> {
    let secret = ["--secret-env", "CB_SECRET"];
    let with_secret = |words: &[&'static str]| [words, &secret[..]].concat();
    let (click, events) = (path("inspect/click.json"), path("inspect/events.json"));
    let answer = path("inspect/meta_answer.json");
    let page = thankyou::url("a real page of 2014");
    let thankyou = [with_secret(&["thankyou"]), vec![&page]].concat();
    let hoplink = "https://hop.clickbank.net/?affiliate=promoter&vendor=seller&tid=a";
    vec![
        Run::new(false, &with_secret(&["ins"])).with(ins::SECRET, ins::body()),
        Run::new(true, &with_secret(&["ins", "--diagnose"])).with(ins::SECRET, ins::body()),
        Run::new(false, &with_secret(&["form"])).with(form::SECRET, form::body(&form::post(0))),
        Run::new(true, &with_secret(&["form", "--diagnose"])).with(form::SECRET, form::body(&form::post(0))),
        Run::new(false, &thankyou).with(thankyou::SECRET, String::new()),
        Run::new(true, &["postback", "--config", RULES, "clickid=a&sum=1"]),
        Run::new(true, &["lint", "--config", RULES]),
        Run::new(true, &["setup", "--config", RULES]),
        Run::new(
            true,
            &["explain", "--config", RULES, "--click", &click, "--event", &events],
        ),
        Run::new(
            true,
            &[
                "conversion-api",
                "--answer",
                &answer,
                "--platform",
                "meta",
                "--status",
                "400",
            ],
        ),
        Run::new(
            true,
            &["render", "--template", "https://a.example/?k={clickid}&p={payout}"],
        ),
        Run::new(true, &["destination", "https://a.example/"]),
        Run::new(true, &["hoplink", hoplink]),
        Run::new(true, &["hoplink", hoplink, "--tid", "b"]),
        Run::new(true, &["keys", "campaign.postback"]),
        Run::new(true, &["macros"]),
        Run::new(
            true,
            &[
                "simulate",
                "postback",
                "--config",
                RULES,
                "--clickid",
                "a",
                "--amount",
                "1",
            ],
        ),
        Run::new(
            true,
            &[
                "simulate",
                "ins",
                "--secret",
                "env:CB_SECRET",
                "--iv",
                "0123456789abcdef",
                "--at",
                "2026-04-23T17:57:04Z",
            ],
        )
        .with(ins::SECRET, String::new()),
        Run::new(
            true,
            &[
                "simulate",
                "form",
                "--secret",
                "env:CB_SECRET",
                "--at",
                "2026-04-23T17:57:04Z",
            ],
        )
        .with(form::SECRET, String::new()),
        Run::new(
            true,
            &[
                "simulate",
                "thankyou",
                "--secret",
                "env:CB_SECRET",
                "--at",
                "2026-04-23T17:57:04Z",
            ],
        )
        .with(thankyou::SECRET, String::new()),
        Run::new(true, &["macros", "--clickbank"]),
    ]
}

#[test]
fn every_verb_that_prints_something_has_a_run_here() {
    let help = program().arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let (commands, _) = commands.split_once("\n\n").unwrap();
    let verbs = commands.lines().filter_map(|line| line.split_whitespace().next());
    let verbs: BTreeSet<String> = verbs.filter(|verb| *verb != "help").map(str::to_owned).collect();
    let here: BTreeSet<String> = runs().iter().map(|run| run.arguments[0].clone()).collect();
    assert_eq!(verbs, here);
}

#[test]
fn with_json_every_verb_prints_one_line_of_json_without_colour() {
    for run in runs() {
        let printed = run.ran(&[COLOURED], &["--json"]).printed();
        assert!(printed.ends_with('\n') && printed.lines().count() == 1, "{printed}");
        let value: Value = serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"));
        assert!(value.is_object() || value.is_array(), "{printed}");
        assert!(!printed.contains(ESCAPE), "{printed}");
    }
}

#[test]
fn what_goes_into_a_pipe_has_no_colour() {
    for run in runs() {
        let ran = run.ran(&[], &[]);
        assert!(!ran.printed().contains(ESCAPE), "{:?}", run.arguments);
    }
}

#[test]
fn a_page_has_the_same_text_with_and_without_colour() {
    let mut coloured = BTreeSet::new();
    for run in runs().into_iter().filter(|run| run.page) {
        let plain = run.ran(&[], &[]).printed();
        let shown = run.ran(&[COLOURED], &[]).printed();
        if shown.contains(ESCAPE) {
            coloured.insert(run.arguments[0].clone());
        }
        assert_eq!(without_codes(&shown), plain);
    }
    let expected = ["explain", "hoplink", "lint", "postback", "setup"];
    assert!(expected.iter().all(|verb| coloured.contains(*verb)), "{coloured:?}");
}

#[test]
fn no_color_is_honoured() {
    for run in runs() {
        let ran = run.ran(&[COLOURED, ("NO_COLOR", "1")], &[]);
        assert!(!ran.printed().contains(ESCAPE), "{:?}", run.arguments);
    }
}

/// A text without what begins with an escape and ends with an `m`.
fn without_codes(text: &str) -> String {
    let mut parts = text.split(ESCAPE);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').unwrap().1)
}
