//! Erases personal values in the lines of a journal: those of a person, or those that are too old.
//! The events and clicks wait on without them.

use crate::journal::{Journal, earlier, unreadable};
use crate::lines::{Placed, Waiting, is_click, is_newer, lines, of_click, of_event, read, read_click, replace};
use postback::plan::RefusedBody;
use postback::value::{ClickId, OfferSourceId, Receipt};
use postback::{Click, Event, Timestamp};
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
#[derive(Debug, Default)]
pub(crate) struct ErasedLines {
    /// The clicks whose personal values were erased, also those that only lines name. What the
    /// store holds of them is to be erased, too.
    pub(crate) clicks: BTreeSet<ClickId>,
    /// How many lines lost their personal values, or went.
    pub(crate) erased: u64,
    /// How many were left, since a newer version wrote them.
    pub(crate) newer: u64,
}

/// Which lines lose their personal values.
#[derive(Debug)]
enum Chosen {
    Named(Named),
    /// Those of before a time.
    Before(Timestamp),
}

impl Chosen {
    /// Returns whether a line may lose something. It is a quick look where there is one.
    fn touches(&self, line: &[u8]) -> io::Result<bool> {
        match self {
            Self::Named(named) => Ok(named.is_in(line)),
            Self::Before(_) => Ok(without(line, self)?.is_some()),
        }
    }

    fn is_click(&self, click: &Click) -> bool {
        match self {
            Self::Named(named) => named.clicks.contains(&click.id),
            Self::Before(time) => click.at < *time,
        }
    }

    fn is_event(&self, event: &Event) -> bool {
        match self {
            Self::Named(named) => named.is_of(event),
            Self::Before(time) => event.received_at < *time,
        }
    }

    fn is_refused(&self, body: &RefusedBody) -> bool {
        match self {
            Self::Named(named) => body
                .row
                .click
                .as_ref()
                .is_some_and(|click| named.clicks.contains(click)),
            Self::Before(time) => body.row.at < *time,
        }
    }

    /// Returns what becomes of a line that cannot be read. How old it is is not known either.
    fn unread(&self, line: &[u8]) -> Option<String> {
        match self {
            Self::Named(named) => named.unread(line),
            Self::Before(_) => None,
        }
    }

    /// Returns what is told of an erasure of so many lines.
    fn told(self, erased: u64) -> ErasedLines {
        let (clicks, newer) = match self {
            Self::Named(named) => (named.clicks, named.newer.get()),
            Self::Before(_) => Default::default(),
        };
        ErasedLines { clicks, erased, newer }
    }
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

    /// Returns the clicks that the event of a line names, if it is an event of the receipt.
    fn clicks_of(&self, line: &[u8]) -> Vec<ClickId> {
        if self.receipt.is_none() || !self.is_in(line) || is_click(line) {
            return Vec::new();
        }
        match read(line) {
            Ok(Waiting::Event(event)) if self.has_receipt(&event) => event.candidates().cloned().collect(),
            _ => Vec::new(),
        }
    }

    /// The same with more clicks.
    fn and_clicks(self, found: BTreeSet<ClickId>) -> Self {
        Self::new(self.clicks.into_iter().chain(found).collect(), self.receipt)
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
        self.has_receipt(event) || event.candidates().any(|click| self.clicks.contains(click))
    }

    fn has_receipt(&self, event: &Event) -> bool {
        self.receipt.as_ref().is_some_and(|(receipt, source)| {
            let names = [event.receipt.as_ref(), event.parent.as_ref()].contains(&Some(receipt));
            names && source.as_ref().is_none_or(|source| *source == event.source)
        })
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
        let erase = move |journal: &Self| {
            let found = journal.clicks_of(&named)?;
            journal.erase_now(Chosen::Named(named.and_clicks(found)))
        };
        self.on_disk(&turn, erase).await
    }

    /// Erases the personal values that came before a time in all files of the journal, and returns
    /// in how many lines. What was refused before it goes. A line that cannot be read stays.
    ///
    /// # Errors
    /// As [`Journal::erase_named`].
    pub(crate) async fn forget_before(&self, time: Timestamp) -> io::Result<u64> {
        let state = self.state();
        if state.waiting == 0 && state.unreadable == 0 && self.set_aside().is_empty() {
            return Ok(0);
        }
        let turn = self.turn().await?;
        let forget = move |journal: &Self| journal.erase_now(Chosen::Before(time));
        Ok(self.on_disk(&turn, forget).await?.erased)
    }

    /// Returns the clicks that the waiting events of a receipt name. A click may lie in the journal
    /// or in the store.
    fn clicks_of(&self, named: &Named) -> io::Result<BTreeSet<ClickId>> {
        let mut clicks = BTreeSet::new();
        for file in earlier(self.path()).into_iter().chain([self.0.aside.path().to_owned()]) {
            if file.exists() {
                for line in lines(&file)? {
                    clicks.extend(named.clicks_of(&line?.text));
                }
            }
        }
        for line in self.snapshot()?.lines()? {
            clicks.extend(named.clicks_of(&line?.text));
        }
        Ok(clicks)
    }

    fn erase_now(&self, chosen: Chosen) -> io::Result<ErasedLines> {
        let erased = self.erase_in_all(&chosen)?;
        Ok(chosen.told(erased))
    }

    /// Erases in all files, and returns in how many lines.
    fn erase_in_all(&self, chosen: &Chosen) -> io::Result<u64> {
        let path = self.path();
        let mut erased = in_file(&unreadable(path), chosen)?;
        self.count_unreadable()?;
        for file in earlier(path) {
            erased = erased.saturating_add(in_file(&file, chosen)?);
        }
        self.count_earlier()?;
        erased = erased.saturating_add(self.0.aside.rewrite(|file| in_file(file, chosen))?);
        Ok(erased.saturating_add(self.rewrite(|line| without(line, chosen))?))
    }
}

/// Returns whether one of these lines may lose something.
fn any(mut lines: impl Iterator<Item = io::Result<Placed>>, chosen: &Chosen) -> io::Result<bool> {
    lines.try_fold(false, |found, line| Ok(found || chosen.touches(&line?.text)?))
}

/// Erases in one file, and returns in how many lines.
fn in_file(path: &Path, chosen: &Chosen) -> io::Result<u64> {
    if !path.exists() || !any(lines(path)?, chosen)? {
        return Ok(0);
    }
    let (mut kept, mut erased) = (Vec::new(), 0_u64);
    for line in lines(path)? {
        let line = line?.text;
        let rewritten = without(&line, chosen)?;
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
fn without(line: &[u8], chosen: &Chosen) -> io::Result<Option<String>> {
    if let Chosen::Named(named) = chosen
        && !named.is_in(line)
    {
        return Ok(None);
    }
    if is_click(line) {
        return match read_click(line) {
            Ok(click) => click_without(click, chosen),
            Err(_) => Ok(chosen.unread(line)),
        };
    }
    match read(line) {
        Ok(Waiting::Event(event)) if chosen.is_event(&event) && !event.private.is_empty() => {
            let mut event = *event;
            event.private.clear();
            of_event(&event).map(Some).map_err(io::Error::other)
        }
        Ok(Waiting::Event(_)) => Ok(None),
        Ok(Waiting::Refused(body)) => Ok(chosen.is_refused(&body).then(String::new)),
        Err(_) => Ok(chosen.unread(line)),
    }
}

fn click_without(mut click: Click, chosen: &Chosen) -> io::Result<Option<String>> {
    if !chosen.is_click(&click) || click.private.is_empty() {
        return Ok(None);
    }
    click.private.clear();
    of_click(&click).map(Some).map_err(io::Error::other)
}

#[cfg(test)]
mod tests;
