//! A notification of ClickBank's arrives at each platform: one test for each role that a guide to
//! ClickBank gives its parameters (Event ID, Order ID, Content Name, Email, Zip Code).
//!
//! The hashes are those of Python's `hashlib`.

use crate::world::{ACCOUNTS, CAMPAIGN};
use postback::testing::World;
use postback::value::Pii;
use postback::{Click, CompileOptions, Document, compile};
use serde_json::Value;

const CONFIGURATION: &str = r#"
version = 1
currency = "USD"

[[conversion_type]]
name = "Purchase"
default = true
[[conversion_type]]
name = "Upsell"
counts = "revenue"
[[conversion_type]]
name = "Rebill"
counts = "revenue"
[[conversion_type]]
name = "Lead"
counts = "step"

[[offer_source]]
id = "shop"
template = "clickbank-ins"
account_role = "vendor"
default = true
secrets = ["env:INS"]
tokens = ["env:TOKEN"]
ins_versions = ["7.0"]
default_status = "approved"
events = { SALE = "Purchase", BILL = "Rebill" }
# The template has Event ID, Content Name, Email and Zip Code. These are for Google's address.
parameter = [
    { name = "first", macro = "{r}", from = "customer.billing.firstName", role = "first_name" },
    { name = "last", macro = "{r}", from = "customer.billing.lastName", role = "last_name" },
    { name = "country", macro = "{r}", from = "customer.billing.address.country", role = "country" },
]

[[offer]]
id = "book"
source = "shop"
url = "https://seller.pay.clickbank.net/?cbitems=1&vtid={clickid}"

[[traffic_channel]]
id = "ads"
parameter = [{ slot = "ref_id", name = "fbclid", role = "fbclid" }]
"#;

/// What ClickBank posts for a sale, or for a renewal of it.
fn notification(kind: &str, receipt: &str) -> String {
    format!(
        r#"{{"transactionTime":"20260401T030000-0700","receipt":"{receipt}","transactionType":"{kind}","vendor":"seller","role":"VENDOR","totalAccountAmount":37.50,"totalOrderAmount":49.00,"currency":"USD","trackingCodes":["p2345"],"lineItems":[{{"itemNo":"1","productTitle":"The \"Course\"","lineItemType":"ORIGINAL","accountAmount":37.50,"quantity":1}}],"customer":{{"billing":{{"firstName":"Mary","lastName":"Jones","fullName":"Mary Jones","email":"Mary.Jones@Example.com","address":{{"country":"US","postalCode":"94045-1234"}}}}}},"version":7.0,"attemptCount":1}}"#
    )
}

/// The events that the four platforms are sent: Meta, TikTok, Google and Microsoft.
fn sent(kind: &str, receipt: &str) -> [Value; 4] {
    let text = format!("{CONFIGURATION}{ACCOUNTS}{CAMPAIGN}");
    let document = Document::from_toml(&text).unwrap();
    let world = World::of(compile(&document, &CompileOptions::default()).unwrap());
    let names = ["p2345", "summer", "book", "shop", "ads"];
    let mut click = Click::new(
        names[0].parse().unwrap(),
        World::after(0),
        names[1].parse().unwrap(),
        names[2].parse().unwrap(),
        names[3].parse().unwrap(),
        names[4].parse().unwrap(),
    );
    click.ref_id = Some("IwAR2x-Example".into());
    click.private.insert("useragent".into(), Pii::new("Mozilla/5.0"));
    world.record(&click);
    let reply = world.notify(&notification(kind, receipt));
    assert_eq!(reply.outcome.as_str(), "applied", "{reply:?}");
    let lines = world.send();
    ["graph.facebook", "tiktok", "googleapis", "uet.microsoft"].map(|host| {
        let mut lines = lines.iter().filter(|line| line.contains(host));
        let line = lines.next().unwrap_or_else(|| panic!("{host}"));
        let body: Value = serde_json::from_str(&line[line.find('{').unwrap()..]).unwrap();
        body.get("data").or_else(|| body.get("events")).unwrap()[0].clone()
    })
}

#[test]
fn the_event_id_is_the_receipt_and_the_type_everywhere() {
    let [meta, tiktok, google, microsoft] = sent("SALE", "P3RGBKGB");
    for id in [
        &meta["event_id"],
        &tiktok["event_id"],
        &google["transactionId"],
        &microsoft["eventId"],
    ] {
        assert_eq!(id, "P3RGBKGB.Purchase");
    }
}

#[test]
fn each_renewal_has_an_event_id_of_its_own() {
    let [meta, tiktok, google, microsoft] = sent("BILL", "P3RGBKGB-B002");
    for id in [
        &meta["event_id"],
        &tiktok["event_id"],
        &google["transactionId"],
        &microsoft["eventId"],
    ] {
        assert_eq!(id, "P3RGBKGB-B002.Rebill");
    }
    assert_eq!(meta["action_source"], "system_generated");
}

#[test]
fn the_order_id_is_the_receipt() {
    let [meta, tiktok, google, microsoft] = sent("SALE", "P3RGBKGB");
    assert_eq!(meta["custom_data"]["order_id"], "P3RGBKGB");
    assert_eq!(tiktok["properties"]["order_id"], "P3RGBKGB");
    assert_eq!(microsoft["customData"]["transactionId"], "P3RGBKGB");
    // Google has one id for both.
    assert_eq!(google["transactionId"], "P3RGBKGB.Purchase");
}

#[test]
fn the_content_name_is_the_products_title() {
    let [meta, tiktok, google, microsoft] = sent("SALE", "P3RGBKGB");
    let title = "The \"Course\"";
    assert_eq!(meta["custom_data"]["content_name"], title);
    assert_eq!(tiktok["properties"]["contents"][0]["content_name"], title);
    assert_eq!(microsoft["customData"]["items"][0]["name"], title);
    // Google has no place for it.
    assert!(!google.to_string().contains("Course"));
}

#[test]
fn the_email_address_is_hashed_as_each_platform_compares_it() {
    /// Of `mary.jones@example.com`.
    const DOTTED: &str = "ea6ed09375a54fa79c92b19014a78097c0d2d60d2c116c1ca83da557169ae6f3";
    /// Of `maryjones@example.com`: Microsoft drops the dots.
    const PLAIN: &str = "c8a57da8eb1fac9061630a9ad311a9fea48b3a6721f7d00c6858706245431015";
    let [meta, tiktok, google, microsoft] = sent("SALE", "P3RGBKGB");
    assert_eq!(meta["user_data"]["em"], DOTTED);
    assert_eq!(tiktok["user"]["email"], DOTTED);
    assert_eq!(google["userData"]["userIdentifiers"][0]["emailAddress"], DOTTED);
    assert_eq!(microsoft["userData"]["em"], PLAIN);
}

#[test]
fn the_zip_code_is_hashed_or_a_part_of_googles_address() {
    /// Of `94045`: of a zip code of the United States its first five digits are told.
    const HASH: &str = "7d2d33fb3ea552a80a8c01bf717fdade8c601e84e456f3a3cfc4170c49ff7993";
    let [meta, tiktok, google, microsoft] = sent("SALE", "P3RGBKGB");
    assert_eq!(meta["user_data"]["zp"], HASH);
    assert_eq!(tiktok["user"]["zip_code"], HASH);
    let address = &google["userData"]["userIdentifiers"][1]["address"];
    assert_eq!(
        (&address["postalCode"], &address["regionCode"]),
        (&"94045-1234".into(), &"US".into())
    );
    // Microsoft has no place for it.
    assert!(!microsoft.to_string().contains("94045") && !microsoft.to_string().contains(HASH));
}
