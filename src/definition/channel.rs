//! Traffic channels.

use super::filled::{FilledIn, template};
use super::limits::MAX_ROWS;
use super::request::PostbackRequest;
use crate::config::Problems;
use crate::config::part::part;
use crate::config::setters::setters;
use crate::model::{ParameterRole, SLOTS};
use crate::scope::ClickSlot;
use crate::value::{ChannelId, Currency, SecretReference};
use alloc::{string::String, vec::Vec};

/// Three slots with names, and the numbered ones.
const MAX_PARAMETERS: usize = 3 + SLOTS as usize;

/// A traffic channel: who sends visitors, and is told of their conversions.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrafficChannel {
    /// By what campaigns refer to it.
    pub id: ChannelId,
    template: FilledIn,
    /// For people; the id if nothing is said.
    pub title: Option<String>,
    /// In which it is told amounts; the account's if nothing is said.
    pub currency: Option<Currency>,
    /// Its own interface, by which campaigns are paused. Changes nothing yet.
    pub api: Option<ChannelApi>,
    /// The template of the postbacks of its campaigns.
    pub postback: Option<PostbackRequest>,
    /// What its click URLs carry.
    pub parameters: Vec<ChannelParameter>,
}
part!(TrafficChannel, MAX_ROWS, {
    id,
    template,
    title,
    currency,
    api,
    postback,
    parameters: "parameter",
});
part!(@serde TrafficChannel);
setters!(TrafficChannel {
    option with_title(title: String),
    option with_currency(currency: Currency),
    option with_api(api: ChannelApi),
    option with_postback(postback: PostbackRequest),
    more with_parameters(parameters: ChannelParameter),
});

impl TrafficChannel {
    /// A channel without parameters.
    #[must_use]
    pub fn new(id: ChannelId) -> Self {
        Self {
            id,
            template: FilledIn,
            title: None,
            currency: None,
            api: None,
            postback: None,
            parameters: Vec::new(),
        }
    }

    /// A channel from a shipped template: `facebook`, `richpush`.
    ///
    /// # Errors
    /// Rejects the name of no template.
    pub fn from_template(name: &str, id: ChannelId) -> Result<Self, Problems> {
        template("traffic_channel", name, id.as_str())
    }
}

/// A row of a channel's parameter table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChannelParameter {
    /// Where the value is kept.
    pub slot: ClickSlot,
    /// Its name in the click URL.
    pub name: String,
    /// The channel's macro, pasted there.
    pub macro_text: Option<String>,
    /// What it stands for.
    pub role: Option<ParameterRole>,
    /// Whether nothing is sent to the channel where it is empty or unfilled; so for `ref_id` if
    /// nothing is said.
    pub required: Option<bool>,
}
part!(ChannelParameter, MAX_PARAMETERS, {
    slot,
    name,
    macro_text: "macro",
    role,
    required,
});
setters!(ChannelParameter {
    option with_macro(macro_text: String),
    option with_role(role: ParameterRole),
    option with_required(required: bool),
});

impl ChannelParameter {
    /// A parameter without macro and role.
    #[must_use]
    pub fn new(slot: ClickSlot, name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            slot,
            name,
            macro_text: None,
            role: None,
            required: None,
        }
    }
}

/// `api` of a traffic channel.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChannelApi {
    /// Which interface it is.
    pub recipe: String,
    /// A reference to its key.
    pub key: SecretReference,
}
part!(ChannelApi, 1, {
    recipe,
    key,
});

impl ChannelApi {
    /// An interface by its recipe and the reference to its key.
    #[must_use]
    pub fn new(recipe: impl Into<String>, key: SecretReference) -> Self {
        let recipe = recipe.into();
        Self { recipe, key }
    }
}
