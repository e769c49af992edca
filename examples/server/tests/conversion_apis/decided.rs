//! Sales that are decided without a server.

use crate::world::{HOUR, SHOP_TOKEN};
use postback::intake::{Caller, Intake};
use postback::plan::ClickFacts;
use postback::value::Pii;
use postback::{Click, Credentials, Decision, Facts, Plan, Received, Secret, Timestamp, Tracker};

/// A visitor's click, an hour before it is decided about.
pub(crate) fn clicked(now: Timestamp, number: usize) -> Click {
    let clicked = now.checked_sub(HOUR).unwrap();
    let mut click = Click::new(
        format!("p{number:06}").parse().unwrap(),
        clicked,
        "summer".parse().unwrap(),
        "book".parse().unwrap(),
        "shop".parse().unwrap(),
        "ads".parse().unwrap(),
    );
    click.ref_id = Some(format!("IwAR-{number}"));
    click.subs.insert(19, format!("EAIa-{number}"));
    click.subs.insert(18, format!("E.C.P.{number}"));
    click.subs.insert(17, format!("{number:032x}"));
    click.private.insert("ip".into(), Pii::new("203.0.113.7"));
    click.private.insert("useragent".into(), Pii::new("Mozilla/5.0"));
    click
}

/// The decision about a visitor's sale, without a server.
pub(crate) fn decided(tracker: &Tracker, now: Timestamp, number: usize) -> Plan {
    let query = format!("sum=8.50&order=A-{number}&email=buyer{number}%40example.com");
    decided_of(tracker, now, &clicked(now, number), &query)
}

/// The decision about a postback for a click.
pub(crate) fn decided_of(tracker: &Tracker, now: Timestamp, click: &Click, query: &str) -> Plan {
    let secrets = [("env:SHOP_TOKEN".parse().unwrap(), Secret::from(SHOP_TOKEN))].into();
    let credentials = Credentials::new(tracker, &secrets).unwrap();
    // Messages of one moment differ by their nonces.
    let nonce = click.id.as_str()[1..].parse().unwrap();
    let received = Received { at: now, nonce };
    let source = tracker.source(Some("shop")).unwrap();
    let query = format!("clickid={}&token={SHOP_TOKEN}&{query}", click.id);
    let event = Intake::new(source, &credentials, received)
        .postback(&Caller::default(), query.as_bytes())
        .unwrap_or_else(|refused| panic!("{refused:?}: {query}"));
    let known = ClickFacts {
        version: 0,
        click: Some(click.clone()),
        tallies: vec![],
    };
    let mut facts = Facts::default();
    facts.clicks.insert(click.id.clone(), known);
    Decision::new(tracker).decide(&event, &facts, now).unwrap()
}
