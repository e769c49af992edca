//! A postback URL with six macros, rendered for many conversions.
//!
//! minijinja's `urlencode` leaves `/` as it is and encodes `~`, which we do the other way round;
//! the corpus has neither, so all write the same bytes.

#![expect(
    clippy::expect_used,
    reason = "a corpus that cannot be made is a mistake in this file"
)]

use crate::numbers::Numbers;
use minijinja::{Environment, Template, context};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use postback::outbound::HoledText;
use postback::scope::{Field, Value};
use postback::template::UrlTemplate;
use serde::Serialize;
use std::fmt::Write as _;
use tinytemplate::TinyTemplate;

/// How many conversions there are: more than a branch predictor learns by heart.
const CONVERSIONS: usize = 400;

/// RichPush's postback with the parameters that a campaign adds to it.
const OURS: &str = "https://us.ahows.co/log?action=conversion&key={ref_id}&price={payout}&goal={type}&status={status}&cid={sub1}&site={sub3}";
const MINIJINJA: &str = "https://us.ahows.co/log?action=conversion&key={{ ref_id|urlencode }}&price={{ payout|urlencode }}\
    &goal={{ type|urlencode }}&status={{ status|urlencode }}&cid={{ sub1|urlencode }}&site={{ sub3|urlencode }}";
const TINYTEMPLATE: &str = "https://us.ahows.co/log?action=conversion&key={ref_id | query}&price={payout | query}\
    &goal={type | query}&status={status | query}&cid={sub1 | query}&site={sub3 | query}";

/// Everything but the unreserved characters of RFC 3986.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

const UPPER: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const DIGITS: &str = "0123456789";

/// The values of one conversion.
#[derive(Debug, Serialize)]
struct Row {
    ref_id: String,
    payout: String,
    r#type: &'static str,
    status: &'static str,
    sub1: String,
    sub3: String,
}

/// The template and the conversions.
#[derive(Debug)]
pub struct Corpus {
    template: UrlTemplate,
    rows: Vec<Row>,
}

/// The corpus; the same each time.
impl Default for Corpus {
    fn default() -> Self {
        let mut numbers = Numbers::new(2);
        Self {
            template: UrlTemplate::parse(OURS).expect("the template is sound"),
            rows: (0..CONVERSIONS).map(|_| row(&mut numbers)).collect(),
        }
    }
}

impl Corpus {
    /// How many conversions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Never.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Ours, into a buffer that is kept; the number of its parts.
    pub fn postback(&self, index: usize, out: &mut HoledText) -> usize {
        let Some(row) = self.rows.get(index) else {
            return 0;
        };
        let value = |field: &Field| {
            let text = match field {
                Field::RefId => row.ref_id.as_str(),
                Field::Payout => &row.payout,
                Field::Type => row.r#type,
                Field::Status => row.status,
                Field::Sub(1) => &row.sub1,
                Field::Sub(_) => &row.sub3,
                _ => "",
            };
            if text.is_empty() {
                Value::Empty
            } else {
                Value::Text(text.into())
            }
        };
        match self.template.render_into(value, out) {
            Ok(()) => out.0.len(),
            Err(_) => 0,
        }
    }
}

/// No engine at all: `write!` with the `percent-encoding` crate, into a text that is kept.
pub fn written(corpus: &Corpus, index: usize, out: &mut String) {
    let Some(row) = corpus.rows.get(index) else {
        return;
    };
    let query = |text| utf8_percent_encode(text, ESCAPED);
    out.clear();
    let _ = write!(
        out,
        "https://us.ahows.co/log?action=conversion&key={}&price={}&goal={}&status={}&cid={}&site={}",
        query(&row.ref_id),
        query(&row.payout),
        query(row.r#type),
        query(row.status),
        query(&row.sub1),
        query(&row.sub3),
    );
}

/// The same template in two engines, compiled once.
#[derive(Debug)]
pub struct MiniJinja(Environment<'static>);

impl Default for MiniJinja {
    fn default() -> Self {
        let mut environment = Environment::new();
        environment
            .add_template("postback.txt", MINIJINJA)
            .expect("the template is sound");
        Self(environment)
    }
}

impl MiniJinja {
    /// The compiled template.
    #[must_use]
    pub fn template(&self) -> Template<'_, '_> {
        self.0.get_template("postback.txt").expect("it was added")
    }
}

/// minijinja's usual way, into a new text.
#[must_use]
pub fn minijinja(template: &Template<'_, '_>, corpus: &Corpus, index: usize) -> String {
    let Some(row) = corpus.rows.get(index) else {
        return String::new();
    };
    let values = context! {
        ref_id => row.ref_id.as_str(),
        payout => row.payout.as_str(),
        type => row.r#type,
        status => row.status,
        sub1 => row.sub1.as_str(),
        sub3 => row.sub3.as_str(),
    };
    template.render(values).unwrap_or_default()
}

/// tinytemplate with a formatter that encodes.
#[expect(missing_debug_implementations, reason = "the engine has none")]
pub struct Tiny(TinyTemplate<'static>);

impl Default for Tiny {
    fn default() -> Self {
        let mut engine = TinyTemplate::new();
        engine
            .add_template("postback", TINYTEMPLATE)
            .expect("the template is sound");
        engine.add_formatter("query", |value, out| {
            out.extend(utf8_percent_encode(value.as_str().unwrap_or_default(), ESCAPED));
            Ok(())
        });
        Self(engine)
    }
}

impl Tiny {
    /// Its way.
    #[must_use]
    pub fn render(&self, corpus: &Corpus, index: usize) -> String {
        let row = corpus.rows.get(index);
        row.and_then(|row| self.0.render("postback", row).ok())
            .unwrap_or_default()
    }
}

fn row(numbers: &mut Numbers) -> Row {
    let whole = numbers.below(90);
    let tenths = numbers.below(10);
    let length = numbers.below(5);
    let length = length.saturating_add(5);
    let mut ref_id = numbers.text(UPPER, length);
    ref_id.push_str(numbers.pick(&["", "-7", "_x", "|3", "=="]));
    Row {
        ref_id,
        payout: if tenths == 0 {
            whole.to_string()
        } else {
            format!("{whole}.{tenths}")
        },
        r#type: numbers.pick(&["Purchase", "Lead", "Upsell", "Trial Start"]),
        status: numbers.pick(&["approved", "pending", "declined", "other"]),
        sub1: numbers.text(DIGITS, 6),
        sub3: match numbers.below(4) {
            0 => String::new(),
            1 => format!("a b&{}", numbers.text(UPPER, 2)),
            _ => numbers.text(UPPER, 5),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postback::outbound::Part;

    #[test]
    fn ours_and_the_rivals_write_the_same_bytes() {
        let corpus = Corpus::default();
        let (mini, tiny) = (MiniJinja::default(), Tiny::default());
        let template = mini.template();
        let (mut out, mut text) = (HoledText::default(), String::new());
        let mut bytes = 0;
        for index in 0..corpus.len() {
            assert_eq!(corpus.postback(index, &mut out), 1);
            let [Part::Text(ours)] = out.0.as_slice() else {
                panic!("{out:?}")
            };
            assert_eq!(*ours, minijinja(&template, &corpus, index));
            assert_eq!(*ours, tiny.render(&corpus, index));
            written(&corpus, index, &mut text);
            assert_eq!(*ours, text);
            bytes += ours.len();
        }
        let mean = bytes / corpus.len();
        assert!((108..=118).contains(&mean), "{mean}");
    }
}
