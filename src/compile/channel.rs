//! Traffic channels.

use super::parameter::{macro_text, parameter_name};
use super::rows::{is_new, named, title};
use super::{Context, MAX_ROWS, request};
use crate::config::{Entries, Node, Refusal, Table};
use crate::model::{Role, SLOTS};
use crate::rule::ParameterName;
use crate::scope::ClickSlot;
use crate::template::placeholders;
use crate::tracker::compiled::{Channel, ChannelParameter};
use crate::value::ChannelId;
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};

/// A channel with what its campaigns take over.
pub(super) struct Draft<'a> {
    pub(super) channel: Channel,
    /// The template of its postback.
    pub(super) postback: Option<&'a Entries>,
    /// The parameters without which nothing is sent to it.
    pub(super) require: Vec<ParameterName>,
}

const KEYS: &[&str] = &["id", "title", "template", "currency", "api", "postback", "parameter"];

pub(super) fn read<'a>(root: &Table<'a>, context: &Context<'_>) -> BTreeMap<ChannelId, Draft<'a>> {
    named(root, "traffic_channel", MAX_ROWS, KEYS, |row, id| {
        super::later::channel_api(row);
        let postback = row.table("postback");
        if let Some(template) = &postback {
            check_postback(template);
        }
        let Parameters { rows, roles, require } = parameters(row);
        let channel = Channel {
            title: title(row, id),
            currency: row.parsed("currency", str::parse).unwrap_or(context.currency),
            parameters: rows,
            roles,
        };
        Some(Draft {
            channel,
            postback: postback.map(|template| template.entries()),
            require,
        })
    })
}

/// The template may have blanks, which each campaign fills; all else is as sound as in a campaign.
fn check_postback(template: &Table<'_>) {
    template.only(request::KEYS);
    let blanks = template.node("url").and_then(Node::text).map(placeholders);
    let filled = blanks
        .into_iter()
        .flatten()
        .map(|blank| (blank.name, String::from("x")));
    request::read(template, &filled.collect());
}

#[derive(Default)]
struct Parameters {
    rows: Vec<ChannelParameter>,
    roles: BTreeMap<Role, ClickSlot>,
    require: Vec<ParameterName>,
}

fn parameters(row: &Table<'_>) -> Parameters {
    /// Three slots with names, and the numbered ones.
    const MOST: usize = 3 + SLOTS as usize;
    let mut read = Parameters::default();
    let (mut slots, mut names) = (BTreeSet::new(), BTreeSet::new());
    for row in row.rows("parameter", MOST) {
        row.only(&["slot", "name", "macro", "role", "required"]);
        let word = row.text("slot").unwrap_or_default();
        let slot = row.needed("slot", slot);
        let name = row.needed("name", parameter_name);
        let macro_text = row.parsed("macro", macro_text).unwrap_or_default();
        let role = row.text("role").map(Role::from);
        let required = row.flag("required");
        let (Some(slot), Some(name)) = (slot, name) else {
            continue;
        };
        is_new(&row, "slot", &word, &mut slots);
        is_new(&row, "name", &name, &mut names);
        if required == Some(true) && slot == ClickSlot::Cost {
            row.problem(
                "required",
                "a click without a cost has the campaign's, so `cost` cannot be required",
            );
        }
        if required.unwrap_or(slot == ClickSlot::RefId) {
            read.require.push(ParameterName::from(word));
        }
        if let Some(role) = role
            && read.roles.insert(role.clone(), slot).is_some()
        {
            row.problem("role", format!("`{role}` is given twice"));
        }
        read.rows.push(ChannelParameter { slot, name, macro_text });
    }
    read
}

fn slot(word: &str) -> Result<ClickSlot, Refusal> {
    ClickSlot::from_word(word).ok_or_else(|| {
        let message = format!(
            "`{}` is not a slot; there are ref_id, external_id, cost and sub1 to sub{SLOTS}",
            word.escape_debug()
        );
        Refusal::near(message, word, ["ref_id", "external_id", "cost"])
    })
}
