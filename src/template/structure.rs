//! Reads the path and the query of a URL, or a form body, into a program. It decides which texts
//! are segments, names and values.

use super::encode::{Position, is_dot_segment, percent};
use super::error::{Place, Problem, shown};
use super::foreign::{instead, is_foreign_macro, is_placeholder};
use super::grammar::{Macro, is_of_conversion, read};
use super::program::{Program, Refused};
use super::{MAX_MACROS, MAX_TEMPLATE};
use crate::text::is_escape;
use alloc::{
    borrow::ToOwned,
    collections::{BTreeMap, BTreeSet},
    string::{String, ToString},
    vec::Vec,
};
use core::mem;
use percent_encoding::percent_decode_str;

/// The use of a template, which decides what the template may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Usage {
    /// A URL that is called for a conversion.
    Postback,
    /// A URL to which a visitor is sent. There is no conversion yet, and secrets would be shown to
    /// the visitor. Blank parameters are allowed.
    Offer,
    /// A form body.
    Form,
}

impl Usage {
    /// The macro of the click id in such a template: a network returns our click id, and a channel
    /// knows its own.
    const fn click_id(self) -> &'static str {
        match self {
            Self::Offer => "clickid",
            Self::Postback | Self::Form => "ref_id",
        }
    }
}

/// A piece of the template's text, with the byte at which it begins.
#[derive(Debug, Clone, Copy)]
pub(super) enum Token<'t> {
    Text(usize, &'t str),
    /// The text between two braces.
    Macro(usize, &'t str),
}

/// Reads the pieces of a template and collects its problems.
#[derive(Debug)]
pub(super) struct Builder<'v> {
    pub(super) program: Program,
    pub(super) problems: Vec<Problem>,
    /// The places that a person has to fill in, each with the word that stands there.
    pub(super) blanks: Vec<(Place, String)>,
    usage: Usage,
    values: &'v BTreeMap<String, String>,
    used: BTreeSet<&'v str>,
    macros: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Segment,
    Name,
    Value,
    /// A part of the fragment, between two of its delimiters.
    Fragment,
}

impl<'v> Builder<'v> {
    pub(super) fn new(usage: Usage, values: &'v BTreeMap<String, String>) -> Self {
        Self {
            program: Program::default(),
            problems: Vec::new(),
            blanks: Vec::new(),
            usage,
            values,
            used: BTreeSet::new(),
            macros: 0,
        }
    }

    /// Whether the text is short enough to be read.
    pub(super) fn fits(&mut self, text: &str) -> bool {
        let fits = text.len() <= MAX_TEMPLATE;
        if !fits {
            self.problems.push(Problem::TooLong(text.len()));
        }
        fits
    }

    /// Splits a text in which every brace belongs to a macro. `base` is the place of its first byte
    /// in the template.
    pub(super) fn tokens<'t>(&mut self, text: &'t str, base: usize) -> Vec<Token<'t>> {
        let mut tokens = Vec::new();
        let mut rest = text;
        loop {
            let at = base.saturating_add(text.len().saturating_sub(rest.len()));
            let Some((before, brace, after)) = split_at_any(rest, &['{', '}']) else {
                tokens.push(Token::Text(at, rest));
                return tokens;
            };
            tokens.push(Token::Text(at, before));
            let at = at.saturating_add(before.len());
            rest = after;
            let problem = if brace == '}' {
                Problem::Stray(at)
            } else if let Some(inner) = after.strip_prefix('{') {
                // The text in the doubled braces is reported together with them.
                let inner = inner.trim_start_matches('{');
                rest = inner
                    .split_once('}')
                    .map_or("", |(_, rest)| rest)
                    .trim_start_matches('}');
                Problem::Doubled(at)
            } else if let Some((inner, following)) = after.split_once('}').filter(|(inner, _)| !inner.contains('{')) {
                rest = following;
                if !before.ends_with('$') {
                    tokens.push(Token::Macro(at, inner));
                    continue;
                }
                Problem::Dollar {
                    text: shown(inner),
                    at: at.saturating_sub(1),
                    ours: instead(inner, self.usage.click_id()),
                }
            } else {
                Problem::Unclosed(at)
            };
            self.problems.push(problem);
            // This text stands for the faulty macro, so that its parameter is not reported as blank
            // as well.
            tokens.push(Token::Text(at, if brace == '{' { "{" } else { "}" }));
        }
    }

    /// Reads the text after the host: a path, a query, and, for an offer, a fragment.
    pub(super) fn path_and_query(&mut self, tokens: &[Token<'_>]) {
        self.components(tokens, State::Segment);
    }

    /// Reads a form body.
    pub(super) fn form(&mut self, tokens: &[Token<'_>]) {
        self.components(tokens, State::Name);
    }

    fn components(&mut self, tokens: &[Token<'_>], mut state: State) {
        let mut component = Vec::new();
        // The segment before the current one, or the name of the current parameter.
        let mut name = String::new();
        for token in tokens {
            let Token::Text(mut at, mut text) = *token else {
                component.push(*token);
                continue;
            };
            let delimiters = |state| match state {
                State::Segment => ['/', '?', '#'].as_slice(),
                State::Name => &['=', '&', '#'],
                State::Value => &['&', '#'],
                // The script of a page reads a fragment as a path and a query of its own.
                State::Fragment => &['/', '?', '&', '=', '#'],
            };
            while let Some((before, delimiter, after)) = split_at_any(text, delimiters(state)) {
                push_part(&mut component, at, before);
                at = at.saturating_add(before.len());
                name = self.component(state, &mem::take(&mut component), name, delimiter == '=');
                state = match delimiter {
                    '#' if self.usage == Usage::Offer && state != State::Fragment => State::Fragment,
                    '#' if state == State::Fragment => return self.problems.push(Problem::SecondFragment(at)),
                    '#' => return self.problems.push(Problem::Fragment(at)),
                    _ if state == State::Fragment => state,
                    '/' => State::Segment,
                    '=' => State::Value,
                    _ => State::Name,
                };
                self.program.push_text(delimiter.encode_utf8(&mut [0; 4]));
                at = at.saturating_add(1);
                text = after;
            }
            push_part(&mut component, at, text);
        }
        self.component(state, &component, name, false);
    }

    /// Reads one segment, name or value. Returns the name that belongs to the following component.
    fn component(&mut self, state: State, component: &[Token<'_>], name: String, valued: bool) -> String {
        match state {
            State::Segment => {
                let fill = if name.is_empty() { "path".to_owned() } else { name };
                self.segment(component, fill)
            }
            State::Name => {
                let name = written(component);
                if let ([Token::Text(at, _), ..], Some(_)) = (component, name.strip_prefix("amp;")) {
                    self.problems.push(Problem::Html(at.saturating_sub(1)));
                    return name;
                }
                let decoded = name.replace('+', " ");
                let decoded = percent_decode_str(&decoded).decode_utf8_lossy().into_owned();
                if !valued && self.is_left_over(component, None) {
                    return decoded;
                }
                self.pieces(component, Position::Name);
                decoded
            }
            State::Value => {
                let place = match self.usage {
                    Usage::Form => Place::FormField(name.clone()),
                    Usage::Postback | Usage::Offer => Place::Parameter(name.clone()),
                };
                match (component, self.usage) {
                    ([], Usage::Offer) => {}
                    ([], _) => {
                        if let Some(value) = self.blank(place, "") {
                            self.text(value);
                        }
                    }
                    _ => {
                        if !self.is_left_over(component, Some(place)) {
                            self.pieces(component, Position::Value);
                        }
                    }
                }
                name
            }
            State::Fragment => {
                if !self.is_left_over(component, None) {
                    self.pieces(component, Position::Value);
                }
                name
            }
        }
    }

    fn segment(&mut self, component: &[Token<'_>], fill: String) -> String {
        let written = written(component);
        if component.iter().any(|token| matches!(token, Token::Macro(..))) {
            self.program.begin_segment();
            self.pieces(component, Position::Path);
            self.program.end_segment(written);
            return String::new();
        }
        if !component.is_empty() && !self.is_left_over(component, Some(Place::Segment(fill))) {
            if is_dot_segment(&written) {
                self.problems.push(Problem::DotSegment(written.clone()));
            }
            self.pieces(component, Position::Path);
        }
        written
    }

    /// Whether a component is one text that a person or another system still has to fill in. If a
    /// value is given for it, the value is written here.
    fn is_left_over(&mut self, component: &[Token<'_>], place: Option<Place>) -> bool {
        let [Token::Text(at, text)] = component else {
            return false;
        };
        if is_placeholder(text) {
            if let Some(value) = self.blank(place.unwrap_or(Place::Text(*at)), text) {
                self.text(value);
            }
            return true;
        }
        let foreign = is_foreign_macro(text);
        if foreign {
            let place = place.unwrap_or(Place::Text(*at));
            self.foreign(place, text);
        }
        foreign
    }

    /// Reports a macro of another system that stands in the place of a value.
    pub(super) fn foreign(&mut self, place: Place, text: &str) {
        self.problems.push(Problem::Foreign {
            place,
            text: shown(text),
            ours: instead(text, self.usage.click_id()),
        });
    }

    /// Returns the value that fills a blank; without one, adds a problem.
    fn blank(&mut self, place: Place, word: &str) -> Option<&'v str> {
        let given = place.fill_name().and_then(|name| self.values.get_key_value(name));
        self.blanks.push((place.clone(), word.to_owned()));
        let Some((name, value)) = given else {
            self.problems.push(match word {
                "" => Problem::Blank { place },
                word => Problem::Placeholder {
                    place,
                    word: shown(word),
                },
            });
            return None;
        };
        self.used.insert(name);
        if is_placeholder(value) {
            self.problems.push(Problem::UnfilledValue(shown(name), shown(value)));
        } else if matches!(place, Place::Segment(_)) && (value.is_empty() || is_dot_segment(value)) {
            self.problems.push(Problem::SegmentValue(shown(name), value.clone()));
        }
        Some(value)
    }

    /// Writes a given value as literal text, including its braces.
    fn text(&mut self, value: &str) {
        let mut encoded = String::new();
        percent(value, &mut encoded);
        self.program.push_text(&encoded);
    }

    fn pieces(&mut self, component: &[Token<'_>], position: Position) {
        for token in component {
            match *token {
                Token::Text(at, text) => self.literal(at, text),
                Token::Macro(at, text) => self.macro_at(at, text, position),
            }
        }
    }

    /// Adds a macro at its position.
    pub(super) fn macro_at(&mut self, at: usize, text: &str, position: Position) {
        self.macros = self.macros.saturating_add(1);
        let misplaced = |why| Problem::Misplaced {
            text: shown(text),
            at,
            why,
        };
        let read = match read(text, at, self.usage.click_id()) {
            Ok(read) => read,
            Err(problem) => return self.problems.push(problem),
        };
        if self.usage == Usage::Offer {
            match &read {
                Macro::Secret(_) => return self.problems.push(misplaced("would be shown to the visitor")),
                Macro::Value { field, .. } | Macro::Mapped { field, .. } if is_of_conversion(field) => {
                    return self.problems.push(misplaced("is not known when a click is routed"));
                }
                Macro::Value { .. } | Macro::Mapped { .. } => {}
            }
        }
        if let Err(refused) = self.program.push_macro(read, text, position) {
            self.problems.push(match refused {
                Refused::Misplaced(why) => misplaced(why),
                Refused::Map(fault) => Problem::Map {
                    text: shown(text),
                    at,
                    fault,
                },
            });
        }
    }

    /// Adds the template's own text. Characters that a URL may not hold are percent-encoded as
    /// browsers do it.
    fn literal(&mut self, at: usize, text: &str) {
        let mut encoded = String::with_capacity(text.len());
        for (offset, character) in text.char_indices() {
            let at = at.saturating_add(offset);
            let mut refuse = |what| self.problems.push(Problem::Character { what, at });
            match character {
                ' ' => refuse("a space"),
                '\\' => refuse("a backslash"),
                control if control.is_control() => refuse("a control character"),
                '%' if !text.get(offset.saturating_add(1)..).is_some_and(is_escape) => {
                    self.problems.push(Problem::Percent(at));
                }
                '"' | '<' | '>' | '^' | '`' | '|' => percent(character.encode_utf8(&mut [0; 4]), &mut encoded),
                ascii if ascii.is_ascii() => encoded.push(ascii),
                other => percent(other.encode_utf8(&mut [0; 4]), &mut encoded),
            }
        }
        self.program.push_text(&encoded);
    }

    /// Returns the results. Problems that are only known at the end are added here.
    pub(super) fn finish(mut self) -> (Program, Vec<(Place, String)>, Vec<Problem>) {
        if self.macros > MAX_MACROS {
            self.problems.push(Problem::TooManyMacros(self.macros));
        }
        for name in self.values.keys().filter(|name| !self.used.contains(name.as_str())) {
            let blanks = self.blanks.iter().filter_map(|(place, _)| place.fill_name());
            let mut blanks: Vec<String> = blanks.map(shown).collect();
            blanks.dedup();
            let why = match blanks.as_slice() {
                [] => "the template has no blanks".to_string(),
                blanks => alloc::format!("the blanks are `{}`", blanks.join("`, `")),
            };
            self.problems.push(Problem::UnusedValue(shown(name), why));
        }
        (self.program, self.blanks, self.problems)
    }
}

fn push_part<'t>(component: &mut Vec<Token<'t>>, at: usize, text: &'t str) {
    if !text.is_empty() {
        component.push(Token::Text(at, text));
    }
}

/// A component as it is written in the template.
fn written(component: &[Token<'_>]) -> String {
    let mut written = String::new();
    for token in component {
        match token {
            Token::Text(_, text) => written.push_str(text),
            Token::Macro(_, text) => written.extend(["{", text, "}"]),
        }
    }
    written
}

/// Splits a text at the first of some ASCII characters: the text before it, the character, and the
/// text after it.
pub(super) fn split_at_any<'t>(text: &'t str, characters: &[char]) -> Option<(&'t str, char, &'t str)> {
    let (at, found) = text.char_indices().find(|(_, c)| characters.contains(c))?;
    Some((text.get(..at)?, found, text.get(at.saturating_add(1)..)?))
}
