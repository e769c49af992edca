//! Refused bodies, in two rings for each interface of a source.

use super::Subject;
use crate::event::Interface;
use crate::plan::{REFUSED_ROW_BYTES, RefusedBody, RefusedBound, RefusedReason, RefusedRow, Ring, Write};
use crate::port::row::pack;
use crate::port::{PageRequest, Purge, RefusedFilter};
use crate::samples::{at, cases, click_id, everything, other_source, source, write};
use crate::value::OfferSourceId;
use alloc::{vec, vec::Vec};

/// How many bodies a ring keeps in most cases.
const KEEP: u32 = 20;

/// A refused body. Those with smaller numbers are older.
fn body(source: OfferSourceId, number: u32, ring: Ring) -> RefusedBody {
    RefusedBody::notification(source, at(number.into()), ring, bytes(number))
}

/// A refused postback, with all that can be known of it.
fn posted_back(number: u32, ring: Ring, reason: RefusedReason) -> RefusedBody {
    let at = at(number.into());
    RefusedBody::new(source(), Interface::Postback, at, ring, reason, bytes(number))
        .about(Some("sum".into()), Some(click_id("one")))
}

fn bytes(number: u32) -> Vec<u8> {
    let mut bytes = Vec::from(number.to_be_bytes());
    bytes.extend(0..=255);
    bytes
}

async fn keep_up_to(store: &dyn Subject, bodies: u32, written: impl IntoIterator<Item = RefusedBody>) {
    keep_within(
        store,
        RefusedBound {
            bodies,
            bytes: u64::MAX,
        },
        written,
    )
    .await;
}

async fn keep_within(store: &dyn Subject, keep: RefusedBound, bodies: impl IntoIterator<Item = RefusedBody>) {
    let written = bodies.into_iter().map(|body| Write::Refused { body, keep });
    write(store, written.collect()).await;
}

async fn keep(store: &dyn Subject, bodies: impl IntoIterator<Item = RefusedBody>) {
    keep_up_to(store, KEEP, bodies).await;
}

async fn listed(store: &dyn Subject, filter: &RefusedFilter) -> Vec<RefusedRow> {
    store.refused(filter, &everything()).await.unwrap().items
}

/// The bodies that are kept of a source, with their bytes, the newest first.
async fn kept(store: &dyn Subject, source: &OfferSourceId) -> Vec<RefusedBody> {
    let mut kept = Vec::new();
    for row in listed(store, &RefusedFilter::of_source(source.clone())).await {
        let body = store.refused_body(&row.id).await.unwrap().unwrap();
        assert_eq!(body.row, row);
        kept.push(body);
    }
    kept
}

/// The times of what a ring keeps, in seconds, the newest first.
async fn times(store: &dyn Subject, interface: Interface, ring: Ring) -> Vec<i64> {
    let rows = listed(store, &RefusedFilter::of_source(source())).await.into_iter();
    let of_ring = rows.filter(|row| row.ring == ring && row.interface == interface);
    of_ring
        .map(|row| row.at.unix_seconds() - at(0).unix_seconds())
        .collect()
}

/// Asserts that a full ring stays as it is while one and a half times as many bodies come into
/// another.
async fn the_other_ring_stays(
    store: &dyn Subject,
    stays: (Interface, Ring, fn(u32) -> RefusedBody),
    comes: (Interface, Ring, fn(u32) -> RefusedBody),
) {
    keep(store, (0..KEEP).map(stays.2)).await;
    let before = times(store, stays.0, stays.1).await;
    assert_eq!(before.len(), KEEP as usize);
    let last = KEEP * 5 / 2;
    keep(store, (KEEP..last).map(comes.2)).await;
    assert_eq!(times(store, stays.0, stays.1).await, before);
    let newest = ((last - KEEP)..last).rev().map(i64::from);
    assert_eq!(times(store, comes.0, comes.1).await, newest.collect::<Vec<_>>());
}

fn probable(number: u32) -> RefusedBody {
    body(source(), number, Ring::Probable)
}

fn doubtful(number: u32) -> RefusedBody {
    body(source(), number, Ring::Doubtful)
}

fn probable_postback(number: u32) -> RefusedBody {
    posted_back(number, Ring::Probable, RefusedReason::MalformedAmount)
}

cases! {
    async fn erasure_forgets_the_bodies_that_name_the_click(store) {
        keep(store, [posted_back(1, Ring::Probable, RefusedReason::MalformedAmount), probable(2)]).await;
        let other = posted_back(3, Ring::Doubtful, RefusedReason::TooLong).about(None, Some(click_id("two")));
        keep(store, [other.clone()]).await;
        assert_eq!(store.purge(&Purge::Erase(click_id("one"))).await.unwrap().total(), 1);
        assert_eq!(store.purge(&Purge::Erase(click_id("one"))).await.unwrap().total(), 0);
        assert_eq!(kept(store, &source()).await, [other, probable(2)]);
    }

    async fn a_body_is_kept_to_the_byte(store) {
        let bodies = || [body(source(), 2, Ring::Doubtful), body(source(), 1, Ring::Probable)];
        let empty = RefusedBody::notification(other_source(), at(0), Ring::Probable, vec![]);
        keep(store, bodies().into_iter().rev().chain([empty.clone()])).await;
        assert_eq!(kept(store, &source()).await, bodies());
        assert_eq!(kept(store, &other_source()).await, [empty]);
        let full = posted_back(3, Ring::Doubtful, RefusedReason::TooLong);
        keep(store, [full.clone()]).await;
        assert_eq!(kept(store, &source()).await.first(), Some(&full), "with its reason, its parameter and its click");
        let absent = body(other_source(), 1, Ring::Probable).row.id;
        assert_eq!(store.refused_body(&absent).await.unwrap(), None);
    }

    async fn bodies_are_listed_newest_first_by_source(store) {
        let ring = |number: u32| if number.is_multiple_of(2) { Ring::Probable } else { Ring::Doubtful };
        // The order is that of writing, not that of arrival.
        let of_one = [7, 1, 2, 6, 4].map(|number| body(source(), number, ring(number)));
        keep(store, of_one.clone()).await;
        keep(store, [body(other_source(), 3, Ring::Probable)]).await;
        let mut page = PageRequest::first(2);
        let mut seen = Vec::new();
        loop {
            let answer = store.refused(&RefusedFilter::of_source(source()), &page).await.unwrap();
            assert!(answer.items.len() <= 2, "{}", answer.items.len());
            seen.extend(answer.items);
            match answer.next {
                Some(next) => page.after = next,
                None => break,
            }
        }
        assert_eq!(seen, of_one.into_iter().rev().map(|body| body.row).collect::<Vec<_>>());
        let nowhere = OfferSourceId::new("nowhere").unwrap();
        assert_eq!(listed(store, &RefusedFilter::of_source(nowhere)).await, []);
        assert_eq!(listed(store, &RefusedFilter::default()).await.len(), 6, "of every source");
    }

    async fn one_body_twice_is_kept_once_and_the_same_bytes_later_are_another(store) {
        let one = |seconds| RefusedBody::notification(source(), at(seconds), Ring::Probable, vec![1, 2, 3]);
        keep(store, [one(1), one(2), one(1)]).await;
        keep(store, [one(2)]).await;
        assert_eq!(kept(store, &source()).await, [one(2), one(1)]);
    }

    async fn a_ring_keeps_as_many_as_is_said_and_no_more(store) {
        for ring in Ring::ALL.iter().copied() {
            let mut next = 0;
            for (more, expected) in [(KEEP - 1, KEEP - 1), (1, KEEP), (1, KEEP)] {
                keep(store, (next..next + more).map(|number| body(source(), number, ring))).await;
                next += more;
                assert_eq!(times(store, Interface::Ins, ring).await.len(), expected as usize);
            }
            assert_eq!(times(store, Interface::Ins, ring).await.last(), Some(&1), "the oldest went");
        }
    }

    async fn the_bound_of_the_last_write_is_the_bound(store) {
        keep(store, (0..KEEP).map(probable)).await;
        keep_up_to(store, 3, [probable(KEEP)]).await;
        let newest = [KEEP, KEEP - 1, KEEP - 2].map(i64::from);
        assert_eq!(times(store, Interface::Ins, Ring::Probable).await, newest);
        keep_up_to(store, 1_000, (KEEP + 1..KEEP * 3).map(probable)).await;
        assert_eq!(times(store, Interface::Ins, Ring::Probable).await.len(), 3 + KEEP as usize * 2 - 1);
        keep_up_to(store, 1, [probable(KEEP)]).await;
        assert_eq!(times(store, Interface::Ins, Ring::Probable).await.len(), 1, "the newest, not the one written twice");
    }

    async fn a_ring_keeps_as_many_bytes_as_is_said_and_the_newest_body(store) {
        let bound = |bytes| RefusedBound { bodies: 100, bytes };
        let own = u64::try_from(pack(&bytes(0)).len()).unwrap();
        let size = own + REFUSED_ROW_BYTES;
        let seen = async || times(store, Interface::Ins, Ring::Probable).await;
        keep_within(store, bound(3 * size), (0..3).map(probable)).await;
        assert_eq!(seen().await, [2, 1, 0]);
        keep_within(store, bound(3 * size), [probable(3)]).await;
        assert_eq!(seen().await, [3, 2, 1]);
        keep_within(store, bound(3 * size - 1), [probable(4)]).await;
        assert_eq!(seen().await, [4, 3]);
        let [count] = &store.refused_counts(&source()).await.unwrap()[..] else { panic!("one ring") };
        assert_eq!((count.kept, count.bytes), (2, 2 * own), "without what their rows take");
        // A body that was forgotten leaves its room to others.
        store.purge(&Purge::Refused(vec![probable(3).row.id])).await.unwrap();
        keep_within(store, bound(3 * size), [probable(5), probable(6)]).await;
        assert_eq!(seen().await, [6, 5, 4]);
        keep_within(store, bound(1), [probable(7)]).await;
        assert_eq!(seen().await, [7], "the newest stays, whatever its size");
        keep_within(store, bound(3 * size), [doubtful(8), probable_postback(9), probable(10)]).await;
        assert_eq!(seen().await, [10, 7], "each ring has room of its own");
    }

    async fn a_ring_of_tiny_bodies_is_bounded_by_what_their_rows_take(store) {
        let tiny = |number: u32| {
            RefusedBody::notification(source(), at(number.into()), Ring::Probable, vec![b'x'])
        };
        let keep = RefusedBound { bodies: 1_000, bytes: 10 * REFUSED_ROW_BYTES };
        keep_within(store, keep, (0..30).map(tiny)).await;
        let [count] = &store.refused_counts(&source()).await.unwrap()[..] else { panic!("one ring") };
        assert_eq!(count.kept, 9);
        assert!(keep.is_reached(count));
    }

    async fn long_base64_is_kept_to_the_byte(store) {
        let notification = br#"{"notification":"0000QUJD/+AAQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQQ==","iv":"MjAw"}"#;
        let one = RefusedBody::notification(source(), at(1), Ring::Probable, notification.to_vec());
        keep(store, [one.clone()]).await;
        let counts = store.refused_counts(&source()).await.unwrap();
        assert!(counts.iter().all(|count| count.bytes < notification.len() as u64), "{counts:?}");
        assert_eq!(kept(store, &source()).await, [one]);
    }

    async fn what_is_doubtful_never_evicts_what_is_probable(store) {
        the_other_ring_stays(store, (Interface::Ins, Ring::Probable, probable), (Interface::Ins, Ring::Doubtful, doubtful))
            .await;
    }

    async fn what_is_probable_never_evicts_what_is_doubtful(store) {
        the_other_ring_stays(store, (Interface::Ins, Ring::Doubtful, doubtful), (Interface::Ins, Ring::Probable, probable))
            .await;
    }

    async fn postbacks_never_evict_notifications(store) {
        let comes = (Interface::Postback, Ring::Probable, probable_postback as fn(u32) -> RefusedBody);
        the_other_ring_stays(store, (Interface::Ins, Ring::Probable, probable), comes).await;
    }

    async fn notifications_never_evict_postbacks(store) {
        let stays = (Interface::Postback, Ring::Probable, probable_postback as fn(u32) -> RefusedBody);
        the_other_ring_stays(store, stays, (Interface::Ins, Ring::Probable, probable)).await;
    }

    async fn refused_bodies_are_found_by_interface_reason_and_click(store) {
        let amount = posted_back(1, Ring::Probable, RefusedReason::MalformedAmount);
        let mut time = posted_back(2, Ring::Doubtful, RefusedReason::MalformedTime);
        time.row.click = Some(click_id("two"));
        let notified = probable(3);
        let elsewhere = body(other_source(), 4, Ring::Probable);
        keep(store, [&amount, &time, &notified, &elsewhere].map(Clone::clone)).await;
        let found = async |change: fn(&mut RefusedFilter)| {
            let mut filter = RefusedFilter::default();
            change(&mut filter);
            listed(store, &filter).await
        };
        let rows = |bodies: &[&RefusedBody]| bodies.iter().map(|body| body.row.clone()).collect::<Vec<_>>();
        assert_eq!(found(|filter| filter.interface = Some(Interface::Postback)).await, rows(&[&time, &amount]));
        assert_eq!(found(|filter| filter.interface = Some(Interface::Ins)).await, rows(&[&elsewhere, &notified]));
        assert_eq!(found(|filter| filter.reason = Some(RefusedReason::MalformedTime)).await, rows(&[&time]));
        assert_eq!(found(|filter| filter.click = Some(click_id("one"))).await, rows(&[&amount]));
        assert_eq!(
            found(|filter| {
                filter.click = Some(click_id("two"));
                filter.source = Some(source());
                filter.interface = Some(Interface::Postback);
                filter.reason = Some(RefusedReason::MalformedTime);
            })
            .await,
            rows(&[&time])
        );
        assert_eq!(
            found(|filter| {
                filter.click = Some(click_id("two"));
                filter.source = Some(other_source());
            })
            .await,
            []
        );
        let both = |filter: &mut RefusedFilter| {
            filter.source = Some(source());
            filter.interface = Some(Interface::Ins);
        };
        assert_eq!(found(both).await, rows(&[&notified]));
    }

    async fn each_ring_is_counted_with_the_last_one_that_was_written(store) {
        assert_eq!(store.refused_counts(&source()).await.unwrap(), []);
        let last = posted_back(5, Ring::Doubtful, RefusedReason::Repeated);
        keep(store, [probable_postback(1), doubtful(2), probable(9), probable(3)]).await;
        keep(store, [posted_back(4, Ring::Doubtful, RefusedReason::TooLong), last.clone()]).await;
        keep(store, [body(other_source(), 8, Ring::Probable)]).await;
        let counts = store.refused_counts(&source()).await.unwrap();
        let counts: Vec<_> = counts.into_iter().map(|count| (count.kept, count.last)).collect();
        let expected = [(2, probable(3)), (1, doubtful(2)), (1, probable_postback(1)), (2, last)];
        assert_eq!(counts, expected.map(|(kept, last)| (kept, last.row)), "by interface and ring");
    }

    async fn each_source_has_rings_of_its_own(store) {
        let elsewhere = body(other_source(), 0, Ring::Probable);
        keep(store, [elsewhere.clone()]).await;
        keep(store, (0..=KEEP).map(probable)).await;
        assert_eq!(kept(store, &other_source()).await, [elsewhere]);
    }

    async fn bodies_expire_with_the_personal_values(store) {
        keep(store, [body(source(), 1, Ring::Probable), body(source(), 2, Ring::Doubtful)]).await;
        keep(store, [body(source(), 1, Ring::Doubtful)]).await;
        assert_eq!(store.purge(&Purge::PrivateBefore(at(2))).await.unwrap().total(), 2);
        assert_eq!(kept(store, &source()).await, [body(source(), 2, Ring::Doubtful)]);
    }

    async fn bodies_of_a_source_expire_by_themselves(store) {
        keep(store, [probable(1), doubtful(2), probable_postback(1), body(other_source(), 1, Ring::Probable)]).await;
        assert_eq!(store.purge(&Purge::RefusedBefore(source(), at(1))).await.unwrap().total(), 0);
        assert_eq!(store.purge(&Purge::RefusedBefore(source(), at(2))).await.unwrap().total(), 2);
        assert_eq!(kept(store, &source()).await, [doubtful(2)]);
        assert_eq!(kept(store, &other_source()).await.len(), 1);
    }

    async fn bodies_that_were_taken_in_are_forgotten_by_their_ids(store) {
        let one = |seconds, ring| RefusedBody::notification(source(), at(seconds), ring, vec![1, 2, 3]);
        let stay = [one(2, Ring::Probable), one(1, Ring::Doubtful)];
        keep(store, stay.iter().rev().cloned().chain([one(1, Ring::Probable), one(3, Ring::Doubtful)])).await;
        let taken = || [one(1, Ring::Probable), one(3, Ring::Doubtful), one(9, Ring::Doubtful)].map(|body| body.row.id);
        assert_eq!(store.purge(&Purge::Refused(taken().into())).await.unwrap().total(), 2, "the third was never kept");
        assert_eq!(store.purge(&Purge::Refused(taken().into())).await.unwrap().total(), 0);
        assert_eq!(store.purge(&Purge::Refused(vec![])).await.unwrap().total(), 0);
        assert_eq!(kept(store, &source()).await, stay);
    }
}
