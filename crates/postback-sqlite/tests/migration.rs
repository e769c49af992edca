//! A file of an older schema is brought to the newest one when it is opened: nothing is lost, and
//! what was queued is delivered.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use common::{at, block_on, folder, open};
use postback::delivery::{Attempt, Cause, DeliveryState, Leased, Settled, Settlement, Values, Verdict, batch};
use postback::event::Interface;
use postback::plan::{
    Commit, Committed, FactQuery, Outcome, REFUSED_ROW_BYTES, RefusedBody, RefusedBound, RefusedReason, TallyKey, Write,
};
use postback::port::{
    Claim, ConversionFilter, Cursor, DeliveryFilter, EventFilter, Inspect, PageRequest, Purge, RefusedFilter,
    Selection, Store, Which,
};
use postback::value::{ClickId, Currency, Fingerprint};
use postback::{Secret, Timestamp};
use postback_sqlite::SqliteStore;
use rusqlite::Connection;
use std::{collections::BTreeMap, sync::Mutex, time::Duration};
use tempfile::TempDir;

const STEP_1: &str = include_str!("../src/steps/1.sql");
const STEP_2: &str = include_str!("../src/steps/2.sql");
const STEP_3: &str = include_str!("../src/steps/3.sql");
const STEP_4: &str = include_str!("../src/steps/4.sql");
const STEP_5: &str = include_str!("../src/steps/5.sql");
const STEP_6: &str = include_str!("../src/steps/6.sql");
const STEP_7: &str = include_str!("../src/steps/7.sql");
const ROWS_1: &str = include_str!("version_1.sql");
const ROWS_2: &str = include_str!("version_2.sql");
const ROWS_7: &str = include_str!("version_7.sql");

/// A file as schema 1 has it, opened by this version.
fn migrated() -> (TempDir, SqliteStore) {
    let folder = folder();
    let file = Connection::open(folder.path().join("store.db")).unwrap();
    file.execute_batch(STEP_1).unwrap();
    file.execute_batch(ROWS_1).unwrap();
    drop(file);
    let store = open(&folder);
    (folder, store)
}

/// A file as schema 2 has it: that of schema 1 brought forward, the fourth delivery accepted after
/// two attempts and a check, and the lane held by the fifth until 300 s.
fn migrated_from_2() -> (TempDir, SqliteStore) {
    let folder = folder();
    let file = Connection::open(folder.path().join("store.db")).unwrap();
    for rows in [STEP_1, ROWS_1, STEP_2, ROWS_2] {
        file.execute_batch(rows).unwrap();
    }
    drop(file);
    let store = open(&folder);
    (folder, store)
}

/// A file of a schema from 2 to 7, that of schema 1 brought forward. It was made without
/// `auto_vacuum`.
fn file_of(schema: usize) -> (TempDir, Connection) {
    let folder = folder();
    let file = Connection::open(folder.path().join("store.db")).unwrap();
    let steps = [
        &[STEP_1, ROWS_1][..],
        &[STEP_2, ROWS_2],
        &[STEP_3],
        &[STEP_4],
        &[STEP_5],
        &[STEP_6],
        &[STEP_7, ROWS_7],
    ];
    for rows in steps.iter().take(schema).copied().flatten() {
        file.execute_batch(rows).unwrap();
    }
    file.pragma_update(None, "user_version", i64::try_from(schema).unwrap())
        .unwrap();
    (folder, file)
}

/// A file as schema 4 has it.
fn migrated_from_4() -> (TempDir, SqliteStore) {
    let (folder, file) = file_of(4);
    drop(file);
    let store = open(&folder);
    (folder, store)
}

fn all() -> PageRequest {
    PageRequest::first(100)
}

fn click(number: usize) -> ClickId {
    format!("c{number}").parse().unwrap()
}

#[test]
fn each_step_is_told_before_it_begins_and_a_new_file_has_none() {
    static TOLD: Mutex<Vec<(usize, usize)>> = Mutex::new(Vec::new());
    let folder = folder();
    let file = Connection::open(folder.path().join("store.db")).unwrap();
    for rows in [STEP_1, ROWS_1, STEP_2, ROWS_2] {
        file.execute_batch(rows).unwrap();
    }
    drop(file);
    let mut options = common::options();
    options.progress = Some(|migration| {
        assert!(migration.bytes > 4_096);
        TOLD.lock().unwrap().push((migration.done, migration.steps));
    });
    for name in ["store.db", "store.db", "new.db"] {
        SqliteStore::open(folder.path().join(name), &options).unwrap();
    }
    assert_eq!(*TOLD.lock().unwrap(), [(0, 6), (1, 6), (2, 6), (3, 6), (4, 6), (5, 6)]);
}

#[test]
fn nothing_of_a_file_of_schema_1_is_lost() {
    let (folder, store) = migrated();
    nothing_is_lost(&folder, &store);
}

#[test]
fn nothing_of_a_file_of_schema_2_is_lost() {
    let (folder, store) = migrated_from_2();
    nothing_is_lost(&folder, &store);
}

#[test]
fn nothing_of_a_file_of_schema_3_to_7_is_lost() {
    for schema in 3..=7 {
        let (folder, file) = file_of(schema);
        drop(file);
        nothing_is_lost(&folder, &open(&folder));
    }
}

#[test]
fn refused_bodies_of_an_older_schema_keep_every_byte_and_are_counted() {
    let bodies: [&[u8]; 4] = [b"", b"\0", b"before\0behind", b"\xff\xfe no text \x80"];
    for schema in 2..=5 {
        let (folder, file) = file_of(schema);
        let interface = if schema > 2 { ", interface) " } else { ") " };
        for (number, body) in bodies.iter().enumerate() {
            let word = if schema > 2 { ", 's2s'" } else { "" };
            let text = format!(
                "INSERT INTO refused (id, source, ring, at, received, body{interface}\
                 VALUES (?1, 'other', 'doubtful', '2026-05-28T20:27:00Z', ?2, ?3{word})"
            );
            file.execute(&text, (id(number), 1_780_000_020_000_000_i64, body))
                .unwrap();
        }
        drop(file);
        let store = open(&folder);
        let other = "other".parse().unwrap();
        let kept = |number| block_on(store.refused_body(&id(number).parse().unwrap())).unwrap();
        for (number, body) in bodies.iter().enumerate() {
            assert_eq!(kept(number).unwrap().body, *body, "schema {schema}");
        }
        let bytes = bodies.iter().map(|body| body.len() as u64 + 1).sum::<u64>();
        let count = |store: &SqliteStore| {
            let counts = block_on(store.refused_counts(&other)).unwrap();
            counts.iter().map(|count| (count.kept, count.bytes)).collect::<Vec<_>>()
        };
        assert_eq!(count(&store), [(4, bytes)], "schema {schema}");
        // What is there is counted in the bound of what comes.
        let row = kept(3).unwrap().row;
        let one = RefusedBody::new(row.source, row.interface, at(900), row.ring, row.reason, vec![7]);
        let keep = RefusedBound {
            bodies: 3,
            bytes: bytes + 4 * REFUSED_ROW_BYTES,
        };
        let commit = Commit::of(vec![Write::Refused { body: one, keep }], at(900));
        assert_eq!(block_on(store.commit(&commit)).unwrap(), Committed::Applied);
        assert_eq!((kept(0), kept(1)), (None, None), "the oldest go first");
        assert_eq!(count(&store), [(3, bytes - 1 - 2 + 2)], "schema {schema}");
    }
}

fn id(number: usize) -> String {
    format!("{}{}", ["a", "b", "c", "d"][number], "2".repeat(25))
}

#[test]
fn events_of_schema_4_that_wait_are_listed_by_when_they_were_received() {
    let (_folder, store) = migrated_from_4();
    let waiting = block_on(store.orphans(&Cursor::start(), 9)).unwrap();
    let [event] = &waiting[..] else { panic!("{waiting:?}") };
    assert_eq!(block_on(store.orphans(&Cursor::after(event), 9)).unwrap(), []);
    assert_eq!(
        block_on(store.orphans(&Cursor::since(event.received_at), 9)).unwrap(),
        waiting
    );
}

#[test]
fn old_rows_of_schema_4_are_deleted_and_the_file_waits_for_a_vacuum_by_hand() {
    let (folder, store) = migrated_from_4();
    let far = Timestamp::from_unix_seconds(4_000_000_000).unwrap();
    let purge = |what| block_on(store.purge(&what)).unwrap();
    // Three clicks have deliveries that are still to be sent or checked.
    let gone = purge(Purge::EventsBefore(far));
    assert_eq!((gone.clicks, gone.events, gone.deliveries), (2, 3, 2));
    assert_eq!(purge(Purge::ClicksBefore(far)).total(), 0, "the others have events");
    let known = (1..=5).map(|number| block_on(store.click(&click(number))).unwrap().is_some());
    assert_eq!(known.collect::<Vec<_>>(), [false, false, true, true, true]);
    drop(store);
    let path = folder.path().join("store.db");
    let mode = |file: &Connection| {
        file.pragma_query_value(None, "auto_vacuum", |row| row.get::<_, i64>(0))
            .unwrap()
    };
    let file = Connection::open(&path).unwrap();
    assert_eq!(mode(&file), 0);
    file.execute_batch("PRAGMA auto_vacuum=INCREMENTAL; VACUUM").unwrap();
    drop(file);
    drop(open(&folder));
    assert_eq!(
        mode(&Connection::open(&path).unwrap()),
        2,
        "as the page on storage says"
    );
}

fn nothing_is_lost(folder: &TempDir, store: &SqliteStore) {
    for number in 1..=5 {
        let click = block_on(store.click(&click(number))).unwrap().unwrap();
        assert_eq!(click.ref_id.as_deref(), Some(format!("R-{number}").as_str()));
        assert_eq!(click.private["ip"].expose(), "192.0.2.77");
    }
    let events = block_on(store.events(&EventFilter::default(), &all())).unwrap().items;
    let outcomes: Vec<_> = events.iter().rev().map(|row| row.outcome).collect();
    assert_eq!(outcomes[..5], [Outcome::Applied; 5]);
    assert_eq!(outcomes[5..], [Outcome::Unattributed]);
    let mut applied = EventFilter::default();
    applied.outcome = Some(Outcome::Applied);
    assert_eq!(block_on(store.events(&applied, &all())).unwrap().items.len(), 5);
    let query = FactQuery::new("net".parse().unwrap(), events[5].event.id.clone());
    assert_eq!(block_on(store.facts(&query)).unwrap().event, Some(Outcome::Applied));
    let conversions = block_on(store.conversions(&ConversionFilter::default(), &all())).unwrap();
    assert_eq!(conversions.items.len(), 5);
    let refused = block_on(store.refused(&RefusedFilter::of_source("net".parse().unwrap()), &all()))
        .unwrap()
        .items;
    // What was kept before postbacks were is a notification.
    let [row] = &refused[..] else { panic!("{refused:?}") };
    assert_eq!(
        (row.interface, row.reason, &row.parameter, &row.click),
        (Interface::Ins, RefusedReason::Notification, &None, &None)
    );
    let counts = block_on(store.refused_counts(&row.source)).unwrap();
    let [count] = &counts[..] else { panic!("{counts:?}") };
    // Seven bytes, and the one that says that they are as they came.
    assert_eq!((count.kept, count.bytes, &count.last), (1, 8, row));
    assert_eq!(block_on(store.refused_body(&row.id)).unwrap().unwrap().body, b"refused");
    let fingerprint: Fingerprint = events[0].configuration.clone();
    assert!(block_on(store.configuration(&fingerprint)).unwrap().is_some());
    let file = Connection::open(folder.path().join("store.db")).unwrap();
    let version: i64 = file.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 8);
    let receipts: i64 = file
        .query_row("SELECT count(*) FROM receipt", [], |row| row.get(0))
        .unwrap();
    assert_eq!(receipts, 6);
}

#[test]
fn slots_of_schema_1_are_tallies() {
    let (folder, store) = migrated();
    slots_are_tallies(&folder, &store);
}

#[test]
fn tallies_of_schema_7_are_found_by_their_clicks() {
    let (folder, file) = file_of(7);
    drop(file);
    slots_are_tallies(&folder, &open(&folder));
}

fn slots_are_tallies(folder: &TempDir, store: &SqliteStore) {
    let tallies = |number| block_on(store.tallies(&click(number))).unwrap();
    let of_type = TallyKey::Type("Purchase".parse().unwrap());
    let of_id = TallyKey::TypeAndId("Purchase".parse().unwrap(), "E2".to_owned().into());
    for (number, key) in [(1, of_type), (2, of_id)] {
        let mut query = FactQuery::new("net".parse().unwrap(), "2".repeat(26).parse().unwrap());
        query.clicks = [click(number)].into();
        let known = block_on(store.facts(&query)).unwrap().clicks[&click(number)]
            .tallies
            .clone();
        let [tally] = tallies(number).try_into().unwrap();
        assert_eq!(known, std::slice::from_ref(&tally));
        assert_eq!((&tally.key, tally.count, &tally.click), (&key, 1, &click(number)));
        assert_eq!(tally.first.receipt, Some(format!("r{number}").parse().unwrap()));
        assert_eq!(tally.first, tally.last);
        assert_eq!(tally.sums[&Currency::USD].sum, Some("8.5".parse().unwrap()));
        assert_eq!(tally.fired[0].told.unwrap().to_string(), "8.5 USD");
        // Written again, it takes its own row's place.
        let commit = Commit::of(vec![Write::Tally(tally.clone())], at(0));
        assert_eq!(block_on(store.commit(&commit)).unwrap(), Committed::Applied);
        assert_eq!(tallies(number), [tally]);
    }
    assert_eq!(tallies(3), []);
    let file = Connection::open(folder.path().join("store.db")).unwrap();
    let slots = "SELECT count(*) FROM sqlite_schema WHERE tbl_name = 'slot'";
    assert_eq!(file.query_row(slots, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
}

#[test]
fn deliveries_of_schema_1_stand_where_they_stood() {
    let (_folder, store) = migrated();
    let rows = block_on(store.deliveries(&DeliveryFilter::default(), &all()))
        .unwrap()
        .items;
    let stand: Vec<_> = rows
        .iter()
        .rev()
        .map(|row| (row.state, row.attempts, row.last.is_some()))
        .collect();
    assert_eq!(
        stand,
        [
            (DeliveryState::Delivered, 1, true),
            (DeliveryState::Dead, 1, true),
            (DeliveryState::Queued, 1, true),
            (DeliveryState::Queued, 0, false),
            (DeliveryState::Queued, 0, false)
        ]
    );
    assert_eq!(rows[2].due_at, at(100));
    for (row, number) in rows.iter().rev().zip(1..) {
        let Cause::Postback {
            click: of,
            campaign,
            postback,
            success,
            ..
        } = &row.delivery.cause
        else {
            panic!("{row:?}");
        };
        assert_eq!(
            (of, campaign.as_str(), postback.as_str()),
            (&click(number), "summer", "all")
        );
        assert_eq!(success.body_excludes.as_deref(), Some("FAIL"));
        let mut by_click = DeliveryFilter::default();
        by_click.click = Some(click(number));
        assert_eq!(
            block_on(store.deliveries(&by_click, &all())).unwrap().items,
            std::slice::from_ref(row)
        );
        let mut by_conversion = DeliveryFilter::default();
        by_conversion.conversion = row.delivery.cause.conversion().cloned();
        assert_eq!(
            block_on(store.deliveries(&by_conversion, &all())).unwrap().items,
            std::slice::from_ref(row)
        );
    }
}

#[test]
fn what_was_queued_under_schema_1_is_delivered_with_its_personal_values() {
    let (_folder, store) = migrated();
    let claim = |seconds| block_on(store.claim(&Claim::new(at(seconds), Duration::from_secs(60), 10))).unwrap();
    let url = |leased| {
        let secrets = BTreeMap::from([("env:PUSH".parse().unwrap(), Secret::from("token"))]);
        let values = Values {
            secrets: &secrets,
            now: at(0),
        };
        batch(vec![leased], at(0)).0[0]
            .request(&values)
            .unwrap()
            .url()
            .to_owned()
    };
    let sent = |number| format!("https://push.example/log?key=R-{number}&price=8.5&ip=192.0.2.77&t=token");
    // The fourth is leased until 90 s.
    let first = claim(89);
    assert_eq!(first.next_due, Some(at(90)));
    assert_eq!(first.deliveries.iter().cloned().map(url).collect::<Vec<_>>(), [sent(5)]);
    let later = claim(100);
    assert_eq!(
        later.deliveries.iter().cloned().map(url).collect::<Vec<_>>(),
        [sent(4), sent(3)]
    );
    assert_eq!(later.deliveries[1].attempts, 1);
    let verdicts = first
        .deliveries
        .iter()
        .chain(&later.deliveries)
        .map(|leased| Settlement {
            delivery: leased.delivery.id.clone(),
            fence: leased.fence,
            verdict: Verdict::Delivered,
            attempt: Attempt {
                at: at(101),
                status: Some(200),
                finding: "HTTP 200".into(),
            },
        });
    let verdicts: Vec<_> = verdicts.collect();
    assert_eq!(block_on(store.settle(&verdicts)).unwrap(), [Settled::Recorded; 3]);
    // The dead one is queued again, and then nothing is left to do.
    assert_eq!(
        block_on(store.requeue(&Selection::new(Which::All, at(200)))).unwrap(),
        1
    );
    assert_eq!(
        claim(200).deliveries.into_iter().map(url).collect::<Vec<_>>(),
        [sent(2)]
    );
    assert_eq!(
        block_on(store.purge(&Purge::DeliveriesBefore(at(999))))
            .unwrap()
            .total(),
        4,
        "the leased one stays"
    );
}

#[test]
fn deliveries_of_schema_2_stand_where_they_stood() {
    let (_folder, store) = migrated_from_2();
    let rows = block_on(store.deliveries(&DeliveryFilter::default(), &all())).unwrap();
    let stand = rows.items.iter().rev();
    let stand: Vec<_> = stand
        .map(|row| (row.state, row.attempts, row.checks, row.receipt.as_deref()))
        .collect();
    assert_eq!(
        stand,
        [
            (DeliveryState::Delivered, 1, 0, None),
            (DeliveryState::Dead, 1, 0, None),
            (DeliveryState::Queued, 1, 0, None),
            (DeliveryState::Accepted, 3, 0, Some("batch-7")),
            (DeliveryState::Queued, 0, 0, None)
        ]
    );
    assert_eq!(rows.items[0].hold.as_ref().unwrap().why, "the token is wrong");
    // The lane goes on; what was held before waits for its time, and then nothing is left.
    let dead = Selection::new(Which::All, at(200));
    assert_eq!(block_on(store.requeue(&dead)).unwrap(), 1);
    let claim = |seconds| block_on(store.claim(&Claim::new(at(seconds), Duration::from_secs(600), 10))).unwrap();
    let receipts = |deliveries: &[Leased]| {
        deliveries
            .iter()
            .map(|leased| leased.receipt.clone())
            .collect::<Vec<_>>()
    };
    let due = claim(200).deliveries;
    assert_eq!(receipts(&due), [None, Some("batch-7".to_owned()), None]);
    assert_eq!(receipts(&claim(300).deliveries), [None]);
}

#[test]
fn a_file_that_was_brought_forward_opens_again() {
    let (folder, store) = migrated();
    drop(store);
    let store = open(&folder);
    let rows = block_on(store.deliveries(&DeliveryFilter::default(), &all()))
        .unwrap()
        .items;
    assert_eq!(rows.len(), 5);
}

/// Deliveries of one click that had ended under schema 7: one that was given up, one that a person
/// gave up, and one that the last one replaces.
const ENDED_7: &str = r#"
    INSERT INTO delivery (seq, id, lane, click, click_key, created, payload) VALUES
        (21, 'dead', 'l', 'c9', 9, 1, ''), (22, 'cancelled', 'l', 'c9', 9, 2, ''),
        (23, 'replaced', 'l', 'c9', 9, 3, ''), (24, 'instead', 'l', 'c9', 9, 4, '{"row":{"replaces":{"delivery":"replaced"}}}');
    INSERT INTO ended (seq, state, at, due, fence, attempts, checks, last) VALUES
        (21, 'dead', 1, 1, 1, 1, 0, NULL), (22, 'dead', 1, 1, 1, 1, 0, '{"row":{"finding":"cancelled by a person"}}'),
        (23, 'dead', 1, 1, 1, 1, 0, '{"row":{"finding":"HTTP 400"}}'), (24, 'delivered', 1, 1, 1, 1, 0, NULL);
"#;

#[test]
fn dead_letters_of_schema_7_still_wait_for_a_person() {
    let (folder, file) = file_of(7);
    file.execute_batch(ENDED_7).unwrap();
    drop(file);
    let store = open(&folder);
    let letters = block_on(store.dead_letters()).unwrap();
    assert_eq!((letters.count, letters.oldest), (2, Some(at(12))));
}
