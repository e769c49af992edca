//! How a source writes amounts, currencies and times.

use crate::config::Place;
use crate::definition::{Amounts, OfferSource, TimeFormat, Times};
use crate::lookup::{Context, of_times};
use crate::network::{AmountFormat, DecimalMark, Formats, Symbol, ThousandsMark};
use crate::value::{Currency, Zone};
use alloc::{collections::BTreeMap, format, string::String, vec::Vec};
use core::cmp::Reverse;

type Currencies = BTreeMap<String, Currency>;

/// The formats of a source. Amounts that come without a currency are in `currency`.
pub(super) fn resolve(source: &OfferSource, place: &Place<'_>, currency: Currency, context: &Context<'_>) -> Formats {
    let currencies = &source.currencies;
    for word in currencies.keys().filter(|word| word.trim().len() < word.len()) {
        place
            .at("currencies")
            .at(word)
            .problem("begins or ends with a space, and no value does");
    }
    let amounts = source.amounts.as_ref();
    Formats {
        currency,
        amounts: amounts
            .map(|row| amounts_of(row, &place.at("amounts"), currencies))
            .unwrap_or_default(),
        currencies: currencies.clone(),
        times: source
            .times
            .as_ref()
            .and_then(|row| times(row, &place.at("times"), context)),
    }
}

fn amounts_of(row: &Amounts, place: &Place<'_>, currencies: &Currencies) -> AmountFormat {
    let decimal = row.decimal.unwrap_or(match row.thousands {
        Some(ThousandsMark::Point) => DecimalMark::Comma,
        _ => DecimalMark::Point,
    });
    if row.thousands.is_some_and(|mark| mark.as_str() == decimal.as_str()) {
        let place = place.at("thousands");
        place.problem("is the decimal mark too, so nobody could tell 1.250 from 1250");
    }
    AmountFormat {
        decimal,
        thousands: row.thousands,
        unit: row.unit.unwrap_or_default(),
        symbols: symbols(&row.symbols, place, currencies),
    }
}

fn times(row: &Times, place: &Place<'_>, context: &Context<'_>) -> Option<(TimeFormat, Zone)> {
    let place = place.at("zone");
    if !row.format.has_offset() {
        let zone = of_times(row.zone.as_deref(), context.timezone, context.zones, &place)?;
        return Some((row.format.clone(), zone));
    }
    if row.zone.is_some() {
        place.problem("changes nothing: the times of this format carry their own offset");
    }
    Some((row.format.clone(), Zone::utc()))
}

fn symbols(rows: &[String], place: &Place<'_>, currencies: &Currencies) -> Vec<Symbol> {
    let rows = place.rows("symbols", rows).filter_map(|(place, text)| {
        if text.is_empty() || text.trim().len() < text.len() || text.chars().any(|c| c.is_ascii_digit() || c == '-') {
            place.problem("is not a symbol that stands beside an amount, as in `$` or `USD`");
            return None;
        }
        let symbol = Symbol::new(text, currencies.get(text).copied());
        if symbol.is_none() {
            place.problem(format!(
                "stands for no known currency; give it one in the source's `currencies`, as in `{text:?} = \"EUR\"`"
            ));
        }
        symbol
    });
    let mut symbols: Vec<Symbol> = rows.collect();
    symbols.sort_by_key(|symbol| Reverse(symbol.text().len()));
    symbols
}
