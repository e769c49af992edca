//! Deliveries as they are written and read.

use crate::support::{api, at, cause, leased, plain};
use postback::delivery::{Cause, Delivery, DeliveryState};
use postback::port::{StoreErrorKind, row};
use postback::value::{DeliveryId, Pii};
use std::time::Duration;

/// As version 1 wrote it, which knew postbacks alone.
const VERSION_1: &str = r#"{"v":1,"row":{"id":"2222222222222222222222222c","lane":"https://channel.example",
    "conversion":"2222222222222222222222222a","click":"click","event":"2222222222222222222222222b","campaign":"campaign",
    "postback":"postback","created_at":"1970-01-01T00:00:00Z","outbound":{"method":"GET","url":["https://channel.example/"]},
    "success":{"status":[[200,299]]},"retry":{"attempts":12,"first":{"secs":30,"nanos":0},"longest":{"secs":21600,"nanos":0}}}}"#;

#[test]
fn a_row_of_version_1_is_a_postback() {
    let mut expected = leased('c', &plain(), 0).delivery;
    expected.retry.attempts = 12;
    expected.retry.first = Some(Duration::from_secs(30));
    expected.retry.longest = Some(Duration::from_secs(6 * 60 * 60));
    assert_eq!(row::decode::<Delivery>(VERSION_1).unwrap(), expected);
    let missing = r#""conversion":"2222222222222222222222222a","#;
    let error = row::decode::<Delivery>(&VERSION_1.replace(missing, "")).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Corrupt);
}

#[test]
fn a_row_is_written_with_its_cause_and_without_personal_values() {
    let mut delivery = leased('c', &plain(), 0).delivery;
    delivery.private.insert("ip".into(), Pii::new("192.0.2.77"));
    let written = row::encode(&delivery).unwrap();
    let expected = concat!(
        r#"{"v":3,"row":{"id":"2222222222222222222222222c","cause":{"postback":{"conversion":"2222222222222222222222222a","#,
        r#""click":"click","event":"2222222222222222222222222b","campaign":"campaign","postback":"postback","#,
        r#""success":{"status":[[200,299]]}}},"lane":"https://channel.example","created_at":"1970-01-01T00:00:00Z","#,
        r#""outbound":{"method":"GET","url":["https://channel.example/"]},"retry":{"attempts":10}}}"#,
    );
    assert_eq!(written, expected);
}

#[test]
fn each_cause_says_its_kind_and_what_it_hangs_on() {
    let api = api("meta", "pixel-1");
    let action = Cause::action("channel".parse().unwrap(), "block_placement", "zone-7");
    let hangs = |cause: &Cause| (cause.conversion().is_some(), cause.click().is_some());
    for (cause, kind, hanging) in [
        (cause(), "postback", (true, true)),
        (api, "conversion_api", (true, true)),
        (action, "action", (false, false)),
        (Cause::notice("cap_reached"), "notice", (false, false)),
    ] {
        assert_eq!((cause.kind(), hangs(&cause)), (kind, hanging));
        let json = serde_json::to_string(&cause).unwrap();
        assert!(json.starts_with(&format!(r#"{{"{kind}":"#)), "{json}");
        assert_eq!(serde_json::from_str::<Cause>(&json).unwrap(), cause);
    }
}

#[test]
fn the_id_of_a_hosts_own_delivery_is_made_of_its_parts() {
    let id = |seconds, parts: &[&str]| DeliveryId::from_parts(at(seconds), parts);
    assert_eq!(id(1, &["a", "b"]), id(1, &["a", "b"]));
    assert_ne!(id(1, &["a", "b"]), id(1, &["ab"]));
    assert_ne!(id(1, &["a", "b"]), id(2, &["a", "b"]));
    assert!(id(1, &["z"]) < id(300, &["a"]), "ids of one time lie together");
}

#[test]
fn the_word_of_each_state_is_read_again() {
    for state in DeliveryState::ALL {
        assert_eq!(DeliveryState::from_word(state.as_str()), Some(state));
        assert_eq!(state.is_open(), matches!(state.as_str(), "queued" | "accepted"));
    }
    assert_eq!(DeliveryState::from_word("sent"), None);
}

#[test]
fn a_delivery_is_due_when_it_is_decided_or_later() {
    let mut delivery = leased('c', &plain(), 0).delivery;
    for (not_before, due) in [(None, 5), (Some(4), 5), (Some(5), 5), (Some(6), 6)] {
        delivery.not_before = not_before.map(at);
        assert_eq!(delivery.due_at(at(5)), at(due));
    }
}
