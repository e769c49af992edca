//! Personal values that are too old are found without an index of their own. Rows are numbered in
//! the order in which they are written, which nearly is the order of their times. A row is late if
//! a row before it has a later time: a journal kept it, or a clock was wrong. Of the rows that are
//! not late, the times grow with the numbers. So a walk over them ends at the first young one, and
//! the mark is the place where the last walk ended. Late rows are few; an index has those of them
//! that have personal values, by time.
//!
//! Why no row is skipped: a row is late or not from its writing on, by what its last predecessor
//! says (`top`), and deleting rows makes no other row late. The mark passes a row only when that
//! row has no personal values any more. A row that gets some later is written again as late, and a
//! delivery that is still to be sent is made late when the mark passes it. New rows have numbers
//! behind the last row's, and a trigger keeps the mark from standing behind the last row.

use crate::{fault::Fault, outbox::BATCH, purge::run, sql};
use rusqlite::{Connection, OptionalExtension, Statement, params};

/// How many rows one transaction looks at.
const LOOK: u32 = 2_000;

/// Rows that may have personal values.
pub(crate) struct Rows {
    name: &'static str,
    behind: &'static str,
    /// Makes a row late whose values are still needed.
    keep: Option<&'static str>,
    forget: &'static str,
    forget_late: &'static str,
}

pub(crate) const CLICKS: Rows = Rows {
    name: "click",
    behind: sql::CLICKS_BEHIND,
    keep: None,
    forget: sql::FORGET_CLICK,
    forget_late: sql::FORGET_LATE_CLICKS,
};
pub(crate) const EVENTS: Rows = Rows {
    name: "event",
    behind: sql::EVENTS_BEHIND,
    keep: None,
    forget: sql::FORGET_EVENT,
    forget_late: sql::FORGET_LATE_EVENTS,
};
pub(crate) const DELIVERIES: Rows = Rows {
    name: "delivery",
    behind: sql::DELIVERIES_BEHIND,
    keep: Some(sql::KEEP_OPEN),
    forget: sql::FORGET_DELIVERY,
    forget_late: sql::FORGET_LATE_DELIVERIES,
};

/// What one step has forgotten.
pub(crate) struct Forgotten {
    pub(crate) rows: u64,
    /// Whether there are more rows to look at.
    pub(crate) more: bool,
}

/// Forgets the personal values of a batch of rows from before a time, and moves the mark.
pub(crate) fn forget(connection: &Connection, rows: &Rows, before: i64) -> Result<Forgotten, Fault> {
    let mark: Option<i64> = connection
        .prepare_cached(sql::MARK)?
        .query_row([rows.name], |row| row.get(0))
        .optional()?;
    let mark = mark.unwrap_or_default();
    let mut behind = connection.prepare_cached(rows.behind)?;
    let old = old(&mut behind, mark, before)?;
    let (mut passed, mut seen, mut forgotten) = (mark, 0_u32, 0_u64);
    for (number, remembers) in old {
        if remembers && forgotten >= u64::from(BATCH) {
            break;
        }
        if remembers && !is_kept(connection, rows, number)? {
            forgotten = forgotten.saturating_add(run(connection, rows.forget, [number])?);
        }
        (passed, seen) = (number, seen.saturating_add(1));
    }
    if passed > mark {
        run(connection, sql::SET_MARK, params![rows.name, passed])?;
    }
    let late = run(connection, rows.forget_late, params![before, BATCH])?;
    Ok(Forgotten {
        rows: forgotten.saturating_add(late),
        more: seen == LOOK,
    })
}

/// Returns the rows behind the mark up to the first young one, and whether each has values; what is
/// walked over must not change meanwhile. Behind a row of a clock that was far ahead all rows are
/// late, so no row behind a young one may be looked at.
fn old(behind: &mut Statement<'_>, mark: i64, before: i64) -> Result<Vec<(i64, bool)>, Fault> {
    let mut rows = behind.query(params![mark, LOOK])?;
    let mut old = Vec::new();
    while let Some(row) = rows.next()? {
        if row.get::<_, i64>(1)? >= before {
            break;
        }
        old.push((row.get(0)?, row.get(2)?));
    }
    Ok(old)
}

fn is_kept(connection: &Connection, rows: &Rows, number: i64) -> Result<bool, Fault> {
    match rows.keep {
        Some(keep) => Ok(run(connection, keep, [number])? > 0),
        None => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        key::of_hash,
        retention::{self, LastRow, Old},
        steps,
    };
    use proptest::{prelude::*, sample::Index};
    use rusqlite::StatementStatus;
    use std::collections::BTreeMap;

    #[derive(Debug, Clone)]
    enum Step {
        /// An event is written, with or without personal values.
        Write(i64, bool),
        /// One of the events is written again.
        Again(Index, i64, bool),
        /// Its time stays.
        Decide(Index, bool),
        Drop(Index),
        /// The last events go, so that their numbers are given out again.
        DropLast(usize),
        Forget(i64),
    }

    fn step() -> impl Strategy<Value = Step> {
        let which = any::<Index>;
        prop_oneof![
            8 => (0..20_i64, any::<bool>()).prop_map(|(time, private)| Step::Write(time, private)),
            1 => (which(), 0..20_i64, any::<bool>()).prop_map(|(which, time, private)| Step::Again(which, time, private)),
            1 => (which(), any::<bool>()).prop_map(|(which, private)| Step::Decide(which, private)),
            1 => which().prop_map(Step::Drop),
            1 => (1..4_usize).prop_map(Step::DropLast),
            2 => (0..22_i64).prop_map(Step::Forget),
        ]
    }

    /// The events by their ids: the time, and whether there are personal values.
    type Model = BTreeMap<String, (i64, bool)>;

    fn write(file: &Connection, id: &str, time: i64, private: bool) {
        let private = private.then_some("{}");
        let (none, key) = (None::<i64>, of_hash(id));
        let known = file.query_row(sql::FIND_EVENT, params![id, key], |row| row.get::<_, i64>(0));
        let Some(known) = known.optional().unwrap() else {
            let values = params![id, key, "s", "ignored", none, none, none, none, time, "", private];
            file.execute(sql::WRITE_EVENT, values).unwrap();
            return;
        };
        let values = params![
            id, key, "s", "ignored", none, none, none, none, time, "", private, known
        ];
        file.execute(sql::REWRITE_EVENT, values).unwrap();
    }

    fn stored(file: &Connection) -> Vec<(i64, String, (i64, bool))> {
        let text = "SELECT seq, id, received, private IS NOT NULL FROM event ORDER BY seq";
        let mut statement = file.prepare(text).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, (row.get(2)?, row.get(3)?))));
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    }

    /// Takes a step in the file and in the model.
    fn take(file: &Connection, model: &mut Model, number: usize, step: &Step) {
        let ids: Vec<String> = model.keys().cloned().collect();
        let of = |which: &Index| ids.get(which.index(ids.len().max(1))).cloned();
        let seen = stored(file);
        let drop = |model: &mut Model, id: &String| {
            file.execute("DELETE FROM event WHERE id = ?1", [id]).unwrap();
            model.remove(id);
        };
        match step {
            Step::Write(time, private) => {
                let id = format!("{number:04}");
                write(file, &id, *time, *private);
                model.insert(id, (*time, *private));
            }
            Step::Again(which, time, private) => {
                if let Some(id) = of(which) {
                    write(file, &id, *time, *private);
                    model.insert(id, (*time, *private));
                }
            }
            Step::Decide(which, private) => {
                if let Some(id) = of(which) {
                    let time = model[&id].0;
                    write(file, &id, time, *private);
                    model.insert(id, (time, *private));
                }
            }
            Step::Drop(which) => {
                if let Some(id) = of(which) {
                    drop(model, &id);
                }
            }
            Step::DropLast(count) => {
                for (_, id, _) in seen.iter().rev().take(*count) {
                    drop(model, id);
                }
            }
            Step::Forget(before) => {
                loop {
                    let forgotten = forget(file, &EVENTS, *before).unwrap();
                    if forgotten.rows == 0 && !forgotten.more {
                        break;
                    }
                }
                let old = model.values_mut().filter(|(time, _)| time < before);
                old.for_each(|(_, private)| *private = false);
            }
        }
    }

    #[test]
    fn late_rows_behind_a_clock_that_was_far_ahead_are_not_walked_over() {
        let file = Connection::open_in_memory().unwrap();
        steps::take(&file, 0, None).unwrap();
        write(&file, "ahead", 1_000_000, true);
        for number in 0..3_000 {
            write(&file, &format!("{number:04}"), number, false);
        }
        assert!(!forget(&file, &EVENTS, 5_000).unwrap().more);
        let walk = file.prepare_cached(sql::EVENTS_BEHIND).unwrap();
        let steps = walk.get_status(StatementStatus::VmStep);
        assert!(steps < 100, "{steps}");
    }

    proptest! {
        #[test]
        fn what_is_old_is_forgotten_and_found_in_whatever_order_it_was_written(
            steps in prop::collection::vec(step(), 1..60), before in 0..22_i64
        ) {
            let file = Connection::open_in_memory().unwrap();
            steps::take(&file, 0, None).unwrap();
            let mut model = Model::new();
            for (number, step) in steps.iter().enumerate() {
                take(&file, &mut model, number, step);
                let rows: Model = stored(&file).into_iter().map(|(_, id, row)| (id, row)).collect();
                prop_assert_eq!(&rows, &model, "after {:?}", step);
            }
            let mut old = Vec::new();
            for finds in [retention::events, retention::late_events] {
                old.extend(finds(&file, before, LastRow::START).unwrap().old);
            }
            let number = |old| match old { Old::Event(number) => number, _ => -1 };
            let mut found: Vec<i64> = old.into_iter().map(number).collect();
            found.sort_unstable();
            let wanted: Vec<_> = stored(&file).iter().filter(|row| row.2.0 < before).map(|row| row.0).collect();
            prop_assert_eq!(found, wanted);
        }
    }
}
