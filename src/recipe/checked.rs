//! Checks a recipe: what its values must be to each other.

use super::branch::{Branch, insert, plain};
use super::row::{Member, Recipe};
use super::text::{Piece, Text};
use super::word::{MemberSource, WrittenAs};
use super::{answers::Answers, check_answers};
use crate::config::{Place, Refusal};
use crate::model::{Platform, UserDatum};
use crate::value::Shared;
use alloc::{borrow::ToOwned, collections::BTreeSet, format, string::String, vec::Vec};

/// A recipe that can be followed.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) recipe: Recipe,
    /// Scheme and host of the requests.
    pub(crate) origin: String,
    /// What stands behind them.
    pub(crate) path: Text,
    /// The same of the requests that are checked and not counted.
    pub(crate) validate_path: Option<Text>,
    pub(crate) headers: Vec<(String, Text)>,
    /// The members of a request; none where a request is one event.
    pub(crate) body: Option<Vec<Branch<Part>>>,
    /// The members of an event. Each has its place among the recipe's `event`.
    pub(crate) event: Vec<Branch<usize>>,
    pub(crate) parts: Vec<Part>,
    /// The sets of paths of which one must be there.
    pub(crate) one_of: Vec<Vec<String>>,
    pub(crate) answers: Shared<Answers>,
}

/// What a member is.
#[derive(Debug)]
pub(crate) enum Part {
    /// The events, in the body of a request.
    Items,
    Text(Text),
    From {
        /// Its path, without the marks of lists.
        at: String,
        source: MemberSource,
        written: WrittenAs,
        like: Platform,
        needed: bool,
        /// Whether it stands in a list of its own.
        is_list: bool,
    },
}

impl Checked {
    /// Checks a recipe. Every problem is reported at its place.
    pub(crate) fn new(recipe: &Recipe, place: &Place<'_>) -> Self {
        let (origin, path) = url(&recipe.url, &place.at("url"));
        let validate_path = recipe.validate_url.as_ref().map(|text| {
            let at = place.at("validate_url");
            let (other, path) = url(text, &at);
            if other != origin && !other.is_empty() && !origin.is_empty() {
                at.problem(format!("goes to another host than `url`, which goes to `{origin}`"));
            }
            path
        });
        if recipe.event.is_empty() {
            place.at("event").problem("is missing: an event needs members");
        }
        let (event, parts) = event(&recipe.event, &place.at("event"));
        check_answers::check(recipe.answers.as_ref(), &place.at("answers"));
        Self {
            origin,
            path,
            validate_path,
            headers: headers(recipe, &place.at("headers")),
            body: body(recipe, place),
            one_of: one_of(recipe, &parts, &place.at("one_of")),
            event,
            parts,
            answers: Shared::from(recipe.answers.clone().unwrap_or_default()),
            recipe: recipe.clone(),
        }
    }

    /// The member of an event that is filled with this.
    pub(crate) fn member(&self, wanted: &MemberSource) -> Option<&str> {
        self.parts.iter().find_map(|part| match part {
            Part::From { at, source, .. } if source == wanted => Some(at.as_str()),
            _ => None,
        })
    }

    /// Whether an event is not told without what this fills.
    pub(crate) fn needs(&self, wanted: &MemberSource) -> bool {
        self.parts
            .iter()
            .any(|part| matches!(part, Part::From { source, needed: true, .. } if source == wanted))
    }

    /// Whether an account's own words stand somewhere.
    pub(crate) fn uses(&self, piece: &Piece) -> bool {
        let texts = core::iter::once(&self.path)
            .chain(&self.validate_path)
            .chain(self.headers.iter().map(|(_, text)| text));
        let members = self.recipe.body.iter().chain(&self.recipe.event);
        let members = members.filter_map(|member| Text::parse(member.text.as_deref()?, true).ok());
        texts.into_iter().any(|text| text.has(piece)) || members.into_iter().any(|text| text.has(piece))
    }

    /// Whether something is filled with this.
    pub(crate) fn fills(&self, source: &MemberSource) -> bool {
        let members = self.recipe.body.iter().chain(&self.recipe.event);
        members.into_iter().any(|member| member.from.as_ref() == Some(source))
    }
}

/// Scheme and host of a URL, and the rest of it.
fn url(text: &str, place: &Place<'_>) -> (String, Text) {
    let host_and_path = text.strip_prefix("https://");
    let end = host_and_path.and_then(|rest| rest.find('/'));
    let is_plain = text
        .chars()
        .all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '#'));
    let split = end.and_then(|end| text.split_at_checked(end.saturating_add("https://".len())));
    let split = split.filter(|(origin, _)| is_plain && is_origin(origin));
    let Some((origin, path)) = split else {
        place.problem(format!(
            "`{}` is no URL with https, a host and a path; macros stand behind the host",
            text.escape_debug()
        ));
        return (String::new(), Text::default());
    };
    let path = place.accept(Text::parse(path, true)).unwrap_or_default();
    (origin.to_owned(), path)
}

/// Whether it is scheme and host, and a port at most.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").unwrap_or_default();
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':');
    host.bytes().all(is_letter) && url::Url::parse(text).is_ok_and(|url| url.host_str().is_some())
}

/// Headers that say how a request is sent, which the client decides.
const FRAMING: [&str; 10] = [
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

fn headers(recipe: &Recipe, place: &Place<'_>) -> Vec<(String, Text)> {
    let headers = recipe.headers.iter().filter_map(|(name, text)| {
        let at = place.at(name);
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_name = name.starts_with(|first: char| first.is_ascii_lowercase()) && name.bytes().all(is_letter);
        if !is_name || FRAMING.contains(&name.as_str()) {
            at.problem(
                "is no name of a header that may be set; write it in lower case, and leave out `content-type` and what \
                 says how a request is sent, such as `host`",
            );
        }
        if !text.chars().all(|c| c.is_ascii_graphic() || c == ' ') {
            at.problem("has characters that no header has");
        }
        let text = at.accept(Text::parse(text, true))?;
        if name == "authorization" && !text.has(&Piece::Token) {
            at.problem("holds a token in plain text; write `{token}` in its place, which is the account's `token`");
        }
        Some((name.clone(), text))
    });
    headers.collect()
}

/// The members of a request around its events.
fn body(recipe: &Recipe, place: &Place<'_>) -> Option<Vec<Branch<Part>>> {
    let at = place.at("items");
    let Some(items) = &recipe.items else {
        if !recipe.body.is_empty() {
            at.problem("is missing: it says where the events stand beside the members of `body`");
        }
        if recipe.limit.unwrap_or(1) > 1 {
            at.problem("is missing: without a list a request has one event, and `limit` says more");
        }
        return None;
    };
    if items.contains("[]") {
        at.problem("is a list by itself; leave `[]` out");
    }
    let mut branches = Vec::new();
    insert(&mut branches, items, Part::Items, &at);
    for (place, member) in place.rows("body", &recipe.body) {
        let Some(part) = part(member, true, &place) else {
            continue;
        };
        if let Part::From { source, .. } = &part {
            use MemberSource::{LimitedDataUse, OptOut, Page, Partner, TestCode};
            if !matches!(source, LimitedDataUse | OptOut | Page | Partner | TestCode) {
                let said = format!("`{source}` belongs to an event, and a request holds several");
                place.at("from").problem(said);
            }
        }
        insert(&mut branches, &member.at, part, &place.at("at"));
    }
    Some(branches)
}

fn event(members: &[Member], place: &Place<'_>) -> (Vec<Branch<usize>>, Vec<Part>) {
    let (mut branches, mut parts) = (Vec::new(), Vec::new());
    let mut persons = BTreeSet::new();
    for (index, member) in members.iter().enumerate() {
        let place = place.item(index);
        if let Some(MemberSource::Person(datum)) = &member.from
            && !persons.insert(*datum)
        {
            place.at("from").problem(format!("`{datum}` is told twice"));
        }
        // A member that is wrong keeps its place; nobody ever sees what is written of it.
        let part = part(member, false, &place).unwrap_or(Part::Items);
        insert(&mut branches, &member.at, index, &place.at("at"));
        parts.push(part);
    }
    (branches, parts)
}

fn part(member: &Member, has_token: bool, place: &Place<'_>) -> Option<Part> {
    let source = match (&member.from, &member.text) {
        (Some(source), None) => source,
        (None, Some(text)) => {
            if member.written.is_some() || member.like.is_some() {
                place.problem("is a fixed text, which has neither `as` nor `like`");
            }
            return place.at("text").accept(Text::parse(text, has_token)).map(Part::Text);
        }
        (None, None) => {
            place
                .at("from")
                .problem("is missing; name what fills it, or a fixed `text`");
            return None;
        }
        (Some(_), Some(_)) => {
            place
                .at("text")
                .problem("stands beside `from`; a member has one of them");
            return None;
        }
    };
    let at = place.at("as");
    if *source == MemberSource::Time && member.written.is_none() {
        at.problem("is missing: write `seconds`, `milliseconds` or `rfc3339`");
    }
    let forms = source.forms();
    let written = member.written.or(forms.first().copied())?;
    if !forms.contains(&written) {
        let words = forms.iter().map(|form| format!("`{}`", word(*form)));
        let words: Vec<String> = words.collect();
        at.problem(format!("`{source}` is written as {}", words.join(", ")));
    }
    let is_normalised =
        matches!(source, MemberSource::Person(datum) if !matches!(datum, UserDatum::Ip | UserDatum::UserAgent));
    if member.like.is_some() && !is_normalised {
        place.at("like").problem(format!("`{source}` is not normalised"));
    }
    Some(Part::From {
        at: plain(&member.at),
        source: source.clone(),
        written,
        like: member.like.unwrap_or(Platform::Meta),
        needed: member.needed,
        is_list: member.at.ends_with("[]"),
    })
}

fn word(form: WrittenAs) -> String {
    crate::config::part::Word::text(&form)
}

/// The sets of members of which one must be there.
fn one_of(recipe: &Recipe, parts: &[Part], place: &Place<'_>) -> Vec<Vec<String>> {
    let known: Vec<&str> = parts
        .iter()
        .filter_map(|part| match part {
            Part::From { at, .. } => Some(at.as_str()),
            _ => None,
        })
        .collect();
    let read = |(index, row): (usize, &String)| {
        let paths = row.split('+').map(|path| plain(path.trim()));
        let paths: Vec<String> = paths.collect();
        for path in &paths {
            if !known.contains(&path.as_str()) {
                let near = Refusal::reference(path, "member of an event that is filled", known.iter().copied());
                place.item(index).refuse(near);
            }
        }
        paths
    };
    recipe.one_of.iter().enumerate().map(read).collect()
}
