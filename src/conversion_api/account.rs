//! An account at an ad platform, compiled.

use super::names::EventTerms;
use super::{google, google_ads, meta, microsoft, microsoft_offline, tiktok};
use crate::delivery::Lane;
use crate::described;
use crate::outbound::{Hole, Outbound};
use crate::recipe::{Answers, Checked};
use crate::telling::{AdPlatform, Shares};
use crate::template::BodyTemplate;
use crate::value::{Money, PostbackId, SecretReference, Shared, TypeName};
use alloc::{boxed::Box, collections::BTreeMap, format, string::ToString};

/// An account at an ad platform to which conversions are told: a row of `[[conversion_api]]`,
/// compiled.
#[derive(Debug)]
pub struct Account {
    pub(crate) id: PostbackId,
    pub(crate) platform: AdPlatform,
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
    Recipe(Box<described::Terms>),
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
    pub fn platform(&self) -> &AdPlatform {
        &self.platform
    }

    /// The recipe of its platform, if one describes it.
    pub(crate) fn recipe(&self) -> Option<&Checked> {
        match &self.terms {
            Terms::Recipe(terms) => Some(&terms.recipe),
            _ => None,
        }
    }

    /// What the platform's answers mean, where a recipe says it.
    #[must_use]
    pub fn answers(&self) -> Option<&Shared<Answers>> {
        self.recipe().map(|recipe| &recipe.answers)
    }

    /// Whether it is told when money of a sale is taken back, as far as the platform takes it.
    #[must_use]
    pub fn is_told_of_refunds(&self) -> bool {
        self.refunds
    }

    /// Whether a changed value is told by the same transaction again, which waits for the sale.
    pub(crate) fn is_restated(&self) -> bool {
        self.refunds && matches!(self.terms, Terms::Google(_))
    }

    /// The interface of the platform, as answers are judged: that of the platform itself, or
    /// `google_ads` and `microsoft_offline` in the modes `ads_api` and `offline`; `recipe` where a
    /// recipe describes it.
    #[must_use]
    pub fn interface(&self) -> &'static str {
        match &self.terms {
            Terms::Meta(_) => "meta",
            Terms::Google(_) => "google",
            Terms::GoogleAds(_) => "google_ads",
            Terms::TikTok(_) => "tiktok",
            Terms::Microsoft(_) => "microsoft",
            Terms::MicrosoftOffline(_) => "microsoft_offline",
            Terms::Recipe(_) => "recipe",
        }
    }

    /// The name under which its answers are judged: that of the recipe, or the interface.
    #[must_use]
    pub fn judged_as(&self) -> &str {
        match self.recipe() {
            Some(_) => self.platform.as_str(),
            None => self.interface(),
        }
    }

    /// Whether a request for conversions went to the account at the platform that is configured
    /// now, as far as its interface takes adjustments.
    pub(crate) fn is_told_by(&self, request: &Outbound) -> bool {
        match &self.terms {
            Terms::GoogleAds(terms) => {
                let customer = format!("/customers/{}:", terms.account);
                request.url.to_string().contains(&customer)
            }
            Terms::MicrosoftOffline(terms) => request
                .headers
                .iter()
                .any(|(name, value)| name == "CustomerAccountId" && value.to_string() == *terms.account),
            _ => true,
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
            Terms::Recipe(terms) => terms.account(),
        }
    }
}
