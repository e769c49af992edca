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

/// The most rows of a parameter table: one for each of the three named slots, and one for each
/// numbered slot.
const MAX_PARAMETERS: usize = 3 + SLOTS as usize;

/// A traffic channel: it sends visitors and is told of their conversions.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrafficChannel {
    /// The id by which campaigns refer to it.
    pub id: ChannelId,
    template: FilledIn,
    /// Its title, for people; the id by default.
    pub title: Option<String>,
    /// The currency in which it is told amounts; the account's by default.
    pub currency: Option<Currency>,
    /// Its API, through which campaigns are paused. It changes nothing yet.
    pub api: Option<ChannelApi>,
    /// The template of the postbacks of its campaigns.
    pub postback: Option<PostbackRequest>,
    /// The parameters of its click URLs.
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

    /// A channel from a shipped template: `bing`, `evadav`, `exoclick`, `facebook`, `google`,
    /// `outbrain`, `pinterest`, `reddit`, `richpush`, `snapchat`, `taboola`, `tiktok`.
    ///
    /// # Errors
    /// Rejects a name that no shipped template has.
    pub fn from_template(name: &str, id: ChannelId) -> Result<Self, Problems> {
        template("traffic_channel", name, id.as_str())
    }
}

/// A row of a channel's parameter table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChannelParameter {
    /// The slot of the click in which the value is kept.
    pub slot: ClickSlot,
    /// Its name in the click URL.
    pub name: String,
    /// The channel's macro, which is pasted as the value.
    pub macro_text: Option<String>,
    /// The role: what the value stands for.
    pub role: Option<ParameterRole>,
    /// The name of a cookie of the click's request. Its value counts where the click's URL has no
    /// such parameter.
    pub cookie: Option<String>,
    /// Whether nothing is sent to the channel while the value is empty or an unfilled macro. By
    /// default `ref_id` is required, and no other slot.
    pub required: Option<bool>,
}
part!(ChannelParameter, MAX_PARAMETERS, {
    slot,
    name,
    macro_text: "macro",
    role,
    cookie,
    required,
});
setters!(ChannelParameter {
    option with_macro(macro_text: String),
    option with_role(role: ParameterRole),
    option with_cookie(cookie: String),
    option with_required(required: bool),
});

impl ChannelParameter {
    /// A parameter without macro, role and cookie.
    #[must_use]
    pub fn new(slot: ClickSlot, name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            slot,
            name,
            macro_text: None,
            role: None,
            cookie: None,
            required: None,
        }
    }
}

/// `api` of a traffic channel: how its campaigns are paused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChannelApi {
    /// The name of the API.
    pub recipe: String,
    /// A reference to the key of the API.
    pub key: SecretReference,
}
part!(ChannelApi, 1, {
    recipe,
    key,
});

impl ChannelApi {
    /// An API by its recipe and the reference to its key.
    #[must_use]
    pub fn new(recipe: impl Into<String>, key: SecretReference) -> Self {
        let recipe = recipe.into();
        Self { recipe, key }
    }
}
