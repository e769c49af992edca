//! What the tests of the configuration share: one sound document, and what is said when it is
//! changed.

use postback::compile::compile;
use postback::lint::lint;
use postback::{CompileOptions, Definition, Document, Tracker};

/// A document without a problem or a doubt, with marks (`#source`) where lines can be put in.
pub const BASE: &str = include_str!("../vectors/config/base.toml");

/// The line of the base that a test of offers replaces.
pub const OFFER: &str = "https://shop.example.com/?id={clickid}";

/// Every event that a source for ClickBank's notifications matches.
pub const EVENTS: &str = "events = { SALE = \"Purchase\", UPSELL = \"Purchase\", BILL = \"Purchase\", RFND = \"Refund\", CGBK = \"Refund\", \
                          INSF = \"Refund\", CANCEL-REBILL = \"\", UNCANCEL-REBILL = \"\", SUBSCRIPTION-CHG = \"\", ABANDONED_ORDER = \"\" }";

/// The base with each text replaced; each must be there exactly once.
pub fn changed(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(BASE.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "`{from}` must stand there once");
        text.replace(from, to)
    })
}

pub fn compiled(text: &str) -> Result<Tracker, Vec<String>> {
    let lines = |problems: postback::config::Problems| {
        let lines: Vec<String> = problems.as_slice().iter().map(ToString::to_string).collect();
        assert_eq!(problems.to_string(), lines.join("\n"));
        lines
    };
    let document = Document::from_toml(text).map_err(lines)?;
    compile(&document, &CompileOptions::new("test".parse().unwrap())).map_err(lines)
}

/// What is wrong with the changed base.
pub fn problems(changes: &[(&str, &str)]) -> Vec<String> {
    match compiled(&changed(changes)) {
        Ok(_) => panic!("compiles: {changes:?}"),
        Err(problems) => problems,
    }
}

/// The one thing that is wrong when `from` is replaced by `to`.
pub fn problem(from: &str, to: &str) -> String {
    let mut problems = problems(&[(from, to)]);
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.remove(0)
}

/// The changed base, compiled.
pub fn tracker(changes: &[(&str, &str)]) -> Tracker {
    compiled(&changed(changes)).unwrap_or_else(|problems| panic!("{}", problems.join("\n")))
}

/// What is doubtful about the changed base.
pub fn warnings(changes: &[(&str, &str)]) -> Vec<String> {
    let text = changed(changes);
    let tracker = compiled(&text).unwrap_or_else(|problems| panic!("{}", problems.join("\n")));
    let definition = Definition::from_document(&Document::from_toml(&text).unwrap()).unwrap();
    lint(&definition, &tracker).iter().map(ToString::to_string).collect()
}
