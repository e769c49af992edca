//! A campaign with four accounts at ad platforms and two postbacks, and short ways to decide.

use postback::delivery::{Batch, Delivery, Leased, Values, batch};
use postback::intake::{Caller, Intake};
use postback::plan::{ClickFacts, RuleVerdict};
use postback::value::{Pii, SecretReference};
use postback::{
    Click, CompileOptions, Credentials, Decision, Document, Event, Facts, Plan, Received, Secret, Timestamp, Tracker,
};
use std::collections::BTreeMap;

/// The configuration without accounts and campaign.
const BASE: &str = r#"
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
[[conversion_type]]
name = "Refund"
counts = "reversal"

[[offer_source]]
id = "shop"
template = "generic"
default_status = "approved"
tokens = ["env:SHOP_TOKEN"]
events = { rebill = "Rebill", refund = "Refund" }
[[offer_source.parameter]]
name = "order"
macro = "{order}"
role = "order_id"
[[offer_source.parameter]]
name = "email"
macro = "{email}"
role = "email"
[[offer_source.parameter]]
name = "phone"
macro = "{phone}"
role = "phone"
[[offer_source.parameter]]
name = "fname"
macro = "{fname}"
role = "first_name"
[[offer_source.parameter]]
name = "lname"
macro = "{lname}"
role = "last_name"
[[offer_source.parameter]]
name = "zip"
macro = "{zip}"
role = "zip"
[[offer_source.parameter]]
name = "city"
macro = "{city}"
role = "city"
[[offer_source.parameter]]
name = "country"
macro = "{country}"
role = "country"
[[offer_source.parameter]]
name = "product"
macro = "{product}"
role = "content_name"

[[offer]]
id = "book"
source = "shop"
url = "https://shop.example.com/?c={clickid}"

[[traffic_channel]]
id = "ads"
[[traffic_channel.parameter]]
slot = "ref_id"
name = "fbclid"
role = "fbclid"
[[traffic_channel.parameter]]
slot = "sub20"
name = "fbp"
role = "fbp"
[[traffic_channel.parameter]]
slot = "sub19"
name = "gclid"
role = "gclid"
[[traffic_channel.parameter]]
slot = "sub18"
name = "ttclid"
role = "ttclid"
[[traffic_channel.parameter]]
slot = "sub17"
name = "msclkid"
role = "msclkid"
[[traffic_channel.parameter]]
slot = "sub16"
name = "ScCid"
role = "sccid"
[[traffic_channel.parameter]]
slot = "sub15"
name = "rdt_cid"
role = "rdt_cid"
[[traffic_channel.parameter]]
slot = "sub14"
name = "epik"
role = "epik"
"#;

/// The accounts of a usual advertiser.
pub(crate) const ACCOUNTS: &str = r#"
[[conversion_api]]
id = "fb"
platform = "meta"
pixel = "1234567890"
token = "env:META_TOKEN"
action_source = "website"
event_source_url = "https://shop.example.com/thanks"

[[conversion_api]]
id = "tt"
platform = "tiktok"
pixel = "C4ABCDEF"
token = "env:TIKTOK_TOKEN"
event_source_url = "https://shop.example.com/thanks"

[[conversion_api]]
id = "gads"
platform = "google"
account = "123-456-7890"
token = "env:GOOGLE_TOKEN"
events = { Purchase = "987654321", Lead = "987654322", Upsell = "987654323", Rebill = "987654324" }
consent = { ad_user_data = "granted", ad_personalization = "denied" }

[[conversion_api]]
id = "ms"
platform = "microsoft"
pixel = "77701"
token = "env:UET_TOKEN"
"#;

/// A campaign that tells all of them everything.
pub(crate) const CAMPAIGN: &str = r#"
[[campaign]]
id = "summer"
channel = "ads"
path = [{ offers = [{ offer = "book" }] }]
[[campaign.conversion_api]]
id = "to-meta"
api = "fb"
[[campaign.conversion_api]]
id = "to-tiktok"
api = "tt"
[[campaign.conversion_api]]
id = "to-google"
api = "gads"
[[campaign.conversion_api]]
id = "to-microsoft"
api = "ms"
"#;

/// A whole configuration.
pub(crate) fn document(accounts: &str, campaign: &str) -> Document {
    Document::from_toml(&format!("{BASE}{accounts}{campaign}")).unwrap()
}

/// A tracker of these accounts and this campaign.
pub(crate) fn tracker(accounts: &str, campaign: &str) -> Tracker {
    postback::compile(&document(accounts, campaign), &CompileOptions::default()).unwrap()
}

/// The problems of these accounts and this campaign.
pub(crate) fn problems(accounts: &str, campaign: &str) -> Vec<String> {
    match postback::compile(&document(accounts, campaign), &CompileOptions::default()) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.as_slice().iter().map(ToString::to_string).collect(),
    }
}

/// There is a problem that begins with each of these, and no other.
#[track_caller]
pub(crate) fn begin_with(said: &[String], wanted: &[&str]) {
    for wanted in wanted {
        assert!(said.iter().any(|said| said.starts_with(wanted)), "{wanted}\n{said:#?}");
    }
    assert_eq!(said.len(), wanted.len(), "{said:#?}");
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The click of a person who came by an advertisement.
pub(crate) fn click() -> Click {
    let (campaign, offer) = ("summer".parse().unwrap(), "book".parse().unwrap());
    let (source, channel) = ("shop".parse().unwrap(), "ads".parse().unwrap());
    let mut click = Click::new(
        "p2345".parse().unwrap(),
        at("2026-03-08T09:00:00.125Z"),
        campaign,
        offer,
        source,
        channel,
    );
    click.ref_id = Some("IwAR2x-Example".into());
    click.subs.insert(20, "fb.1.1772960400000.1073741823".into());
    click.subs.insert(19, "EAIaIQobChMI".into());
    click.subs.insert(18, "E.C.P.Ttclid-1".into());
    click.subs.insert(17, "4f5a0ea9cd1b11eb8dcd0242ac130003".into());
    click.subs.insert(16, "ScCid-4f5a".into());
    click.subs.insert(15, "7310000000000000000".into());
    click.subs.insert(14, "dj0yJnU9Example".into());
    click.private.insert("ip".into(), Pii::new("203.0.113.7"));
    click
        .private
        .insert("useragent".into(), Pii::new("Mozilla/5.0 \"Example\""));
    click
}

/// The moment at which everything is decided.
pub(crate) fn now() -> Timestamp {
    at("2026-03-08T10:00:05Z")
}

/// The person of the usual sale, as a postback's parameters.
pub(crate) const PERSON: &str = "&email=John.Smith%2Bads%40Gmail.com&phone=%2B1+(650)+555-1212&fname=Mary&lname=O'Connor&zip=94045&city=Menlo+Park&country=US";

/// The event of a postback that the shop sends.
pub(crate) fn event(tracker: &Tracker, query: &str) -> Event {
    let secrets = [("env:SHOP_TOKEN".parse().unwrap(), Secret::from("a long token"))].into();
    let credentials = Credentials::new(tracker, &secrets).unwrap();
    let received = Received {
        at: at("2026-03-08T10:00:00.250Z"),
        nonce: 1,
    };
    let source = tracker.source(Some("shop")).unwrap();
    let query = format!("clickid=p2345&token=a+long+token&{query}");
    Intake::new(source, &credentials, received)
        .postback(&Caller::default(), query.as_bytes())
        .unwrap()
}

/// The decision of a postback for a click.
pub(crate) fn decided(tracker: &Tracker, click: &Click, query: &str) -> Plan {
    decided_event(tracker, click, &event(tracker, query))
}

/// The decision of an event for a click.
pub(crate) fn decided_event(tracker: &Tracker, click: &Click, event: &Event) -> Plan {
    let mut facts = Facts::default();
    let known = ClickFacts {
        version: 1,
        click: Some(click.clone()),
        tallies: vec![],
    };
    facts.clicks.insert(click.id.clone(), known);
    Decision::new(tracker).decide(event, &facts, now()).unwrap()
}

/// What the rule said, as a text.
pub(crate) fn verdict(plan: &Plan, rule: &str) -> String {
    let mut rules = plan.trace.rules.iter();
    let traced = rules.find(|traced| traced.postback.as_str() == rule);
    match traced.unwrap().verdict {
        RuleVerdict::Fired => "fired".into(),
        RuleVerdict::NotRendered(why) => why,
        other => format!("{other:?}"),
    }
}

/// The delivery that a rule made.
pub(crate) fn delivery<'p>(plan: &'p Plan, rule: &str) -> &'p Delivery {
    let mut outbox = plan.commit.outbox.iter();
    outbox
        .find(|delivery| delivery.cause.rule().unwrap().1.as_str() == rule)
        .unwrap()
}

/// The only batch of these deliveries.
pub(crate) fn batched(deliveries: impl IntoIterator<Item = Delivery>) -> Batch {
    let leased = deliveries.into_iter().map(|delivery| Leased::new(delivery, 0, 1));
    let (mut batches, late) = batch(leased.collect(), now());
    assert_eq!((batches.len(), late.len()), (1, 0));
    batches.remove(0)
}

/// The request as it is sent: URL, headers, body.
pub(crate) fn sent(batch: &Batch) -> (String, Vec<(String, String)>, String) {
    let secrets: BTreeMap<SecretReference, Secret> = [
        ("env:META_TOKEN", "EAAB-token-1"),
        ("env:META_APP_SECRET", "app-secret-1"),
        ("env:TIKTOK_TOKEN", "tt-token"),
        ("env:GOOGLE_TOKEN", "ya29.token"),
        ("env:UET_TOKEN", "uet-token"),
        ("env:SNAP_TOKEN", "snap/token"),
        ("env:REDDIT_TOKEN", "reddit-token"),
        ("env:PINTEREST_TOKEN", "pina_token"),
        ("env:ADS_DEVELOPER_TOKEN", "ads-developer"),
        ("env:MS_TOKEN", "ms-token"),
        ("env:MS_DEVELOPER_TOKEN", "ms-developer"),
    ]
    .map(|(name, value)| (name.parse().unwrap(), Secret::from(value)))
    .into();
    let values = Values {
        secrets: &secrets,
        now: now(),
    };
    let filled = batch.request(&values).unwrap();
    let headers = filled.headers().map(|(name, value)| (name.into(), value.into()));
    (
        filled.url().into(),
        headers.collect(),
        filled.body().unwrap_or_default().into(),
    )
}

/// The body that a rule sends for a sale.
pub(crate) fn body(plan: &Plan, rule: &str) -> String {
    let (_, _, body) = sent(&batched([delivery(plan, rule).clone()]));
    // Whatever is sent is JSON.
    serde_json::from_str::<serde_json::Value>(&body).unwrap();
    body
}
