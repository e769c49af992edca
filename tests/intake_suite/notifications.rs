//! Notifications: who is taken, what a refusal says to whom, and which guesses are counted.

use crate::support::{BODIES, House, SECRET, body, caller, form, house, network, ring};
use postback::event::Assurance;
use postback::intake::{Caller, RefusalReason};
use postback::plan::Ring;
use postback::tracker::{Alarm, FAILURE_WINDOW, MAX_FAILURES};
use postback::{Envelope, Event};
use serde_json::{Value, json};

#[test]
fn a_notification_of_its_own_caller_is_an_event() {
    let house = house();
    let event = house.intake().ins(&network(), body()).unwrap();
    assert_eq!(
        (event.source.as_str(), event.assurance),
        ("cb", Some(Assurance::Decrypted))
    );
    let old = house.intake().ins(&network(), &form("ABCD1234", SECRET)).unwrap();
    assert_eq!(old.assurance, Some(Assurance::Verified32));
    assert_eq!(house.intake().form(&network(), &form("ABCD1234", SECRET)).unwrap(), old);
    assert_eq!(
        ring(&house.intake().form(&network(), body()).unwrap_err()),
        Ring::Doubtful
    );
}

/// Whatever is wrong, the caller hears one thing; only the ring differs, by what he knows anyway.
#[test]
fn every_refusal_of_a_notification_says_the_same() {
    let house = house();
    let mut damaged: Value = serde_json::from_slice(body()).unwrap();
    damaged["iv"] = "MjAwQkFGNjYyNkNCMkMxMg==".into();
    let not_chosen = BODIES.lines().next().unwrap().as_bytes().to_vec();
    let damaged = damaged.to_string().into_bytes();
    let cases: [(Caller<'_>, Vec<u8>, Ring); 8] = [
        (caller("203.0.113.9", "wrong"), body().to_vec(), Ring::Doubtful),
        (Caller::new(network().address), body().to_vec(), Ring::Doubtful),
        (caller("198.51.100.1", "right"), body().to_vec(), Ring::Doubtful),
        (network(), b"{}".to_vec(), Ring::Doubtful),
        (network(), b"a=%".to_vec(), Ring::Doubtful),
        (network(), damaged, Ring::Probable),
        (network(), not_chosen, Ring::Probable),
        (network(), form("ABCD1234", "WRONG"), Ring::Probable),
    ];
    for (caller, body, expected) in cases {
        let refusal = house.intake().ins(&caller, &body).unwrap_err();
        assert_eq!(refusal.reason, RefusalReason::Notification);
        assert_eq!(refusal.to_string(), "notification refused");
        assert_eq!((ring(&refusal), refusal.alarm), (expected, None));
        let kept = refusal.kept.unwrap();
        assert_eq!((kept.body, kept.row.source.as_str()), (body, "cb"));
        assert_eq!(kept.row.at.unix_seconds(), 1_800_000_000);
    }
    assert_eq!(
        ring(&house.at("plain", 0).ins(&network(), body()).unwrap_err()),
        Ring::Doubtful
    );
}

#[test]
fn guesses_are_counted_and_nothing_else_is() {
    let house = house();
    let (right, wrong) = (form("ABCD1234", SECRET), form("ABCD1234", "WRONG"));
    for count in 1..=MAX_FAILURES {
        // What is no guess costs nothing.
        house.intake().ins(&network(), b"{}").unwrap_err();
        house.intake().ins(&caller("203.0.113.9", "wrong"), &wrong).unwrap_err();
        assert!(house.intake().ins(&network(), &right).is_ok(), "{count}");
        let alarm = house.intake().ins(&network(), &wrong).unwrap_err().alarm;
        assert_eq!(alarm, (count == MAX_FAILURES).then_some(Alarm::Caller), "{count}");
    }
    let stopped = house.intake().ins(&network(), &right).unwrap_err();
    assert_eq!((ring(&stopped), stopped.alarm), (Ring::Probable, None));
    // Encrypted notifications are no guess, other sources and later hours have budgets of their
    // own.
    assert!(house.intake().ins(&network(), body()).is_ok());
    assert!(house.at("cb", FAILURE_WINDOW.as_secs()).ins(&network(), &right).is_ok());
    // Whoever has the credentials shares the count; new ones begin anew.
    let shared = House {
        tracker: House::new(&json!({})).tracker,
        credentials: house.credentials.clone(),
    };
    assert!(shared.intake().ins(&network(), &right).is_err());
    assert!(House::new(&json!({})).intake().ins(&network(), &right).is_ok());
    // A configuration that is swapped with the same secrets gives nobody new guesses; other secrets
    // do: what failed before says nothing of them.
    let mut same = House::new(&json!({"title": "Another"}));
    same.credentials = same.credentials.in_place_of(&house.credentials);
    assert!(same.intake().ins(&network(), &right).is_err());
    let mut other = House::with_secret(&json!({}), "QUITEANOTHERONE");
    other.credentials = other.credentials.in_place_of(&house.credentials);
    let right_there = form("ABCD1234", "QUITEANOTHERONE");
    assert!(other.intake().ins(&network(), &right_there).is_ok());
    // Whoever vouches for the caller is asked nothing and counts nothing.
    assert!(house.intake().assume_authorized().ins(&right).is_ok());
    assert_eq!(house.intake().assume_authorized().ins(&wrong), Err(Ring::Probable));
    assert_eq!(house.intake().assume_authorized().ins(b"{}"), Err(Ring::Doubtful));
}

#[test]
fn an_event_can_be_vouched_for_and_is_read_back_as_it_was_stored() {
    let house = house();
    let event = house.intake().ins(&network(), body()).unwrap();
    let stored = serde_json::to_string(&event).unwrap();
    let read: Event = serde_json::from_str(&stored).unwrap();
    assert_eq!(read.id, event.id);
    let made = Event::assume_authentic(event.id.clone(), event.source.clone(), event.interface, event.at);
    assert_eq!((made.assurance, made.sum), (None, None));
    assert!(Envelope::parse(body()).is_ok());
}
