//! Checks that a form's parameters fit its version, in addition to the check value. That value
//! covers the values in the order of their names, but neither the names nor where one value ends
//! and the next begins. Without these rules the values of one notification could make dozens of
//! others under other names.

use super::money::{MinorUnits, ZeroDecimal};
use super::notification::Values;
use super::version::FormVersion;
use crate::clickbank::ins::{Fault, TransactionType};
use crate::value::{Currency, Pii, Receipt};
use alloc::{string::String, vec::Vec};
use core::ops::RangeInclusive;

/// The parameter with the check value.
pub(super) const CHECK: &str = "cverify";

/// The parameters that the check of 1.0 covers, in its order; several receivers agree.
/// `cupsellreceipt` and `ctranstime` are not among them. (One receiver appends the address for
/// physical products; no post of one is known, so this is not followed.)
pub(super) const COVERED_BY_1: [&str; 15] = [
    "ccustname",
    "ccustemail",
    "ccustcc",
    "ccuststate",
    "ctransreceipt",
    "cproditem",
    "ctransaction",
    "ctransaffiliate",
    "ctranspublisher",
    "cprodtype",
    "cprodtitle",
    "ctranspaymentmethod",
    "ctransamount",
    "caffitid",
    "cvendthru",
];

/// The parameters of 2.0 and 2.1 (three receivers' lists and captures), in the byte order of their
/// names.
const OF_2: &[&str] = &[
    "caccountamount",
    "ccurrency",
    "ccustaddr1",
    "ccustaddr2",
    "ccustcc",
    "ccustcity",
    "ccustcounty",
    "ccustemail",
    "ccustfirstname",
    "ccustfullname",
    "ccustlastname",
    "ccustshippingcountry",
    "ccustshippingstate",
    "ccustshippingzip",
    "ccuststate",
    "ccustzip",
    "cfuturepayments",
    "cnextpaymentdate",
    "corderamount",
    "cprocessedpayments",
    "cproditem",
    "cprodtitle",
    "cprodtype",
    "crebillamnt",
    "crebillstatus",
    "ctid",
    "ctransaction",
    "ctransaffiliate",
    "ctranspaymentmethod",
    "ctransreceipt",
    "ctransrole",
    "ctranstime",
    "cupsellreceipt",
    "cvendthru",
];
/// The two names of the seller's parameter; a form has one of them.
const SELLER: [&str; 2] = ["ctranspublisher", "ctransvendor"];
/// The further parameters that 4.0 has in every capture. The test of the settings may lack the ones
/// that only an order in a flow has.
const OF_4: &[&str] = &["cnoticeversion", "cshippingamount", "ctaxamount"];
/// The parameters that 4.0 may lack.
const OF_4_AT_TIMES: &[&str] = &["cbf", "cbfid", "cbfpath", "corderlanguage", "crebillfrequency"];
/// The parameters that only 1.0 has.
const ONLY_OF_1: &[&str] = &["caffitid", "ccustname", "ctransamount"];
/// The parameters that may hold a `|`, since people write their values.
const FREE: &[&str] = &[
    "ccustaddr1",
    "ccustaddr2",
    "ccustcity",
    "ccustcounty",
    "ccustfirstname",
    "ccustfullname",
    "ccustlastname",
    "ccustname",
    "ccustshippingstate",
    "ccustshippingzip",
    "ccuststate",
    "ccustzip",
    "cprodtitle",
    "cvendthru",
];
/// The same for 1.0. A `|` in any other of its fifteen parameters would let the values of a later
/// version's form be packed into them.
const FREE_OF_1: &[&str] = &["ccustname", "cprodtitle", "cvendthru"];

const AMOUNTS: &[&str] = &[
    "caccountamount",
    "corderamount",
    "cshippingamount",
    "ctaxamount",
    "ctransamount",
];
/// Numbers and a day, which hold no letters in any case.
const COUNTS: &[&str] = &[
    "cfuturepayments",
    "cnextpaymentdate",
    "cprocessedpayments",
    "crebillamnt",
];
/// The length of a receipt: 8 to 13 characters by the list of 1.0, and at most 21 by the code of a
/// current receiver.
const RECEIPT: RangeInclusive<usize> = 8..=21;

/// Refuses a structural value that does not have the form of its parameter.
pub(super) fn values(values: &Values, version: &FormVersion, word: &TransactionType) -> Result<(), Fault> {
    let text = |name: &str| values.get(name).map(Pii::expose).unwrap_or_default();
    let must = |name: &'static str, holds: bool| if holds { Ok(()) } else { Err(Fault::Invalid(name)) };

    let receipt = text("ctransreceipt");
    let is_placeholder = word.is_test() && receipt.bytes().all(|byte| byte == b'*');
    must(
        "ctransreceipt",
        is_placeholder || word.may_lack_receipt() || is_receipt(receipt),
    )?;
    let parent = text("cupsellreceipt");
    must(
        "cupsellreceipt",
        // In 1.0 it is not read.
        *version == FormVersion::V1
            || parent.is_empty()
            || is_receipt(parent)
            || is_placeholder
            || word.may_lack_receipt(),
    )?;
    must("ctransaction", is_word(text("ctransaction"), word))?;
    for name in AMOUNTS {
        let amount = MinorUnits(text(name));
        must(
            name,
            amount.text().is_empty() || amount.amount(Currency::USD, ZeroDecimal::Minor).is_ok(),
        )?;
    }
    for name in COUNTS {
        must(name, !text(name).bytes().any(|byte| byte.is_ascii_alphabetic()))?;
    }
    Ok(())
}

/// Whether the names, and the places where values end, can be those of the version.
pub(super) fn fits(values: &Values, version: &FormVersion) -> bool {
    let has_bar = |name: &str| values.get(name).is_some_and(|value| value.expose().contains('|'));
    if *version == FormVersion::V1 {
        let mut strict = COVERED_BY_1.iter().filter(|name| !FREE_OF_1.contains(name));
        let text = |name: &str| values.get(name).map(Pii::expose).unwrap_or_default();
        // No form of 1.0 is known that names its version.
        return text("cnoticeversion").is_empty()
            && (text("cprodtype").is_empty() || is_product_type(text("cprodtype")))
            && !strict.any(|name| has_bar(name));
    }
    let of_4 = !matches!(version, FormVersion::V2 | FormVersion::V3);
    let later = OF_4.iter().filter(|_| of_4);
    let mut expected = OF_2.iter().chain(later);
    let is_known = |name: &str| {
        let later = OF_4.contains(&name) || OF_4_AT_TIMES.contains(&name);
        OF_2.contains(&name) || SELLER.contains(&name) || name == "cnoticeversion" || (of_4 && later)
    };
    let names = || values.keys().map(String::as_str).filter(|name| *name != CHECK);
    if ONLY_OF_1.iter().any(|name| values.contains_key(*name)) {
        return false;
    }
    if names().any(|name| has_bar(name) && is_known(name) && !FREE.contains(&name)) {
        return false;
    }
    // No parameters are added to 2.0 and 2.1 any more. A form of 4.0 without its version's name
    // would look like 2.0 with names that 2.0 does not have.
    let has_strange = names().any(|name| !is_known(name));
    if has_strange && *version == FormVersion::V2 {
        return false;
    }
    // A parameter that ClickBank adds one day comes together with all the names that a form of 4.0
    // may have, and a `|` in a title with all that it must have. In a forgery it takes the place of
    // one of them.
    let present = |name: &&str| values.contains_key(*name);
    let complete = expected.all(present) && SELLER.iter().any(present);
    let whole = complete && OF_4_AT_TIMES.iter().filter(|_| of_4).all(present);
    (whole || !has_strange) && (complete || !names().any(has_bar))
}

/// Whether any version has a parameter of this name.
pub(super) fn is_known(name: &str) -> bool {
    let of_1 = COVERED_BY_1.contains(&name);
    let of_2 = OF_2.contains(&name) || SELLER.contains(&name);
    name == CHECK || of_1 || of_2 || OF_4.contains(&name) || OF_4_AT_TIMES.contains(&name)
}

/// The sets of names that a form of the version may have had: with either name of the seller unless
/// one is there, and with or without the names that 4.0 may lack. It is empty for 1.0, whose check
/// counts a missing parameter as empty.
pub(super) fn could_have(values: &Values, version: &FormVersion) -> Vec<Vec<&'static str>> {
    const SELLERS: &[&str] = &SELLER;
    if *version == FormVersion::V1 {
        return Vec::new();
    }
    let of_4 = !matches!(version, FormVersion::V2 | FormVersion::V3);
    let present = SELLERS.iter().find(|name| values.contains_key(**name));
    let sellers = present.map_or(SELLERS, core::slice::from_ref);
    let at_times: &[bool] = if of_4 { &[true, false] } else { &[false] };
    let sets = sellers.iter().flat_map(|seller| {
        at_times.iter().map(move |at_times| {
            let later = OF_4.iter().filter(|_| of_4);
            let rare = OF_4_AT_TIMES.iter().filter(|_| *at_times);
            OF_2.iter().chain(later).chain(rare).chain([seller]).copied().collect()
        })
    });
    sets.collect()
}

/// Whether the text may be a product type: `STANDARD`, `RECURRING` and others that were seen. They
/// have 8 to 11 characters by the list of 1.0.
fn is_product_type(text: &str) -> bool {
    (8..=11).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

fn is_receipt(text: &str) -> bool {
    let (receipt, _) = Receipt::split_rebill(text);
    let is_of_receipts = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    RECEIPT.contains(&receipt.len()) && receipt.bytes().all(is_of_receipts)
}

/// Whether the text may be a transaction type. A change of a subscription names two product
/// numbers, which may be in lower case.
fn is_word(text: &str, word: &TransactionType) -> bool {
    if *word == TransactionType::SubscriptionChange {
        return !text.contains('|') && !text.chars().any(char::is_control);
    }
    let is_of_words = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"_ >-".contains(&byte);
    text.bytes().all(is_of_words) && text.starts_with(|letter: char| letter.is_ascii_uppercase())
}
