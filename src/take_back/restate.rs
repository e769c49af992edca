//! The event of a sale with another value, as Google's Data Manager takes it: the same transaction,
//! the same identifiers, and only value and currency differ.
//!
//! It is made of the event that was told, and not of the conversion as it is now, so that whatever
//! was changed since (the action, the template of the id) does not make another transaction of it.

use crate::outbound::{HoledText, Part};
use crate::value::Money;
use alloc::{
    collections::BTreeMap,
    string::{String, ToString},
};

/// What stands before the value.
const VALUE: &str = "\"conversionValue\":";
/// What stands before the currency.
const CURRENCY: &str = "\"currency\":\"";
/// The object of click ids.
const CLICK: &str = "\"adIdentifiers\":{";

/// Why an event is not restated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotRestated {
    /// It is not an event as this version writes it.
    Unreadable,
    /// Nothing is left that identifies the person or the click, and Google refuses such an event.
    NoIdentifier,
}

/// The item with another value. Its personal values must be there if it has no click id.
pub(super) fn restated<T>(
    item: &HoledText,
    private: &BTreeMap<String, T>,
    value: Money,
) -> Result<HoledText, NotRestated> {
    let mut parts = item.0.clone();
    let place = parts.iter_mut().find_map(|part| match part {
        Part::Text(text) if text.contains(VALUE) => Some(text),
        _ => None,
    });
    let text = place.ok_or(NotRestated::Unreadable)?;
    if !text.contains(CLICK) && !private.contains_key("user_data") {
        return Err(NotRestated::NoIdentifier);
    }
    let with_value = replaced(text, VALUE, &[',', '}'], &value.amount.to_string());
    let with_both = with_value.and_then(|text| replaced(&text, CURRENCY, &['"'], value.currency.as_str()));
    *text = with_both.ok_or(NotRestated::Unreadable)?;
    Ok(HoledText(parts))
}

/// The text with another value between `before` and the first of `ends`. A text in JSON has its
/// quotes escaped, so that `before` is found nowhere but at its member.
fn replaced(text: &str, before: &str, ends: &[char], value: &str) -> Option<String> {
    let (head, rest) = text.split_once(before)?;
    let end = rest.find(ends).unwrap_or(rest.len());
    Some([head, before, value, rest.get(end..)?].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn eur(amount: &str) -> Money {
        Money {
            amount: amount.parse().unwrap(),
            currency: "EUR".parse().unwrap(),
        }
    }

    fn item(before: &str) -> HoledText {
        HoledText::plain(format!(
            "{{{before}\"currency\":\"EUR\",\"conversionValue\":30.00,\"adIdentifiers\":{{\"gclid\":\"EAIa\"}}}}"
        ))
    }

    #[test]
    fn only_the_value_changes() {
        let told = item("\"transactionId\":\"A-1.Purchase\",");
        let text = restated(&told, &BTreeMap::<String, ()>::new(), eur("12.5"))
            .unwrap()
            .to_string();
        let wanted = told.to_string().replace("30.00", "12.5");
        assert_eq!(text, wanted);
    }

    #[test]
    fn a_transaction_that_is_named_like_a_member_stays() {
        let told = item("\"transactionId\":\"\\\"conversionValue\\\":7\",");
        let text = restated(&told, &BTreeMap::<String, ()>::new(), eur("0"))
            .unwrap()
            .to_string();
        assert_eq!(text, told.to_string().replace("30.00", "0"));
    }

    #[test]
    fn without_click_id_the_persons_values_are_needed() {
        let told = HoledText::plain("{\"currency\":\"EUR\",\"conversionValue\":30}");
        let none = BTreeMap::<String, ()>::new();
        assert_eq!(restated(&told, &none, eur("0")), Err(NotRestated::NoIdentifier));
        let person = BTreeMap::from([(String::from("user_data"), ())]);
        assert!(restated(&told, &person, eur("0")).is_ok());
        let other = HoledText::plain("{\"value\":30}");
        assert_eq!(restated(&other, &person, eur("0")), Err(NotRestated::Unreadable));
    }
}
