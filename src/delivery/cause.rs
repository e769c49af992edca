//! Why something is delivered, and what it tells of.

use super::rules::SuccessRule;
use crate::recipe::Answers;
use crate::value::{CampaignId, ChannelId, ClickId, ConversionId, DeliveryId, EventId, Money, PostbackId, Shared};
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// Why something is delivered. Decisions make postbacks and the events of conversion APIs. A host
/// makes the others itself, and also puts them into
/// [`Commit::outbox`](crate::plan::Commit::outbox).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cause {
    /// A traffic channel is told of a conversion, by a rule of the campaign.
    #[non_exhaustive]
    Postback {
        /// The conversion that it tells of.
        conversion: ConversionId,
        /// The conversion's click.
        click: ClickId,
        /// The event that fired it.
        event: EventId,
        /// The campaign.
        campaign: CampaignId,
        /// The postback in the campaign.
        postback: PostbackId,
        /// Which responses are success.
        #[serde(default)]
        success: Shared<SuccessRule>,
    },
    /// An ad platform's conversion API is told of a conversion.
    #[non_exhaustive]
    ConversionApi {
        /// The platform, as in `meta`; see [`Platforms`](crate::judge::Platforms).
        platform: String,
        /// The account or pixel there.
        account: String,
        /// The conversion that it tells of.
        conversion: ConversionId,
        /// The conversion's click.
        click: ClickId,
        /// The event that made or changed it.
        event: EventId,
        /// The campaign, where a rule of a campaign made it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        campaign: Option<CampaignId>,
        /// The rule of the campaign that made it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        postback: Option<PostbackId>,
        /// What its answers mean, where a recipe says it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answers: Option<Shared<Answers>>,
        /// The value that it tells; absent where the conversion is never money.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<Money>,
        /// The delivery whose value it corrects, where it tells that money was taken back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        corrects: Option<DeliveryId>,
    },
    /// Something is changed at a traffic channel: a placement is blocked, a bid is lowered.
    #[non_exhaustive]
    Action {
        /// The channel.
        channel: ChannelId,
        /// What is done, as in `block_placement`.
        what: String,
        /// The object to which it is done, by the channel's own name for it.
        object: String,
    },
    /// A person is notified of something.
    #[non_exhaustive]
    Notice {
        /// What it is about, as in `cap_reached`.
        what: String,
    },
}

impl Cause {
    /// A traffic channel is told of a conversion; any 2xx response is success.
    #[must_use]
    pub fn postback(
        conversion: ConversionId,
        click: ClickId,
        event: EventId,
        campaign: CampaignId,
        postback: PostbackId,
    ) -> Self {
        Self::Postback {
            conversion,
            click,
            event,
            campaign,
            postback,
            success: Shared::default(),
        }
    }

    /// An ad platform is told of a conversion under one of its accounts.
    #[must_use]
    pub fn conversion_api(
        platform: impl Into<String>,
        account: impl Into<String>,
        conversion: ConversionId,
        click: ClickId,
        event: EventId,
    ) -> Self {
        Self::ConversionApi {
            platform: platform.into(),
            account: account.into(),
            conversion,
            click,
            event,
            campaign: None,
            postback: None,
            answers: None,
            value: None,
            corrects: None,
        }
    }

    /// Something is done to an object of a traffic channel.
    #[must_use]
    pub fn action(channel: ChannelId, what: impl Into<String>, object: impl Into<String>) -> Self {
        Self::Action {
            channel,
            what: what.into(),
            object: object.into(),
        }
    }

    /// A person is notified of something.
    #[must_use]
    pub fn notice(what: impl Into<String>) -> Self {
        Self::Notice { what: what.into() }
    }

    /// The word for its kind: `postback`, `conversion_api`, `action`, `notice`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Postback { .. } => "postback",
            Self::ConversionApi { .. } => "conversion_api",
            Self::Action { .. } => "action",
            Self::Notice { .. } => "notice",
        }
    }

    /// The conversion that it tells of, if it tells of one.
    #[must_use]
    pub fn conversion(&self) -> Option<&ConversionId> {
        match self {
            Self::Postback { conversion, .. } | Self::ConversionApi { conversion, .. } => Some(conversion),
            Self::Action { .. } | Self::Notice { .. } => None,
        }
    }

    /// The campaign and its rule that made it, if a rule did.
    #[must_use]
    pub fn rule(&self) -> Option<(&CampaignId, &PostbackId)> {
        match self {
            Self::Postback { campaign, postback, .. } => Some((campaign, postback)),
            Self::ConversionApi { campaign, postback, .. } => Some((campaign.as_ref()?, postback.as_ref()?)),
            Self::Action { .. } | Self::Notice { .. } => None,
        }
    }

    /// The event that made it, if an event of a conversion did.
    #[must_use]
    pub fn event(&self) -> Option<&EventId> {
        match self {
            Self::Postback { event, .. } | Self::ConversionApi { event, .. } => Some(event),
            Self::Action { .. } | Self::Notice { .. } => None,
        }
    }

    /// The delivery whose value it corrects, if it is a correction.
    #[must_use]
    pub fn corrects(&self) -> Option<&DeliveryId> {
        match self {
            Self::ConversionApi { corrects, .. } => corrects.as_ref(),
            _ => None,
        }
    }

    /// The click to which it belongs, if it belongs to one.
    #[must_use]
    pub fn click(&self) -> Option<&ClickId> {
        match self {
            Self::Postback { click, .. } | Self::ConversionApi { click, .. } => Some(click),
            Self::Action { .. } | Self::Notice { .. } => None,
        }
    }

    /// Whether one response may be judged for both: they are of one kind, and go to one receiver.
    pub(super) fn is_judged_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Postback { success: mine, .. }, Self::Postback { success: theirs, .. }) => mine == theirs,
            (
                Self::ConversionApi {
                    platform,
                    account,
                    answers,
                    ..
                },
                Self::ConversionApi {
                    platform: other,
                    account: theirs,
                    answers: its,
                    ..
                },
            ) => (platform, account, answers) == (other, theirs, its),
            (Self::Action { channel: mine, .. }, Self::Action { channel: theirs, .. }) => mine == theirs,
            (Self::Notice { .. }, Self::Notice { .. }) => true,
            _ => false,
        }
    }
}
