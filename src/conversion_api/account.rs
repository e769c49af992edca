//! An account at an ad platform, compiled.

use super::names::EventTerms;
use super::person::Shares;
use super::{google, google_ads, meta, microsoft, microsoft_offline, tiktok};
use crate::delivery::Lane;
use crate::model::Platform;
use crate::outbound::{Hole, Outbound};
use crate::template::BodyTemplate;
use crate::value::{Money, PostbackId, SecretReference, TypeName};
use alloc::collections::BTreeMap;

/// An account at an ad platform to which conversions are told: a row of `[[conversion_api]]`,
/// compiled.
#[derive(Debug)]
pub struct Account {
    pub(crate) id: PostbackId,
    pub(crate) platform: Platform,
    /// The receiver and the account there, by its id.
    pub(crate) lane: Lane,
    /// What is told of each conversion type.
    pub(crate) events: BTreeMap<TypeName, EventTerms>,
    /// The request that asks what became of a receipt.
    pub(crate) check: Option<Outbound>,
    /// The request by which a conversion that was told is taken back or corrected, without its
    /// items; none where the platform has no such message.
    pub(crate) adjusts: Option<Outbound>,
    /// The most events in one request.
    pub(crate) limit: u32,
    /// The template of the event's id, where the account has its own.
    pub(crate) event_id: Option<BodyTemplate>,
    /// What may leave of a person.
    pub(crate) shares: Shares,
    /// Which money is the value of an event, where a rule says nothing else.
    pub(crate) value: ValueOf,
    /// Whether it is told when money of a sale is taken back.
    pub(crate) refunds: bool,
    pub(crate) terms: Terms,
}

/// What is particular to a platform.
#[derive(Debug)]
pub(crate) enum Terms {
    Meta(meta::Terms),
    Google(google::Terms),
    GoogleAds(google_ads::Terms),
    TikTok(tiktok::Terms),
    Microsoft(microsoft::Terms),
    MicrosoftOffline(microsoft_offline::Terms),
}

/// Which money of a conversion is the value of its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueOf {
    /// The payout that the rule tells, in the channel's currency.
    Payout,
    /// The amount that came, in its own currency.
    Sum,
    /// The revenue, in the account's currency.
    Revenue,
    /// Always this much.
    Fixed(Money),
}

impl Account {
    /// Its id, by which campaigns refer to it.
    #[must_use]
    pub fn id(&self) -> &PostbackId {
        &self.id
    }

    /// The platform.
    #[must_use]
    pub fn platform(&self) -> Platform {
        self.platform
    }

    /// Whether it is told when money of a sale is taken back, as far as the platform takes it.
    #[must_use]
    pub fn is_told_of_refunds(&self) -> bool {
        self.refunds
    }

    /// The interface of the platform, as answers are judged: that of the platform itself, or
    /// `google_ads` and `microsoft_offline` in the modes `ads_api` and `offline`.
    #[must_use]
    pub fn interface(&self) -> &'static str {
        match &self.terms {
            Terms::Meta(_) => "meta",
            Terms::Google(_) => "google",
            Terms::GoogleAds(_) => "google_ads",
            Terms::TikTok(_) => "tiktok",
            Terms::Microsoft(_) => "microsoft",
            Terms::MicrosoftOffline(_) => "microsoft_offline",
        }
    }

    /// The goal of a conversion type, where the platform knows two conversions of a click apart by
    /// their seconds alone.
    pub(crate) fn goal_by_seconds(&self, type_name: &TypeName) -> Option<&str> {
        match &self.terms {
            Terms::MicrosoftOffline(_) => Some(self.events.get(type_name)?.name.as_str()),
            _ => None,
        }
    }

    /// The lane of its deliveries.
    #[must_use]
    pub fn lane(&self) -> &Lane {
        &self.lane
    }

    /// The conversion types that it is told, each with the platform's name of the event: for Google
    /// the id of the conversion action, and of Microsoft's offline conversions the goal.
    pub fn events(&self) -> impl Iterator<Item = (&TypeName, &str)> {
        self.events.iter().map(|(name, terms)| (name, terms.name.as_str()))
    }

    /// The references of the secrets that its requests need, in order, including repeated ones.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretReference> {
        let frames = self.events.values().map(|terms| &terms.frame);
        let holes = frames.chain(&self.check).chain(&self.adjusts).flat_map(Outbound::holes);
        holes.filter_map(|hole| match hole {
            Hole::Secret { reference, .. } => Some(reference),
            Hole::Hmac { key, .. } => Some(key),
            _ => None,
        })
    }

    /// The name of the account at the platform, for people: the pixel, or the number of the
    /// advertiser's account.
    #[must_use]
    pub fn account(&self) -> &str {
        match &self.terms {
            Terms::Meta(terms) => &terms.pixel,
            Terms::Google(terms) => &terms.account,
            Terms::GoogleAds(terms) => &terms.account,
            Terms::TikTok(terms) => &terms.pixel,
            Terms::Microsoft(terms) => &terms.tag,
            Terms::MicrosoftOffline(terms) => &terms.account,
        }
    }
}
