//! Prints the demo's steps for a reader.

use super::{Failure, text, unexpected};
use postback::Notification;
use serde_json::Value;
use std::{collections::BTreeMap, io};

/// The postbacks of the campaign, and whether the sale must fire each.
const VERDICTS: [(&str, bool); 3] = [
    ("approved-purchases", true),
    ("big-purchases", false),
    ("pending-purchases", false),
];

/// Prints a notification for a person.
pub(super) fn notification(out: &mut dyn io::Write, sale: &Notification) -> io::Result<()> {
    let item = sale.line_items().next();
    let item = item.and_then(|item| item.product_title().map(str::to_owned));
    let item = item.unwrap_or_default();
    let amount = sale.total_account_amount().map_or("no amount", |number| number.text());
    let receipt = sale.receipt().map_or("none", |receipt| receipt.text());
    let codes: Vec<&str> = sale.tracking_codes().collect();
    let codes = if codes.is_empty() {
        "none".to_owned()
    } else {
        codes.join(", ")
    };
    writeln!(
        out,
        "   decrypted  INS {}, {}, receipt {receipt}",
        sale.version(),
        sale.transaction_type_text()
    )?;
    writeln!(
        out,
        "              {amount} USD for \"{item}\" at {}",
        sale.transaction_time().text()
    )?;
    writeln!(out, "              tracking codes: {codes}")
}

/// Prints which postbacks fired and which did not, and why.
///
/// # Errors
/// - an explanation in an unexpected form
/// - verdicts other than [`VERDICTS`]
pub(super) fn rules(out: &mut dyn io::Write, explained: &Value) -> Result<(), Failure> {
    let events = explained.pointer("/events").and_then(Value::as_array);
    let mut events = events.into_iter().flatten();
    let sale = events.find(|event| event.pointer("/name") == Some(&Value::from("SALE")));
    let rules = sale.and_then(|sale| sale.pointer("/rules")?.as_array());
    let mut verdicts = BTreeMap::new();
    for rule in rules.into_iter().flatten() {
        let (postback, fired) = (text(rule, "/postback")?, text(rule, "/verdict")? == "fired");
        let reasons = rule.pointer("/reasons").and_then(Value::as_array);
        let reasons: Vec<&str> = reasons.into_iter().flatten().filter_map(Value::as_str).collect();
        if fired {
            writeln!(out, "   fired      {postback}: its types and statuses match")?;
        } else if reasons.is_empty() {
            writeln!(out, "   not fired  {postback}: {}", text(rule, "/text")?)?;
        } else {
            writeln!(out, "   not fired  {postback}: {}", reasons.join("; "))?;
        }
        verdicts.insert(postback, fired);
    }
    let expected = BTreeMap::from(VERDICTS);
    if verdicts == expected {
        return Ok(());
    }
    Err(unexpected(
        "the rules",
        format!("{expected:?}"),
        format!("{verdicts:?}"),
    ))
}
