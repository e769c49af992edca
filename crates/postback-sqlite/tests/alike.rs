//! An event that names several clicks is taken at once, however alike their ids are.
#![cfg(test)]

mod common;

use common::{folder, open};
use postback::drive::ingest;
use postback::port::{ConversionFilter, Inspect, PageRequest, Store};
use postback::tracker::ClickIdKeys;
use postback_test::{World, after, answer, block_on, click, click_id, document};

/// The names of two clicks in one sale, of which the first was recorded; and the first again in
/// another sale.
fn check(recorded: &str, other: &str) {
    let (folder, world) = (folder(), World::without_clicks(&document()));
    let store = open(&folder);
    block_on(store.record(&[click(recorded)])).unwrap();
    let mut sale = world.postback_event(&format!("clickid={recorded}&tid=T1&sum=1"));
    sale.clicks.push(click_id(other));
    let alone = world.postback_event(&format!("clickid={recorded}&tid=T2&sum=2"));
    for event in [sale, alone] {
        let reply = block_on(ingest(&world.tracker, &store, &event, event.received_at)).unwrap();
        assert_eq!(answer(reply), "applied", "{recorded} {other}");
    }
    let (filter, page) = (ConversionFilter::default(), PageRequest::first(10));
    let all = block_on(store.conversions(&filter, &page)).unwrap().items;
    let clicks: Vec<_> = all.iter().map(|row| row.click.as_str()).collect();
    assert_eq!(clicks, [recorded, recorded]);
}

#[test]
fn a_sale_that_names_two_clicks_with_ids_that_begin_alike_is_counted() {
    let ours = ClickIdKeys::default().mint(after(0), [7, 8]).to_string();
    check(&ours, &format!("{ours}a"));
    check(&ours, ClickIdKeys::default().mint(after(0), [9, 8]).as_str());
    check("newsletteroctoberredbutton", "newsletteroctoberbluebutton");
}
