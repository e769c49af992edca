//! The parameters.

use crate::support::*;
use postback::clickbank::{
    form::{FormNotification, ZeroDecimal},
    ins::TransactionType,
};
use postback::value::{Currency, Pii};

fn published(which: usize) -> FormNotification {
    form(&encoded(&published_4()[which]))
        .verify(&key_ring(&[V4_SECRET]))
        .unwrap()
}

fn exposed(value: Option<Pii>) -> String {
    value.map(|value| value.expose().to_owned()).unwrap_or_default()
}

fn other<'a>(form: &'a FormNotification, name: &str) -> &'a str {
    form.value(name).map(Pii::expose).unwrap_or_default()
}

#[test]
fn a_post_of_4_tells_what_its_parameters_say() {
    let sale = published(0);
    assert_eq!(sale.transaction_type(), &TransactionType::TestSale);
    assert_eq!(sale.transaction_type_text(), "TEST_SALE");
    assert!(sale.is_test());
    assert_eq!(sale.transaction_time().to_string(), "2013-11-08T17:40:33Z");
    assert_eq!(sale.receipt().unwrap().text(), "J5ZD69EL");
    assert_eq!((sale.vendor(), sale.affiliate()), (Some("aproductid"), None));
    assert_eq!(sale.role(), Some("VENDOR"));
    assert_eq!(sale.payment_method(), Some("TEST"));
    assert_eq!(sale.order_language(), Some("EN"));
    assert_eq!(
        (sale.item_number(), sale.product_title()),
        (Some("1037"), Some("Product Title"))
    );
    assert_eq!(sale.product_type(), Some("STANDARD"));
    assert_eq!(sale.tracking_code(), None);
    assert_eq!(sale.parent_receipt(), None);
    let others = ["cbf", "cbfid", "cbfpath", "ccustfirstname", "ccustlastname"].map(|name| other(&sale, name));
    assert_eq!(others, ["6NL5FMRERQ", "12425", "", "Ethan", "Claus"]);
    assert_eq!(exposed(sale.full_name()), "Ethan Claus");
    assert_eq!(exposed(sale.email()), "email@aol.com");
    assert_eq!(
        ["ccuststate", "ccustzip"].map(|name| other(&sale, name)),
        ["TX", "12491"]
    );
    assert_eq!(sale.country(), Some("US"));
    let through = sale.vend_through().unwrap();
    assert_eq!(through.value("email").as_deref(), Some("email@aol.com"));
    assert_eq!(through.value("cbskin").as_deref(), Some("5505"));
}

#[test]
fn amounts_are_minor_units_by_their_text() {
    let sale = published(0);
    assert_eq!(sale.order_currency(), Some(Currency::USD));
    let texts = [
        sale.account_amount(),
        sale.order_amount(),
        sale.tax_amount(),
        sale.shipping_amount(),
        sale.rebill_amount(),
    ];
    assert_eq!(
        texts.map(|amount| amount.map(|amount| amount.text())),
        [Some("3322"), Some("3700"), Some("0"), Some("0"), None]
    );
    let account = sale.account_amount().unwrap().amount(Currency::USD, ZeroDecimal::Minor);
    assert_eq!(account.unwrap().to_string(), "33.22");
}

#[test]
fn the_fields_of_a_subscription_are_empty_where_there_is_none() {
    let sale = published(0);
    assert_eq!(sale.value("crebillstatus").map(Pii::expose), Some(""));
    assert_eq!(sale.value("nobody"), None);
    assert!(sale.rebill_status().is_none() && sale.rebill_frequency().is_none() && sale.next_payment_date().is_none());
    assert!(sale.payments_processed().is_none() && sale.payments_remaining().is_none());
    let bill = verified("rebill 2.1");
    assert_eq!(bill.product_type(), Some("RECURRING"));
    assert_eq!(bill.rebill_status(), Some("ACTIVE"));
    assert_eq!(
        (bill.payments_processed(), bill.payments_remaining()),
        (Some(2), Some(998))
    );
    assert_eq!(bill.next_payment_date(), Some("2013-12-08"));
    assert_eq!(bill.rebill_amount().unwrap().text(), "112799");
    assert_eq!(bill.receipt().unwrap().rebill(), Some(2));
    assert_eq!(bill.vendor(), Some("seller"));
}

#[test]
fn the_test_of_the_settings_names_no_order_and_may_lack_parameters() {
    let ping = published(1);
    assert_eq!(ping.transaction_type(), &TransactionType::Test);
    assert!(ping.receipt().unwrap().is_placeholder());
    let short = verified("settings' test of 39 parameters");
    assert!(short.receipt().unwrap().is_placeholder());
    assert_eq!((short.value("cbf"), short.order_language()), (None, None));
}

#[test]
fn of_1_only_what_its_check_covers_is_kept_with_the_time_and_the_parent() {
    let body = format!("{}&ctaxamount=1&cbf=x&ccustcity=Austin&own=1", made("sale 1.0"));
    let sale = form(&body).verify(&key_ring(&[SECRET])).unwrap();
    assert_eq!(
        (sale.tax_amount().is_none(), sale.value("ccustcity"), sale.value("own")),
        (true, None, None)
    );
    assert_eq!(sale.order_amount().unwrap().text(), "2700");
    assert_eq!(sale.account_amount(), None);
    assert_eq!(sale.order_currency(), Some(Currency::USD));
    assert_eq!(sale.tracking_code(), Some("c1"));
    assert_eq!(exposed(sale.full_name()), "Jürgen Groß & Co");
    assert_eq!(sale.product_title(), Some("100% | Yes"));
    assert_eq!(sale.vend_through().unwrap().value("x").as_deref(), Some("a&b"));
    assert_eq!(sale.transaction_time().unix_seconds(), 1_383_932_433);
}

#[test]
fn an_upsell_names_the_first_sale() {
    let upsell = verified("upsell 2.1 in yen");
    assert_eq!(upsell.parent_receipt().unwrap().as_str(), "ABCD1234");
    // One's own receipt, with or without a rebill's number, is no parent.
    assert_eq!(verified("upsell 2.1 that names itself").parent_receipt(), None);
    // The check of 1.0 does not cover it.
    let body = made("sale 1.0").replace("cupsellreceipt=", "cupsellreceipt=WXYZ9876");
    let old = form(&body).verify(&key_ring(&[SECRET])).unwrap();
    assert_eq!((old.parent_receipt(), old.value("cupsellreceipt")), (None, None));
}

#[test]
fn a_subscription_change_names_both_products() {
    let change = verified("subscription change");
    assert_eq!(change.transaction_type(), &TransactionType::SubscriptionChange);
    assert_eq!(change.transaction_type_text(), "SUBSCRIPTION-CHG 7->8");
    let products = change.subscription_change().unwrap();
    assert_eq!((products.old, products.new), ("7", "8"));
    assert_eq!(verified("rebill 2.1").subscription_change(), None);
}

#[test]
fn a_notification_is_written_as_its_parameters_by_name() {
    let json = serde_json::to_value(verified("abandoned order without a receipt")).unwrap();
    assert_eq!(
        json,
        serde_json::json!({"ccustemail": "a@example.com", "ccustfullname": "", "cnoticeversion": "4.0", "cproditem": "7",
            "ctransaction": "ABANDONED_ORDER", "ctranstime": "1383932433"})
    );
}

#[test]
fn every_method_reads_the_parameter_of_its_name() {
    let n = verified("every parameter of 4.0");
    let texts = [
        (n.vendor(), "v-ctransvendor"),
        (n.affiliate(), "v-ctransaffiliate"),
        (n.order_language(), "v-corderlanguage"),
        (n.item_number(), "v-cproditem"),
        (n.product_title(), "v-cprodtitle"),
        (n.tracking_code(), "v-ctid"),
        (n.country(), "v-ccustcc"),
        (n.role(), "v-ctransrole"),
        (n.payment_method(), "v-ctranspaymentmethod"),
        (n.product_type(), "v-cprodtype"),
        (n.rebill_status(), "v-crebillstatus"),
        (n.rebill_frequency(), "v-crebillfrequency"),
        (n.next_payment_date(), "2014-01-02"),
    ];
    for (found, text) in texts {
        assert_eq!(found, Some(text));
    }
    assert_eq!(exposed(n.full_name()), "v-ccustfullname");
    assert_eq!(exposed(n.email()), "v-ccustemail");
    assert_eq!(other(&n, "ccustaddr1"), "v-ccustaddr1");
    for (found, text) in [
        (n.account_amount(), "101"),
        (n.order_amount(), "102"),
        (n.tax_amount(), "103"),
        (n.shipping_amount(), "104"),
        (n.rebill_amount(), "105"),
    ] {
        assert_eq!(found.unwrap().text(), text);
        assert_eq!(format!("{:?}", found.unwrap()), format!("MinorUnits({text:?})"));
    }
    assert_eq!((n.payments_processed(), n.payments_remaining()), (Some(6), Some(7)));
    assert_eq!(n.parent_receipt().unwrap().as_str(), "EVERY400");
    assert_eq!(n.vend_through().unwrap().text(), "x=y");
    assert_eq!(n.order_currency().unwrap().as_str(), "KWD");
}
