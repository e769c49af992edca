//! Erases personal values in the lines of a journal. The events and clicks wait on without them.

use crate::journal::{Journal, earlier, unreadable};
use crate::lines::{Placed, Waiting, is_click, is_newer, lines, of_click, of_event, read, read_click, replace};
use postback::value::{ClickId, OfferSourceId, Receipt};
use postback::{Click, Event};
use std::{cell::Cell, collections::BTreeSet, io, path::Path};

/// Whose personal values are erased.
#[derive(Debug)]
pub(crate) struct Named {
    clicks: BTreeSet<ClickId>,
    receipt: Option<(Receipt, Option<OfferSourceId>)>,
    /// The same as the lines write them. Only a line with one of them is read.
    texts: Vec<Vec<u8>>,
    /// How many lines were left because a newer version wrote them.
    newer: Cell<u64>,
}

/// What an erasure did to the lines of a journal.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ErasedLines {
    /// How many lines lost their personal values, or went.
    pub(crate) erased: u64,
    /// How many were left, since a newer version wrote them.
    pub(crate) newer: u64,
}

impl Named {
    pub(crate) fn of_click(click: ClickId) -> Self {
        Self::new([click].into(), None)
    }

    /// The events of a receipt, of one source or of all, and of these clicks.
    pub(crate) fn of_receipt(receipt: Receipt, source: Option<OfferSourceId>, clicks: BTreeSet<ClickId>) -> Self {
        Self::new(clicks, Some((receipt, source)))
    }

    fn new(clicks: BTreeSet<ClickId>, receipt: Option<(Receipt, Option<OfferSourceId>)>) -> Self {
        let receipts = receipt.iter().map(|(receipt, _)| receipt.as_str());
        let texts = clicks.iter().map(ClickId::as_str).chain(receipts);
        Self {
            texts: texts.map(quoted).collect(),
            clicks,
            receipt,
            newer: Cell::new(0),
        }
    }

    /// Returns what becomes of a line that cannot be read. It was acknowledged. If a newer version
    /// wrote it, that version takes it in, so it stays as it is.
    fn unread(&self, line: &[u8]) -> Option<String> {
        if is_newer(line) {
            self.newer.set(self.newer.get().saturating_add(1));
            return None;
        }
        Some(String::new())
    }

    fn is_in(&self, line: &[u8]) -> bool {
        let has = |text: &Vec<u8>| line.windows(text.len()).any(|part| part == text.as_slice());
        self.texts.iter().any(has)
    }

    fn is_of(&self, event: &Event) -> bool {
        let of_receipt = self.receipt.as_ref().is_some_and(|(receipt, source)| {
            let names = [event.receipt.as_ref(), event.parent.as_ref()].contains(&Some(receipt));
            names && source.as_ref().is_none_or(|source| *source == event.source)
        });
        of_receipt || event.candidates().any(|click| self.clicks.contains(click))
    }
}

/// An id as a line writes it. Ids have no control characters.
fn quoted(text: &str) -> Vec<u8> {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"").into_bytes()
}

impl Journal {
    /// Erases these personal values in all files of the journal, and returns what became of lines.
    /// Nothing is taken in meanwhile.
    ///
    /// # Errors
    /// - a problem with the journal's files
    /// - [`io::ErrorKind::ResourceBusy`]: another change of the journal has been under way for five
    ///   seconds
    pub(crate) async fn erase_named(&self, named: Named) -> io::Result<ErasedLines> {
        let turn = self.turn().await?;
        self.on_disk(&turn, move |journal| journal.erase_now(&named)).await
    }

    fn erase_now(&self, named: &Named) -> io::Result<ErasedLines> {
        let path = self.path();
        let mut erased = in_file(&unreadable(path), named)?;
        self.count_unreadable()?;
        for file in earlier(path) {
            erased = erased.saturating_add(in_file(&file, named)?);
        }
        self.count_earlier()?;
        erased = erased.saturating_add(self.0.aside.rewrite(|file| in_file(file, named))?);
        erased = erased.saturating_add(self.rewrite(|line| without(line, named))?);
        let newer = named.newer.get();
        Ok(ErasedLines { erased, newer })
    }
}

/// Erases in one file, and returns in how many lines.
fn in_file(path: &Path, named: &Named) -> io::Result<u64> {
    if !path.exists() {
        return Ok(0);
    }
    let is_found = |found: bool, line: io::Result<Placed>| Ok::<_, io::Error>(found || named.is_in(&line?.text));
    if !lines(path)?.try_fold(false, is_found)? {
        return Ok(0);
    }
    let (mut kept, mut erased) = (Vec::new(), 0_u64);
    for line in lines(path)? {
        let line = line?.text;
        let rewritten = without(&line, named)?;
        erased = erased.saturating_add(u64::from(rewritten.is_some()));
        let line = rewritten.map_or(line, String::into_bytes);
        if !line.is_empty() {
            kept.extend(line);
            kept.push(b'\n');
        }
    }
    if erased > 0 {
        replace(path, &kept)?;
    }
    Ok(erased)
}

/// Returns a line without its personal values; none if it has none of these. A refused message
/// becomes an empty line, and so does a damaged line: it is not known what else is in them. A line
/// of a newer version stays.
fn without(line: &[u8], named: &Named) -> io::Result<Option<String>> {
    if !named.is_in(line) {
        return Ok(None);
    }
    if is_click(line) {
        return match read_click(line) {
            Ok(click) => click_without(click, named),
            Err(_) => Ok(named.unread(line)),
        };
    }
    match read(line) {
        Ok(Waiting::Event(event)) if named.is_of(&event) && !event.private.is_empty() => {
            let mut event = *event;
            event.private.clear();
            of_event(&event).map(Some).map_err(io::Error::other)
        }
        Ok(Waiting::Event(_)) => Ok(None),
        Ok(Waiting::Refused(body)) => {
            let click = body.row.click.as_ref();
            let is_named = click.is_some_and(|click| named.clicks.contains(click));
            Ok(is_named.then(String::new))
        }
        Err(_) => Ok(named.unread(line)),
    }
}

fn click_without(mut click: Click, named: &Named) -> io::Result<Option<String>> {
    if !named.clicks.contains(&click.id) || click.private.is_empty() {
        return Ok(None);
    }
    click.private.clear();
    of_click(&click).map(Some).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let done = journal.erase_now(&named).unwrap();
        assert_eq!((done.erased, done.newer), (1, 2), "what is damaged goes");
        let left = fs::read_to_string(unreadable(&path)).unwrap();
        assert_eq!(left, format!("{newer}\n{of_other}\nclick {newer}\n"));
    }
}
