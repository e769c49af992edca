//! What the program reads of a compiled configuration, from inside.

use crate::support::{EXAMPLE, RULES};
use postback::definition::Protocol;
use postback::intake::Intake;
use postback::network::Meaning;
use postback::plan::Reason;
use postback::setup::Setup;
use postback::tracker::{ClickIdKeys, Recognised};
use postback::value::OfferId;
use postback::{CompileOptions, Credentials, Decision, Document, Event, Query, Received, Secret, Tracker, compile};

fn tracker(path: &str) -> Tracker {
    let document = Document::from_toml(&std::fs::read_to_string(path).unwrap()).unwrap();
    compile(&document, &CompileOptions::default()).unwrap()
}

fn event(tracker: &Tracker, source: &str, query: &str) -> Event {
    let received = Received {
        at: "2026-04-23T17:57:04Z".parse().unwrap(),
        nonce: 0,
    };
    let query = Query::parse(query.as_bytes()).unwrap();
    let source = tracker.source(Some(source)).unwrap();
    Intake::new(source, &Credentials::default(), received)
        .assume_authorized()
        .postback(&query)
        .unwrap()
        .0
}

#[test]
fn an_events_entry_says_what_it_would_contribute_or_why_nothing() {
    let mut tracker_with_offer = std::fs::read_to_string(RULES).unwrap();
    tracker_with_offer = tracker_with_offer.replace(
        "url = \"https://www.example.com/course?cid={clickid}\"",
        "url = \"https://www.example.com/course?cid={clickid}\"\npayout = \"25\"\ndefault_status = \"approved\"",
    );
    let document = Document::from_toml(&tracker_with_offer).unwrap();
    let tracker = compile(&document, &CompileOptions::default()).unwrap();
    let sale = event(&tracker, "network", "clickid=a&eventid=e1");
    let entry = Decision::new(&tracker).entry_of(&sale, None).unwrap();
    assert_eq!(
        (entry.type_name.as_str(), entry.status.as_str(), entry.sum),
        ("Purchase", "pending", None)
    );
    let course: OfferId = "course".parse().unwrap();
    let entry = Decision::new(&tracker).entry_of(&sale, Some(&course)).unwrap();
    assert_eq!(entry.status.as_str(), "approved");
    assert_eq!(entry.sum.map(|sum| sum.to_string()), Some("25 USD".into()));
    let none = event(&tracker, "clickbank", "clickid=a&type=ORDER_IMPRESSION");
    assert_eq!(Decision::new(&tracker).entry_of(&none, None), Err(Reason::ChosenNone));
    let mut elsewhere = sale;
    elsewhere.source = "elsewhere".parse().unwrap();
    assert_eq!(
        Decision::new(&tracker).entry_of(&elsewhere, None),
        Err(Reason::Unmapped)
    );
}

#[test]
fn a_click_path_is_a_click_url_without_its_domain() {
    let tracker = tracker(EXAMPLE);
    for campaign in tracker.campaigns() {
        let url = Setup::new(&tracker).click_url(campaign).unwrap();
        let domain = tracker.campaign_domain(campaign).unwrap();
        assert_eq!(url, format!("{domain}{}", Setup::new(&tracker).click_path(campaign)));
    }
}

#[test]
fn a_sources_names_are_those_of_its_postbacks() {
    let tracker = tracker(RULES);
    let source = tracker.source(Some("network")).unwrap();
    assert_eq!(source.parameter_name(Meaning::ClickId), Some("clickid"));
    assert_eq!(source.parameter_name(Meaning::Time), Some("datetime"));
    assert_eq!(source.parameter_meaning("eventid"), Some(Meaning::EventId));
    assert_eq!(source.parameter_meaning("page"), None);
    assert!(matches!(
        tracker.source(Some("clickbank")).unwrap().protocol(),
        Protocol::ClickBank(_)
    ));
    assert_eq!(source.protocol(), &Protocol::Generic);
}

#[test]
fn a_source_says_which_words_are_open_and_which_addresses_may_call() {
    let example = tracker(EXAMPLE);
    let source = example.source(Some("clickbank")).unwrap();
    assert!(source.is_open("InitiateCheckout") && !source.is_open("Purchase") && source.is_open("initiatecheckout"));
    assert!(source.allow_ips().is_empty());
}

#[test]
fn credentials_of_click_ids_tell_forged_ones_and_open_nothing() {
    let keys = |key: &str| ClickIdKeys::new(vec![Secret::from(key)]);
    let at = "2026-04-23T17:57:04Z".parse().unwrap();
    let credentials = Credentials::of_click_ids(keys("ours"));
    let forged = keys("theirs").mint(at, [1, 2]);
    assert_eq!(
        credentials.click_ids().recognise(forged.as_str()),
        Recognised::Forged(forged)
    );
    let tracker = tracker(EXAMPLE);
    assert!(!credentials.takes_notifications(tracker.source(None).unwrap().id()));
}
