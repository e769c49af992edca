//! Where a call that decides stored events again goes on. A call may end in the middle of a page,
//! since its time is over: then its cursor says what of the page is done.

use postback::plan::EventRow;
use postback::port::{Cursor, Page, PageRequest};
use postback::value::EventId;

/// How many events are read at once.
pub(crate) const PAGE: u32 = 100;
/// How many are read of a page of which a part is done.
const PAGE_WITH_NEW: u32 = 500;
/// What the text of a cursor begins with that is not simply a store's own.
const MARK: &str = "in:";

/// The page that is looked at, and how far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// The place of the page in the list.
    after: Cursor,
    done: Option<Done>,
}

/// What of a page is done. A page is decided from its end: what happened first comes first.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Done {
    /// The last event that was looked at and is still in the list. All events behind it in the page
    /// are done, and those that were looked at later have left the list.
    event: EventId,
    /// The place of the next page; none if this is the last one.
    next: Option<Cursor>,
}

impl Place {
    /// Reads the cursor of a call. What no call made is a cursor of the store.
    pub(crate) fn read(cursor: &Cursor) -> Self {
        Self::parse(cursor.as_str()).unwrap_or_else(|| Self {
            after: cursor.clone(),
            done: None,
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let (after, rest) = text.strip_prefix(MARK)?.split_once(':')?;
        let (next, rest) = rest.split_once(':')?;
        let (after, rest) = rest.split_at_checked(after.parse().ok()?)?;
        let (next, event) = rest.split_at_checked(next.parse().ok()?)?;
        let cursor = |text: &str| Cursor::from_text(text);
        let done = match event {
            "" => None,
            event => Some(Done {
                event: EventId::new(event).ok()?,
                next: Some(cursor(next)).filter(|_| !next.is_empty()),
            }),
        };
        let after = cursor(after);
        Some(Self { after, done })
    }

    /// The cursor for the next call. Its text is never empty.
    pub(crate) fn cursor(&self) -> Cursor {
        let after = self.after.as_str();
        if self.done.is_none() && !after.is_empty() {
            return self.after.clone();
        }
        let done = self.done.as_ref();
        let next = done.and_then(|done| done.next.as_ref()).map_or("", Cursor::as_str);
        let event = done.map_or("", |done| done.event.as_str());
        Cursor::from_text(format!("{MARK}{}:{}:{after}{next}{event}", after.len(), next.len()))
    }

    /// The request for its page. Where a part of it is done, it reads further, since events that
    /// came since stand before the others.
    pub(crate) fn request(&self) -> PageRequest {
        let limit = if self.done.is_some() { PAGE_WITH_NEW } else { PAGE };
        let after = self.after.clone();
        PageRequest { after, limit }
    }

    /// Returns what of its page is still to be looked at, and the place of the next page; none if
    /// the last event that was looked at is not in it. Then somebody else has decided it, and the
    /// page has to be looked at from its end again.
    pub(crate) fn rest<'p>(&self, page: &'p Page<EventRow>) -> Option<(&'p [EventRow], Option<Cursor>)> {
        let Some(done) = &self.done else {
            return Some((&page.items, page.next.clone()));
        };
        let index = page.items.iter().position(|row| row.event.id == done.event)?;
        Some((page.items.get(..index)?, done.next.clone()))
    }

    /// Forgets what of the page is done.
    pub(crate) fn look_again(&mut self) {
        self.done = None;
    }

    /// Notes that an event of the page was looked at, and is still in the list.
    pub(crate) fn looked_at(&mut self, event: &EventId, next: Option<&Cursor>) {
        self.done = Some(Done {
            event: event.clone(),
            next: next.cloned(),
        });
    }

    /// Goes on to the next page.
    pub(crate) fn turn(&mut self, next: Cursor) {
        (self.after, self.done) = (next, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_is_never_empty() {
        let event = EventId::new("a".repeat(26)).unwrap();
        for after in ["", "17", "in:", "w1.:2"] {
            for next in [None, Some("5"), Some("in:1:1:")] {
                let next = next.map(Cursor::from_text);
                let mut place = Place {
                    after: Cursor::from_text(after),
                    done: None,
                };
                place.looked_at(&event, next.as_ref());
                assert_eq!(Place::read(&place.cursor()), place);
            }
        }
        let start = Place::default();
        assert!(!start.cursor().as_str().is_empty());
        assert_eq!(Place::read(&start.cursor()), start);
        assert_eq!(Place::read(&Cursor::start()), start);
    }

    #[test]
    fn any_other_text_is_a_cursor_of_the_store() {
        for text in ["17", "in:", "in:9:9:a", "in:0:0:no-event", "in:1:0:\u{e9}"] {
            assert_eq!(Place::read(&Cursor::from_text(text)).after.as_str(), text);
        }
    }
}
