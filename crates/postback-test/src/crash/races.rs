//! Threads and processes that commit the same receipts at the same time. Who is behind only reads
//! duplicates and catches up, so all meet at the same receipt again and again.

use crate::args::{Racer, Races};
use postback::Event;
use postback::decide::ReplyOutcome;
use postback::drive::ingest;
use postback::memory::MemoryStore;
use postback::port::{ConversionFilter, DeliveryFilter, EventFilter, Inspect, Page, PageRequest, Store};
use postback_sqlite::{SqliteOptions, SqliteStore};
use postback_test::{World, after, block_on, click, document, notification};
use std::{
    env,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Instant,
};

/// How many receipts one click brings.
const RECEIPTS_OF_A_CLICK: u64 = 8;

/// How many receipts one store in memory gets.
const OF_MEMORY: usize = 500;

/// Runs all kinds of races. The text says what they came to, or what was doubled.
pub(crate) fn run(races: &Races) -> Result<String, String> {
    let Races { count, threads } = *races;
    let mut lines = vec![timed("memory", count, || {
        // It looks at all its rows, so many small ones race sooner than a large one.
        (0..count).step_by(OF_MEMORY).try_for_each(|begun| {
            let (store, count) = (
                MemoryStore::with_namespace(namespace()),
                (count - begun).min(OF_MEMORY as u64),
            );
            audit(&store, race(&store, count, threads), count)
        })
    })?];
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    lines.push(timed("SQLite", count, || {
        let store = open(&folder.path().join("threads.db"));
        audit(&store, race(&store, count, threads), count)
    })?);
    lines.push(timed("two processes on one file", count, || {
        let file = folder.path().join("processes.db");
        let applied = processes(&file, count, threads)?;
        audit(&open(&file), applied, count)
    })?);
    Ok(lines.join("\n"))
}

fn timed(what: &str, count: u64, race: impl FnOnce() -> Result<(), String>) -> Result<String, String> {
    let begun = Instant::now();
    race().map_err(|text| format!("{what}: {text}"))?;
    Ok(format!(
        "{what}: {count} receipts, 0 doubled, 0 lost ({:?})",
        begun.elapsed()
    ))
}

/// Races in this process. Returns how often a receipt was new.
fn race<S: Store>(store: &S, count: u64, threads: u64) -> u64 {
    let world = World::without_clicks(&document());
    let tracker = &world.tracker;
    let events: Vec<Event> = (0..count).map(|number| event(&world, number)).collect();
    for number in 0..count.div_ceil(RECEIPTS_OF_A_CLICK) {
        block_on(store.record(&[click(&click_of(number))])).unwrap();
    }
    let racer = || events.iter().filter(|event| is_new(tracker, store, event)).count() as u64;
    thread::scope(|scope| {
        let racers: Vec<_> = (0..threads).map(|_| scope.spawn(racer)).collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).sum()
    })
}

/// Takes an event in; whoever is sent away comes again.
fn is_new(tracker: &postback::Tracker, store: &dyn Store, event: &Event) -> bool {
    loop {
        match block_on(ingest(tracker, store, event, after(60))) {
            Ok(reply) if reply.outcome == ReplyOutcome::Applied => return true,
            Ok(reply) if reply.outcome == ReplyOutcome::Duplicate => return false,
            Ok(reply) => panic!("{event:?}: {reply:?}"),
            Err(error) if error.is_retryable() => {}
            Err(error) => panic!("{event:?}: {error}"),
        }
    }
}

fn click_of(number: u64) -> String {
    format!("cb{number}")
}

fn event(world: &World, number: u64) -> Event {
    let click = click_of(number / RECEIPTS_OF_A_CLICK);
    let members = format!(r#""trackingCodes":["{click}"]"#);
    world.notification_event(&notification("SALE", &format!("RACE{number}"), 30, "9.95", &members))
}

/// Lets two processes race on one file. Returns how often a receipt was new.
fn processes(file: &Path, count: u64, threads: u64) -> Result<u64, String> {
    // Two processes that make a new file at once are another matter.
    drop(open(file));
    let start = || {
        let mut command = Command::new(env::current_exe().unwrap());
        command
            .arg("racer")
            .arg(file)
            .args([count.to_string(), threads.to_string()]);
        command.stdout(Stdio::piped()).spawn().unwrap()
    };
    let mut applied = 0;
    for process in [start(), start()] {
        let output = process.wait_with_output().map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let of_one: Result<u64, _> = text.trim().parse();
        applied += of_one.map_err(|_| format!("a process ended without a count: {text}"))?;
    }
    Ok(applied)
}

/// One of two processes. The text is how often a receipt was new to it.
pub(crate) fn racer(racer: &Racer) -> String {
    race(&open(&racer.file), racer.count, racer.threads).to_string()
}

fn namespace() -> postback::value::Namespace {
    crate::child::NAMESPACE.parse().unwrap()
}

fn open(file: &Path) -> SqliteStore {
    SqliteStore::open(file, &SqliteOptions::new(namespace())).unwrap()
}

/// Each receipt was new once, and is one event, one conversion and one delivery.
fn audit(store: &impl Inspect, applied: u64, count: u64) -> Result<(), String> {
    let events = counted(|page| block_on(store.events(&EventFilter::default(), page)));
    let conversions = counted(|page| block_on(store.conversions(&ConversionFilter::default(), page)));
    let deliveries = counted(|page| block_on(store.deliveries(&DeliveryFilter::default(), page)));
    if [applied, events, conversions, deliveries] == [count; 4] {
        return Ok(());
    }
    Err(format!(
        "of {count} receipts {applied} were new; {events} events, {conversions} conversions, {deliveries} deliveries"
    ))
}

fn counted<T, E: std::fmt::Debug>(read: impl Fn(&PageRequest) -> Result<Page<T>, E>) -> u64 {
    let (mut count, mut page) = (0, PageRequest::first(1_000));
    loop {
        let read = read(&page).unwrap();
        count += read.items.len() as u64;
        match read.next {
            Some(next) => page.after = next,
            None => return count,
        }
    }
}
