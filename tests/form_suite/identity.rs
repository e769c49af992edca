//! Which forms are the same message, and the same as a later version's.

use crate::support::*;

/// The rebill of the vectors as version 7.0 writes it.
const LATER: &str = r#"{"transactionTime":"20131108T094033-0800","receipt":"ABCD1234-B002","transactionType":"BILL","role":"VENDOR",
    "totalAccountAmount":26.70,"lineItems":[{"itemNo":"7"}],"trackingCodes":["c1"],"attemptCount":2,"version":7.0}"#;

#[test]
fn the_two_urls_of_an_account_tell_of_a_sale_once() {
    let account = account();
    let (form, later) = (account.made("rebill 2.1"), account.later(LATER));
    assert_eq!(form.id, later.id);
    assert_eq!(
        (form.at, form.sum, form.receipt, form.clicks),
        (later.at, later.sum, later.receipt, later.clicks)
    );
}

#[test]
fn each_part_of_the_identity_makes_another_event() {
    let account = account();
    let form = account.made("rebill 2.1").id;
    for (part, other) in [
        ("-B002", ""),
        ("BILL", "SALE"),
        ("VENDOR", "AFFILIATE"),
        ("094033", "094034"),
        (r#""7""#, r#""8""#),
        (r#"{"itemNo":"7"}"#, r#"{"itemNo":"7"},{"itemNo":"8"}"#),
    ] {
        assert_ne!(account.later(&LATER.replace(part, other)).id, form, "{other}");
    }
    assert_eq!(account.later(&LATER.replace("26.70", "1.00")).id, form);
}

#[test]
fn a_form_of_1_is_known_by_all_that_its_check_covers_and_by_nothing_else() {
    let account = account();
    let event = |body: &str| account.form(&form(body).verify(&key_ring(&[SECRET])).unwrap()).unwrap();
    let body = made("sale 1.0");
    let sale = event(&body);
    let moved = event(&body.replace("ctranstime=1383932433", "ctranstime=1383932434"));
    assert_eq!(sale.id, moved.id);
    // The check does not cover its time: it is not taken, so that a waiting sale is not rewritten
    // by another one.
    assert_eq!((sale.at, sale.timed), (sale.received_at, false));
    assert_eq!(sale, moved);
    assert_eq!(sale, event(&body.replace("cupsellreceipt=", "cupsellreceipt=WXYZ9876")));
    assert_eq!(sale.id, event(&format!("{body}&own=1")).id);
    assert_ne!(sale.id, account.made("sale 1.0 without optional fields").id);
    assert_ne!(sale.id, account.made("utf-8 name").id);
}

#[test]
fn what_has_no_receipt_is_known_by_its_whole_text() {
    let abandoned = account().made("abandoned order without a receipt");
    assert_eq!(abandoned.id, account().made("abandoned order without a receipt").id);
    assert!(abandoned.identified && abandoned.receipt.is_none());
    let of = |parameters: &[(&str, &str)]| {
        let all = parameters.iter().chain(&[
            ("cnoticeversion", "4.0"),
            ("ctransaction", "ABANDONED_ORDER"),
            ("ctranstime", "1"),
        ]);
        let parameters = all
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        account()
            .form(&form(&signed(parameters)).verify(&key_ring(&[SECRET])).unwrap())
            .unwrap()
            .id
    };
    assert_ne!(
        of(&[("ccustcity", "a\nccuststate=b")]),
        of(&[("ccustcity", "a"), ("ccuststate", "b")])
    );
}

#[test]
fn a_test_of_the_settings_that_is_pressed_again_is_news_and_a_sale_that_comes_again_is_not() {
    let account = account();
    let of_1 = |changes: &[(&str, &str)]| {
        let mut parameters = parameters("sale 1.0");
        for (name, value) in changes {
            parameters.insert((*name).to_owned(), (*value).to_owned());
        }
        form(&signed_1(parameters)).verify(&key_ring(&[SECRET])).unwrap()
    };
    let ping = of_1(&[("ctransaction", "TEST"), ("ctransreceipt", "********")]);
    assert_ne!(account.later_by(0, &ping).id, account.later_by(1, &ping).id);
    let sale = of_1(&[]);
    assert_eq!(account.later_by(0, &sale).id, account.later_by(1, &sale).id);
}
