//! The short form of the simulation, and proof that its checks can fail: stores that are broken on
//! purpose are found out.

use postback::delivery::{Attempt, Cancelled, Settled, Settlement, Verdict};
use postback::memory::MemoryStore;
use postback::outbound::HoledText;
use postback::plan::{Commit, Committed, FactQuery};
use postback::port::{BoxFuture, Claim, Claimed, Cursor, Purge, Purged, Selection, Store, StoreError, Transact};
use postback::value::{DeliveryId, Namespace};
use postback::{Click, Event, Facts};
use postback_test::simulation::{Library, Report, play, play_over};
use std::collections::BTreeMap;
use std::future::ready;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// What a broken store does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// It acknowledges a commit now and then that it does not write.
    ForgetsCommits,
    /// It acknowledges clicks that it does not write.
    ForgetsClicks,
    /// It does not know an event again.
    ForgetsIdentity,
    /// It writes now and then without the deliveries.
    ForgetsDeliveries,
    /// It does not compare the versions of what was read.
    IgnoresGuards,
    /// It writes a verdict whoever holds the lease.
    IgnoresLeases,
    /// It takes verdicts for written that it has not written.
    ForgetsVerdicts,
    /// It writes verdicts that nobody gave: what failed counts as delivered.
    InventsVerdicts,
    /// It hands out other bytes at the second attempt.
    ChangesRequests,
    /// It purges what is still needed.
    PurgesTooMuch,
}

/// A store in memory that is broken.
#[derive(Debug)]
struct Broken {
    store: Arc<MemoryStore>,
    fault: Fault,
    calls: AtomicU64,
    fences: Mutex<BTreeMap<DeliveryId, u64>>,
}

impl Broken {
    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    /// Whether the fault strikes now; it does so once in five calls.
    fn strikes(&self, fault: Fault) -> bool {
        self.has(fault) && self.calls.fetch_add(1, Ordering::SeqCst) % 5 == 4
    }
}

impl Store for Broken {
    fn namespace(&self) -> &Namespace {
        self.store.namespace()
    }

    fn record<'a>(&'a self, clicks: &'a [Click]) -> BoxFuture<'a, Result<(), StoreError>> {
        if self.strikes(Fault::ForgetsClicks) {
            return Box::pin(ready(Ok(())));
        }
        self.store.record(clicks)
    }

    fn facts<'a>(&'a self, query: &'a FactQuery) -> BoxFuture<'a, Result<Facts, StoreError>> {
        Box::pin(async move {
            let mut facts = self.store.facts(query).await?;
            if self.has(Fault::ForgetsIdentity) {
                facts.event = None;
            }
            Ok(facts)
        })
    }

    fn transact(&self) -> Option<&dyn Transact> {
        None
    }

    fn commit<'a>(&'a self, commit: &'a Commit) -> BoxFuture<'a, Result<Committed, StoreError>> {
        if self.strikes(Fault::ForgetsCommits) {
            return Box::pin(ready(Ok(Committed::Applied)));
        }
        let mut commit = commit.clone();
        if self.has(Fault::ForgetsIdentity) {
            commit.identity = None;
        }
        if self.has(Fault::IgnoresGuards) {
            commit.guards.clear();
        }
        if self.strikes(Fault::ForgetsDeliveries) {
            commit.outbox.clear();
        }
        Box::pin(async move { self.store.commit(&commit).await })
    }

    fn orphans<'a>(&'a self, after: &'a Cursor, limit: u32) -> BoxFuture<'a, Result<Vec<Event>, StoreError>> {
        self.store.orphans(after, limit)
    }

    fn claim<'a>(&'a self, claim: &'a Claim) -> BoxFuture<'a, Result<Claimed, StoreError>> {
        Box::pin(async move {
            let mut claimed = self.store.claim(claim).await?;
            for leased in &mut claimed.deliveries {
                let id = leased.delivery.id.clone();
                self.fences.lock().unwrap().insert(id, leased.fence);
                if self.has(Fault::ChangesRequests) && leased.attempts > 0 {
                    leased.delivery.outbound.url = HoledText::plain("https://push.example/other");
                }
            }
            Ok(claimed)
        })
    }

    fn settle<'a>(&'a self, verdicts: &'a [Settlement]) -> BoxFuture<'a, Result<Vec<Settled>, StoreError>> {
        if self.strikes(Fault::ForgetsVerdicts) {
            return Box::pin(ready(Ok(verdicts.iter().map(|_| Settled::Recorded).collect())));
        }
        let mut verdicts = verdicts.to_vec();
        for verdict in &mut verdicts {
            if self.has(Fault::IgnoresLeases) {
                verdict.fence = self.fences.lock().unwrap()[&verdict.delivery];
            }
            if self.has(Fault::InventsVerdicts) {
                verdict.verdict = Verdict::Delivered;
            }
        }
        Box::pin(async move { self.store.settle(&verdicts).await })
    }

    fn requeue<'a>(&'a self, selection: &'a Selection) -> BoxFuture<'a, Result<u64, StoreError>> {
        self.store.requeue(selection)
    }

    fn cancel<'a>(
        &'a self,
        delivery: &'a DeliveryId,
        attempt: &'a Attempt,
    ) -> BoxFuture<'a, Result<Cancelled, StoreError>> {
        self.store.cancel(delivery, attempt)
    }

    fn purge<'a>(&'a self, what: &'a Purge) -> BoxFuture<'a, Result<Purged, StoreError>> {
        match what {
            Purge::ClicksBefore(time) if self.has(Fault::PurgesTooMuch) => {
                Box::pin(async move { self.store.purge(&Purge::EventsBefore(*time)).await })
            }
            _ => self.store.purge(what),
        }
    }
}

/// What is found of a broken store, and after how many histories.
fn found(fault: Fault) -> (u64, String) {
    let mut library = Library::default();
    for seed in 1..=1_000 {
        let broken = |store| -> Arc<dyn Store> {
            Arc::new(Broken {
                store,
                fault,
                calls: AtomicU64::new(0),
                fences: Mutex::default(),
            })
        };
        if let Err(finding) = play_over(seed, &mut library, &broken) {
            assert!(!finding.trace.is_empty() && finding.to_string().contains(&format!("--from {seed} ")));
            assert!(!finding.what.contains("came to something else"), "{}", finding.what);
            return (seed, finding.what);
        }
    }
    panic!("nobody noticed that a store {fault:?}");
}

#[test]
fn three_hundred_histories_break_no_promise() {
    let (mut library, mut sum) = (Library::default(), Report::default());
    for seed in 0..300 {
        match play(seed, &mut library) {
            Ok(report) => sum.add(&report),
            Err(finding) => panic!("{finding}"),
        }
    }
    // They are not empty.
    assert!(
        sum.events > 900 && sum.conversions > 600 && sum.deliveries > 600,
        "{sum:?}"
    );
    assert!(sum.requests > sum.deliveries, "some requests arrive twice: {sum:?}");
}

#[test]
fn a_seed_makes_the_same_history_again() {
    let (mut one, mut other) = (Library::default(), Library::default());
    for seed in 7_000..7_020 {
        assert_eq!(play(seed, &mut one).unwrap(), play(seed, &mut other).unwrap());
    }
}

#[test]
fn a_store_that_is_broken_is_found_out() {
    for (fault, expected) in [
        (Fault::ForgetsCommits, ["is lost", "revenue"]),
        (Fault::ForgetsClicks, ["is lost", "is lost"]),
        (Fault::ForgetsIdentity, ["was applied", "revenue"]),
        (Fault::ForgetsDeliveries, ["fired `all` 0 times", "is not stored"]),
        (Fault::IgnoresGuards, ["revenue", "is lost"]),
        (Fault::IgnoresLeases, ["under the old lease", "under the old lease"]),
        (Fault::ForgetsVerdicts, ["stuck", "under the old lease"]),
        (Fault::InventsVerdicts, ["was taken never", "was taken never"]),
        (Fault::ChangesRequests, ["was sent as", "was sent as"]),
        (Fault::PurgesTooMuch, ["is lost", "is lost"]),
    ] {
        let (seed, what) = found(fault);
        assert!(
            expected.iter().any(|text| what.contains(text)),
            "{fault:?}, seed {seed}: {what}"
        );
    }
}
