//! Whether a service can take in, and whether what goes on beside does.

use crate::journal::Journal;
use crate::shared::Shared;
use serde::Serialize;
use std::{collections::BTreeMap, time::Duration};
use tokio::time::timeout;

/// How long ago the outbox may have been looked at. It is done each second, and a store that is
/// locked makes it wait for two.
const LOOKED: Duration = Duration::from_secs(30);

/// How a service is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Health {
    /// Whether what comes in now becomes durable: in the store, or in the journal.
    pub live: bool,
    /// Whether every check is well.
    pub ready: bool,
    /// The checks by name: `reads` and `writes` of the store; `journal` where there is one;
    /// `deliveries` where they are sent by this process.
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
        let checks = ["reads", "writes"].into_iter().filter_map(|name| self.checks.get(name));
        checks.filter_map(|check| check.text.as_deref()).next()
    }
}

/// Looks at everything. `patience` is the time for the read of the store.
pub(crate) async fn look(shared: &Shared, patience: Duration) -> Health {
    let (reads, writes) = (reads(shared, patience).await, writes(shared));
    let journal = shared.journal.as_ref().map(journal);
    let takes = reads.ok && writes.ok;
    let live = takes || journal.as_ref().is_some_and(|journal| journal.ok);
    let mut checks = BTreeMap::from([("reads", reads), ("writes", writes)]);
    checks.extend(journal.map(|journal| ("journal", journal)));
    checks.extend(deliveries(shared).map(|deliveries| ("deliveries", deliveries)));
    Health {
        live,
        ready: checks.values().all(|check| check.ok),
        checks,
    }
}

/// Reads something trivial. The read decodes no row, so that a row that cannot be read does not
/// make a healthy store look broken.
async fn reads(shared: &Shared, patience: Duration) -> HealthCheck {
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

fn journal(journal: &Journal) -> HealthCheck {
    let full = "the journal or its disk is full: what the store does not take is refused";
    HealthCheck {
        waiting: Some(journal.waits()),
        ..HealthCheck::of(journal.refuses().then(|| full.to_owned()))
    }
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
