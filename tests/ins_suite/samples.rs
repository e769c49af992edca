//! The samples, field by field.

use crate::support::*;
use postback::clickbank::ins::{TransactionType, Version};
use postback::value::Pii;

fn shown(value: Option<Pii>) -> Option<String> {
    value.map(|value| value.expose().to_owned())
}

#[test]
fn a_recurring_test_sale_of_version_6_is_read() {
    let n = parse(sample("pyramid_bimt"));
    assert_eq!(
        (n.version(), n.transaction_type()),
        (&Version::V6, &TransactionType::TestSale)
    );
    assert_eq!(n.transaction_time().text(), "2014-12-20T14:03:10-08:00");
    assert_eq!(n.transaction_time().at().to_string(), "2014-12-20T22:03:10Z");
    assert_eq!(n.receipt().unwrap().text(), "LPJ9VE42");
    assert_eq!(
        (n.vendor(), n.affiliate(), n.role()),
        (Some("niteoweb"), None, Some("VENDOR"))
    );
    assert_eq!(n.total_account_amount().unwrap().amount().unwrap().to_string(), "8.25");
    assert_eq!(n.total_order_amount().unwrap().text(), "8.69");
    assert_eq!(n.total_tax_amount().unwrap().text(), "0.00");
    assert_eq!(n.total_shipping_amount().unwrap().text(), "0.00");
    assert_eq!(n.order_currency().unwrap().as_str(), "EUR");
    assert_eq!((n.payment_method(), n.order_language()), (Some("TEST"), Some("EN")));
    assert_eq!(
        (n.attempt_count(), n.tracking_codes().count(), n.declined_consent()),
        (Some(1), 0, None)
    );
    assert!(n.upsell().is_none() && n.vendor_variables().is_none());
    assert!(n.is_test() && !n.all_items_are_upsells());

    let items: Vec<_> = n.line_items().collect();
    assert_eq!(items.len(), 1);
    assert_eq!(
        (items[0].item_number(), items[0].product_title()),
        (Some("ipntest"), Some("IPN Test"))
    );
    assert_eq!((items[0].shippable(), items[0].recurring()), (Some(false), Some(true)));
    assert_eq!(
        (items[0].quantity(), items[0].line_item_type(), items[0].product_price()),
        (None, None, None)
    );
    assert!(shown(items[0].download_url()).unwrap().contains("cbpop=4C19ACEB"));
    let plan = items[0].payment_plan().unwrap();
    assert_eq!(plan.rebill_status(), Some("ACTIVE"));
    assert_eq!(plan.rebill_frequency(), Some("MONTHLY"));
    assert_eq!(plan.rebill_amount().unwrap().text(), "8.69");
    assert_eq!(
        (plan.payments_processed(), plan.payments_remaining()),
        (Some(1), Some(998))
    );
    assert_eq!(
        plan.next_payment_date().unwrap().at().to_string(),
        "2015-01-20T22:03:10Z"
    );

    let billing = n.billing().unwrap();
    assert_eq!(shown(billing.first_name()), Some("JOHN".into()));
    assert_eq!(shown(billing.last_name()), Some("SMITH".into()));
    assert_eq!(shown(billing.full_name()), Some("John Smith".into()));
    assert_eq!(shown(billing.email()), Some("john.smith@gmail.com".into()));
    assert_eq!(shown(billing.phone_number()), None);
    assert_eq!(shown(billing.address().unwrap().postal_code()), Some("10000".into()));
    assert_eq!(billing.address().unwrap().country(), Some("US"));
}

#[test]
fn the_sample_of_the_documentation_is_read() {
    let n = parse(sample("doc_sample"));
    assert_eq!(n.tracking_codes().collect::<Vec<_>>(), ["tracking_code"]);
    assert_eq!(n.affiliate(), Some("affiliate1"));
    assert_eq!(n.total_account_amount().unwrap().text(), "0.0");
    assert_eq!(n.item_numbers_sorted(), ["1", "2"]);
    assert!(
        n.line_items()
            .all(|item| item.line_item_type() == Some("CART") && item.quantity() == Some(1))
    );
    let address = n.shipping().unwrap().address().unwrap();
    assert_eq!(shown(address.address1()), Some("12TestLane".into()));
    assert_eq!(shown(address.address2()), Some("Suite100".into()));
    assert_eq!(shown(address.city()), Some("LASVEGAS".into()));
    assert_eq!(shown(address.county()), Some("LASVEGAS".into()));
    assert_eq!(shown(address.state()), Some("NV".into()));
    let upsell = n.upsell().unwrap();
    assert_eq!(
        (upsell.original_receipt(), upsell.flow_id()),
        (Some("CWOGBZLN"), Some(55))
    );
    assert_eq!(
        (upsell.session(), upsell.path(), upsell.flow_name()),
        (Some("VVVVVVVVVV"), Some("upsell_path"), None)
    );
    let variables = n.vendor_variables().unwrap();
    assert_eq!(variables.value("v2"), Some("variable2"));
    assert_eq!(
        variables.pairs().collect::<Vec<_>>(),
        [("v1", "variable1"), ("v2", "variable2")]
    );
}

#[test]
fn an_affiliates_notification_is_read_with_what_it_lacks() {
    let n = parse(sample("AFFILIATE"));
    assert_eq!(
        (n.role(), n.version(), n.attempt_count()),
        (Some("AFFILIATE"), &Version::V7, Some(2))
    );
    assert_eq!(n.total_order_amount().unwrap().text(), "47");
    assert_eq!(
        (n.total_tax_amount(), n.total_shipping_amount(), n.order_currency()),
        (None, None, None)
    );
    assert!(n.shipping().is_none() && n.upsell().is_some() && n.parent_receipt().is_none());
    let item = n.line_items().next().unwrap();
    assert_eq!(item.product_price().unwrap().text(), "47");
    assert_eq!(item.product_discount().unwrap().text(), "0");
    assert_eq!(item.account_amount().unwrap().text(), "40.36");
    assert_eq!(
        (
            item.tax_amount().unwrap().text(),
            item.shipping_amount().unwrap().text()
        ),
        ("0", "0")
    );
    assert_eq!(
        (
            item.shipping_liable(),
            item.affiliate_payout(),
            item.joint_venture_payout()
        ),
        (Some(false), None, None)
    );
    assert_eq!(n.transaction_time().at().to_string(), "2020-03-25T17:37:44Z");
}

#[test]
fn the_test_of_the_settings_is_read() {
    let n = parse(sample("openclickbank"));
    assert!(n.receipt().unwrap().is_placeholder() && n.is_test());
    assert_eq!(n.total_order_amount().unwrap().text(), "1.00");
    assert_eq!(shown(n.billing().unwrap().address().unwrap().state()), None);
    assert_eq!((n.order_language(), n.payment_method()), (None, Some("VISA")));
}

#[test]
fn the_tracking_parameters_of_version_8_are_read() {
    let n = parse(sample("v8_0"));
    assert_eq!(n.version(), &Version::V8);
    let click = n.common_tracking_parameters().unwrap();
    assert_eq!(
        click.click_timestamp().unwrap().text(),
        "2026-04-24T00:16:10.669756922Z"
    );
    assert_eq!(click.click_timestamp().unwrap().at().subsec_nanos(), 669_756_922);
    assert_eq!(click.click_id(), Some("00000000-0000-0000-0000-000000000000"));
    assert_eq!(
        (click.device_type(), click.device_brand(), click.device_model()),
        (Some("Desktop"), Some("Unknown"), Some("Desktop"))
    );
    assert_eq!(
        (click.os(), click.os_version(), click.browser()),
        (Some("Windows NT"), Some("??"), Some("Chrome"))
    );
    assert_eq!(
        (click.browser_version(), click.browser_language()),
        (Some("138"), Some("en"))
    );
    assert_eq!(
        (click.country(), click.state(), click.region()),
        (Some("US"), Some("Arizona"), None)
    );
    assert_eq!((click.tracking_type(), click.cb_page()), (Some("direct"), None));
    assert_eq!(shown(click.city()), Some("Phoenix".into()));
    assert!(shown(click.user_agent()).unwrap().starts_with("Mozilla/5.0"));
    assert!(n.affiliate_tracking_parameters().is_none());
    assert_eq!(n.line_items().next().unwrap().affiliate_payout().unwrap().text(), "240");
    assert_eq!(n.upsell().unwrap().flow_name(), Some("Test Upsell Flow"));
    assert_eq!(n.parent_receipt(), None);
    let variables = n.vendor_variables().unwrap();
    assert_eq!(
        (variables.value("aff_sub3"), variables.value("adgroup")),
        (Some("Test sub3 text"), None)
    );
    assert_eq!(variables.pairs().count(), 13);
}

#[test]
fn the_fields_that_no_sample_has_are_read() {
    let n = parse(&with_member(
        r#""declinedConsent":true,"hopfeed":{"hopfeedClickId":"h"},"affiliateTrackingParameters":{"offer":"o","trafficType":"t",
        "trafficSource":"s","campaign":"c","adgroup":"g","ad":"a","creative":"v","extclid":"e","fbclid":"f","affSub1":"1","affSub2":"2",
        "affSub3":"3","affSub4":"4","affSub5":"5","uniqueAffSub1":"u1","uniqueAffSub2":"u2","uniqueAffSub3":"u3","uniqueAffSub4":"u4",
        "uniqueAffSub5":"u5","contactId":"k"},"commonTrackingParameters":{"region":"r","cbPage":"p"},
        "lineItems":[{"jvPayout":0.10,"paymentPlan":null}]"#,
    ));
    assert_eq!(n.declined_consent(), Some(true));
    assert_eq!(n.lookup(&"hopfeed.hopfeedClickId".parse().unwrap()), Some("h"));
    let p = n.affiliate_tracking_parameters().unwrap();
    for (name, value) in [
        ("offer", "o"),
        ("adgroup", "g"),
        ("extclid", "e"),
        ("affSub5", "5"),
        ("uniqueAffSub1", "u1"),
    ] {
        assert_eq!(p.value(name), Some(value));
    }
    assert_eq!((p.value("aff_sub1"), p.pairs().count()), (None, 20));
    let click = n.common_tracking_parameters().unwrap();
    assert_eq!((click.region(), click.cb_page()), (Some("r"), Some("p")));
    let item = n.line_items().next().unwrap();
    assert_eq!(item.joint_venture_payout().unwrap().text(), "0.10");
    assert!(item.payment_plan().is_none());
}
