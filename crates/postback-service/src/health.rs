//! Whether a service can take in, and whether what goes on beside does.

use crate::disk::{self, Seen};
use crate::journal::Journal;
use crate::meter::{self, Measured};
use crate::room;
use crate::shared::Shared;
use serde::Serialize;
use std::{collections::BTreeMap, time::Duration};
use tokio::time::timeout;

/// How long ago the outbox may have been looked at. It is done each second, and a store that is
/// locked makes it wait for two.
const LOOKED: Duration = Duration::from_secs(30);

/// How long the disks may take when they are looked at for the metrics.
const PATIENCE: Duration = Duration::from_secs(2);

/// The disk of the journal, or the journal's last write, is late.
const LATE: &str = "the journal's disk does not answer in time: what the store does not take is refused";

/// How a service is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Health {
    /// Whether what comes in now becomes durable: in the store, or in the journal.
    pub live: bool,
    /// Whether every check is well.
    pub ready: bool,
    /// The checks by name: `store`, whether it is open and its file is the one under its path;
    /// `reads` and `writes` of it; `journal` where there is one; `deliveries` where they are sent
    /// by this process.
    pub checks: BTreeMap<&'static str, HealthCheck>,
}

/// One check.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HealthCheck {
    /// Whether it is well.
    pub ok: bool,
    /// How many seconds ago it was last seen at work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
    /// How many events and clicks wait in the journal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<u64>,
    /// How many bytes of the journal are in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// How many bytes the journal has on its disk, in use or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<u64>,
    /// How many lines of the journal cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<u64>,
    /// How many lines of the journal were copied since the start because its file was moved away or
    /// removed. Nothing is lost, but whoever does so is to leave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carried: Option<u64>,
    /// How many bytes the disk has left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free: Option<u64>,
    /// What is not well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl HealthCheck {
    /// A check that is well, unless there is something to say.
    fn of(text: Option<String>) -> Self {
        Self {
            ok: text.is_none(),
            text,
            ..Self::default()
        }
    }
}

impl Health {
    /// Returns what is not well with the store.
    #[must_use]
    pub fn store_trouble(&self) -> Option<&str> {
        let checks = ["store", "reads", "writes"]
            .into_iter()
            .filter_map(|name| self.checks.get(name));
        checks.filter_map(|check| check.text.as_deref()).next()
    }
}

/// Looks at everything. `patience` is the time for the read of the store, and for each disk.
pub(crate) async fn check(shared: &Shared, patience: Duration) -> Health {
    let (store, reads, journal) = tokio::join!(
        store(shared, patience),
        reads(shared, patience),
        journal(shared, patience)
    );
    let writes = writes(shared);
    let takes = store.ok && reads.ok && writes.ok;
    let live = takes || journal.as_ref().is_some_and(|journal| journal.ok);
    let mut checks = BTreeMap::from([("store", store), ("reads", reads), ("writes", writes)]);
    checks.extend(journal.map(|journal| ("journal", journal)));
    checks.extend(deliveries(shared).map(|deliveries| ("deliveries", deliveries)));
    Health {
        live,
        ready: checks.values().all(|check| check.ok),
        checks,
    }
}

/// Measures what the checks see, for the metrics.
pub(crate) async fn look(shared: &Shared) {
    shared.pulse.settle();
    let (store, journal) = tokio::join!(store(shared, PATIENCE), journal(shared, PATIENCE));
    meter::looked(&Measured {
        is_open: shared.stores.not_open().is_none(),
        is_well: store.ok,
        since_written: shared.pulse.since_written(),
        store_free: store.free,
        journal: shared.journal.as_ref().map(Journal::state),
        journal_free: journal.and_then(|journal| journal.free),
    });
}

/// Whether the store is open, and in the file that is under its path.
async fn store(shared: &Shared, patience: Duration) -> HealthCheck {
    let seen = room::store_disk(shared, patience).await;
    let (seen, answered) = seen.unwrap_or((Seen::default(), true));
    let late = (!answered).then(|| "the disk of the store does not answer in time".to_owned());
    let closed = shared.stores.not_open().map(|later| {
        let why = later.why();
        format!("the store is not open yet, and what comes in waits in the journal: {why}")
    });
    HealthCheck {
        free: seen.free,
        ..HealthCheck::of(closed.or(late).or(seen.wrong))
    }
}

/// Reads something trivial. The read decodes no row, so that a row that cannot be read does not
/// make a healthy store look broken.
async fn reads(shared: &Shared, patience: Duration) -> HealthCheck {
    if let Some(later) = shared.stores.not_open() {
        return HealthCheck::of(Some(format!("the store is not open yet: {}", later.why())));
    }
    let live = shared.live();
    let read = shared.stores.inspect.configuration(live.tracker.fingerprint());
    let text = match timeout(patience, read).await {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => {
            tracing::error!(kind = ?error.kind(), error = %error, "the store failed");
            Some("the store failed")
        }
        Err(_) => Some("the store does not answer in time"),
    };
    HealthCheck::of(text.map(str::to_owned))
}

fn writes(shared: &Shared) -> HealthCheck {
    let failure = shared.pulse.failure();
    HealthCheck {
        seconds: shared.pulse.since_written().map(|since| since.as_secs()),
        ..HealthCheck::of(failure.map(|why| format!("the store takes nothing: {why}")))
    }
}

async fn journal(shared: &Shared, patience: Duration) -> Option<HealthCheck> {
    let journal = shared.journal.as_ref()?;
    let path = journal.path().to_owned();
    let ask = move || Seen {
        free: disk::free(&path),
        wrong: None,
    };
    let (seen, answered) = shared.disks.journal.look(patience, ask).await;
    let state = journal.state();
    let trouble = if journal.late() || !answered {
        Some(LATE)
    } else {
        let full = "the journal or its disk is full: what the store does not take is refused";
        journal.refuses().then_some(full)
    };
    let carried = Some(journal.carried()).filter(|carried| *carried > 0);
    Some(HealthCheck {
        carried,
        waiting: Some(state.waiting),
        bytes: Some(state.bytes),
        room: Some(state.room),
        unreadable: Some(state.unreadable),
        free: seen.free,
        ..HealthCheck::of(trouble.map(str::to_owned))
    })
}

fn deliveries(shared: &Shared) -> Option<HealthCheck> {
    let since = shared.pulse.since_looked()?;
    let why = shared.pulse.unseen().map(|why| format!(": {why}")).unwrap_or_default();
    let late = format!("what is to be sent was not looked at for {} s{why}", since.as_secs());
    Some(HealthCheck {
        seconds: Some(since.as_secs()),
        ..HealthCheck::of((since > LOOKED).then_some(late))
    })
}
