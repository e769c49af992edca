//! The compiled configuration: every reference is resolved, and every template is parsed.

use super::rates::Rates;
use super::replies::Replies;
use crate::conversion_api::{Account, ValueOf};
use crate::definition::{Protocol, Retention};
use crate::delivery::{Lane, RetryPolicy, SuccessRule};
use crate::event::Interface;
use crate::model::{Counts, Duplicates, Method, ParameterRole, ReferrerPolicy, Status, Updates};
use crate::network::{ParameterMap, SourceParameter, SourceView};
use crate::plan::RefusedBounds;
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

/// A compiled configuration: everything that decisions need. [`compile`](crate::compile()) makes
/// it. It never changes. A clone shares the tables of the original, so cloning costs next to
/// nothing.
#[derive(Debug, Clone)]
pub struct Tracker {
    pub(crate) tables: Arc<Tables>,
}

/// The tables of a compiled configuration.
#[derive(Debug)]
pub(crate) struct Tables {
    /// The tenant for which it was compiled.
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
    /// The accounts at ad platforms.
    pub(crate) accounts: BTreeMap<PostbackId, Arc<Account>>,
    pub(crate) campaigns: BTreeMap<CampaignId, Campaign>,
    /// References to the keys that sign our click ids, newest first. Without any, every click id
    /// counts as another tracker's.
    pub(crate) click_id_keys: Vec<SecretReference>,
    /// How long rows are kept.
    pub(crate) retention: Retention,
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
    /// The type's own duplicate policy. Without one, the source's policy holds.
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
    /// The currency of amounts that come without a currency.
    pub(crate) currency: Currency,
    pub(crate) default_status: Status,
    pub(crate) reversal_status: Status,
    pub(crate) duplicates: Duplicates,
    /// Whether an event id leads a postback without a click id to its click. This is so where the
    /// messages of an order are followed by its id.
    pub(crate) follows_ids: bool,
    pub(crate) click_expiration: Option<Duration>,
    pub(crate) open_types: BTreeSet<TypeName>,
    /// Those open types, in lower case, that match a word in any case: no other conversion type
    /// differs from them only in case, and the source ignores the case.
    pub(crate) open_in_any_case: BTreeSet<String>,
    /// Whether the source distinguishes types and words by their case.
    pub(crate) exact_types: bool,
    /// The type of a postback that names none.
    pub(crate) default_type: Option<TypeName>,
    /// The status of a postback that names none; none if it depends on the offer.
    pub(crate) implied_status: Option<Status>,
    /// Maps the network's word or a kind to a conversion type. `None` is an explicit choice: the
    /// event is stored and fires nothing.
    pub(crate) events: BTreeMap<String, Option<TypeName>>,
    /// Maps the network's status words to our statuses.
    pub(crate) statuses: BTreeMap<String, Status>,
    pub(crate) parameters: Vec<SourceParameter>,
    /// Maps the query parameters of a postback to their meanings.
    pub(crate) names: ParameterMap,
    /// The network's macros for the postback URL that is pasted there, by the word of their meaning
    /// (`clickid` -> `{vtid}`), where they differ from the usual ones.
    pub(crate) pasted: BTreeMap<String, String>,
    /// The protocol of the source, with its own settings.
    pub(crate) protocol: Protocol,
    /// The interface that counts when both bring the same sale.
    pub(crate) truth: Option<Interface>,
    /// The responses that the source wants, if they differ from ours.
    pub(crate) replies: Option<Replies>,
    /// How many refused bodies each of the source's rings keeps, and for how many days.
    pub(crate) refused_bounds: RefusedBounds,
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
    /// The cookie whose value counts where the click's URL has no such parameter.
    pub(crate) cookie: Option<String>,
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
    /// The ids of the postbacks, as traces name them.
    pub(crate) traced: Arc<[PostbackId]>,
}

/// A weighted path of a campaign.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    pub(crate) weight: u32,
    pub(crate) offers: Vec<(OfferId, u32)>,
}

/// A postback of a campaign, or what a campaign tells a conversion API. Both have the same
/// conditions and the same life; they differ in what is sent.
#[derive(Debug)]
pub struct PostbackRule {
    pub(crate) id: PostbackId,
    /// The part of its deliveries' ids that is the same for all of them.
    pub(crate) key: DeliveryKey,
    pub(crate) lane: Lane,
    pub(crate) conditions: Conditions,
    /// The number of the question that its conditions ask, without types and statuses. Postbacks of
    /// one campaign that ask the same about the same payout share a number. In the order of the
    /// document, new numbers count up from 0.
    pub(crate) asks: usize,
    pub(crate) payout: PayoutRule,
    pub(crate) updates: Updates,
    pub(crate) retry: RetryPolicy,
    pub(crate) sends: Sends,
}

/// What a rule sends.
#[derive(Debug)]
pub(crate) enum Sends {
    /// A request by templates: a postback.
    Request(RequestRule),
    /// An event of a conversion API.
    Event(EventRule),
}

impl Sends {
    /// Whether what was told is changed by a message of its own, and never by another event:
    /// Google and Microsoft count an event that comes again under the same order or second once,
    /// and at the Data Manager an event that overtakes a correction would undo it.
    pub(crate) fn is_adjusted(&self) -> bool {
        matches!(self, Self::Event(event) if event.account.adjusts.is_some() || event.account.is_restated())
    }
}

/// The request of a postback.
#[derive(Debug)]
pub struct RequestRule {
    pub(crate) method: Method,
    pub(crate) url: UrlTemplate,
    pub(crate) body: Option<BodyTemplate>,
    pub(crate) success: Shared<SuccessRule>,
    /// The references to the keys that sign it, newest first.
    pub(crate) sign: Vec<SecretReference>,
}

/// The event that a conversion API is told.
#[derive(Debug)]
pub(crate) struct EventRule {
    pub(crate) account: Arc<Account>,
    /// Which money of the conversion is its value.
    pub(crate) value: ValueOf,
}

/// How much of a conversion's money is reported to the channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PayoutRule {
    /// This share of the conversion's amount.
    Percent(Percent),
    /// Always this amount, in the channel's currency, with the sign of the conversion.
    Fixed(Money),
}

impl Tracker {
    /// The tenant for which it was compiled. A store of another tenant refuses to work with it.
    #[must_use]
    pub fn namespace(&self) -> &Namespace {
        &self.tables.namespace
    }

    /// The fingerprint of the document.
    #[must_use]
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.tables.fingerprint
    }

    /// The document as canonical JSON. It is stored once for each fingerprint.
    #[must_use]
    pub fn document(&self) -> &str {
        &self.tables.document
    }

    /// Finds an offer source by its id. Without an id, returns the source of bare `/postback` URLs.
    #[must_use]
    pub fn source(&self, id: Option<&str>) -> Option<&Source> {
        match id {
            Some(id) => self.tables.sources.get(id),
            None => self
                .tables
                .default_source
                .as_ref()
                .and_then(|id| self.tables.sources.get(id)),
        }
    }

    /// All offer sources.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        self.tables.sources.values()
    }

    /// Finds a campaign by its id.
    #[must_use]
    pub fn campaign(&self, id: &str) -> Option<&Campaign> {
        self.tables.campaigns.get(id)
    }

    /// All campaigns.
    pub fn campaigns(&self) -> impl Iterator<Item = &Campaign> {
        self.tables.campaigns.values()
    }

    /// All accounts at ad platforms, those of which no campaign makes use too.
    pub fn conversion_apis(&self) -> impl Iterator<Item = &Account> {
        self.tables.accounts.values().map(AsRef::as_ref)
    }
}

impl Source {
    /// The part of the source that its protocol may see.
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
