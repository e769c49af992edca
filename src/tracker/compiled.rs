//! The configuration, compiled: every reference resolved, every template parsed.

use super::rates::Rates;
use super::replies::Replies;
use crate::definition::Protocol;
use crate::delivery::{Lane, RetryPolicy, SuccessRule};
use crate::event::Interface;
use crate::model::{Counts, Duplicates, Method, ParameterRole, ReferrerPolicy, Status, Updates};
use crate::network::{ParameterMap, SourceParameter, SourceView};
use crate::rule::Conditions;
use crate::scope::ClickSlot;
use crate::template::{BodyTemplate, UrlTemplate};
use crate::value::{
    CampaignId, ChannelId, Currency, DeliveryKey, DomainId, Fingerprint, IpNet, Money, Namespace, OfferId,
    OfferSourceId, Percent, PostbackId, SecretReference, Shared, TypeName,
};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
    sync::Arc,
    vec::Vec,
};
use core::time::Duration;

/// A compiled configuration: everything that decides. Made by [`compile`](crate::compile()); cheap
/// to share, never changed.
#[derive(Debug)]
pub struct Tracker {
    /// The tenant that it was compiled for.
    pub(crate) namespace: Namespace,
    pub(crate) fingerprint: Fingerprint,
    /// The document as canonical JSON.
    pub(crate) document: String,
    /// The account's currency.
    pub(crate) currency: Currency,
    pub(crate) revenue_statuses: BTreeSet<Status>,
    pub(crate) types: BTreeMap<TypeName, ConversionType>,
    pub(crate) default_type: TypeName,
    pub(crate) rates: Rates,
    pub(crate) domains: BTreeMap<DomainId, Domain>,
    pub(crate) sources: BTreeMap<OfferSourceId, Source>,
    pub(crate) default_source: Option<OfferSourceId>,
    pub(crate) offers: BTreeMap<OfferId, Offer>,
    pub(crate) channels: BTreeMap<ChannelId, Channel>,
    pub(crate) campaigns: BTreeMap<CampaignId, Campaign>,
    /// References to the keys that sign our click ids, newest first; without any, every click id is
    /// taken as another's.
    pub(crate) click_id_keys: Vec<SecretReference>,
}

/// A tracking domain.
#[derive(Debug, Clone)]
pub(crate) struct Domain {
    pub(crate) url: String,
    pub(crate) fallback: Option<String>,
    pub(crate) referrer_policy: ReferrerPolicy,
}

/// A conversion type.
#[derive(Debug, Clone)]
pub(crate) struct ConversionType {
    pub(crate) name: TypeName,
    pub(crate) counts: Counts,
    /// Its own policy; the source's holds when it has none.
    pub(crate) duplicates: Option<Duplicates>,
}

/// An offer source.
#[derive(Debug, Clone)]
pub struct Source {
    pub(crate) id: OfferSourceId,
    pub(crate) title: String,
    pub(crate) domain: Option<DomainId>,
    pub(crate) tokens: Vec<SecretReference>,
    pub(crate) allow_ips: Vec<IpNet>,
    /// The currency of an amount that comes without one.
    pub(crate) currency: Currency,
    pub(crate) default_status: Status,
    pub(crate) reversal_status: Status,
    pub(crate) duplicates: Duplicates,
    /// Whether an event id leads a postback without a click id to its click: where an order is
    /// followed by its id.
    pub(crate) follows_ids: bool,
    pub(crate) click_expiration: Option<Duration>,
    pub(crate) open_types: BTreeSet<TypeName>,
    /// The open types in lower case that a word in another case means as well: no other conversion
    /// type is written alike, and the source does not compare the case.
    pub(crate) open_in_any_case: BTreeSet<String>,
    /// Whether the case of its types and words says something.
    pub(crate) exact_types: bool,
    /// What a postback without a type means.
    pub(crate) default_type: Option<TypeName>,
    /// What a postback without a status means; none where its offers differ in that.
    pub(crate) implied_status: Option<Status>,
    /// The network's word or a kind -> a conversion type; `None` is chosen: stored, fires nothing.
    pub(crate) events: BTreeMap<String, Option<TypeName>>,
    /// The network's status words.
    pub(crate) statuses: BTreeMap<String, Status>,
    pub(crate) parameters: Vec<SourceParameter>,
    /// Which query parameter of a postback means what.
    pub(crate) names: ParameterMap,
    /// The network's macros for the URL that is pasted there, by the word of their meaning
    /// (`clickid` -> `{vtid}`), where they are not the usual ones.
    pub(crate) pasted: BTreeMap<String, String>,
    /// What it speaks, with what only that protocol has.
    pub(crate) protocol: Protocol,
    /// Which interface counts when both bring the same sale.
    pub(crate) truth: Option<Interface>,
    /// What it wants to be answered, if not our own words.
    pub(crate) replies: Option<Replies>,
    /// How many refused bodies each of its rings keeps, and for how many days.
    pub(crate) refused_keep: u32,
    pub(crate) refused_days: u32,
}

/// An offer.
#[derive(Debug)]
pub struct Offer {
    pub(crate) title: String,
    pub(crate) source: OfferSourceId,
    pub(crate) url: UrlTemplate,
    pub(crate) payout: Option<Money>,
    pub(crate) default_status: Option<Status>,
}

/// A traffic channel.
#[derive(Debug)]
pub struct Channel {
    pub(crate) title: String,
    pub(crate) currency: Currency,
    pub(crate) parameters: Vec<ChannelParameter>,
    pub(crate) roles: BTreeMap<ParameterRole, ClickSlot>,
}

/// A row of a channel's parameter table.
#[derive(Debug, Clone)]
pub(crate) struct ChannelParameter {
    pub(crate) slot: ClickSlot,
    pub(crate) name: String,
    pub(crate) macro_text: String,
}

/// A campaign.
#[derive(Debug)]
pub struct Campaign {
    pub(crate) id: CampaignId,
    pub(crate) title: String,
    pub(crate) channel: ChannelId,
    pub(crate) domain: Option<DomainId>,
    pub(crate) cost: Option<Money>,
    pub(crate) paths: Vec<Path>,
    pub(crate) postbacks: Vec<PostbackRule>,
    /// The ids of the postbacks that a trace names.
    pub(crate) traced: Arc<[PostbackId]>,
}

/// A weighted path of a campaign.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    pub(crate) weight: u32,
    pub(crate) offers: Vec<(OfferId, u32)>,
}

/// A postback of a campaign.
#[derive(Debug)]
pub struct PostbackRule {
    pub(crate) id: PostbackId,
    /// Of the ids of its deliveries.
    pub(crate) key: DeliveryKey,
    pub(crate) lane: Lane,
    pub(crate) method: Method,
    pub(crate) url: UrlTemplate,
    pub(crate) body: Option<BodyTemplate>,
    pub(crate) conditions: Conditions,
    /// The number of what it asks, types and statuses aside: postbacks of a campaign that ask the
    /// same of the same payout have one. In order the first ones count up from 0.
    pub(crate) asks: usize,
    pub(crate) payout: PayoutRule,
    pub(crate) updates: Updates,
    pub(crate) success: Shared<SuccessRule>,
    pub(crate) retry: RetryPolicy,
}

/// What the channel is told of a conversion's money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PayoutRule {
    /// A share of it.
    Percent(Percent),
    /// Always this much, in the channel's currency; the sign follows the conversion's.
    Fixed(Money),
}

impl Tracker {
    /// The tenant that it was compiled for; a store of another tenant refuses to work with it.
    #[must_use]
    pub fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    /// The fingerprint of the document.
    #[must_use]
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// The document as canonical JSON, as it is stored once for its fingerprint.
    #[must_use]
    pub fn document(&self) -> &str {
        &self.document
    }

    /// An offer source by id; without an id, the one for bare `/postback` URLs.
    #[must_use]
    pub fn source(&self, id: Option<&str>) -> Option<&Source> {
        match id {
            Some(id) => self.sources.get(id),
            None => self.default_source.as_ref().and_then(|id| self.sources.get(id)),
        }
    }

    /// Every offer source.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        self.sources.values()
    }

    /// A campaign by id.
    #[must_use]
    pub fn campaign(&self, id: &str) -> Option<&Campaign> {
        self.campaigns.get(id)
    }

    /// Every campaign.
    pub fn campaigns(&self) -> impl Iterator<Item = &Campaign> {
        self.campaigns.values()
    }
}

impl Source {
    /// What its protocol sees of it.
    pub(crate) fn view(&self) -> SourceView<'_> {
        SourceView {
            id: &self.id,
            currency: self.currency,
            truth: self.truth,
            events: &self.events,
            parameters: &self.parameters,
            names: &self.names,
            pasted: &self.pasted,
        }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &OfferSourceId {
        &self.id
    }

    /// Its title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }
}

impl Campaign {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &CampaignId {
        &self.id
    }

    /// Its title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Its postbacks, in the order of the document.
    pub fn postbacks(&self) -> impl Iterator<Item = &PostbackRule> {
        self.postbacks.iter()
    }
}

impl PostbackRule {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &PostbackId {
        &self.id
    }

    /// Its conditions.
    #[must_use]
    pub fn conditions(&self) -> &Conditions {
        &self.conditions
    }
}
