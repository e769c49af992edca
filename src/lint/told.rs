//! Warnings about what a traffic channel is told.

use super::pasted::maps;
use crate::config::Place;
use crate::definition::{PostbackRequest, TrafficChannel};
use crate::delivery::address::AddressPolicy;
use crate::model::ParameterRole;
use crate::scope::{ClickSlot, Field};
use crate::template::{BodyTemplate, UrlTemplate, placeholders};
use crate::text::written_pairs;
use crate::tracker::{Channel, RequestRule};
use alloc::{
    collections::BTreeSet,
    format,
    string::{String, ToString},
    vec::Vec,
};

/// How postbacks are sent.
#[derive(Clone, Copy)]
pub(super) struct Sending<'a> {
    /// Whether the tracker itself has `https`.
    pub(super) is_secure: bool,
    /// Which destinations are called.
    pub(super) policy: &'a AddressPolicy,
}

/// The request of a postback, with the macros in it.
pub(super) struct Told<'a> {
    url: &'a UrlTemplate,
    fields: BTreeSet<&'a Field>,
}

impl<'a> Told<'a> {
    pub(super) fn of(rule: &'a RequestRule) -> Self {
        Self::new(rule.url(), rule.body())
    }

    fn new(url: &'a UrlTemplate, body: Option<&'a BodyTemplate>) -> Self {
        let body = body.into_iter().flat_map(BodyTemplate::fields);
        Self {
            url,
            fields: url.fields().chain(body).collect(),
        }
    }

    fn tells(&self, field: &Field) -> bool {
        self.fields.contains(field)
    }
}

/// Warns about the template of a channel's postback. Its blanks are left to the campaigns.
pub(super) fn template(row: &TrafficChannel, channel: &Channel, sending: Sending<'_>, place: &Place<'_>) {
    let Some((request, text)) = row.postback.as_ref().and_then(|row| Some((row, row.url.as_deref()?))) else {
        return;
    };
    let blanks = placeholders(text).into_iter();
    let filled = blanks.map(|blank| (blank.name, String::from("x"))).collect();
    // It has compiled, so it is a template.
    let Ok(url) = UrlTemplate::parse_with(text, &filled) else {
        return;
    };
    let body = body(request);
    let told = Told::new(&url, body.as_ref());
    written(request, sending, place);
    click_id(&told, channel, &place.at("url"));
    slots(&told, (row.id.as_str(), channel), place);
}

/// Warns about a campaign's postback with a URL of its own. `template` is the channel's.
pub(super) fn own(
    request: &PostbackRequest,
    told: &Told<'_>,
    channel: (&str, &Channel),
    template: Option<&str>,
    sending: Sending<'_>,
    place: &Place<'_>,
) {
    written(request, sending, place);
    slots(told, channel, place);
    let url = place.at("url");
    if swapped(told, template, &url) {
        return;
    }
    let is_the_channels = template.is_none_or(|template| {
        let host = template.split('/').nth(2);
        host == told.url.as_str().split('/').nth(2)
    });
    // Another system than the channel may well be told our own click id.
    if is_the_channels {
        click_id(told, channel.1, &url);
    }
}

/// Warns of what the texts themselves show.
fn written(request: &PostbackRequest, sending: Sending<'_>, place: &Place<'_>) {
    if let Some(url) = &request.url {
        super::pasted::lint(url, &place.at("url"));
        let is_called = host(url, sending.policy, &place.at("url"));
        if is_called && sending.is_secure && url.starts_with("http://") {
            place.at("url").problem(
                "is `http`, so anybody on the way can read and change what the channel is told, tokens too; write `https` if the channel \
                 has it",
            );
        }
    }
    if let Some(body) = &request.body {
        maps(body, &place.at("body"));
    }
}

fn body(request: &PostbackRequest) -> Option<BodyTemplate> {
    let content_type = request.content_type.as_deref().unwrap_or("application/json");
    BodyTemplate::parse(request.body.as_deref()?, content_type).ok()
}

/// Whether a destination is called. One that cannot be a channel's server is not called unless it
/// is allowed; the warning says so.
fn host(url: &str, policy: &AddressPolicy, place: &Place<'_>) -> bool {
    let end = url.find("://").and_then(|at| {
        let host = url.get(at.saturating_add(3)..)?;
        Some(
            url.len()
                .saturating_sub(host.len())
                .saturating_add(host.find(['/', '?', '#']).unwrap_or(host.len())),
        )
    });
    let origin = end.and_then(|end| url.get(..end)).unwrap_or(url);
    let checked = policy.check(origin);
    if let Err(denied) = &checked {
        place.problem(format!("is not called: {denied}"));
    }
    checked.is_ok()
}

/// Whether a parameter holds our click id where the channel's template has the channel's own; warns
/// if so.
fn swapped(told: &Told<'_>, template: Option<&str>, place: &Place<'_>) -> bool {
    let theirs: Vec<&str> = written_pairs(template.unwrap_or_default())
        .into_iter()
        .filter(|(_, value)| *value == "{ref_id}")
        .map(|(name, _)| name)
        .collect();
    let ours = written_pairs(told.url.as_str());
    let swapped = ours
        .iter()
        .find(|(name, value)| *value == "{clickid}" && theirs.contains(name));
    if let Some((name, _)) = swapped {
        place.problem(ours_in(name));
    }
    swapped.is_some()
}

/// Warns when the channel is not told its own click id.
fn click_id(told: &Told<'_>, channel: &Channel, place: &Place<'_>) {
    let has_its_own = told.tells(&Field::RefId) || told.tells(&Field::ExternalId);
    // A channel without that slot may keep its click id in any other one.
    let in_a_slot = |field: &&&Field| matches!(field, Field::Sub(_) | Field::Role(_));
    if has_its_own || (!fills(channel, ClickSlot::RefId) && told.fields.iter().any(|field| in_a_slot(&field))) {
        return;
    }
    let ours = written_pairs(told.url.as_str())
        .into_iter()
        .find(|(_, value)| *value == "{clickid}");
    place.problem(match (ours, told.tells(&Field::ClickId)) {
        (Some((name, _)), _) => ours_in(name),
        (None, true) => {
            "tells the channel our own click id, `{clickid}`, which it does not know; write `{ref_id}` in its place".to_string()
        }
        (None, false) => {
            "does not tell the channel's click id, so the channel cannot know which of its clicks converted; add its parameter for it with \
             `{ref_id}`"
                .to_string()
        }
    });
}

/// The warning for a parameter that holds our own click id.
fn ours_in(name: &str) -> String {
    let name = name.escape_debug();
    format!(
        "`{name}={{clickid}}` tells the channel our own click id, which it does not know; write `{name}={{ref_id}}`"
    )
}

fn fills(channel: &Channel, slot: ClickSlot) -> bool {
    channel.parameters.iter().any(|row| row.slot == slot)
}

/// Warns of macros whose slot no parameter of the channel fills.
fn slots(told: &Told<'_>, (id, channel): (&str, &Channel), place: &Place<'_>) {
    let in_url: BTreeSet<&Field> = told.url.fields().collect();
    for field in &told.fields {
        let place = place.at(if in_url.contains(*field) { "url" } else { "body" });
        if let Some(missing) = missing(field, channel) {
            let name = missing.name();
            place.problem(format!(
                "no parameter of channel `{id}` fills `{{{name}}}`, so it would be empty; add a row to its `parameter` with {}, or take the \
                 macro out",
                missing.row()
            ));
        }
    }
}

/// The slot that a macro reads and that this channel leaves empty.
pub(super) fn missing(field: &Field, channel: &Channel) -> Option<Missing> {
    let slot = match field {
        Field::RefId => ClickSlot::RefId,
        Field::ExternalId => ClickSlot::ExternalId,
        Field::Sub(number) => ClickSlot::Sub(*number),
        Field::Role(role) => {
            let is_there = channel.roles.contains_key(role);
            return (!is_there).then(|| Missing::Role(role.clone()));
        }
        _ => return None,
    };
    (!fills(channel, slot)).then_some(Missing::Slot(slot))
}

/// A slot or a role that no parameter of a channel fills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Missing {
    Slot(ClickSlot),
    Role(ParameterRole),
}

impl Missing {
    /// The macro's name.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Slot(slot) => slot.to_string(),
            Self::Role(role) => {
                let field = Field::Role(role.clone());
                let mut names = Field::names();
                let name = names.find(|name| Field::from_name(name).as_ref() == Some(&field));
                name.unwrap_or_default().into()
            }
        }
    }

    /// The key and value with which a row fills it.
    pub(super) fn row(&self) -> String {
        match self {
            Self::Slot(slot) => format!("`slot = \"{slot}\"`"),
            Self::Role(role) => format!("`role = \"{role}\"`"),
        }
    }
}
