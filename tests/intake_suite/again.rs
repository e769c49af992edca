//! What was kept, tried again.

use crate::support::{House, body, house, kept, network};
use postback::intake::Caller;
use postback::plan::RefusedReason;
use serde_json::json;

#[test]
fn what_was_kept_can_be_read_once_its_fault_is_mended() {
    let house = house();
    let inside = Caller::new(network().address);
    let (_, body) = kept(
        &house,
        "cb",
        &inside,
        b"clickid=a&sum=1.5&eventid=e1&type=Sale&token=right&rdtk_event_id=a&rdtk_event_id=b",
    );
    assert!(
        house.intake().postback(&inside, body.as_bytes()).is_err(),
        "it proves nothing any more"
    );
    let mended = House::new(&json!({"names": {"event_id": "eventid"}}));
    let query = postback::Query::parse(body.as_bytes()).unwrap();
    let (event, _) = mended.intake().assume_authorized().postback(&query).unwrap();
    assert_eq!(
        (
            event.event_id.as_deref(),
            event.sum.unwrap().amount.to_string().as_str()
        ),
        (Some("e1"), "1.5")
    );
}

#[test]
fn what_is_tried_again_has_its_first_time_and_one_identity() {
    let house = house();
    let inside = Caller::new(network().address);
    let refused = |query: &[u8]| *house.intake().postback(&inside, query).unwrap_err().kept.unwrap();
    let nameless = refused(b"clickid=a&sum=1.5&token=right&order_id=1&order_id=2");
    assert_eq!(
        house.intake().assume_authorized().again(&nameless),
        Err(RefusedReason::Repeated),
        "while nothing is mended"
    );
    let mended = House::new(&json!({"names": {"order_id": "order"}}));
    let again = |refused, seconds| mended.at("cb", seconds).assume_authorized().again(refused).unwrap();
    let (first, second) = (again(&nameless, 60), again(&nameless, 90));
    assert_eq!((&first.id, first.at), (&second.id, nameless.row.at));
    assert_eq!(first.received_at.unix_seconds(), 1_800_000_060);
    let other = refused(b"clickid=b&sum=1.5&token=right&order_id=1&order_id=2");
    assert_ne!(again(&other, 60).id, first.id);
    // What names an id is the same message as the one that the network sends again.
    let named = again(
        &refused(b"clickid=a&sum=1.5&eventid=e1&token=right&order_id=1&order_id=2"),
        60,
    );
    let sent_again = b"clickid=a&sum=1.5&eventid=e1&token=right&order_id=1&order_id=2";
    assert_eq!(mended.at("cb", 61).postback(&inside, sent_again).unwrap().id, named.id);
    let notified = house
        .intake()
        .ins(&Caller::default(), body())
        .unwrap_err()
        .kept
        .unwrap();
    assert!(house.intake().assume_authorized().again(&notified).is_ok());
}
