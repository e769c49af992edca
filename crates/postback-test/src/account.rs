//! A small account: its document, and the clicks of its campaign.

use postback::compile::compile;
use postback::testing::World;
use postback::value::ClickId;
use postback::{Click, CompileOptions, Document, Timestamp, Tracker};
use serde_json::{Value, json};

/// The smallest document with a source, as TOML.
pub const SMALL: &str = include_str!("small.toml");

/// Returns the time this many seconds after the clicks of the tests.
pub fn after(seconds: i64) -> Timestamp {
    World::after(seconds)
}

/// An account with a network of postbacks (`net`), ClickBank's notifications (`clickbank`) and a
/// second network (`other`), one campaign and one postback without types and statuses.
pub fn document() -> Value {
    json!({
        "version": 1,
        "currency": "USD",
        "conversion_type": [
            {"name": "Purchase", "default": true, "counts": "sale"},
            {"name": "Lead", "counts": "sale"},
            {"name": "Upsell", "counts": "revenue"},
            {"name": "Rebill", "counts": "revenue"},
            {"name": "Refund", "counts": "reversal"},
            {"name": "Chargeback", "counts": "reversal"},
            {"name": "InitiateCheckout", "counts": "step"},
            {"name": "CancelRebill", "counts": "info"},
        ],
        "offer_source": [
            {"id": "net", "default": true, "names": {"time": "time"}},
            {
                "id": "clickbank",
                "template": "clickbank-ins",
                "account_role": "vendor",
                "secrets": ["env:CLICKBANK_SECRET"],
                "events": {
                    "SALE": "Purchase",
                    "UPSELL": "Upsell",
                    "BILL": "Rebill",
                    "RFND": "Refund",
                    "CGBK": "Chargeback",
                    "INSF": "Chargeback",
                    "CANCEL-REBILL": "CancelRebill",
                    "UNCANCEL-REBILL": "",
                    "TEST_SALE": "Purchase",
                },
            },
            {"id": "other"},
        ],
        "offer": [
            {"id": "offer", "source": "net", "url": "https://offer.example/?subid={clickid}"},
            {"id": "product", "source": "clickbank", "url": "https://v.pay.clickbank.net/?cbitems=1&vtid={clickid}"},
            {"id": "elsewhere", "source": "other", "url": "https://other.example/?subid={clickid}"},
        ],
        "traffic_channel": [{
            "id": "push",
            "currency": "USD",
            "parameter": [{"slot": "ref_id", "name": "ref_id", "macro": "[CLICK_ID]"}],
        }],
        "campaign": [{
            "id": "summer",
            "channel": "push",
            "path": [{"offers": [{"offer": "offer"}]}],
            "postback": [{"id": "all", "url": "https://push.example/log?key={ref_id}&price={payout}"}],
        }],
    })
}

/// Returns the document with one change.
pub fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut document = document();
    change(&mut document);
    document
}

/// Returns the document with another postback as the only one of the campaign. Its id is `p`, and
/// its URL ends with the values that it reports.
pub fn with_postback(postback: Value) -> Value {
    with(|document| {
        let mut row = json!({"id": "p", "url": "https://push.example/log?key={ref_id}&type={type}&price={payout}"});
        row.as_object_mut()
            .unwrap()
            .extend(postback.as_object().unwrap().clone());
        document["campaign"][0]["postback"] = json!([row]);
    })
}

/// Returns the document with a policy for a source or for a type.
pub fn with_policy(source: &str, types: &[(&str, &str)]) -> Value {
    with(|document| {
        document["offer_source"][0]["duplicates"] = source.into();
        for row in document["conversion_type"].as_array_mut().unwrap() {
            for (name, policy) in types {
                if row["name"] == *name {
                    row["duplicates"] = (*policy).into();
                }
            }
        }
    })
}

pub fn tracker(document: &Value) -> Tracker {
    let document = Document::from_json(&document.to_string()).unwrap();
    compile(&document, &CompileOptions::new("test".parse().unwrap())).unwrap_or_else(|problems| panic!("{problems}"))
}

pub fn click_id(id: &str) -> ClickId {
    ClickId::new(id).unwrap()
}

/// Makes a click of the campaign. An id that begins with `cb` goes to ClickBank's offer, and
/// `foreign` to the offer of the other network.
pub fn click(id: &str) -> Click {
    let (offer, source) = match id {
        "foreign" => ("elsewhere", "other"),
        id if id.starts_with("cb") => ("product", "clickbank"),
        _ => ("offer", "net"),
    };
    let mut click = Click::new(
        click_id(id),
        after(0),
        "summer".parse().unwrap(),
        offer.parse().unwrap(),
        source.parse().unwrap(),
        "push".parse().unwrap(),
    );
    click.ref_id = Some(format!("ref-{id}"));
    click
}
