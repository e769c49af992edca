//! How lines stand in an area, and what becomes of them when its file is another one.

use super::*;
use crate::lines::lines;

const SIZES: Sizes = Sizes {
    reserve: 100,
    limit: 200,
};

fn texts(path: &Path) -> Vec<String> {
    lines(path)
        .unwrap()
        .map(|line| String::from_utf8(line.unwrap().text).unwrap())
        .collect()
}

fn places(snapshot: &Snapshot) -> Vec<Range<u64>> {
    let lines = snapshot.lines().unwrap();
    lines.map(|line| line.unwrap().place()).collect()
}

fn erase(area: &mut Area, snapshot: &Snapshot) {
    area.remove(snapshot.generation, &places(snapshot)).unwrap();
}

fn area() -> (tempfile::TempDir, PathBuf, Area) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("area");
    let area = Area::open(&path, SIZES).unwrap();
    (folder, path, area)
}

#[test]
fn lines_stand_one_behind_the_other_in_a_file_of_fixed_length() {
    let (_folder, path, mut area) = area();
    area.append(b"one").unwrap();
    area.append(b"two").unwrap();
    assert_eq!(
        (texts(&path), area.lines, area.end),
        (vec!["one".into(), "two".into()], 2, 8)
    );
    assert_eq!(fs::metadata(&path).unwrap().len(), 100);
    drop(area);
    let mut area = Area::open(&path, SIZES).unwrap();
    assert_eq!((area.lines, area.end), (2, 8));
    area.append(b"three").unwrap();
    assert_eq!(texts(&path), ["one", "two", "three"]);
}

#[test]
fn a_file_of_an_earlier_version_is_read_and_gets_its_room() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("area");
    // Half a line at its end, as a crash leaves it.
    fs::write(&path, "\none\n\ntwo\n\nhal").unwrap();
    let mut area = Area::open(&path, SIZES).unwrap();
    assert_eq!((area.lines, area.length), (3, 100));
    area.append(b"three").unwrap();
    assert_eq!(texts(&path), ["one", "two", "hal", "three"]);
}

#[test]
fn what_came_while_lines_were_taken_in_moves_to_the_front() {
    let (_folder, path, mut area) = area();
    area.append(b"a first line").unwrap();
    let until = area.snapshot();
    area.append(b"late").unwrap();
    erase(&mut area, &until);
    area.begin_again(&until).unwrap();
    assert_eq!((texts(&path), area.lines, area.end), (vec!["late".into()], 1, 5));
    area.append(b"later").unwrap();
    assert_eq!(texts(&path), ["late", "later"]);
    let reopened = Area::open(&path, SIZES).unwrap();
    assert_eq!((reopened.lines, reopened.end), (2, area.end));
}

#[test]
fn what_has_no_room_at_the_front_stays_where_it_is() {
    let (_folder, path, mut area) = area();
    area.append(b"one").unwrap();
    let until = area.snapshot();
    area.append(b"longer than one").unwrap();
    erase(&mut area, &until);
    let end = area.end;
    area.begin_again(&until).unwrap();
    assert_eq!((texts(&path), area.end), (vec!["longer than one".into()], end));
}

#[test]
fn it_grows_beyond_its_room_to_its_limit_and_gives_that_back() {
    let (_folder, path, mut area) = area();
    let line = [b'x'; 60];
    for _ in 0..3 {
        area.append(&line).unwrap();
    }
    assert_eq!((area.length, area.lines), (200, 3));
    let full = area.append(&line).unwrap_err();
    assert_eq!(full.kind(), io::ErrorKind::StorageFull);
    let until = area.snapshot();
    erase(&mut area, &until);
    area.begin_again(&until).unwrap();
    assert_eq!((area.length, area.end, area.lines), (100, 0, 0));
    assert_eq!(fs::metadata(&path).unwrap().len(), 100);
}

#[test]
fn lines_are_written_together_as_they_are_one_by_one() {
    let (_folder, path, mut area) = area();
    assert!(area.append_all(&[b"one", b"two"]).iter().all(Result::is_ok));
    assert_eq!((area.lines, area.end, area.writes), (2, 8, 1));
    let long = [b'x'; 190];
    let written = area.append_all(&[b"three", &long, b"four"]);
    let written: Vec<_> = written
        .into_iter()
        .map(|written| written.map_err(|error| error.kind()))
        .collect();
    assert_eq!(written, [Ok(()), Err(io::ErrorKind::StorageFull), Ok(())]);
    assert_eq!(texts(&path), ["one", "two", "three", "four"]);
}

#[cfg(unix)]
#[test]
fn what_waits_in_a_file_that_is_removed_or_moved_away_is_copied() {
    let (_folder, path, mut area) = area();
    area.append(b"one").unwrap();
    area.append(b"two").unwrap();
    fs::remove_file(&path).unwrap();
    area.append(b"three").unwrap();
    assert_eq!(texts(&path), ["one", "two", "three"]);
    assert_eq!((area.lines, area.figures.lines.get()), (3, 3));
    assert_eq!(area.figures.carried.get(), 2);
    // Another file lies there that has one of the lines already.
    fs::rename(&path, path.with_extension("1")).unwrap();
    fs::write(&path, "four\ntwo\n").unwrap();
    area.look_again().unwrap();
    assert_eq!(texts(&path), ["four", "two", "one", "three"]);
    assert_eq!(area.figures.carried.get(), 4);
}

/// The places of a round are those of the file that it reads.
#[cfg(unix)]
#[test]
fn a_file_that_comes_while_lines_are_taken_in_keeps_its_lines() {
    let (_folder, path, mut area) = area();
    area.append(b"one of the first file").unwrap();
    let snapshot = area.snapshot();
    fs::rename(&path, path.with_extension("1")).unwrap();
    area.append(b"two").unwrap();
    erase(&mut area, &snapshot);
    area.begin_again(&snapshot).unwrap();
    area.append(b"three").unwrap();
    assert_eq!(texts(&path), ["one of the first file", "two", "three"]);
    assert_eq!(
        places(&snapshot).len(),
        1,
        "it is read from the file that it was taken of"
    );
}

#[test]
fn what_lies_beside_counts_against_the_limit() {
    let (_folder, _, mut area) = area();
    area.figures.beside.set(195);
    let full = area.append(b"one more").unwrap_err();
    assert_eq!(full.kind(), io::ErrorKind::StorageFull);
    area.figures.beside.set(0);
    area.append(b"one more").unwrap();
}
