use super::*;
use crate::journal::{JournalOptions, left};
use crate::lines::beside;
use postback::event::Interface;
use postback::value::{EventId, Pii};
use std::fs;

#[test]
fn a_line_of_a_newer_version_stays_and_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let newer = r#"{"v":99,"row":["c1"]}"#;
    let of_other = r#"{"v":99,"row":["c2"]}"#;
    let damaged = r#"{"v":2,"row":["c1""#;
    let lines = [newer, of_other, damaged, &format!("click {newer}")];
    fs::write(unreadable(&path), lines.join("\n") + "\n").unwrap();
    let journal = Journal::open(&path).unwrap();
    let named = Named::of_click("c1".parse().unwrap());
    let done = journal.erase_now(Chosen::Named(named)).unwrap();
    assert_eq!((done.erased, done.newer), (1, 2), "what is damaged goes");
    let left = fs::read_to_string(unreadable(&path)).unwrap();
    assert_eq!(left, format!("{newer}\n{of_other}\nclick {newer}\n"));
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(1_780_000_000_i64.saturating_add(seconds)).unwrap()
}

/// An event and a click with the personal value `secret-<name>`.
fn personal(name: &str, seconds: i64) -> [String; 2] {
    let id = |text: &str| text.to_owned();
    let mut click = Click::new(
        id(name).parse().unwrap(),
        at(seconds),
        id("campaign").parse().unwrap(),
        id("offer").parse().unwrap(),
        id("source").parse().unwrap(),
        id("channel").parse().unwrap(),
    );
    click.private.insert("ip".into(), Pii::new(format!("secret-{name}")));
    let source = id("source").parse().unwrap();
    let event = EventId::new("a".repeat(26)).unwrap();
    let mut event = Event::assume_authentic(event, source, Interface::Postback, at(seconds));
    event.private = click.private.clone();
    [of_event(&event).unwrap(), of_click(&click).unwrap()]
}

#[tokio::test]
async fn old_personal_values_are_forgotten_in_every_file_and_what_waits_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let ([old, old_click], [young, young_click]) = (personal("old", 1), personal("young", 2));
    let newer = r#"{"v":99,"row":["secret-old"]}"#;
    for file in [beside(&path, ".aside"), left(&path), unreadable(&path)] {
        fs::write(file, format!("{old}\n{young}\n{newer}\n")).unwrap();
    }
    let journal = Journal::open(&path).unwrap();
    let lines = [&old, &old_click, &young, &young_click].map(|line| line.clone().into_bytes());
    assert!(journal.write_all(&lines).iter().all(Result::is_ok));
    assert_eq!(journal.forget_before(at(1)).await.unwrap(), 0, "none is that old");
    assert_eq!(journal.forget_before(at(2)).await.unwrap(), 5);
    assert_eq!(journal.forget_before(at(2)).await.unwrap(), 0, "they are gone already");
    let source: &OfferSourceId = &"source".parse().unwrap();
    assert_eq!((journal.state().waiting, journal.set_aside()[source]), (7, 2));
    for (ending, young, newer) in [
        (".aside", 1, 1),
        (".replaying", 1, 1),
        (".unreadable", 1, 1),
        ("", 2, 0),
    ] {
        let text = fs::read_to_string(beside(&path, ending)).unwrap();
        let count = |text: &str, of: &str| text.matches(of).count();
        assert_eq!(
            (count(&text, "secret-old"), count(&text, "secret-young")),
            (newer, young),
            "{ending}"
        );
    }
}

/// A journal that has room for a few lines more, and what waits in it.
fn nearly_full(folder: &Path) -> (Journal, Vec<String>) {
    let mut options = JournalOptions::default();
    (options.reserve, options.limit) = (256 * 1024, 256 * 1024);
    let journal = Journal::open_with(folder.join("journal"), options).unwrap();
    let mut names = Vec::new();
    while journal.state().bytes < 254 * 1024 {
        let name = format!("click-{:05}", names.len());
        let [_, click] = personal(&name, 1);
        assert!(journal.write_all(&[click.into_bytes()])[0].is_ok());
        names.push(name);
    }
    (journal, names)
}

fn text(journal: &Journal) -> String {
    fs::read_to_string(journal.path()).unwrap()
}

/// Each click stands there once, as a line that can be read.
fn stand_once(journal: &Journal, names: &[String]) {
    let lines = lines(journal.path()).unwrap();
    let mut found: Vec<String> = lines
        .map(|line| read_click(&line.unwrap().text).unwrap().id.as_str().to_owned())
        .collect();
    found.sort();
    assert_eq!(found, names);
}

#[test]
fn a_nearly_full_journal_takes_new_lines_while_old_values_are_forgotten_and_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, mut names) = nearly_full(folder.path());
    let old = names.len();
    let new = |name: &str| {
        let [_, click] = personal(name, 3);
        assert!(journal.write_all(&[click.into_bytes()])[0].is_ok(), "{name}");
    };
    let (chosen, seen) = (Chosen::Before(at(2)), Cell::new(0));
    let done = journal.rewrite(|line| {
        seen.set(seen.get() + 1);
        if seen.get() == 300 {
            new("new-1");
        }
        without(line, &chosen)
    });
    new("new-2");
    names.extend(["new-1".into(), "new-2".into()]);
    stand_once(&journal, &names);
    let left = text(&journal).matches("secret-click").count();
    assert_eq!(
        done.is_err_and(|error| error.kind() == io::ErrorKind::StorageFull),
        left > 0
    );
    assert!(
        left < old / 20,
        "{left} of {old} need a copy, for which there is no room"
    );
}

#[test]
fn an_error_in_the_middle_leaves_every_line_once() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, names) = nearly_full(folder.path());
    let (chosen, seen) = (Chosen::Before(at(2)), Cell::new(0));
    let failed = journal.rewrite(|line| {
        seen.set(seen.get() + 1);
        match seen.get() {
            300 => Err(io::ErrorKind::InvalidData.into()),
            _ => without(line, &chosen),
        }
    });
    assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::InvalidData);
    stand_once(&journal, &names);
    let left = text(&journal).matches("secret-").count();
    assert!(
        (names.len() - 256..names.len() - 240).contains(&left),
        "{left} of {}",
        names.len()
    );
}
