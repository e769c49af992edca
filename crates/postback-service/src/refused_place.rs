//! Where a call that tries refused messages again goes on. Stores list the newest first, but what
//! came first is tried first. So the list is walked from its beginning to the place where the call
//! before ended, and only the cursors of its pages are kept. Then the pages are read from the last
//! one to the first one.

use postback::plan::RefusedRow;
use postback::port::{Cursor, Page, PageRequest};
use postback::value::RefusedId;

/// The text of a cursor for a call that passed no message which is still kept.
const OLDEST: &str = "oldest";

/// How far the messages were looked at, from the oldest on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// The last message that was looked at and stays kept. All older ones were looked at.
    kept: Option<RefusedId>,
    /// The last message that was looked at, even if it is to be deleted.
    last: Option<RefusedId>,
}

impl Place {
    /// Reads the cursor of a call. What no call made is the place before the oldest message.
    pub(crate) fn read(cursor: &Cursor) -> Self {
        let kept = RefusedId::new(cursor.as_str()).ok();
        Self {
            last: kept.clone(),
            kept,
        }
    }

    /// The cursor for the next call. Its text is never empty. If its message is deleted meanwhile,
    /// the next call begins with the oldest.
    pub(crate) fn cursor(&self) -> Cursor {
        Cursor::from_text(self.kept.as_ref().map_or(OLDEST, RefusedId::as_str))
    }

    /// Notes that a message was looked at.
    pub(crate) fn looked_at(&mut self, id: RefusedId, is_kept: bool) {
        if is_kept {
            self.kept = Some(id.clone());
        }
        self.last = Some(id);
    }

    /// Returns the rows of a page that are still to be looked at.
    pub(crate) fn rest(&self, mut rows: Vec<RefusedRow>) -> Vec<RefusedRow> {
        if let Some(index) = self.find(&rows) {
            rows.truncate(index);
        }
        rows
    }

    fn find(&self, rows: &[RefusedRow]) -> Option<usize> {
        let last = self.last.as_ref()?;
        rows.iter().position(|row| row.id == *last)
    }
}

/// What waits behind a place: the cursors of its pages, and how many messages they have.
#[derive(Debug)]
pub(crate) struct Waiting {
    begins: Vec<Cursor>,
    count: usize,
    /// The next page to add; none if all were added.
    next: Option<Cursor>,
}

impl Default for Waiting {
    fn default() -> Self {
        Self {
            begins: Vec::new(),
            count: 0,
            next: Some(Cursor::start()),
        }
    }
}

impl Waiting {
    /// The request for the next page to add; none if the place was found, or the list has ended.
    pub(crate) fn request(&self, limit: u32) -> Option<PageRequest> {
        let after = self.next.clone()?;
        Some(PageRequest { after, limit })
    }

    /// Adds the page that begins at a cursor. The page with the place is the last one.
    pub(crate) fn add(&mut self, begin: Cursor, page: Page<RefusedRow>, place: &Place) {
        let found = place.find(&page.items);
        self.begins.push(begin);
        self.count = self.count.saturating_add(found.unwrap_or(page.items.len()));
        self.next = page.next.filter(|_| found.is_none());
    }

    /// How many messages wait.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Takes out the cursor of the page with the oldest messages.
    pub(crate) fn oldest(&mut self) -> Option<Cursor> {
        self.begins.pop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postback::event::Interface;
    use postback::plan::{RefusedReason, Ring};
    use postback::value::OfferSourceId;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_is_never_empty() {
        let id = |letter: &str| RefusedId::new(letter.repeat(26)).unwrap();
        let mut place = Place::default();
        assert_eq!(place.cursor().as_str(), OLDEST);
        place.looked_at(id("a"), false);
        assert_eq!(Place::read(&place.cursor()), Place::default());
        place.looked_at(id("b"), true);
        place.looked_at(id("c"), false);
        assert_eq!(place.cursor().as_str(), id("b").as_str());
        assert_eq!(Place::read(&place.cursor()).kept, Some(id("b")));
        assert_eq!(Place::read(&Cursor::start()), Place::default());
    }

    fn row(number: usize) -> RefusedRow {
        let letter = char::from(b"abcdefg"[number]).to_string();
        RefusedRow {
            id: RefusedId::new(letter.repeat(26)).unwrap(),
            source: OfferSourceId::new("net").unwrap(),
            interface: Interface::Postback,
            at: "2026-01-01T00:00:00Z".parse().unwrap(),
            ring: Ring::Probable,
            reason: RefusedReason::MalformedAmount,
            parameter: None,
            click: None,
        }
    }

    /// Numbers 6 to 0, newest first, two on a page.
    fn page(request: &PageRequest) -> Page<RefusedRow> {
        let begin: usize = request.after.as_str().parse().unwrap_or(7);
        let end = begin.saturating_sub(2);
        Page {
            items: (end..begin).rev().map(row).collect(),
            next: (end > 0).then(|| Cursor::from_text(end.to_string())),
        }
    }

    #[test]
    fn what_is_newer_than_a_place_waits_and_comes_oldest_first() {
        for looked_at in 0_usize..7 {
            let mut place = Place::default();
            if let Some(last) = looked_at.checked_sub(1) {
                place.looked_at(row(last).id, true);
            }
            let mut waiting = Waiting::default();
            while let Some(request) = waiting.request(2) {
                let page = page(&request);
                waiting.add(request.after, page, &place);
            }
            assert_eq!(waiting.count(), 7 - looked_at);
            let mut seen = Vec::new();
            while let Some(after) = waiting.oldest() {
                let rows = place.rest(page(&PageRequest { after, limit: 2 }).items);
                for row in rows.into_iter().rev() {
                    place.looked_at(row.id.clone(), false);
                    seen.push(row.id);
                }
            }
            assert_eq!(seen, (looked_at..7).map(|number| row(number).id).collect::<Vec<_>>());
        }
    }
}
