//! What a configuration no longer has that the one before had, and what that means for what is
//! under way. A new name for the same thing looks like that too.

use crate::config::duration_text;
use crate::definition::{Campaign, Definition};
use crate::value::{CampaignId, ChannelId, OfferSourceId, PostbackId, SecretReference, TypeName};
use alloc::{
    collections::BTreeSet,
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::{fmt, time::Duration};

/// Something that the configuration before had and the present one has not.
///
/// Prints as a sentence that says what this means for what is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Vanished {
    /// An offer source.
    Source(OfferSourceId),
    /// A traffic channel.
    Channel(ChannelId),
    /// A campaign.
    Campaign(CampaignId),
    /// A postback of a campaign that is still there.
    Postback(CampaignId, PostbackId),
    /// A conversion type.
    ConversionType(TypeName),
    /// A key that signed click ids.
    ClickIdKey {
        /// The reference to it.
        key: SecretReference,
        /// The longest time in which a click of a source may still bring a sale; none if some
        /// source names none.
        expiration: Option<Duration>,
    },
}

impl Vanished {
    /// What it was: `offer_source`, `traffic_channel`, `campaign`, `postback`, `conversion_type` or
    /// `click_id_key`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Source(_) => "offer_source",
            Self::Channel(_) => "traffic_channel",
            Self::Campaign(_) => "campaign",
            Self::Postback(..) => "postback",
            Self::ConversionType(_) => "conversion_type",
            Self::ClickIdKey { .. } => "click_id_key",
        }
    }

    /// Its id or name; of a postback `<campaign>/<postback>`.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Source(id) => id.to_string(),
            Self::Channel(id) => id.to_string(),
            Self::Campaign(id) => id.to_string(),
            Self::Postback(campaign, id) => format!("{campaign}/{id}"),
            Self::ConversionType(name) => name.to_string(),
            Self::ClickIdKey { key, .. } => key.to_string(),
        }
    }
}

impl fmt::Display for Vanished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(id) => write!(
                f,
                "offer source `{id}` is gone: what it sends is refused, and its events that wait are not decided, until a source has that id again"
            ),
            Self::Channel(id) => write!(
                f,
                "traffic channel `{id}` is gone: its clicks belong to their campaigns, and tell the campaigns' present channels of their sales"
            ),
            Self::Campaign(id) => write!(
                f,
                "campaign `{id}` is gone: its click URLs lead to the fallback, and sales of its clicks are kept as `unknown_campaign` and tell nobody"
            ),
            Self::Postback(campaign, id) => write!(
                f,
                "postback `{id}` of campaign `{campaign}` is gone: its deliveries are sent as they were written, and cannot be written again; \
                 under another id it is a new postback, which does not know what this one told"
            ),
            Self::ConversionType(name) => write!(
                f,
                "conversion type `{name}` is gone: conversions keep the name, new events of it are `unknown_type` or `unmapped`, and no rule counts them"
            ),
            Self::ClickIdKey { key, expiration } => {
                write!(
                    f,
                    "`[click_id] keys` no longer names `{key}`: a click id that it signed is recognised by its stored click alone; \
                     name it behind the newest key until its last clicks have expired"
                )?;
                match expiration {
                    Some(time) => write!(f, ", which takes {}", duration_text(*time)),
                    None => f.write_str(", which they never do as long as a source has no `click_expiration`"),
                }
            }
        }
    }
}

/// Finds what the definition `before` has and `now` has not, in the order of the document's parts.
#[must_use]
pub fn vanished(before: &Definition, now: &Definition) -> Vec<Vanished> {
    let types = gone(before, now, |all| {
        all.conversion_types.iter().map(|row| row.name.clone()).collect()
    });
    let keys = gone(before, now, |all| {
        all.click_id.iter().flat_map(|ids| ids.keys.clone()).collect()
    });
    let sources = gone(before, now, |all| {
        all.offer_sources.iter().map(|row| row.id.clone()).collect()
    });
    let channels = gone(before, now, |all| {
        all.traffic_channels.iter().map(|row| row.id.clone()).collect()
    });
    let campaigns = gone(before, now, |all| {
        all.campaigns.iter().map(|row| row.id.clone()).collect()
    });
    let expiration = expiration(now);
    let key = |key| Vanished::ClickIdKey { key, expiration };
    let mut found: Vec<Vanished> = types.map(Vanished::ConversionType).collect();
    found.extend(keys.map(key));
    found.extend(sources.map(Vanished::Source));
    found.extend(channels.map(Vanished::Channel));
    found.extend(campaigns.map(Vanished::Campaign));
    for campaign in &now.campaigns {
        let Some(known) = before.campaigns.iter().find(|known| known.id == campaign.id) else {
            continue;
        };
        let still = postbacks(campaign);
        let lost = postbacks(known).into_iter().filter(|id| !still.contains(id));
        found.extend(lost.map(|id| Vanished::Postback(campaign.id.clone(), id)));
    }
    found
}

/// Returns the names that only the definition `before` has, in their order there.
fn gone<T: Ord + Clone>(
    before: &Definition,
    now: &Definition,
    names: impl Fn(&Definition) -> Vec<T>,
) -> impl Iterator<Item = T> {
    let still: BTreeSet<T> = names(now).into_iter().collect();
    names(before).into_iter().filter(move |name| !still.contains(name))
}

fn postbacks(campaign: &Campaign) -> Vec<PostbackId> {
    campaign.postbacks.iter().map(|row| row.id.clone()).collect()
}

fn expiration(definition: &Definition) -> Option<Duration> {
    let times = definition.offer_sources.iter().map(|row| row.click_expiration);
    let all: Option<Vec<Duration>> = times.collect();
    all?.into_iter().max()
}
