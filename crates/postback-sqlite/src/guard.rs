//! Guards are versions that a commit compares and raises in one statement each. Guards of clicks
//! stand beside what belongs to the click, by the click's key (`of_click`), and clicks with the
//! same key share a version. So a decision for one of them makes a concurrent decision for another
//! start again, and a commit that names several of them raises the version once. Guards of
//! receipts stand in the receipt's row. Without a row the version is 0. After a conflict there may
//! be a row of version 0, which means the same.

use crate::{fault::Fault, key::key, sql};
use postback::plan::{Guard, GuardKey};
use postback::value::ClickId;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter, types::Value};
use std::collections::BTreeMap;

/// A version that no row has.
const NEVER: i64 = -1;

/// The owner of a version.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Click(i64),
    Receipt(&'a str, &'a str),
}

/// A version: its key, and the number that was read.
pub(crate) struct Encoded {
    raise: &'static str,
    lower: &'static str,
    values: Vec<Value>,
}

impl Encoded {
    fn new(key: &Key<'_>, version: i64) -> Self {
        let (statements, mut values) = match *key {
            Key::Click(click) => (
                [sql::GUARD_CLICK, sql::RAISE_CLICK, sql::LOWER_CLICK],
                vec![click.into()],
            ),
            Key::Receipt(source, receipt) => (
                [sql::GUARD_RECEIPT, sql::RAISE_RECEIPT, sql::LOWER_RECEIPT],
                vec![source.to_owned().into(), receipt.to_owned().into()],
            ),
        };
        values.push(version.into());
        let [first, next, lower] = statements;
        Self {
            raise: if version == 0 { first } else { next },
            lower,
            values,
        }
    }
}

/// Returns the versions for a commit's guards, each once.
pub(crate) fn encode(guards: &[Guard]) -> Vec<Encoded> {
    let mut versions = BTreeMap::new();
    for guard in guards {
        let key = match &guard.key {
            GuardKey::Click(click) => Key::Click(key(click.as_str())),
            GuardKey::Receipt(source, receipt) => Key::Receipt(source.as_str(), receipt.as_str()),
        };
        // A guard that does not fit was never stored.
        let version = i64::try_from(guard.version).unwrap_or(NEVER);
        let read = versions.entry(key).or_insert(version);
        if *read != version {
            // Facts are of one moment and give one version for one key, so that these guards do not
            // come from the same facts.
            *read = NEVER;
        }
    }
    versions
        .iter()
        .map(|(key, version)| Encoded::new(key, *version))
        .collect()
}

/// Raises each guard from the version that was read. If one has changed, none is raised.
pub(crate) fn raise(connection: &Connection, guards: &[Encoded]) -> Result<bool, Fault> {
    let execute = |text, guard: &Encoded| {
        connection
            .prepare_cached(text)?
            .execute(params_from_iter(&guard.values))
    };
    for (raised, guard) in guards.iter().enumerate() {
        if execute(guard.raise, guard)? == 0 {
            for guard in guards.iter().take(raised) {
                execute(guard.lower, guard)?;
            }
            return Ok(false);
        }
    }
    Ok(true)
}

/// Returns the version of a click's guard; 0 if it was never raised.
pub(crate) fn of_click(connection: &Connection, click: &ClickId) -> Result<i64, Fault> {
    let version = connection
        .prepare_cached(sql::CLICK_VERSION)?
        .query_row(params![key(click.as_str())], |row| row.get(0))
        .optional()?;
    Ok(version.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{key::tests::pairs, steps};
    use proptest::prelude::*;
    use std::sync::LazyLock;

    fn file() -> Connection {
        let file = Connection::open_in_memory().unwrap();
        steps::take(&file, 0, None).unwrap();
        file
    }

    /// Returns the clicks' guards as facts would give them now.
    fn read(file: &Connection, ids: impl IntoIterator<Item = String>) -> Vec<Guard> {
        let guard = |id: String| {
            let id = ClickId::new(id).unwrap();
            let version = of_click(file, &id).unwrap().try_into().unwrap();
            Guard {
                key: GuardKey::Click(id),
                version,
            }
        };
        ids.into_iter().map(guard).collect()
    }

    fn commit(file: &Connection, guards: &[Guard]) -> bool {
        raise(file, &encode(guards)).unwrap()
    }

    #[test]
    fn clicks_with_one_key_are_raised_together_and_once() {
        let (file, pair) = (file(), pairs(1).remove(0));
        for version in 0..3 {
            let guards = read(&file, pair.clone());
            assert!(guards.iter().all(|guard| guard.version == version), "{guards:?}");
            assert!(commit(&file, &guards));
        }
    }

    #[test]
    fn a_click_that_another_shares_its_key_with_conflicts_once() {
        let (file, [one, two]) = (file(), pairs(1).remove(0));
        let before = read(&file, [one.clone()]);
        assert!(commit(&file, &read(&file, [two])));
        assert!(!commit(&file, &before));
        assert!(commit(&file, &read(&file, [one])));
    }

    #[test]
    fn two_versions_of_one_key_are_a_conflict() {
        let (file, pair) = (file(), pairs(1).remove(0));
        for (one, two) in [(0, 1), (1, 0), (0, u64::MAX)] {
            let mut guards = read(&file, pair.clone());
            (guards[0].version, guards[1].version) = (one, two);
            assert!(!commit(&file, &guards), "{one} {two}");
        }
        assert!(commit(&file, &read(&file, pair)));
    }

    /// Three pairs of ids in which both have the same key, and one id alone.
    static IDS: LazyLock<Vec<String>> =
        LazyLock::new(|| pairs(3).into_iter().flatten().chain(["alone".to_owned()]).collect());

    #[derive(Debug, Clone)]
    enum Step {
        /// A click was recorded.
        Touch(usize),
        /// A decision reads these guards.
        Read(Vec<usize>),
        /// A decision that read its guards before is committed.
        Commit(prop::sample::Index),
    }

    fn step(ids: usize) -> impl Strategy<Value = Step> {
        prop_oneof![
            1 => (0..ids).prop_map(Step::Touch),
            3 => prop::collection::vec(0..ids, 1..ids).prop_map(Step::Read),
            4 => any::<prop::sample::Index>().prop_map(Step::Commit),
        ]
    }

    proptest! {
        #[test]
        fn nothing_is_applied_on_old_facts_and_everything_on_new_ones(
            steps in prop::collection::vec(step(7), 1..40)
        ) {
            let (file, ids) = (file(), &*IDS);
            let mut changed = vec![0; ids.len()];
            let mut open: Vec<(usize, Vec<usize>, Vec<Guard>)> = Vec::new();
            for (now, step) in (1..).zip(steps) {
                match step {
                    Step::Touch(id) => {
                        file.execute(sql::TOUCH_CLICK, [key(&ids[id])]).unwrap();
                        changed[id] = now;
                    }
                    Step::Read(named) => {
                        let guards = read(&file, named.iter().map(|id| ids[*id].clone()));
                        open.push((now, named, guards));
                    }
                    Step::Commit(_) if open.is_empty() => {}
                    Step::Commit(which) => {
                        let (at, named, guards) = open.swap_remove(which.index(open.len()));
                        let fresh = changed.iter().all(|changed| *changed < at);
                        let is_stale = named.iter().any(|id| changed[*id] > at);
                        let applied = commit(&file, &guards);
                        prop_assert!(!(applied && is_stale), "what it named has changed");
                        prop_assert!(applied || !fresh, "nothing has changed");
                        let again = read(&file, named.iter().map(|id| ids[*id].clone()));
                        prop_assert!(applied || commit(&file, &again), "decided again, nothing stands in its way");
                        named.iter().for_each(|id| changed[*id] = now);
                    }
                }
            }
        }
    }
}
