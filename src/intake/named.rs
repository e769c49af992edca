//! Texts that came in place of a click id: they are kept with a hint at what was meant.

use super::door::Intake;
use crate::event::{ClickHint, Event, MAX_CANDIDATES, MAX_NAMED};
use crate::text::Cut;
use crate::value::is_unfilled_macro;
use alloc::string::ToString;

impl Intake<'_> {
    /// Keeps the unfilled placeholders among the texts, and adds a hint where a click id that is
    /// not ours nearly is one of ours. A click id of ours needs no hint.
    pub(super) fn note_named<'a>(&self, event: &mut Event, texts: impl IntoIterator<Item = &'a str>) {
        for text in texts.into_iter().filter(|text| is_unfilled_macro(text)) {
            let text = Cut::new(text, MAX_NAMED).to_string();
            if event.named.len() < MAX_CANDIDATES && event.named.iter().all(|known| **known != *text) {
                event.named.push(text.into());
            }
        }
        let keys = self.credentials.click_ids();
        let near = event.candidates().filter_map(|id| keys.hint(id.as_str())).next();
        let placeholder = !event.names_click() && !event.named.is_empty();
        event.hint = near.or(placeholder.then_some(ClickHint::Placeholder));
    }
}
