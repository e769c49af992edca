//! Finds the format that would read an amount that was refused.

use super::amount::AmountFormat;
use super::mark::{DecimalMark, ThousandsMark};
use super::symbol::Symbol;
use crate::value::{Amount, Currency};
use alloc::{string::String, vec::Vec};
use core::fmt;

/// The marks that are tried, the most common first.
const MARKS: &[(DecimalMark, Option<ThousandsMark>)] = &[
    (DecimalMark::Point, None),
    (DecimalMark::Comma, None),
    (DecimalMark::Point, Some(ThousandsMark::Comma)),
    (DecimalMark::Comma, Some(ThousandsMark::Point)),
    (DecimalMark::Point, Some(ThousandsMark::Space)),
    (DecimalMark::Comma, Some(ThousandsMark::Space)),
    (DecimalMark::Point, Some(ThousandsMark::Apostrophe)),
];
/// The longest text beside an amount that is treated as a symbol, in characters.
const LONGEST_SYMBOL: usize = 5;

/// The keys that would read an amount. If there are several, only a person knows which are right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AmountHint(Vec<Keys>);

/// Keys of a source's `amounts`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Keys {
    decimal: DecimalMark,
    thousands: Option<ThousandsMark>,
    symbols: Vec<String>,
}

impl AmountHint {
    /// Returns the keys that would read `text`, which `format` does not read.
    pub(crate) fn of(text: &str, format: &AmountFormat) -> Option<Self> {
        let plain = candidates(text, format, false);
        let keys = if plain.is_empty() {
            candidates(text, format, true)
        } else {
            plain
        };
        (!keys.is_empty()).then_some(Self(keys))
    }
}

fn candidates(text: &str, format: &AmountFormat, symbols: bool) -> Vec<Keys> {
    let mut found: Vec<(Amount, Keys)> = Vec::new();
    for (decimal, thousands) in MARKS.iter().copied() {
        let mut format = AmountFormat {
            decimal,
            thousands,
            ..format.clone()
        };
        if symbols {
            format.symbols = beside(text);
        }
        // The currency of a symbol does not matter here.
        let Ok((amount, _)) = format.read(text, None, Currency::USD) else {
            continue;
        };
        let keys = Keys {
            decimal,
            thousands,
            symbols: format.symbols.iter().map(|symbol| symbol.text().into()).collect(),
        };
        // Of several keys that give the same amount, the first ones are kept.
        if found.iter().all(|(other, _)| *other != amount) {
            found.push((amount, keys));
        }
    }
    found.into_iter().map(|(_, keys)| keys).collect()
}

/// The texts before and after the digits.
fn beside(text: &str) -> Vec<Symbol> {
    let text = text.trim_start_matches('-');
    let is_part = |c: char| !(c.is_ascii_digit() || c.is_whitespace() || c == '-');
    let start = text.find(|c| !is_part(c)).and_then(|end| text.get(..end));
    let end = text.rfind(|c| !is_part(c)).and_then(|last| text.get(last..));
    let end = end.map(|text| text.trim_start_matches(|c| !is_part(c)));
    let texts = start.into_iter().chain(end);
    let texts = texts.filter(|text| !text.is_empty() && text.chars().count() <= LONGEST_SYMBOL);
    // A mark is not a symbol: `.5` lacks a digit, and `5,` may lack more.
    let texts = texts.filter(|text| text.chars().any(|c| !c.is_ascii_punctuation() || c == '$'));
    texts.map(Symbol::of_any).collect()
}

impl fmt::Display for AmountHint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, keys) in self.0.iter().enumerate() {
            let or = if index == 0 { "" } else { ", or " };
            write!(f, "{or}{keys}")?;
        }
        f.write_str(" in the source's row")
    }
}

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match (self.symbols.is_empty(), self.decimal, self.thousands) {
            (false, ..) => "the symbol beside it",
            (true, DecimalMark::Comma, None) => "a decimal comma",
            (true, _, Some(_)) => "a mark between thousands",
            (true, DecimalMark::Point, None) => "a decimal point",
        };
        write!(f, "{what} is read with `amounts = {{ ")?;
        let mut between = "";
        if self.decimal != DecimalMark::Point || (self.symbols.is_empty() && self.thousands.is_none()) {
            write!(f, "decimal = \"{}\"", self.decimal.as_str())?;
            between = ", ";
        }
        if let Some(mark) = self.thousands {
            write!(f, "{between}thousands = \"{}\"", mark.as_str())?;
            between = ", ";
        }
        if !self.symbols.is_empty() {
            write!(f, "{between}symbols = {:?}", self.symbols)?;
        }
        f.write_str(" }`")
    }
}
