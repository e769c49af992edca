//! **Rehearsed**: what several events would do one after another is what they then do.

use postback::drive::{Rehearsal, decide_again};
use postback::plan::{Outcome, Reason};
use postback::value::EventId;
use postback::{Event, Plan};
use postback_test::{TRACKED, World, after, block_on, click, document, notification, text, with};
use serde_json::Value;

/// What a plan comes to: the reply, what it resolves, each row of an event with its outcome, and
/// each postback.
#[derive(Debug, PartialEq)]
struct Came {
    reply: String,
    resolved: u32,
    rows: Vec<(EventId, Outcome, Option<Reason>)>,
    fired: Vec<String>,
}

fn came(plan: Option<&Plan>) -> Option<Came> {
    let plan = plan?;
    let rows = plan.commit.writes.iter().filter_map(|write| match write {
        postback::plan::Write::Event(row) => Some((row.event.id.clone(), row.outcome, row.reason)),
        _ => None,
    });
    let fired = plan.commit.outbox.iter();
    Some(Came {
        reply: format!("{:?}", plan.reply),
        resolved: plan.trace.resolved,
        rows: rows.collect(),
        fired: fired
            .map(|row| format!("{} {}", row.id, text(&row.outbound.url)))
            .collect(),
    })
}

/// Rehearses that stored events are decided again, then does it, and compares the two. Returns how
/// many postbacks fire.
fn decided_as_rehearsed(world: &World, ids: &[EventId]) -> usize {
    let (store, now) = (&world.store, after(9_000));
    let (rows, sent) = (world.events(), world.sent());
    let mut rehearsal = Rehearsal::new(store, store);
    let mut told = Vec::new();
    for id in ids {
        told.push(came(
            block_on(rehearsal.decide_again(&world.tracker, id, now))
                .unwrap()
                .as_ref(),
        ));
    }
    assert_eq!((world.events(), world.sent()), (rows, sent), "nothing is written");
    for (id, told) in ids.iter().zip(&told) {
        let plan = block_on(decide_again(&world.tracker, store, store, id, now)).unwrap();
        assert_eq!(*told, came(plan.as_ref()));
    }
    told.iter().flatten().map(|came| came.fired.len()).sum()
}

/// The same for events that are taken in.
fn taken_as_rehearsed(world: &World, events: &[&Event]) -> usize {
    let (store, now) = (&world.store, after(9_000));
    let mut rehearsal = Rehearsal::new(store, store);
    let mut told = Vec::new();
    for event in events {
        told.push(came(
            block_on(rehearsal.ingest(&world.tracker, event, now)).unwrap().as_ref(),
        ));
    }
    for (event, told) in events.iter().zip(&told) {
        let done = postback::drive::ingest_with_plan(&world.tracker, store, *event, now);
        assert_eq!(*told, came(block_on(done).unwrap().1.as_ref()));
    }
    told.iter().flatten().map(|came| came.fired.len()).sum()
}

fn ids(world: &World) -> Vec<EventId> {
    world.events().into_iter().map(|row| row.event.id.clone()).collect()
}

/// Calls `look` with every order of the items.
fn permuted<T: Clone>(items: &[T], look: &mut impl FnMut(&[T])) {
    fn from<T: Clone>(at: usize, items: &mut Vec<T>, look: &mut impl FnMut(&[T])) {
        if at == items.len() {
            return look(items);
        }
        for other in at..items.len() {
            items.swap(at, other);
            from(at + 1, items, look);
            items.swap(at, other);
        }
    }
    from(0, &mut items.to_vec(), look);
}

/// Events that came before their click was recorded.
fn waiting(document: &Value, queries: &[&str]) -> World {
    let world = World::without_clicks(document);
    for query in queries {
        assert!(world.postback(query).starts_with("unattributed"), "{query}");
    }
    world.record(&click("c1"));
    world
}

fn account(policy: &str) -> Value {
    with(|d| {
        d["offer_source"][0]["duplicates"] = policy.into();
        d["campaign"][0]["postback"][0]["negative"] = "send".into();
    })
}

#[test]
fn of_two_messages_of_one_order_one_fires() {
    let queries = [
        "clickid=c1&eventid=A&sum=10&time=@60",
        "clickid=c1&eventid=A&sum=10&status=approved&time=@61",
    ];
    let world = waiting(&account("update"), &queries);
    assert_eq!(decided_as_rehearsed(&world, &ids(&world)), 1);
}

#[test]
fn events_that_are_decided_again_do_what_was_rehearsed_in_every_order_and_under_every_policy() {
    let queries = [
        "clickid=c1&eventid=A&receipt=R1&sum=10&status=pending&time=@60",
        "clickid=c1&eventid=A&receipt=R1&sum=12&time=@61",
        "clickid=c1&eventid=A&receipt=R1&type=Refund&time=@62",
        "receipt=R1&type=Refund&sum=4&eventid=C&time=@63",
        "clickid=c1&eventid=B&sum=5&time=@64",
    ];
    let policies = ["update", "edit", "increment", "ignore"];
    for policy in policies {
        let (document, mut fired) = (account(policy), 0);
        permuted(&ids(&waiting(&document, &queries)), &mut |order| {
            fired += decided_as_rehearsed(&waiting(&document, &queries), order);
        });
        assert!(fired > 0, "{policy}");
    }
}

#[test]
fn rebills_that_meant_nothing_are_rehearsed_with_what_they_resolve() {
    let unmapped = with(|d| drop(d["offer_source"][1]["events"].as_object_mut().unwrap().remove("BILL")));
    let ignored = with(|d| {
        let types = d["conversion_type"].as_array_mut().unwrap();
        let rebill = types.iter_mut().find(|known| known["name"] == "Rebill").unwrap();
        rebill["duplicates"] = "ignore".into();
    });
    let world = World::new(&unmapped);
    for (receipt, seconds) in [("R1-B001", 60), ("R1-B002", 61), ("R1-B003", 62)] {
        world.notify(&notification("BILL", receipt, seconds, "10", TRACKED));
    }
    world.notify(&notification("RFND", "R1-B002", 63, "10", ""));
    let world = world.reconfigured(&ignored);
    assert_eq!(decided_as_rehearsed(&world, &ids(&world)), 1, "the type takes one");
}

#[test]
fn events_that_were_set_aside_do_what_was_rehearsed_whatever_is_stored() {
    let document = account("update");
    let queries = [
        "clickid=c1&eventid=A&receipt=R1&sum=10&status=pending&time=@60",
        "clickid=c1&eventid=A&receipt=R1&sum=12&time=@61",
        "receipt=R1&type=Refund&sum=4&time=@62",
        "eventid=A&type=Refund&time=@63",
        "clickid=c1&eventid=A&receipt=R1&sum=12&time=@61",
    ];
    let made = World::new(&document);
    let events: Vec<Event> = queries.iter().map(|query| made.postback_event(query)).collect();
    permuted(&[0, 1, 2, 3, 4], &mut |order| {
        for stored in 0..3 {
            let world = World::new(&document);
            let (before, rest) = order.split_at(stored);
            for index in before {
                world.ingest(&events[*index]);
            }
            let rest: Vec<&Event> = rest.iter().map(|index| &events[*index]).collect();
            taken_as_rehearsed(&world, &rest);
        }
    });
}

#[test]
fn a_message_without_a_time_that_says_something_new_again_is_rehearsed_so() {
    let world = World::new(&with(|d| d["offer_source"][0]["duplicates"] = "update".into()));
    let said = |status: &str| world.postback_event(&format!("clickid=c1&eventid=A&sum=10&status={status}"));
    let events = [said("approved"), said("declined"), said("approved"), said("approved")];
    taken_as_rehearsed(&world, &events.iter().collect::<Vec<_>>());
    assert_eq!(world.told(), ["Purchase approved 10 USD 10 USD"]);
}

#[test]
fn an_event_that_is_stored_is_a_duplicate_and_one_that_is_not_stored_is_not_decided_again() {
    let world = World::new(&document());
    let event = world.postback_event("clickid=c1&eventid=a&sum=10&time=@60");
    let mut rehearsal = Rehearsal::new(&world.store, &world.store);
    let now = after(60);
    assert!(
        block_on(rehearsal.decide_again(&world.tracker, &event.id, now))
            .unwrap()
            .is_none()
    );
    let first = block_on(rehearsal.ingest(&world.tracker, &event, now)).unwrap();
    assert_eq!(first.unwrap().reply.outcome.as_str(), "applied");
    assert!(
        block_on(rehearsal.ingest(&world.tracker, &event, now))
            .unwrap()
            .is_none()
    );
    assert!(world.events().is_empty() && world.sent().is_empty());
    world.ingest(&event);
    let mut rehearsal = Rehearsal::new(&world.store, &world.store);
    assert!(
        block_on(rehearsal.ingest(&world.tracker, &event, now))
            .unwrap()
            .is_none()
    );
    let unknown: EventId = "a".repeat(26).parse().unwrap();
    assert!(
        block_on(rehearsal.decide_again(&world.tracker, &unknown, now))
            .unwrap()
            .is_none()
    );
}
