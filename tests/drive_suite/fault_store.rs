//! A store that fails when a test says so.

use postback::conformance::{Call, Fault, FaultStore};
use postback::memory::MemoryStore;
use postback::port::{Cursor, Inspect, Store};
use postback_test::{block_on, click};
use std::{
    slice,
    sync::Arc,
    task::{Context, Waker},
};

fn stores() -> (Arc<MemoryStore>, FaultStore) {
    let kept = Arc::new(MemoryStore::new());
    (kept.clone(), FaultStore::new(kept))
}

/// Which of these clicks are recorded without an error, and which are stored.
fn recorded(kept: &MemoryStore, store: &FaultStore, ids: &[&str]) -> Vec<(bool, bool)> {
    let one = |id: &&str| {
        let click = click(id);
        let answer = block_on(store.record(slice::from_ref(&click))).is_ok();
        (answer, block_on(kept.click(&click.id)).unwrap().is_some())
    };
    ids.iter().map(one).collect()
}

#[test]
fn without_a_fault_every_call_goes_through() {
    let (kept, store) = stores();
    assert_eq!(recorded(&kept, &store, &["c1"]), [(true, true)]);
    assert_eq!(store.struck(), 0);
}

#[test]
fn a_call_fails_once_or_twice_and_nothing_is_written() {
    for (times, expected) in [
        (1, [(false, false), (true, true)]),
        (2, [(false, false), (false, false)]),
    ] {
        let (kept, store) = stores();
        store.inject(Call::Record, ..times, Fault::Fails);
        assert_eq!(recorded(&kept, &store, &["c1", "c2"]), expected);
        assert_eq!(recorded(&kept, &store, &["c3"]), [(true, true)]);
        assert_eq!(store.struck(), times);
    }
}

#[test]
fn a_call_fails_until_the_store_heals() {
    let (kept, store) = stores();
    store.inject(Call::Record, .., Fault::Fails);
    assert_eq!(recorded(&kept, &store, &["c1", "c2", "c3"]), [(false, false); 3]);
    store.heal();
    assert_eq!(recorded(&kept, &store, &["c1"]), [(true, true)]);
}

#[test]
fn what_fails_after_it_was_done_is_stored() {
    let (kept, store) = stores();
    store.inject(Call::Record, ..1, Fault::FailsAfter);
    assert_eq!(recorded(&kept, &store, &["c1", "c1"]), [(false, true), (true, true)]);
}

#[test]
fn a_fault_strikes_the_calls_of_its_numbers_and_of_its_kind() {
    let (kept, store) = stores();
    store.inject(Call::Record, 1..=1, Fault::Fails);
    store.inject(Call::Purge, .., Fault::Fails);
    let expected = [(true, true), (false, false), (true, true)];
    assert_eq!(recorded(&kept, &store, &["c1", "c2", "c3"]), expected);
}

#[test]
fn of_two_faults_of_one_call_the_last_counts() {
    let (kept, store) = stores();
    store.inject(Call::Record, .., Fault::Fails);
    store.inject(Call::Record, ..1, Fault::FailsAfter);
    assert_eq!(recorded(&kept, &store, &["c1", "c2"]), [(false, true), (false, false)]);
}

#[test]
fn what_hangs_never_answers_and_is_done_or_not() {
    for (fault, done) in [(Fault::Hangs, false), (Fault::HangsAfter, true)] {
        let (kept, store) = stores();
        store.inject(Call::Record, ..1, fault);
        let clicks = [click("c1")];
        let mut call = store.record(&clicks);
        for _ in 0..3 {
            assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        assert_eq!(block_on(kept.click(&clicks[0].id)).unwrap().is_some(), done);
        assert_eq!(store.struck(), 1);
    }
}

#[test]
fn an_injected_error_says_so_and_is_retryable() {
    let (_, store) = stores();
    store.inject(Call::Orphans, .., Fault::Fails);
    let error = block_on(store.orphans(&Cursor::start(), 1)).unwrap_err();
    assert_eq!(error.to_string(), "a fault of `Orphans` was injected");
    assert!(error.is_retryable());
}
