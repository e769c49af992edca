//! Finds events that named a click id, or nearly this one, though the click is not recorded.
//!
//! They are few among the waiting events, and nothing that counts depends on them. So no store has
//! an index of them: the newest waiting events are looked through.

use super::parameters::MAX_LIMIT;
use super::{inspect, read};
use crate::answer::Refusal;
use crate::options::Served;
use postback::Event;
use postback::plan::{EventRow, Outcome};
use postback::port::{EventFilter, PageRequest};
use postback::value::ClickId;

/// The largest number of waiting events that are looked through.
const MOST_SEEN: u32 = 5_000;
/// The largest number of events that are shown.
const MOST_SHOWN: usize = 100;

/// The events that named a click id, newest first.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub(super) rows: Vec<EventRow>,
    /// Whether there may be more of them.
    pub(super) truncated: bool,
}

/// Finds the events that named `id`, or a text that differs from it only at the end.
pub(super) async fn named(served: &Served, id: &ClickId) -> Result<Named, Refusal> {
    let mut filter = EventFilter::default();
    filter.outcome = Some(Outcome::Unattributed);
    let mut request = PageRequest::first(MAX_LIMIT);
    let (mut found, mut seen) = (Named::default(), 0_u32);
    loop {
        let page = read(served, inspect(served).events(&filter, &request)).await?;
        found
            .rows
            .extend(page.items.into_iter().filter(|row| names(&row.event, id.as_str())));
        seen = seen.saturating_add(MAX_LIMIT);
        let Some(next) = page.next else { break };
        if seen >= MOST_SEEN || found.rows.len() >= MOST_SHOWN {
            found.truncated = true;
            break;
        }
        request.after = next;
    }
    found.truncated |= found.rows.len() > MOST_SHOWN;
    found.rows.truncate(MOST_SHOWN);
    Ok(found)
}

/// Returns the click ids that an event named, and the texts that came in their place.
pub(super) fn texts(event: &Event) -> impl Iterator<Item = &str> {
    let ids = event.candidates().map(|id| id.as_str());
    ids.chain(event.named.iter().map(|text| &**text))
}

fn names(event: &Event, wanted: &str) -> bool {
    texts(event).any(|text| is_nearly(text, wanted))
}

/// Whether a text is the wanted one, in any case, with something behind it or without its last
/// character. Short texts must be equal, since otherwise too many would be near.
fn is_nearly(text: &str, wanted: &str) -> bool {
    const LONG: usize = 16;
    let begins = |whole: &str, part: &str| {
        let head = whole.get(..part.len());
        part.len() >= LONG && head.is_some_and(|head| head.eq_ignore_ascii_case(part))
    };
    let short = text.len().saturating_add(1) == wanted.len() && begins(wanted, text);
    text.eq_ignore_ascii_case(wanted) || begins(text, wanted) || short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_near_an_id_at_its_end_alone() {
        let id = "p".repeat(33);
        for text in [id.clone(), id.to_uppercase(), format!("{id}xx"), "p".repeat(32)] {
            assert!(is_nearly(&text, &id), "{text}");
        }
        for text in [
            "p".repeat(31),
            format!("x{id}"),
            String::new(),
            format!("{}x", "p".repeat(31)),
        ] {
            assert!(!is_nearly(&text, &id), "{text}");
        }
        assert!(is_nearly("#s2#", "#s2#") && !is_nearly("abcd", "abc"));
    }
}
