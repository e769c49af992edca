//! Traffic channels.

use super::parameter::{cookie_name, macro_text, parameter_name};
use super::request;
use crate::config::Place;
use crate::definition::{Definition, PostbackRequest, TrafficChannel};
use crate::lookup::{Context, is_new, named, title};
use crate::model::ParameterRole;
use crate::scope::{ClickSlot, ParameterName};
use crate::template::placeholders;
use crate::tracker::compiled::{Channel, ChannelParameter};
use crate::value::ChannelId;
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::{String, ToString},
    vec::Vec,
};

/// A channel, with what its campaigns take over from it.
pub(super) struct Draft<'a> {
    pub(super) channel: Channel,
    /// The template of its postback.
    pub(super) postback: Option<&'a PostbackRequest>,
    /// The parameters that must have a value before anything is sent to it.
    pub(super) require: Vec<ParameterName>,
}

pub(super) fn resolve<'a>(
    definition: &'a Definition,
    root: &Place<'_>,
    context: &Context<'_>,
) -> BTreeMap<ChannelId, Draft<'a>> {
    let rows = (root, "traffic_channel", definition.traffic_channels.as_slice());
    named(rows, ("id", |row| &row.id), |row, place| {
        Some(channel(row, place, context))
    })
}

fn channel<'a>(row: &'a TrafficChannel, place: &Place<'_>, context: &Context<'_>) -> Draft<'a> {
    // How its campaigns are paused is checked, and changes nothing yet.
    if row.api.as_ref().is_some_and(|api| api.recipe.is_empty()) {
        place.at("api").at("recipe").problem("is empty");
    }
    if let Some(template) = &row.postback {
        check_postback(template, &place.at("postback"));
    }
    let Parameters { rows, roles, require } = parameters(row, place);
    Draft {
        channel: Channel {
            title: title(row.title.as_ref(), &row.id),
            currency: row.currency.unwrap_or(context.currency),
            parameters: rows,
            roles,
        },
        postback: row.postback.as_ref(),
        require,
    }
}

/// Checks the template of a channel's postbacks. It may have blanks, which each campaign fills; all
/// else must be as valid as in a campaign.
fn check_postback(template: &PostbackRequest, place: &Place<'_>) {
    let blanks = template.url.as_deref().map(placeholders);
    let filled = blanks
        .into_iter()
        .flatten()
        .map(|blank| (blank.name, String::from("x")));
    request::resolve(template, &filled.collect(), place);
}

#[derive(Default)]
struct Parameters {
    rows: Vec<ChannelParameter>,
    roles: BTreeMap<ParameterRole, ClickSlot>,
    require: Vec<ParameterName>,
}

fn parameters(channel: &TrafficChannel, place: &Place<'_>) -> Parameters {
    let mut read = Parameters::default();
    let (mut slots, mut names, mut cookies) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (place, row) in place.rows("parameter", &channel.parameters) {
        let name = place.at("name").accept(parameter_name(&row.name));
        let pasted = row.macro_text.as_deref().map(macro_text);
        let pasted = pasted.and_then(|text| place.at("macro").accept(text));
        let cookie = row.cookie.as_deref().map(cookie_name);
        let cookie = cookie.and_then(|name| place.at("cookie").accept(name));
        if let Some(cookie) = &cookie {
            is_new(&place.at("cookie"), cookie, &mut cookies);
        }
        let (slot, Some(name)) = (row.slot, name) else { continue };
        let word = slot.to_string();
        is_new(&place.at("slot"), &word, &mut slots);
        is_new(&place.at("name"), &name, &mut names);
        if row.required == Some(true) && slot == ClickSlot::Cost {
            let place = place.at("required");
            place.problem("a click without a cost gets the campaign's cost, so `cost` cannot be required");
        }
        if row.required.unwrap_or(slot == ClickSlot::RefId) {
            read.require.push(ParameterName::new(word));
        }
        if let Some(role) = &row.role
            && read.roles.insert(role.clone(), slot).is_some()
        {
            place.at("role").problem(format!("`{role}` is given twice"));
        }
        read.rows.push(ChannelParameter {
            slot,
            name,
            macro_text: pasted.unwrap_or_default(),
            cookie,
        });
    }
    read
}
