//! A store over SQL by hand, to copy into a service that has a database already: which tables and
//! columns there are is in `schema.sql`, and each method of the port [`Store`] is a few statements.
//! It passes the suite that every store must pass (`tests/conformance.rs`). SQLite stands for any
//! database with transactions; a service that wants SQLite itself takes `postback-sqlite`, whose
//! commits share their waits for the disk and block no runtime.

mod deliveries;
mod forget;
mod inspect;
mod reads;
mod sql;

use postback::delivery::{Attempt, Cancelled, Settled, Settlement};
use postback::plan::{Commit, Committed, FactQuery, GuardKey, PointReads, REFUSED_ROW_BYTES, Write};
use postback::port::{
    BoxFuture, Claim, Claimed, Cursor, Purge, Purged, Selection, Store, StoreError, Transact, row::of_click,
    row::of_delivery, row::of_write,
};
use postback::value::{DeliveryId, Namespace};
use postback::{Click, Event, Facts};
use reads::{Reads, event, version};
use rusqlite::{Connection, TransactionBehavior, params};
use std::{future::ready, path::Path, sync::Mutex, sync::PoisonError};

/// A store in one SQLite file.
#[derive(Debug)]
pub struct SqlStore {
    namespace: Namespace,
    file: Mutex<Connection>,
}

impl SqlStore {
    /// Opens a file, and makes its tables where there are none.
    ///
    /// # Errors
    /// A file that cannot be opened or written.
    pub fn open(path: impl AsRef<Path>, namespace: Namespace) -> Result<Self, StoreError> {
        let open = || {
            let file = Connection::open(path)?;
            file.pragma_update(None, "journal_mode", "wal")?;
            // An answer means that it is on the disk.
            file.pragma_update(None, "synchronous", "full")?;
            if !file.table_exists(None, "guard")? {
                file.execute_batch(include_str!("schema.sql"))?;
            }
            Ok(Mutex::new(file))
        };
        let file = open().map_err(sql::trouble)?;
        Ok(Self { namespace, file })
    }

    /// Every call is one transaction; of one that fails nothing is kept. This blocks. A service
    /// with an asynchronous database runs such work on a blocking thread, and awaits that thread:
    /// the storage page of the design says how.
    fn with<'a, T: Send + 'a>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> BoxFuture<'a, Result<T, StoreError>> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let transact = || {
            let begun = file.transaction_with_behavior(TransactionBehavior::Immediate);
            let transaction = begun.map_err(sql::trouble)?;
            let answer = work(&transaction)?;
            transaction.commit().map_err(sql::trouble)?;
            Ok(answer)
        };
        Box::pin(ready(transact()))
    }
}

impl Store for SqlStore {
    fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    fn record<'a>(&'a self, clicks: &'a [Click]) -> BoxFuture<'a, Result<(), StoreError>> {
        self.with(|file| {
            for click in clicks {
                if sql::put(file, "click", &["id"], of_click(click)?, false)? {
                    raise(file, &GuardKey::Click(click.id.clone()))?;
                }
            }
            Ok(())
        })
    }

    fn facts<'a>(&'a self, query: &'a FactQuery) -> BoxFuture<'a, Result<Facts, StoreError>> {
        self.with(|file| Facts::read(&Reads(file), query))
    }

    /// None, as for a database beyond a network. A store whose database is embedded, as here, may
    /// also decide in its own transaction; that is left out, since it is not needed.
    fn transact(&self) -> Option<&dyn Transact> {
        None
    }

    fn commit<'a>(&'a self, commit: &'a Commit) -> BoxFuture<'a, Result<Committed, StoreError>> {
        self.with(|file| apply(file, commit))
    }

    fn orphans<'a>(&'a self, after: &'a Cursor, limit: u32) -> BoxFuture<'a, Result<Vec<Event>, StoreError>> {
        self.with(|file| {
            let (at, id) = after.waiting()?;
            let text = "SELECT payload, private FROM event WHERE outcome = 'unattributed' AND received >= ?1 \
                AND (received > ?1 OR id > ?2) ORDER BY received, id LIMIT ?3";
            sql::rows(file, text, params![at, id, limit], event)
        })
    }

    fn claim<'a>(&'a self, claim: &'a Claim) -> BoxFuture<'a, Result<Claimed, StoreError>> {
        self.with(|file| deliveries::claim(file, claim))
    }

    fn settle<'a>(&'a self, verdicts: &'a [Settlement]) -> BoxFuture<'a, Result<Vec<Settled>, StoreError>> {
        self.with(|file| {
            verdicts
                .iter()
                .map(|verdict| deliveries::settle(file, verdict))
                .collect()
        })
    }

    fn requeue<'a>(&'a self, selection: &'a Selection) -> BoxFuture<'a, Result<u64, StoreError>> {
        self.with(|file| deliveries::requeue(file, selection))
    }

    fn cancel<'a>(
        &'a self,
        delivery: &'a DeliveryId,
        attempt: &'a Attempt,
    ) -> BoxFuture<'a, Result<Cancelled, StoreError>> {
        self.with(|file| deliveries::cancel(file, delivery, attempt))
    }

    fn purge<'a>(&'a self, what: &'a Purge) -> BoxFuture<'a, Result<Purged, StoreError>> {
        self.with(|file| forget::purge(file, what))
    }
}

/// The heart of a store: the identity first, then what became of events so far, then the guards,
/// and after that everything is written.
fn apply(file: &Connection, commit: &Commit) -> Result<Committed, StoreError> {
    let reads = Reads(file);
    if let Some(identity) = &commit.identity
        && reads.outcome(identity)?.is_some()
    {
        return Ok(Committed::Duplicate);
    }
    for stands in &commit.standing {
        if reads.outcome(&stands.event)? != Some(stands.outcome) {
            return Ok(Committed::Conflict);
        }
    }
    for guard in &commit.guards {
        if version(file, &guard.key)? != guard.version {
            return Ok(Committed::Conflict);
        }
    }
    if !deliveries::all_stand(file, commit)? {
        return Ok(Committed::Conflict);
    }
    for guard in &commit.guards {
        raise(file, &guard.key)?;
    }
    for write in &commit.writes {
        let (table, key, replace): (_, &[&str], _) = match write {
            Write::Event(_) => ("event", &["id"], true),
            Write::Conversion(_) => ("conversion", &["id"], true),
            Write::Tally(_) => ("tally", &["click", "key"], true),
            Write::Receipt(_) => ("receipt", &["source", "receipt"], true),
            Write::Configuration(_) => ("configuration", &["fingerprint"], false),
            Write::Refused { .. } => ("refused", &["id"], false),
        };
        sql::put(file, table, key, of_write(write)?, replace)?;
        if let Write::Configuration(row) = write {
            // The newest row is the one that was written last.
            let again = "INSERT OR REPLACE INTO configuration \
                SELECT fingerprint, document FROM configuration WHERE fingerprint = ?";
            sql::run(file, again, [row.fingerprint.as_str()])?;
        }
        if let Write::Refused { body, keep } = write {
            // The newest of its ring stay. A store of many bodies would keep the sum beside them.
            let ring = "source = ?1 AND interface = ?2 AND ring = ?3";
            let placed = format!(
                "SELECT seq, row_number() OVER newest AS place, sum(length(body) + {REFUSED_ROW_BYTES}) OVER newest AS bytes \
                 FROM refused WHERE {ring} WINDOW newest AS (ORDER BY seq DESC)"
            );
            let text = format!(
                "DELETE FROM refused WHERE seq IN \
                 (SELECT seq FROM ({placed}) WHERE place > 1 AND (place > ?4 OR bytes > ?5))"
            );
            let (source, row) = (body.row.source.as_str(), &body.row);
            sql::run(
                file,
                &text,
                params![
                    source,
                    row.interface.as_str(),
                    row.ring.as_str(),
                    keep.bodies,
                    i64::try_from(keep.bytes).unwrap_or(i64::MAX)
                ],
            )?;
        }
    }
    for delivery in &commit.outbox {
        sql::put(file, "delivery", &["id"], of_delivery(delivery, commit.now)?, false)?;
    }
    for withdrawal in &commit.withdrawals {
        deliveries::withdraw(file, withdrawal)?;
    }
    Ok(Committed::Applied)
}

fn raise(file: &Connection, key: &GuardKey) -> Result<u64, StoreError> {
    let text = "INSERT INTO guard VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET version = version + 1";
    sql::run(file, text, [key.column()])
}
