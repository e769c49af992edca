//! Paths of the later versions, and own names.

use crate::support::*;
use postback::clickbank::form::{FormNotification, ZeroDecimal};

fn found(notification: &FormNotification, path: &str) -> Option<String> {
    let path = path.parse().unwrap();
    notification.lookup(&path, ZeroDecimal::Minor).map(Into::into)
}

#[test]
fn the_paths_of_the_guides_find_what_a_form_says() {
    let bill = verified("rebill 2.1");
    for (path, value) in [
        ("receipt", "ABCD1234-B002"),
        ("transactionType", "BILL"),
        ("transactionTime", "2013-11-08T17:40:33Z"),
        ("version", "2.0"),
        ("vendor", "seller"),
        ("affiliate", "promoter"),
        ("role", "VENDOR"),
        ("paymentMethod", "PYPL"),
        ("currency", "RUB"),
        ("totalAccountAmount", "26.7"),
        ("totalOrderAmount", "1127.99"),
        ("trackingCodes[0]", "c1"),
        ("lineItems[0].itemNo", "7"),
        ("lineItems[0].productTitle", "Monthly"),
        ("lineItems[0].recurring", "true"),
        ("lineItems[0].paymentPlan.rebillStatus", "ACTIVE"),
        ("lineItems[0].paymentPlan.rebillAmount", "1127.99"),
        ("lineItems[0].paymentPlan.paymentsProcessed", "2"),
        ("lineItems[0].paymentPlan.paymentsRemaining", "998"),
        ("lineItems[0].paymentPlan.nextPaymentDate", "2013-12-08"),
        ("customer.billing.email", "a@example.com"),
        ("customer.shipping.email", "a@example.com"),
        ("customer.billing.firstName", "ANNA"),
        ("customer.billing.lastName", "BEISPIEL"),
        ("customer.billing.fullName", "ANNA BEISPIEL"),
        ("customer.billing.address.city", "Austin"),
        ("customer.billing.address.state", "TX"),
        ("customer.billing.address.postalCode", "78758"),
        ("customer.billing.address.country", "US"),
        ("customer.shipping.address.postalCode", "10115"),
        ("customer.shipping.address.country", "DE"),
        ("customer.shipping.address.state", "TX"),
        ("customer.shipping.address.address1", "1 Way"),
    ] {
        assert_eq!(found(&bill, path).as_deref(), Some(value), "{path}");
    }
    for path in [
        "lineItems[1].itemNo",
        "trackingCodes",
        "lineItems[0].paymentPlan.rebillFrequency",
        "orderLanguage",
        "totalTaxAmount",
        "vendorVariables.tid",
        "customer.billing.phoneNumber",
        "hopfeed.hopfeedClickId",
        "affiliateTrackingParameters.extclid",
    ] {
        assert_eq!(found(&bill, path), None, "{path}");
    }
}

#[test]
fn the_flow_of_upsells_is_found() {
    let upsell = verified("upsell 2.1 in yen");
    assert_eq!(
        found(&upsell, "upsell.upsellOriginalReceipt").as_deref(),
        Some("ABCD1234")
    );
    let [sale, _] = published_4();
    let sale = form(&encoded(&sale)).verify(&key_ring(&[V4_SECRET])).unwrap();
    assert_eq!(found(&sale, "upsell.upsellSession").as_deref(), Some("6NL5FMRERQ"));
    assert_eq!(found(&sale, "upsell.upsellFlowId").as_deref(), Some("12425"));
    assert_eq!(found(&sale, "lineItems[0].recurring").as_deref(), Some("false"));
    assert_eq!(found(&sale, "totalTaxAmount").as_deref(), Some("0"));
    assert_eq!(found(&sale, "totalShippingAmount").as_deref(), Some("0"));
}

#[test]
fn an_own_name_gives_the_text_as_it_came() {
    let bill = verified("rebill 2.1");
    assert_eq!(found(&bill, "corderamount").as_deref(), Some("112799"));
    assert_eq!(found(&bill, "ccustemail").as_deref(), Some("a@example.com"));
    for path in ["cverify", "nobody", "ccustaddr2", "CTID"] {
        assert_eq!(found(&bill, path), None, "{path}");
    }
}

#[test]
fn what_stood_behind_the_link_is_found_by_either_name_and_decoded() {
    let sale = verified("sale 1.0");
    for path in ["vendorVariables.x", "cvendthru.x"] {
        assert_eq!(found(&sale, path).as_deref(), Some("a&b"), "{path}");
    }
    assert_eq!(found(&sale, "cvendthru").as_deref(), Some("vtid=c2&x=a%26b&"));
    assert_eq!(
        found(&sale, "customer.billing.fullName").as_deref(),
        Some("Jürgen Groß & Co")
    );
    assert_eq!(found(&sale, "trackingCodes[0]").as_deref(), Some("c1"));
    assert_eq!(found(&sale, "vendor").as_deref(), Some("seller"));
}

#[test]
fn an_amount_that_cannot_be_read_is_none_by_a_path_of_the_later_versions() {
    let upsell = verified("upsell 2.1 in yen");
    let path = "totalOrderAmount".parse().unwrap();
    assert_eq!(upsell.lookup(&path, ZeroDecimal::Minor).as_deref(), Some("10000"));
    assert_eq!(upsell.lookup(&path, ZeroDecimal::Hundredths).as_deref(), Some("100"));
    assert_eq!(found(&upsell, "lineItems[0].paymentPlan.rebillAmount"), None);
}

#[test]
fn every_path_leads_to_its_own_parameter() {
    let whole = verified("every parameter of 4.0");
    for (path, value) in [
        ("vendor", "v-ctransvendor"),
        ("affiliate", "v-ctransaffiliate"),
        ("role", "v-ctransrole"),
        ("paymentMethod", "v-ctranspaymentmethod"),
        ("orderLanguage", "v-corderlanguage"),
        ("currency", "KWD"),
        ("version", "4.0"),
        ("trackingCodes[0]", "v-ctid"),
        ("totalAccountAmount", "1.01"),
        ("totalOrderAmount", "0.102"),
        ("totalTaxAmount", "0.103"),
        ("totalShippingAmount", "0.104"),
        ("lineItems[0].itemNo", "v-cproditem"),
        ("lineItems[0].productTitle", "v-cprodtitle"),
        ("lineItems[0].paymentPlan.rebillStatus", "v-crebillstatus"),
        ("lineItems[0].paymentPlan.rebillFrequency", "v-crebillfrequency"),
        ("lineItems[0].paymentPlan.rebillAmount", "0.105"),
        ("lineItems[0].paymentPlan.paymentsProcessed", "6"),
        ("lineItems[0].paymentPlan.paymentsRemaining", "7"),
        ("lineItems[0].paymentPlan.nextPaymentDate", "2014-01-02"),
        ("customer.shipping.address.state", "v-ccustshippingstate"),
        ("customer.shipping.address.postalCode", "v-ccustshippingzip"),
        ("customer.shipping.address.country", "v-ccustshippingcountry"),
        ("customer.billing.address.state", "v-ccuststate"),
        ("customer.billing.address.postalCode", "v-ccustzip"),
        ("customer.billing.address.country", "v-ccustcc"),
        ("upsell.upsellOriginalReceipt", "EVERY400"),
        ("upsell.upsellSession", "v-cbf"),
        ("upsell.upsellFlowId", "8"),
        ("upsell.upsellPath", "v-cbfpath"),
        ("vendorVariables.x", "y"),
    ] {
        assert_eq!(found(&whole, path).as_deref(), Some(value), "{path}");
    }
    for side in ["billing", "shipping"] {
        for (path, name) in [
            ("firstName", "ccustfirstname"),
            ("lastName", "ccustlastname"),
            ("fullName", "ccustfullname"),
            ("email", "ccustemail"),
            ("address.address1", "ccustaddr1"),
            ("address.address2", "ccustaddr2"),
            ("address.city", "ccustcity"),
            ("address.county", "ccustcounty"),
        ] {
            let path = format!("customer.{side}.{path}");
            assert_eq!(found(&whole, &path), Some(format!("v-{name}")), "{path}");
        }
    }
}
