//! Keeps a click within its size. What is cut is noted on the click, and the visitor goes on.

use super::limit::MAX_CLICK;
use super::slots::push;
use crate::model::{Click, Kept, Note, NoteProblem};
use crate::text::prefix;
use crate::value::Pii;
use alloc::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
    vec::Vec,
};

/// The lengths to which texts are cut, one after the other, until the click fits.
const LENGTHS: [usize; 6] = [512, 256, 128, 64, 32, 16];

/// How many notes a click keeps if even its shortest texts do not fit.
const FEW_NOTES: usize = 8;

/// Cuts what the click holds until its row has at most [`MAX_CLICK`] bytes. The texts go first: the
/// longest subs, values of the visitor and personal values, such as a user agent. An id of the
/// channel is kept whole or not at all, and goes last.
pub(super) fn fit(click: &mut Click) {
    if surely_fits(click) {
        return;
    }
    for longest in LENGTHS {
        if size(click) <= MAX_CLICK {
            return;
        }
        shorten(click, longest);
    }
    for give_up in [notes, external_id, texts, ref_id] {
        if size(click) <= MAX_CLICK {
            return;
        }
        give_up(click);
    }
}

/// The most bytes that a store writes for the click.
fn size(click: &Click) -> usize {
    // A click has no part that JSON cannot hold.
    let row = serde_json::to_string(click).map_or(usize::MAX, |row| row.len());
    let private = click.private.iter().map(|(name, value)| written(name, value.expose()));
    private.fold(row.saturating_add(ROW), usize::saturating_add)
}

/// What stands around the two parts of a row: their versions, and the brackets.
const ROW: usize = 64;

/// The bytes of an entry as JSON.
fn written(name: &str, value: &str) -> usize {
    let bytes = name.bytes().chain(value.bytes()).map(escaped);
    bytes.fold("\"\":\"\",".len(), usize::saturating_add)
}

/// The bytes of one as JSON: `\u0000` of a control character that has no short form.
fn escaped(byte: u8) -> usize {
    match byte {
        b'"' | b'\\' | b'\x08' | b'\t' | b'\n' | b'\x0c' | b'\r' => 2,
        0..0x20 => 6,
        _ => 1,
    }
}

/// Whether the click fits without being written, as nearly every click does.
fn surely_fits(click: &Click) -> bool {
    const FIXED: usize = 1_024;
    let subs = click.subs.values().map(|value| written("20", value));
    let visitor = click.visitor.iter().map(|(name, value)| written(name, value));
    let private = click.private.iter().map(|(name, value)| written(name, value.expose()));
    let ids = [&click.ref_id, &click.external_id].into_iter().flatten();
    let ids = ids.map(|value| written("external_id", value));
    let parts = subs.chain(visitor).chain(private).chain(ids);
    click.notes.is_empty() && parts.fold(FIXED, usize::saturating_add) <= MAX_CLICK
}

/// Cuts every text that is longer.
fn shorten(click: &mut Click, longest: usize) {
    let mut cut: Vec<String> = Vec::new();
    for (number, value) in &mut click.subs {
        if shortened(value, longest) {
            cut.push(format!("sub{number}"));
        }
    }
    for (name, value) in &mut click.visitor {
        if shortened(value, longest) {
            cut.push(name.clone());
        }
    }
    for (name, value) in &mut click.private {
        let short = prefix(value.expose(), longest);
        if short.len() < value.expose().len() {
            *value = Pii::new(short.to_owned());
            cut.push(name.clone());
        }
    }
    for name in cut {
        note(click, name, Kept::Part);
    }
}

fn shortened(value: &mut String, longest: usize) -> bool {
    let kept = prefix(value, longest).len();
    let is_cut = kept < value.len();
    value.truncate(kept);
    is_cut
}

/// Notes once what became of a value.
fn note(click: &mut Click, name: impl Into<String>, kept: Kept) {
    let note = Note::new(name, NoteProblem::TooMuch, kept);
    let is_known = |known: &&mut Note| known.problem == note.problem && known.parameter == note.parameter;
    match click.notes.iter_mut().find(is_known) {
        Some(known) => known.kept = kept,
        None => push(click, note),
    }
}

fn notes(click: &mut Click) {
    click.notes.truncate(FEW_NOTES);
    for note in &mut click.notes {
        note.value = None;
    }
}

fn external_id(click: &mut Click) {
    if click.external_id.take().is_some() {
        note(click, "external_id", Kept::Nothing);
    }
}

/// Leaves out all texts. Only a host that knows very much of its visitors gets here.
fn texts(click: &mut Click) {
    let subs: Vec<String> = click.subs.keys().map(|number| format!("sub{number}")).collect();
    let visitor = click.visitor.keys().map(ToString::to_string);
    let room = FEW_NOTES.saturating_sub(click.notes.len());
    let left_out: Vec<String> = subs.into_iter().chain(visitor).take(room).collect();
    click.subs.clear();
    click.visitor.clear();
    for name in left_out {
        note(click, name, Kept::Nothing);
    }
}

fn ref_id(click: &mut Click) {
    if click.ref_id.take().is_some() {
        note(click, "ref_id", Kept::Nothing);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Timestamp;
    use alloc::collections::BTreeMap;

    fn click() -> Click {
        let at = Timestamp::from_unix_seconds(1_780_000_000).unwrap();
        let id = |text: &str| text.repeat(16);
        let mut click = Click::new(
            "p234".parse().unwrap(),
            at,
            id("camp").parse().unwrap(),
            id("offr").parse().unwrap(),
            id("srce").parse().unwrap(),
            id("chnl").parse().unwrap(),
        );
        click
            .private
            .insert("useragent".into(), Pii::new("Mozilla/5.0 ".repeat(10)));
        click
    }

    fn noted(click: &Click) -> Vec<String> {
        click.notes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_usual_click_is_left_as_it_is_and_not_even_written() {
        let mut fitting = click();
        fitting.ref_id = Some("R".repeat(200));
        fitting.subs.insert(1, "a".repeat(300));
        let before = fitting.clone();
        assert!(surely_fits(&fitting));
        fit(&mut fitting);
        assert_eq!(fitting, before);
    }

    #[test]
    fn a_click_that_just_fits_is_left_as_it_is() {
        let mut fitting = click();
        fitting.subs.insert(1, String::new());
        let room = MAX_CLICK - size(&fitting);
        fitting.subs.insert(1, "a".repeat(room));
        assert_eq!((size(&fitting), surely_fits(&fitting)), (MAX_CLICK, false));
        let before = fitting.clone();
        fit(&mut fitting);
        assert_eq!(fitting, before);
        fitting.subs.insert(1, "a".repeat(room + 1));
        fit(&mut fitting);
        assert_eq!(fitting.subs[&1].len(), 512);
    }

    #[test]
    fn the_longest_texts_are_cut_first_and_each_is_noted_once() {
        let mut large = click();
        large.ref_id = Some("R".repeat(1_024));
        for number in 1..=20 {
            large
                .subs
                .insert(number, "b".repeat(if number == 7 { 40 } else { 1_024 }));
        }
        large.private.insert("useragent".into(), Pii::new("u".repeat(8_000)));
        fit(&mut large);
        assert!(size(&large) <= MAX_CLICK, "{}", size(&large));
        assert_eq!(large.ref_id, Some("R".repeat(1_024)), "what channels are told is whole");
        assert_eq!((large.subs[&1].len(), large.subs.len()), (large.subs[&20].len(), 20));
        let noted = noted(&large);
        assert_eq!(
            noted[0],
            "`sub1` came with more than a click may hold; the part before that was kept"
        );
        let of_one = noted.iter().filter(|note| note.starts_with("`useragent`")).count();
        assert_eq!(of_one, 1);
    }

    #[test]
    fn texts_that_are_written_longer_than_they_are_fit_too_and_no_character_is_torn() {
        let mut large = click();
        (large.ref_id, large.external_id) = (Some("\"".repeat(1_024)), Some("\\".repeat(1_024)));
        for number in 1..=20 {
            large.subs.insert(number, "\u{e9}\"".repeat(300));
            large
                .notes
                .push(Note::new("n".repeat(64), NoteProblem::Unfilled, Kept::Nothing));
        }
        fit(&mut large);
        assert!(size(&large) <= MAX_CLICK, "{}", size(&large));
        assert!(large.subs.values().all(|value| value.starts_with('\u{e9}')));
        assert_eq!(
            large.left_out("external_id").map(|note| note.problem),
            Some(NoteProblem::TooMuch)
        );
        assert!(large.ref_id.is_some());
    }

    #[test]
    fn whatever_a_host_knows_of_a_visitor_fits() {
        let mut large = click();
        for number in 0..1_000 {
            large.visitor.insert(format!("fact{number}"), "v".repeat(20));
        }
        fit(&mut large);
        assert!(size(&large) <= MAX_CLICK, "{}", size(&large));
        assert!(large.notes.len() <= FEW_NOTES);
    }

    #[test]
    fn control_characters_cost_what_they_are_written_as() {
        let all: String = (0..=0x80_u8).map(char::from).collect();
        let entry = format!(
            "{},",
            serde_json::to_string(&[("name", &all)].into_iter().collect::<BTreeMap<_, _>>()).unwrap()
        );
        assert_eq!(written("name", &all), entry.len() - "{}".len());
        let mut large = click();
        large
            .private
            .insert("useragent".into(), Pii::new("\u{1}".repeat(1_000)));
        large.subs.insert(1, "\u{1}".repeat(300));
        assert!(!surely_fits(&large));
        fit(&mut large);
        let values: BTreeMap<_, _> = large
            .private
            .iter()
            .map(|(name, value)| (name, value.expose()))
            .collect();
        let row = serde_json::to_string(&large).unwrap().len() + serde_json::to_string(&values).unwrap().len();
        assert!(row <= MAX_CLICK, "{row}");
    }
}
