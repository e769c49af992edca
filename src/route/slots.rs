//! Fills a click's slots from its query and its cookies.

use super::cookies::cookie;
use super::limit::MAX_CLICK_VALUE;
use super::query;
use crate::model::{Click, Kept, MAX_NOTE_VALUE, MAX_NOTES, Note, NoteProblem, SLOTS};
use crate::scope::ClickSlot;
use crate::text::Cut;
use crate::tracker::Channel;
use crate::value::{Amount, Money, is_unfilled_macro};
use alloc::{
    borrow::Cow,
    string::{String, ToString},
    vec::Vec,
};

/// A parameter that the click reads, and its value as it came.
struct Wanted<'q> {
    name: Cow<'q, str>,
    slot: ClickSlot,
    /// The cookie that counts where the query has no such parameter.
    cookie: Option<&'q str>,
    raw: Option<&'q [u8]>,
    is_repeated: bool,
}

/// Fills the slots by the channel's parameter names, and `sub1` to `sub20`, `ref_id`, `external_id`
/// and `cost` by their own names. An unfilled macro counts as a missing value. What cannot be read
/// is noted. Of a text the readable part is kept. An id or a cost is kept whole or not at all,
/// since a part of it would be another id or another cost. Parameters that nothing reads are not
/// looked at. A cookie counts where the query has no value for its row; what holds for values of
/// the query holds for it too, but it is not decoded, since cookies are not encoded.
pub(super) fn fill(click: &mut Click, channel: &Channel, query: &[u8], cookies: &[u8]) {
    let mut wanted = wanted(channel);
    for (name, value) in query::parameters(query).filter(|(_, value)| !value.is_empty()) {
        for found in wanted.iter_mut().filter(|wanted| wanted.name.as_bytes() == &*name) {
            match found.raw {
                None => found.raw = Some(value),
                Some(_) => found.is_repeated = true,
            }
        }
    }
    for wanted in wanted {
        if let Some(raw) = wanted.raw {
            if wanted.is_repeated {
                note(click, &wanted, NoteProblem::Repeated, Kept::First);
            }
            one(click, channel, &wanted, query::text(raw));
        } else if let Some(raw) = wanted.cookie.and_then(|name| cookie(cookies, name)) {
            one(click, channel, &wanted, query::plain(raw));
        }
    }
}

fn wanted<'c>(channel: &'c Channel) -> Vec<Wanted<'c>> {
    let parameter = |name, slot, cookie| Wanted {
        name,
        slot,
        cookie,
        raw: None,
        is_repeated: false,
    };
    let rows = channel.parameters.iter();
    let mut wanted: Vec<Wanted<'c>> = rows
        .map(|row| parameter(Cow::Borrowed(row.name.as_str()), row.slot, row.cookie.as_deref()))
        .collect();
    let own = [ClickSlot::RefId, ClickSlot::ExternalId, ClickSlot::Cost].into_iter();
    for slot in own.chain((1..=SLOTS).map(ClickSlot::Sub)) {
        if !channel.parameters.iter().any(|row| row.slot == slot) {
            wanted.push(parameter(Cow::Owned(slot.to_string()), slot, None));
        }
    }
    wanted
}

fn one(
    click: &mut Click,
    channel: &Channel,
    wanted: &Wanted<'_>,
    (text, problem): (Cow<'_, str>, Option<NoteProblem>),
) {
    if is_unfilled_macro(&text) {
        let mut roles = channel.roles.iter();
        let is_personal = roles.any(|(role, slot)| role.is_private() && *slot == wanted.slot);
        let value = (!is_personal).then(|| Cut::new(&text, MAX_NOTE_VALUE).marked().to_string());
        return unfilled(click, wanted, value);
    }
    let (text, is_cut) = query::cut(text, MAX_CLICK_VALUE);
    let problem = problem.or(is_cut.then_some(NoteProblem::TooLong));
    let takes_parts = matches!(wanted.slot, ClickSlot::Sub(_));
    match problem {
        Some(problem) if text.is_empty() || !takes_parts => return note(click, wanted, problem, Kept::Nothing),
        Some(problem) => note(click, wanted, problem, Kept::Part),
        None => {}
    }
    if !text.is_empty() {
        put(click, channel, wanted, text.into_owned());
    }
}

fn put(click: &mut Click, channel: &Channel, wanted: &Wanted<'_>, text: String) {
    match wanted.slot {
        ClickSlot::RefId => click.ref_id = Some(text),
        ClickSlot::ExternalId => click.external_id = Some(text),
        ClickSlot::Sub(number) => drop(click.subs.insert(number, text)),
        ClickSlot::Cost => match text.parse::<Amount>() {
            Ok(amount) => {
                click.cost = Some(Money {
                    amount,
                    currency: channel.currency,
                });
            }
            Err(_) => note(click, wanted, NoteProblem::NotAnAmount, Kept::Nothing),
        },
    }
}

fn unfilled(click: &mut Click, wanted: &Wanted<'_>, value: Option<String>) {
    note(click, wanted, NoteProblem::Unfilled, Kept::Nothing);
    if let Some(note) = click.notes.last_mut() {
        note.value = value;
    }
}

fn note(click: &mut Click, wanted: &Wanted<'_>, problem: NoteProblem, kept: Kept) {
    let mut note = Note::new(wanted.name.clone(), problem, kept);
    let slot = wanted.slot.to_string();
    note.slot = Some(slot).filter(|slot| *slot != wanted.name);
    push(click, note);
}

/// Adds a note if there is still room for one.
pub(super) fn push(click: &mut Click, note: Note) {
    if click.notes.len() < MAX_NOTES {
        click.notes.push(note);
    }
}
