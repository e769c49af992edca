//! The words of the configuration: closed where they are ours, open where a person may add their
//! own.

use crate::value::open_enum;
use serde::{Deserialize, Serialize};

macro_rules! closed_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vmeta])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// All of them, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word, as in the configuration document.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            /// The variant of a word, matched exactly.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($text => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(super) use closed_enum;

closed_enum! {
    /// What a visitor's browser tells the offer of where the visitor comes from: the header
    /// `Referrer-Policy` of a redirect (W3C, <https://www.w3.org/TR/referrer-policy/>).
    pub enum ReferrerPolicy {
        /// Nothing.
        NoReferrer = "no-referrer",
        /// The whole URL, but nothing from https to http.
        NoReferrerWhenDowngrade = "no-referrer-when-downgrade",
        /// The whole URL to the same origin only.
        SameOrigin = "same-origin",
        /// Scheme and host.
        Origin = "origin",
        /// Scheme and host, but nothing from https to http.
        StrictOrigin = "strict-origin",
        /// The whole URL to the same origin, else scheme and host.
        OriginWhenCrossOrigin = "origin-when-cross-origin",
        /// The same, but nothing from https to http: what browsers do by themselves.
        StrictOriginWhenCrossOrigin = "strict-origin-when-cross-origin",
        /// The whole URL, always.
        UnsafeUrl = "unsafe-url",
    }
}

impl Default for ReferrerPolicy {
    /// As browsers do by themselves. Said in the redirect, it also holds where the page before it
    /// would give away more.
    fn default() -> Self {
        Self::StrictOriginWhenCrossOrigin
    }
}

closed_enum! {
    /// The approval state of a conversion.
    pub enum Status {
        /// Will be paid.
        Approved = "approved",
        /// The decision comes later.
        Pending = "pending",
        /// Will not be paid.
        Declined = "declined",
        /// Anything else; the network's own word is kept beside it.
        Other = "other",
    }
}

closed_enum! {
    /// What a conversion type counts as.
    pub enum Counts {
        /// A conversion with its money: the conversions of CR, CPA, caps and shares.
        Sale = "sale",
        /// Money, but no second conversion: an upsell, a rebill.
        Revenue = "revenue",
        /// A step on the way; never money.
        Step = "step",
        /// Money taken back.
        Reversal = "reversal",
        /// Worth knowing; never money.
        Info = "info",
    }
}

closed_enum! {
    /// What another event of the same click and type does.
    pub enum Duplicates {
        /// Makes another conversion.
        Create = "create",
        /// Makes another conversion, marked new or repeated.
        CreateMarked = "create_marked",
        /// Does nothing: the first one stays.
        Ignore = "ignore",
        /// Replaces the conversion's data.
        Edit = "edit",
        /// Keeps the conversion's data and adds its amount.
        Increment = "increment",
        /// Does nothing when the network's event id is known; makes another conversion when it is
        /// new.
        IgnoreEventId = "ignore_event_id",
        /// Changes the conversion of the network's event id; makes one when the id is new.
        Update = "update",
    }
}

closed_enum! {
    /// How the name of a conversion type in a postback is compared with those that are configured.
    pub enum TypeCase {
        /// Exactly, else in any case where only one type has that name; an open type exactly.
        Any = "any",
        /// Exactly.
        Exact = "exact",
    }
}

closed_enum! {
    /// When a postback fires again after its conversion has changed.
    pub enum Updates {
        /// Once, the first time that conversion and rule match.
        FirstMatch = "first_match",
        /// At each change that matches.
        EveryChange = "every_change",
        /// Never: only when the conversion is made.
        Never = "never",
    }
}

closed_enum! {
    /// The role of the own account in ClickBank.
    pub enum AccountRole {
        /// Sells the product.
        Vendor = "vendor",
        /// Promotes it.
        Affiliate = "affiliate",
    }
}

closed_enum! {
    /// The method of an outgoing request.
    pub enum Method {
        /// `GET`.
        Get = "GET",
        /// `POST`.
        Post = "POST",
    }
}

open_enum! {
    /// What a parameter stands for. The first ones belong to conversions, those that begin with
    /// `rt_` to the click. A role of one's own begins with `x_`.
    pub enum ParameterRole {
        /// Dedups events between browser and server.
        EventId = "event_id",
        /// The order's number.
        OrderId = "order_id",
        /// The product's name.
        ContentName = "content_name",
        /// Personal.
        Email = "email",
        /// Personal.
        Phone = "phone",
        /// Personal.
        FirstName = "first_name",
        /// Personal.
        LastName = "last_name",
        /// Personal.
        Zip = "zip",
        /// The buyer's city.
        City = "city",
        /// The buyer's state.
        State = "state",
        /// The buyer's country.
        Country = "country",
        /// Personal.
        DateOfBirth = "date_of_birth",
        /// Personal.
        Gender = "gender",
        /// The buyer's id in another system.
        ExternalId = "external_id",
        /// Item numbers.
        ContentIds = "content_ids",
        /// The kind of content.
        ContentType = "content_type",
        /// The content's category.
        ContentCategory = "content_category",
        /// How many items.
        NumItems = "num_items",
        /// The currency.
        Currency = "currency",
        /// The traffic's source.
        RtSource = "rt_source",
        /// The traffic's medium.
        RtMedium = "rt_medium",
        /// The channel's campaign.
        RtCampaign = "rt_campaign",
        /// The channel's campaign id.
        RtCampaignId = "rt_campaign_id",
        /// The channel's ad group.
        RtAdgroup = "rt_adgroup",
        /// The channel's ad group id.
        RtAdgroupId = "rt_adgroup_id",
        /// The channel's ad.
        RtAd = "rt_ad",
        /// The channel's ad id.
        RtAdId = "rt_ad_id",
        /// The channel's placement.
        RtPlacement = "rt_placement",
        /// The channel's placement id.
        RtPlacementId = "rt_placement_id",
        /// The channel's placement, hashed.
        RtPlacementHashed = "rt_placement_hashed",
        /// The keyword.
        RtKeyword = "rt_keyword",
        /// Free for own use.
        RtRole1 = "rt_role_1",
        /// Free for own use.
        RtRole2 = "rt_role_2",
    }
}

impl ParameterRole {
    /// Whether values of this role are personal data, kept in the expiring column alone.
    #[must_use]
    pub fn is_private(&self) -> bool {
        matches!(
            self,
            Self::Email | Self::Phone | Self::FirstName | Self::LastName | Self::Zip | Self::DateOfBirth | Self::Gender
        )
    }
}
