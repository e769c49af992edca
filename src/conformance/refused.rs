//! Bodies that were refused, in two rings a source.

use super::Subject;
use super::make::{at, cases, everything, other_source, source, write};
use crate::plan::{MAX_REFUSED, RefusedBody, Ring, Write};
use crate::port::{PageRequest, Purge};
use crate::value::OfferSourceId;
use alloc::{vec, vec::Vec};

/// Bodies grow older with smaller numbers.
fn body(source: OfferSourceId, number: u32, ring: Ring) -> RefusedBody {
    let mut bytes = Vec::from(number.to_be_bytes());
    bytes.extend(0..=255);
    RefusedBody::new(source, at(number.into()), ring, bytes)
}

async fn keep(store: &dyn Subject, bodies: impl IntoIterator<Item = RefusedBody>) {
    write(store, bodies.into_iter().map(Write::Refused).collect()).await;
}

/// What is kept of a source, bytes and all, the newest first.
async fn kept(store: &dyn Subject, source: &OfferSourceId) -> Vec<RefusedBody> {
    let mut kept = Vec::new();
    for row in store.refused(source, &everything()).await.unwrap().items {
        let body = store.refused_body(&row.id).await.unwrap().unwrap();
        kept.push(RefusedBody { row, body });
    }
    kept
}

/// The times of what a ring keeps, in seconds, the newest first.
async fn times(store: &dyn Subject, ring: Ring) -> Vec<i64> {
    let rows = store.refused(&source(), &everything()).await.unwrap().items;
    let of_ring = rows.into_iter().filter(|row| row.ring == ring);
    of_ring
        .map(|row| row.at.unix_seconds() - at(0).unix_seconds())
        .collect()
}

/// A full ring is left alone by one and a half times as many bodies of the other.
async fn the_other_ring_stays(store: &dyn Subject, stays: Ring, comes: Ring) {
    keep(store, (0..MAX_REFUSED).map(|number| body(source(), number, stays))).await;
    let before = times(store, stays).await;
    assert_eq!(before.len(), MAX_REFUSED as usize);
    let last = MAX_REFUSED * 5 / 2;
    keep(store, (MAX_REFUSED..last).map(|number| body(source(), number, comes))).await;
    assert_eq!(times(store, stays).await, before);
    let newest = ((last - MAX_REFUSED)..last).rev().map(i64::from);
    assert_eq!(times(store, comes).await, newest.collect::<Vec<_>>());
}

cases! {
    async fn a_body_is_kept_to_the_byte(store) {
        let bodies = || [body(source(), 2, Ring::Doubtful), body(source(), 1, Ring::Probable)];
        let empty = RefusedBody::new(other_source(), at(0), Ring::Probable, vec![]);
        keep(store, bodies().into_iter().rev().chain([empty.clone()])).await;
        assert_eq!(kept(store, &source()).await, bodies());
        assert_eq!(kept(store, &other_source()).await, [empty]);
        let absent = body(other_source(), 1, Ring::Probable).row.id;
        assert_eq!(store.refused_body(&absent).await.unwrap(), None);
    }

    async fn bodies_are_listed_newest_first_by_source(store) {
        let ring = |number: u32| if number.is_multiple_of(2) { Ring::Probable } else { Ring::Doubtful };
        // By when they were written, not by when they arrived.
        let of_one = [7, 1, 2, 6, 4].map(|number| body(source(), number, ring(number)));
        keep(store, of_one.clone()).await;
        keep(store, [body(other_source(), 3, Ring::Probable)]).await;
        let mut page = PageRequest::first(2);
        let mut seen = Vec::new();
        loop {
            let answer = store.refused(&source(), &page).await.unwrap();
            assert!(answer.items.len() <= 2, "{}", answer.items.len());
            seen.extend(answer.items);
            match answer.next {
                Some(next) => page.after = next,
                None => break,
            }
        }
        assert_eq!(seen, of_one.into_iter().rev().map(|body| body.row).collect::<Vec<_>>());
        let nowhere = OfferSourceId::new("nowhere").unwrap();
        assert_eq!(store.refused(&nowhere, &everything()).await.unwrap().items, []);
    }

    async fn one_body_twice_is_kept_once_and_the_same_bytes_later_are_another(store) {
        let one = |seconds| RefusedBody::new(source(), at(seconds), Ring::Probable, vec![1, 2, 3]);
        keep(store, [one(1), one(2), one(1)]).await;
        keep(store, [one(2)]).await;
        assert_eq!(kept(store, &source()).await, [one(2), one(1)]);
    }

    async fn a_ring_keeps_256_bodies_and_no_more(store) {
        for ring in Ring::ALL.iter().copied() {
            let mut next = 0;
            for (more, expected) in [(MAX_REFUSED - 1, MAX_REFUSED - 1), (1, MAX_REFUSED), (1, MAX_REFUSED)] {
                keep(store, (next..next + more).map(|number| body(source(), number, ring))).await;
                next += more;
                assert_eq!(times(store, ring).await.len(), expected as usize);
            }
            assert_eq!(times(store, ring).await.last(), Some(&1), "the oldest went");
        }
    }

    async fn what_is_doubtful_never_evicts_what_is_probable(store) {
        the_other_ring_stays(store, Ring::Probable, Ring::Doubtful).await;
    }

    async fn what_is_probable_never_evicts_what_is_doubtful(store) {
        the_other_ring_stays(store, Ring::Doubtful, Ring::Probable).await;
    }

    async fn each_source_has_rings_of_its_own(store) {
        let elsewhere = body(other_source(), 0, Ring::Probable);
        keep(store, [elsewhere.clone()]).await;
        keep(store, (0..=MAX_REFUSED).map(|number| body(source(), number, Ring::Probable))).await;
        assert_eq!(kept(store, &other_source()).await, [elsewhere]);
    }

    async fn bodies_expire_with_the_personal_values(store) {
        keep(store, [body(source(), 1, Ring::Probable), body(source(), 2, Ring::Doubtful)]).await;
        keep(store, [body(source(), 1, Ring::Doubtful)]).await;
        assert_eq!(store.purge(&Purge::PrivateBefore(at(2))).await.unwrap(), 2);
        assert_eq!(kept(store, &source()).await, [body(source(), 2, Ring::Doubtful)]);
    }

    async fn bodies_that_were_taken_in_are_forgotten_by_their_ids(store) {
        let one = |seconds, ring| RefusedBody::new(source(), at(seconds), ring, vec![1, 2, 3]);
        let stay = [one(2, Ring::Probable), one(1, Ring::Doubtful)];
        keep(store, stay.iter().rev().cloned().chain([one(1, Ring::Probable), one(3, Ring::Doubtful)])).await;
        let taken = || [one(1, Ring::Probable), one(3, Ring::Doubtful), one(9, Ring::Doubtful)].map(|body| body.row.id);
        assert_eq!(store.purge(&Purge::Refused(taken().into())).await.unwrap(), 2, "the third was never kept");
        assert_eq!(store.purge(&Purge::Refused(taken().into())).await.unwrap(), 0);
        assert_eq!(store.purge(&Purge::Refused(vec![])).await.unwrap(), 0);
        assert_eq!(kept(store, &source()).await, stay);
    }
}
