//! A template is text and nothing else: a row that has a shipped template's text in place of its
//! name is the same source, the same channel.
#![allow(clippy::disallowed_methods, reason = "it reads the shipped templates")]

use postback::compile::compile;
use postback::intake::Intake;
use postback::lint::lint;
use postback::setup::{Setup, pasted_query};
use postback::{
    CompileOptions, Credentials, Definition, Document, Event, Notification, Query, Received, Secret, Timestamp, Tracker,
};
use serde_json::{Map, Value, json};
use std::{fs, path::Path};

const SECRET: &str = "SECRETSECRET1234";

/// The shipped templates of a kind, with their texts.
fn shipped(kind: &str) -> Vec<(String, Map<String, Value>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(kind);
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut templates: Vec<_> = files
        .map(|path| {
            let text: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, text.as_object().unwrap().clone())
        })
        .collect();
    templates.sort_by(|one, other| one.0.cmp(&other.0));
    templates
}

/// A row by its template's name, and the same row with the template's text.
fn both(name: &str, text: &Map<String, Value>, own: &Value) -> [Value; 2] {
    let own = own.as_object().unwrap();
    let (mut named, mut copied) = (own.clone(), text.clone());
    named.insert("template".into(), name.into());
    for (key, value) in own {
        assert!(copied.insert(key.clone(), value.clone()).is_none(), "{key}");
    }
    [named.into(), copied.into()]
}

fn document(source: &Value, channel: &Value) -> Document {
    let document = json!({
        "version": 1,
        "domain": [{"id": "main", "url": "https://trk.example.com"}],
        "conversion_type": [
            {"name": "Purchase", "default": true},
            {"name": "Refund", "counts": "reversal"},
            {"name": "Visit", "counts": "step"},
        ],
        "offer_source": [source],
        "offer": [
            {"id": "one", "source": "s", "url": "https://v.pay.clickbank.net/?cbitems=1&vtid={clickid}"},
            {"id": "two", "source": "s", "url": "https://hop.clickbank.net/?affiliate=a&vendor=v&tid={clickid}"},
            {"id": "three", "source": "s", "url": "https://shop.example.com/"},
        ],
        "traffic_channel": [channel],
        "campaign": [{
            "id": "c",
            "channel": "t",
            "domain": "main",
            "path": [{"offers": [{"offer": "one"}, {"offer": "two"}, {"offer": "three"}]}],
            "postback": [{"id": "p", "types": ["Purchase"], "url": "https://ads.example.com/c?key={ref_id}&price={payout}"}],
        }],
    });
    Document::from_json(&document.to_string()).unwrap()
}

fn compiled(document: &Document) -> Tracker {
    let options = CompileOptions::new("test".parse().unwrap());
    compile(document, &options).unwrap_or_else(|problems| panic!("{problems}"))
}

fn doubts(document: &Document, tracker: &Tracker) -> Vec<String> {
    let definition = Definition::from_document(document).unwrap();
    lint(&definition, tracker).iter().map(ToString::to_string).collect()
}

/// What a source makes of messages of every kind.
fn events(tracker: &Tracker) -> Vec<Result<Event, String>> {
    let secrets = tracker.inbound_references().into_iter();
    let secrets = secrets.map(|name| (name.clone(), Secret::from(SECRET))).collect();
    let credentials = Credentials::new(tracker, &secrets).unwrap();
    let source = tracker.source(Some("s")).unwrap();
    let received = Received {
        at: Timestamp::from_unix_seconds(1_800_000_000).unwrap(),
        nonce: 7,
    };
    let queries = [
        "clickid=c1&sum=8.50&currency=EUR&type=Purchase&eventid=e1&receipt=ABCD1234-B002&zip=12345&order_id=9&sub1=x",
        "clickid=c1&sum=10.00&receipt=ABC12345&sub1=affsub1&type=UPSELL",
        "type=purchase&tid=x&receipt=ABC12345",
        "type=TEST&clickid={tid}",
        "type=Visit&clickid=a,b&trackingCodes=[c,d]&sum=1&receipt=R1",
        "sum=1,50",
    ];
    let posted = queries.iter().map(|query| {
        let query = Query::parse(query.as_bytes()).unwrap();
        let read = Intake::new(source, &credentials, received)
            .assume_authorized()
            .postback(&query);
        read.map(|(event, _)| event).map_err(|error| error.to_string())
    });
    let notifications = ["SALE", "RFND", "TEST_SALE"].iter().map(|word| {
        let text = json!({
            "transactionTime": "20260423T175704-0700", "receipt": "ABCD1234", "transactionType": word, "role": "VENDOR",
            "totalOrderAmount": 33.5, "currency": "EUR", "totalAccountAmount": 28.90, "version": 8.0,
            "trackingCodes": ["c1"], "vendorVariables": {"vtid": "c2"},
            "lineItems": [{"itemNo": "1", "productTitle": "Book"}],
            "customer": {"billing": {"email": "a@example.com", "address": {"postalCode": "12345"}}},
        });
        let notification = Notification::parse(text.to_string().as_bytes()).unwrap();
        let read = Intake::new(source, &credentials, received)
            .assume_authorized()
            .message(&notification);
        read.map_err(|error| error.to_string())
    });
    posted.chain(notifications).collect()
}

#[test]
fn a_copied_offer_source_is_the_same_source() {
    let channel = json!({"id": "t"});
    let templates = shipped("offer-source");
    assert_eq!(templates.len(), 4);
    let mut notified = 0;
    for (name, text) in &templates {
        let mut owns = vec![
            json!({"id": "s", "domain": "main"}),
            json!({"id": "s", "domain": "main", "tokens": ["env:T"], "account_role": "vendor", "open_types": ["Visit"]}),
        ];
        if name.starts_with("clickbank") {
            owns.push(json!({
                "id": "s", "domain": "main", "secrets": ["env:S"], "account_role": "affiliate",
                "ins_versions": ["4.0", "7.0", "8.0"], "open_types": ["Visit"],
            }));
        }
        for own in owns {
            let [named, copied] = both(name, text, &own).map(|source| document(&source, &channel));
            let (by_name, by_text) = (compiled(&named), compiled(&copied));
            let source = |tracker: &Tracker| format!("{:?}", tracker.source(Some("s")).unwrap());
            assert_eq!(source(&by_name), source(&by_text), "{name}");
            assert_eq!(doubts(&named, &by_name), doubts(&copied, &by_text), "{name}");
            let said = events(&by_name);
            assert_eq!(said, events(&by_text), "{name}");
            notified += said.iter().skip(6).filter(|event| event.is_ok()).count();
            let pasted = |tracker: &Tracker| {
                let source = tracker.source(Some("s")).unwrap();
                let setup = Setup::new(tracker);
                (pasted_query(source), setup.postback_url(source), setup.ins_url(source))
            };
            assert_eq!(pasted(&by_name), pasted(&by_text), "{name}");
        }
    }
    // The two templates of ClickBank take all three notifications, whatever else a row says.
    assert_eq!(notified, 2 * 3 * 3);
}

#[test]
fn a_copied_channel_is_the_same_channel() {
    let source = json!({"id": "s", "tokens": ["env:T"]});
    let templates = shipped("traffic-channel");
    assert_eq!(templates.len(), 12);
    for (name, text) in &templates {
        let [named, copied] = both(name, text, &json!({"id": "t"})).map(|channel| document(&source, &channel));
        let (by_name, by_text) = (compiled(&named), compiled(&copied));
        let tables = |tracker: &Tracker| {
            let campaign = tracker.campaign("c").unwrap();
            format!("{:?} {campaign:?}", tracker.channel(campaign.channel()).unwrap())
        };
        assert_eq!(tables(&by_name), tables(&by_text), "{name}");
        assert_eq!(doubts(&named, &by_name), doubts(&copied, &by_text), "{name}");
        let click_url = |tracker: &Tracker| Setup::new(tracker).click_url(tracker.campaign("c").unwrap());
        assert_eq!(click_url(&by_name), click_url(&by_text), "{name}");
    }
}

#[test]
fn a_source_that_says_nothing_is_generic() {
    let plain = json!({"id": "s", "domain": "main", "tokens": ["env:T"]});
    let mut said = plain.clone();
    said["protocol"] = "generic".into();
    let [plain, said] = [plain, said].map(|source| compiled(&document(&source, &json!({"id": "t"}))));
    let source = |tracker: &Tracker| format!("{:?}", tracker.source(Some("s")).unwrap());
    assert_eq!(source(&plain), source(&said));
}

#[test]
fn a_protocol_is_known_and_secrets_need_one_that_has_notifications() {
    let problems = |source: Value| {
        let options = CompileOptions::new("test".parse().unwrap());
        let document = document(&source, &json!({"id": "t"}));
        compile(&document, &options).unwrap_err().to_string()
    };
    assert_eq!(
        problems(json!({"id": "s", "protocol": "click_bank"})),
        "offer_source[0].protocol: `click_bank` is not a protocol; there are clickbank, generic; did you mean `clickbank`?"
    );
    assert_eq!(
        problems(json!({"id": "s", "secrets": ["env:S"]})),
        "offer_source[0].secrets: are for notifications, and none come without a `protocol` that has them; write `protocol = \"clickbank\"`"
    );
}
