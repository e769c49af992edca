//! What holds for every form: nothing panics, the order does not matter, no change of a covered
//! value goes through.

use crate::support::*;
use core::time::Duration;
use postback::Timestamp;
use postback::clickbank::{
    form::{Form, FormCharset, FormNotification, FormVersion, ZeroDecimal},
    thank_you::ThankYou,
};
use proptest::{collection::btree_map, prelude::*};

const THANK_YOU: &str = include_str!("../vectors/thankyou.jsonl");

/// Looks at everything that a notification tells.
fn read_all(notification: &FormNotification) -> String {
    let pairs = notification
        .vend_through()
        .into_iter()
        .flat_map(|through| through.pairs());
    let pairs: usize = pairs.map(|(name, value)| name.len() + value.len()).sum();
    let next = notification.next_payment_date().map(str::len);
    let path = "vendorVariables.x".parse().unwrap();
    let found = notification.lookup(&path, ZeroDecimal::Minor).map(|text| text.len());
    let amount = notification.order_amount().zip(notification.order_currency());
    let amount = amount.map(|(units, currency)| units.amount(currency, ZeroDecimal::Minor).is_ok());
    format!(
        "{notification:?} {pairs} {next:?} {found:?} {amount:?} {:?}",
        notification.parent_receipt()
    )
}

/// What was posted, without the names: that is what the check of 2.0 and later covers.
fn values(notification: &FormNotification) -> Vec<String> {
    let json = serde_json::to_value(notification).unwrap();
    let values = json.as_object().unwrap().values();
    values.map(|value| value.as_str().unwrap().to_owned()).collect()
}

/// A form that was changed: whether it verifies, and if so that nothing covered is another.
fn survives(changed: &[u8], original: &FormNotification) -> bool {
    let Ok(form) = Form::parse_as(changed, FormCharset::Latin1) else {
        return false;
    };
    let Ok(read) = form.verify(&key_ring(&[SECRET])) else {
        return false;
    };
    read_all(&read);
    if *original.version() == FormVersion::V1 {
        let covered = |notification: &FormNotification| {
            let json = serde_json::to_value(notification).unwrap();
            let mut parameters = json.as_object().unwrap().clone();
            // Not covered, and empty is the same as absent.
            parameters.retain(|name, value| !matches!(name.as_str(), "ctranstime" | "cupsellreceipt") && value != "");
            parameters
        };
        assert_eq!(covered(&read), covered(original), "{}", changed.escape_ascii());
    } else {
        assert_eq!(values(&read), values(original), "{}", changed.escape_ascii());
    }
    true
}

#[test]
fn no_flipped_bit_changes_what_is_covered() {
    for name in ["sale 1.0", "rebill 2.1", "latin-1 name, check over latin-1"] {
        let (body, original) = (made(name), verified(name));
        let mut survived = 0;
        for place in 0..body.len() {
            for bit in 0..8 {
                let mut changed = body.clone().into_bytes();
                changed[place] ^= 1 << bit;
                survived += usize::from(survives(&changed, &original));
            }
        }
        // Names that stay in their order, the case of escapes, and in 1.0 what is not covered.
        assert!(survived < body.len() * 4, "{name}: {survived}");
    }
}

#[test]
fn no_beginning_of_a_form_verifies() {
    for made in all_made() {
        for length in 0..made.body.len() {
            let cut = &made.body.as_bytes()[..length];
            let Ok(form) = Form::parse_as(cut, FormCharset::Latin1) else {
                continue;
            };
            assert!(form.verify(&key_ring(&[SECRET])).is_err(), "{}: {length}", made.name);
        }
    }
}

#[test]
fn no_beginning_and_no_flipped_bit_of_a_thank_you_page_panics_and_no_plain_one_lies() {
    let at = Timestamp::from_unix_seconds(1_383_932_433).unwrap();
    let verify = |query: &[u8]| {
        let page = ThankYou::parse(query).ok()?;
        let plain = !page.is_encrypted();
        let page = page.verify(&key_ring(&[SECRET]), at, Duration::MAX).ok()?;
        let told = (
            page.receipts().collect::<String>(),
            page.items().collect::<String>(),
            page.time(),
        );
        Some((plain, format!("{told:?}")))
    };
    for line in THANK_YOU.lines() {
        let vector: serde_json::Value = serde_json::from_str(line).unwrap();
        let query = vector["query"].as_str().unwrap().as_bytes();
        let original = verify(query);
        for place in 0..query.len() {
            verify(&query[..place]);
            for bit in 0..8 {
                let mut changed = query.to_vec();
                changed[place] ^= 1 << bit;
                if let Some((true, told)) = verify(&changed) {
                    assert_eq!(Some((true, told)), original, "{}", changed.escape_ascii());
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_a_form_or_none(bytes: Vec<u8>) {
        let key_ring = key_ring(&[SECRET]);
        for charset in [FormCharset::Utf8, FormCharset::Latin1] {
            if let Ok(form) = Form::parse_as(&bytes, charset) {
                prop_assert!(form.verify(&key_ring).is_err());
            }
        }
        let _ = ThankYou::parse(&bytes);
    }

    #[test]
    fn a_form_that_was_encoded_is_the_one_that_is_read(parameters in btree_map(".{1,8}", ".{0,12}", 0..20), rotate in 0_usize..20) {
        let body = encoded(&parameters);
        let form = form(&body);
        prop_assert_eq!(format!("{form:?}"), format!("Form({} parameters)", parameters.len()));
        let mut parts: Vec<&str> = body.split('&').collect();
        let middle = rotate % parts.len();
        parts.rotate_left(middle);
        prop_assert_eq!(Form::parse(parts.join("&").as_bytes()).unwrap(), form);
    }

    #[test]
    fn the_order_of_the_parameters_does_not_matter(seed in 0_usize..1000) {
        for name in ["sale 1.0", "rebill 2.1", "refund 4.0"] {
            let body = made(name);
            let mut parts: Vec<&str> = body.split('&').collect();
            let middle = seed % parts.len();
            parts.rotate_left(middle);
            if seed % 2 == 1 {
                parts.reverse();
            }
            let read = form(&parts.join("&")).verify(&key_ring(&[SECRET]));
            prop_assert_eq!(read.unwrap(), verified(name));
        }
    }
}
