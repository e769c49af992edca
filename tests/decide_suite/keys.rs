//! **Keys of click ids** that come, go and come back while sales are under way.

use postback::plan::{Found, Outcome, Reason};
use postback::tracker::ClickIdKeys;
use postback::value::ClickId;
use postback::{Credentials, Decision, Secret};
use postback_test::{World, after, click, document, with};

fn keys(names: &[&str]) -> ClickIdKeys {
    ClickIdKeys::new(names.iter().map(|name| Secret::from(*name)).collect())
}

/// A world without clicks in which click ids are signed by these keys, newest first.
fn world(names: &[&str]) -> World {
    rotated(World::without_clicks(&document()), names)
}

/// The same world with other keys.
fn rotated(mut world: World, names: &[&str]) -> World {
    world.credentials = Credentials::of_click_ids(keys(names));
    world
}

/// Mints a click id with the present keys, and records the click.
fn clicked(world: &World, number: u64) -> ClickId {
    let id = minted(world, number);
    world.record(&made(&id));
    id
}

fn minted(world: &World, number: u64) -> ClickId {
    world.credentials.click_ids().mint(after(0), [number, number])
}

fn made(id: &ClickId) -> postback::Click {
    let mut click = click("c1");
    click.id = id.clone();
    click
}

fn sale(world: &World, id: &ClickId) -> String {
    world.postback(&format!("clickid={id}&sum=10&eventid={id}"))
}

#[test]
fn a_sale_under_way_survives_every_change_of_the_keys() {
    for [before, now] in [
        [&[][..], &["a"][..]],
        [&["a"], &["b", "a"]],
        [&["a"], &["b"]],
        [&["a"], &[]],
        [&["b", "a"], &["c"]],
    ] {
        let world = world(before);
        let id = clicked(&world, 1);
        let world = rotated(world, now);
        assert_eq!(sale(&world, &id), "applied", "{before:?} -> {now:?}");
        assert_eq!(world.conversions()[0].click, id);
        assert!(!world.sent().is_empty());
    }
}

#[test]
fn clicks_of_every_time_count_when_a_key_was_removed_and_comes_back() {
    let world = world(&["a"]);
    let first = clicked(&world, 1);
    let world = rotated(world, &[]);
    let unsigned = clicked(&world, 2);
    assert_eq!(sale(&world, &first), "applied");
    let world = rotated(world, &["a"]);
    let last = clicked(&world, 3);
    for id in [unsigned, last] {
        assert_eq!(sale(&world, &id), "applied");
    }
}

#[test]
fn the_trace_says_that_the_click_itself_was_found() {
    let world = world(&[]);
    let id = clicked(&world, 1);
    let world = rotated(world, &["a"]);
    let plan = world.plan(&format!("clickid={id}&sum=10"));
    assert_eq!(plan.trace.found, Some(Found::Stored { click: id }));
    let signed = clicked(&world, 2);
    let plan = world.plan(&format!("clickid={signed}&sum=10"));
    assert_eq!(
        plan.trace.found,
        Some(Found::Candidate {
            index: 0,
            click: signed
        })
    );
}

#[test]
fn an_id_that_nobody_here_made_stays_refused() {
    let world = world(&[]);
    let id = clicked(&world, 1);
    let world = rotated(world, &["a"]);
    // One of the time of a stored click, and the stored one with another last character.
    let stranger = keys(&["theirs"]).mint(after(0), [1, 1]);
    let last = if id.as_str().ends_with('a') { "b" } else { "a" };
    let changed: ClickId = format!("{}{last}", &id.as_str()[..32]).parse().unwrap();
    for forged in [stranger, changed] {
        assert_eq!(sale(&world, &forged), "unattributed: forged_click", "{forged}");
    }
    world.attribute();
    let still = world.events();
    assert!(still.iter().all(|row| row.outcome == Outcome::Unattributed));
    assert!(still.iter().all(|row| row.reason == Some(Reason::ForgedClick)));
    assert!(world.conversions().is_empty() && world.sent().is_empty());
}

#[test]
fn a_click_that_is_recorded_late_brings_a_sale_whose_id_looked_forged() {
    let world = world(&["old"]);
    let id = minted(&world, 1);
    let world = rotated(world, &["new"]);
    assert_eq!(sale(&world, &id), "unattributed: forged_click");
    assert_eq!(world.attribute(), 0);
    world.record(&made(&id));
    assert_eq!(world.attribute(), 1);
    assert_eq!(world.conversions()[0].click, id);
    assert_eq!(world.attribute(), 0);
}

#[test]
fn a_refund_follows_its_sale_across_a_change_of_keys() {
    let world = world(&[]);
    let id = clicked(&world, 1);
    world.postback(&format!("clickid={id}&receipt=R1&sum=10"));
    let world = rotated(world, &["a"]);
    assert_eq!(world.postback("receipt=R1&type=Refund&sum=4"), "applied");
    // A sale that was lost to the change teaches its receipt the click like any other.
    let other = clicked(&rotated(World::without_clicks(&document()), &[]), 2);
    world.record(&made(&other));
    world.postback(&format!("clickid={other}&receipt=R2&sum=7"));
    assert_eq!(world.postback("receipt=R2&type=Refund&sum=7"), "applied");
    assert_eq!(world.revenue(), "6");
}

#[test]
fn what_binds_a_click_binds_one_that_was_found_by_itself() {
    let other_source = world(&[]);
    let id = minted(&other_source, 1);
    let mut foreign = made(&id);
    foreign.source = "clickbank".parse().unwrap();
    other_source.record(&foreign);
    let other_source = rotated(other_source, &["a"]);
    assert_eq!(sale(&other_source, &id), "unattributed: other_source");

    let document = with(|d| d["offer_source"][0]["click_expiration"] = "1h".into());
    let late = rotated(World::without_clicks(&document), &[]);
    let id = clicked(&late, 1);
    let late = rotated(late, &["a"]);
    assert_eq!(
        late.postback(&format!("clickid={id}&sum=1&time=@3601")),
        "ignored: expired"
    );
}

#[test]
fn an_id_that_no_key_signed_is_looked_up_like_anothers() {
    let world = world(&["a"]);
    let forged = keys(&["theirs"]).mint(after(0), [1, 2]);
    let event = world.postback_event(&format!("clickid={forged}&sum=10"));
    assert_eq!((event.clicks.len(), &event.forged), (0, &vec![forged.clone()]));
    assert_eq!(Decision::new(&world.tracker).needs(&event).clicks, [forged]);
}
