//! The testing kit makes what others made: known answers, not round trips alone. What is sealed
//! stands with the notifications, in `ins_suite`.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

use postback::clickbank::form::{Form, FormVersion};
use postback::clickbank::ins::Version;
use postback::clickbank::thank_you::ThankYou;
use postback::testing::{Transaction, World, iv, seal_thank_you, sign_form, sign_thank_you};
use postback::value::Currency;
use postback::{KeyRing, Secret, Timestamp};
use postback_test::jsonl;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::Duration;
use url::form_urlencoded;

const FORMS: &str = include_str!("vectors/form_made_hashlib.jsonl");
const FORMS_4: &str = include_str!("vectors/form_v4_0_cverify_django_clickbank.json");
const PAGES: &str = include_str!("vectors/thankyou.jsonl");

fn decoded(text: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

fn key_ring(secret: &str) -> KeyRing {
    KeyRing::new(vec![Secret::from(secret)]).unwrap()
}

#[test]
fn each_form_that_was_made_elsewhere_gets_its_own_check() {
    #[derive(Deserialize)]
    struct Made {
        name: String,
        secret: String,
        body: String,
    }
    let mut checked = 0;
    for made in jsonl::<Made>(FORMS) {
        // Some are made wrong on purpose, or are no UTF-8.
        let Ok(form) = Form::parse(made.body.as_bytes()) else {
            continue;
        };
        if form.verify(&key_ring(&made.secret)).is_err() {
            continue;
        }
        let pairs = decoded(&made.body);
        let signed = sign_form(&Secret::from(made.secret.as_str()), pairs.clone()).unwrap();
        let check = |pairs: &[(String, String)]| {
            let found = pairs.iter().find(|(name, _)| name == "cverify");
            found.map(|(_, check)| check.clone()).unwrap()
        };
        assert_eq!(check(&decoded(&signed)), check(&pairs), "{}", made.name);
        checked += 1;
    }
    assert!(checked >= 5, "{checked}");
}

#[test]
fn the_captured_forms_of_4_get_their_published_checks() {
    #[derive(Deserialize)]
    struct Published {
        secret: String,
        posts: [BTreeMap<String, String>; 2],
    }
    let published: Published = serde_json::from_str(FORMS_4).unwrap();
    for post in &published.posts {
        let signed = sign_form(&Secret::from(published.secret.as_str()), post).unwrap();
        let expected = format!("cverify={}", post["cverify"]);
        assert!(signed.ends_with(&expected), "{signed} and {expected}");
    }
}

#[test]
fn a_form_that_names_a_parameter_twice_is_not_signed() {
    let error = sign_form(&Secret::from("SECRETSECRET1234"), [("ctid", "a"), ("ctid", "b")]).unwrap_err();
    assert_eq!(error.to_string(), "parameter `ctid` is repeated");
}

#[test]
fn each_thank_you_page_that_was_made_elsewhere_gets_its_own_check() {
    #[derive(Deserialize)]
    struct Page {
        name: String,
        secret: String,
        query: String,
    }
    let mut checked = 0;
    for page in jsonl::<Page>(PAGES) {
        let pairs = decoded(&page.query);
        let now = Timestamp::from_unix_seconds(1_900_000_000).unwrap();
        let read = ThankYou::parse(page.query.as_bytes()).ok();
        let opens = |read: ThankYou| read.verify(&key_ring(&page.secret), now, Duration::MAX).is_ok();
        let Some(given) = pairs
            .iter()
            .find(|(name, _)| name == "cbpop")
            .filter(|_| read.is_some_and(opens))
        else {
            continue;
        };
        let signed = sign_thank_you(&Secret::from(page.secret.as_str()), pairs.clone());
        assert!(
            signed.ends_with(&format!("&cbpop={}", given.1)),
            "{}: {signed}",
            page.name
        );
        checked += 1;
    }
    assert!(checked >= 3, "{checked}");
}

#[test]
fn an_encrypted_page_tells_what_was_put_into_it() {
    let (secret, now) = ("SECRETSECRET1234", Timestamp::from_unix_seconds(1_775_052_010).unwrap());
    let sale = Transaction::new("SALE", "ABCD1234", now);
    let signed = decoded(&sign_thank_you(&Secret::from(secret), sale.thank_you()));
    let query = seal_thank_you(&Secret::from(secret), &iv(1), signed);
    let page = ThankYou::parse(query.as_bytes()).unwrap();
    let page = page.verify(&key_ring(secret), now, Duration::from_secs(1)).unwrap();
    assert!(page.is_checked());
    assert_eq!(page.receipts().collect::<Vec<_>>(), ["ABCD1234"]);
}

#[test]
fn a_transaction_is_taken_in_in_every_version() {
    for version in [Version::V6, Version::V7, Version::V8] {
        let world = World::clickbank();
        let mut sale = Transaction::new("SALE", "ABCD1234", World::after(60));
        sale.click = Some(World::CLICK.into());
        sale.amount = "37.50".parse().unwrap();
        sale.currency = "EUR".parse::<Currency>().unwrap();
        sale.vendor = "a \"seller\"".into();
        assert_eq!(
            world.notify(&sale.plaintext(&version)).outcome.as_str(),
            "applied",
            "{version}"
        );
        assert_eq!(world.events()[0].event.at, World::after(60), "{version}");
        assert_eq!(world.send(), ["GET https://channel.example.com/log?key=R1&price=37.5"]);
        let mut refund = sale.clone();
        (refund.kind, refund.amount) = ("RFND".into(), sale.amount.neg());
        assert_eq!(
            world.notify(&refund.plaintext(&version)).outcome.as_str(),
            "applied",
            "{version}"
        );
        assert!(world.send().is_empty());
        assert_eq!(world.conversions().len(), 2);
    }
}

#[test]
fn a_transaction_is_a_form_that_verifies_in_every_version() {
    let secret = Secret::from("SECRETSECRET1234");
    let mut sale = Transaction::new("TEST_SALE", "ABCD1234", World::after(60));
    sale.amount = "37.50".parse().unwrap();
    sale.click = Some("c1".into());
    for version in [
        FormVersion::V1,
        FormVersion::V2,
        FormVersion::V3,
        FormVersion::V4,
        FormVersion::V5,
    ] {
        let body = sign_form(&secret, sale.form(&version).unwrap()).unwrap();
        let form = Form::parse(body.as_bytes())
            .unwrap()
            .verify(&key_ring("SECRETSECRET1234"))
            .unwrap();
        assert_eq!((form.version(), form.tracking_code()), (&version, Some("c1")));
        assert!(form.is_test());
        assert_eq!(
            form.order_amount().map(|amount| amount.text().to_owned()).as_deref(),
            Some("3750")
        );
    }
    sale.amount = "37.505".parse().unwrap();
    assert_eq!(sale.form(&FormVersion::V4), None, "a form tells whole cents");
}
