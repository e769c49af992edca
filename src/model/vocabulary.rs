//! The vocabulary of the configuration. A list of words is closed where the words are ours, and
//! open where a person may add words.

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
            /// All variants, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in the configuration document.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            /// The variant of a word, which is matched exactly.
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
    /// What the visitor's browser tells the offer about the page from which the visitor comes: the
    /// header `Referrer-Policy` of a redirect (W3C, <https://www.w3.org/TR/referrer-policy/>).
    pub enum ReferrerPolicy {
        /// The browser sends nothing.
        NoReferrer = "no-referrer",
        /// The browser sends the whole URL, but nothing from https to http.
        NoReferrerWhenDowngrade = "no-referrer-when-downgrade",
        /// The browser sends the whole URL, but only to the same origin.
        SameOrigin = "same-origin",
        /// The browser sends scheme and host.
        Origin = "origin",
        /// The browser sends scheme and host, but nothing from https to http.
        StrictOrigin = "strict-origin",
        /// The browser sends the whole URL to the same origin, and scheme and host to others.
        OriginWhenCrossOrigin = "origin-when-cross-origin",
        /// The same, but nothing from https to http. This is the default of browsers.
        StrictOriginWhenCrossOrigin = "strict-origin-when-cross-origin",
        /// The browser always sends the whole URL.
        UnsafeUrl = "unsafe-url",
    }
}

impl Default for ReferrerPolicy {
    /// The default of browsers. Because the redirect names it, it also holds where the page before
    /// the redirect would reveal more.
    fn default() -> Self {
        Self::StrictOriginWhenCrossOrigin
    }
}

closed_enum! {
    /// The approval status of a conversion.
    pub enum Status {
        /// It will be paid.
        Approved = "approved",
        /// It is not decided yet.
        Pending = "pending",
        /// It will not be paid.
        Declined = "declined",
        /// Any other status. The network's own word is kept beside it.
        Other = "other",
    }
}

closed_enum! {
    /// What conversions of a type count as.
    pub enum Counts {
        /// A conversion with its revenue. Only these count in CR, CPA, caps and shares.
        Sale = "sale",
        /// Revenue that is not a conversion of its own: an upsell or a rebill.
        Revenue = "revenue",
        /// A step before the sale. It is never revenue.
        Step = "step",
        /// Money that was taken back.
        Reversal = "reversal",
        /// A piece of information. It is never revenue.
        Info = "info",
    }
}

closed_enum! {
    /// What a further event of the same click and type does.
    pub enum Duplicates {
        /// It makes another conversion.
        Create = "create",
        /// It makes another conversion, which is marked as new or repeated.
        CreateMarked = "create_marked",
        /// It does nothing: the first event stays.
        Ignore = "ignore",
        /// It replaces the conversion's data.
        Edit = "edit",
        /// It adds its amount to the conversion, whose other data stay.
        Increment = "increment",
        /// It does nothing when the network's event id is known, and makes another conversion when
        /// the id is new.
        IgnoreEventId = "ignore_event_id",
        /// It changes the conversion with the network's event id, and makes another one when the id
        /// is new.
        Update = "update",
    }
}

closed_enum! {
    /// How the name of a conversion type in a postback is compared with the configured names.
    pub enum TypeCase {
        /// Exactly first, and then in any case where only one type has that name. A type that is
        /// open is compared exactly.
        Any = "any",
        /// Only exactly.
        Exact = "exact",
    }
}

closed_enum! {
    /// When a postback is sent again after its conversion has changed.
    pub enum Updates {
        /// It is sent once, the first time that the conversion matches the rule.
        FirstMatch = "first_match",
        /// It is sent at each change that matches.
        EveryChange = "every_change",
        /// It is never sent again: only a new conversion sends it.
        Never = "never",
    }
}

closed_enum! {
    /// What an account at an ad platform is told when money of a sale is taken back.
    pub enum Refunds {
        /// As much as the platform takes.
        Tell = "tell",
        /// Nothing.
        Ignore = "ignore",
    }
}

closed_enum! {
    /// The role of one's own account in ClickBank.
    pub enum AccountRole {
        /// The account sells the product.
        Vendor = "vendor",
        /// The account promotes the product.
        Affiliate = "affiliate",
    }
}

closed_enum! {
    /// An ad platform whose conversion API is spoken.
    pub enum Platform {
        /// Meta: Facebook and Instagram.
        Meta = "meta",
        /// Google Ads.
        Google = "google",
        /// TikTok.
        TikTok = "tiktok",
        /// Microsoft Advertising.
        Microsoft = "microsoft",
    }
}

closed_enum! {
    /// One of the interfaces by which an ad platform takes conversions, where it has two.
    pub enum ApiMode {
        /// Google's Data Manager API.
        DataManager = "data_manager",
        /// Google's Ads API, for developer tokens that used it before June 2026.
        AdsApi = "ads_api",
        /// Microsoft's UET Conversions API.
        UetCapi = "uet_capi",
        /// Microsoft's offline conversions.
        Offline = "offline",
    }
}

impl ApiMode {
    /// The modes of a platform, its usual one first. Meta and TikTok have one interface and no
    /// modes.
    #[must_use]
    pub const fn of(platform: Platform) -> &'static [Self] {
        match platform {
            Platform::Google => &[Self::DataManager, Self::AdsApi],
            Platform::Microsoft => &[Self::UetCapi, Self::Offline],
            Platform::Meta | Platform::TikTok => &[],
        }
    }
}

closed_enum! {
    /// Something that is known of a person, and that an ad platform may be told.
    pub enum UserDatum {
        /// The e-mail address.
        Email = "email",
        /// The phone number.
        Phone = "phone",
        /// The first name.
        FirstName = "first_name",
        /// The last name.
        LastName = "last_name",
        /// The gender.
        Gender = "gender",
        /// The date of birth.
        DateOfBirth = "date_of_birth",
        /// The city.
        City = "city",
        /// The state or province.
        State = "state",
        /// The postal code.
        Zip = "zip",
        /// The country.
        Country = "country",
        /// The id in another system.
        ExternalId = "external_id",
        /// The visitor's address.
        Ip = "ip",
        /// The visitor's user agent.
        UserAgent = "user_agent",
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
    /// The role of a parameter. The first ones belong to conversions. Those that begin with `rt_`,
    /// and the ids of ad platforms after them, belong to the click. Your own roles begin with `x_`.
    ///
    /// The ids of ad platforms are named as the platform names its URL parameter or its cookie.
    /// They are what the platform's conversion API knows a click or a browser by. Their case
    /// counts, and nothing of them is changed.
    pub enum ParameterRole {
        /// The id by which events from browser and server are deduplicated.
        EventId = "event_id",
        /// The order's number.
        OrderId = "order_id",
        /// The product's name.
        ContentName = "content_name",
        /// The buyer's e-mail address; personal.
        Email = "email",
        /// The buyer's phone number; personal.
        Phone = "phone",
        /// The buyer's first name; personal.
        FirstName = "first_name",
        /// The buyer's last name; personal.
        LastName = "last_name",
        /// The buyer's postal code; personal.
        Zip = "zip",
        /// The buyer's city.
        City = "city",
        /// The buyer's state.
        State = "state",
        /// The buyer's country.
        Country = "country",
        /// The buyer's date of birth; personal.
        DateOfBirth = "date_of_birth",
        /// The buyer's gender; personal.
        Gender = "gender",
        /// The buyer's id in another system.
        ExternalId = "external_id",
        /// The numbers of the items.
        ContentIds = "content_ids",
        /// The kind of content.
        ContentType = "content_type",
        /// The content's category.
        ContentCategory = "content_category",
        /// The number of items.
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
        /// A role for any purpose of your own.
        RtRole1 = "rt_role_1",
        /// A role for any purpose of your own.
        RtRole2 = "rt_role_2",
        /// Meta's click id: the URL parameter `fbclid`.
        Fbclid = "fbclid",
        /// Meta's click id as its cookie `_fbc` holds it: `fb.1.{milliseconds}.{fbclid}`.
        Fbc = "fbc",
        /// Meta's id of the browser: its cookie `_fbp`.
        Fbp = "fbp",
        /// Google Ads' click id: the URL parameter `gclid`.
        Gclid = "gclid",
        /// Google Ads' id of a click that leads from an app to the web: `gbraid`.
        Gbraid = "gbraid",
        /// Google Ads' id of a click that leads from the web to an app: `wbraid`.
        Wbraid = "wbraid",
        /// TikTok's click id: the URL parameter `ttclid`.
        Ttclid = "ttclid",
        /// TikTok's id of the browser: its cookie `_ttp`.
        Ttp = "ttp",
        /// Microsoft Advertising's click id: the URL parameter `msclkid`.
        Msclkid = "msclkid",
        /// Snapchat's click id: the URL parameter `ScCid`.
        Sccid = "sccid",
        /// Snapchat's id of the browser: its cookie `_scid`.
        Scid = "scid",
        /// Pinterest's click id: the URL parameter `epik`, or its cookie `_epik`.
        Epik = "epik",
        /// Reddit's click id: the URL parameter `rdt_cid`.
        RdtCid = "rdt_cid",
        /// Reddit's id of the browser: its cookie `_rdt_uuid`.
        RdtUuid = "rdt_uuid",
        /// LinkedIn's id of a click, which its API calls a first-party tracking UUID: `li_fat_id`.
        LiFatId = "li_fat_id",
        /// Taboola's click id.
        Tblci = "tblci",
        /// Outbrain's click id.
        Dicbo = "dicbo",
    }
}

impl ParameterRole {
    /// Whether values of this role are personal data, which are kept only in the expiring column.
    #[must_use]
    pub fn is_private(&self) -> bool {
        matches!(
            self,
            Self::Email | Self::Phone | Self::FirstName | Self::LastName | Self::Zip | Self::DateOfBirth | Self::Gender
        )
    }

    /// Whether this is an ad platform's id of a click or of a browser.
    #[must_use]
    pub fn is_click_id(&self) -> bool {
        matches!(
            self,
            Self::Fbclid
                | Self::Fbc
                | Self::Fbp
                | Self::Gclid
                | Self::Gbraid
                | Self::Wbraid
                | Self::Ttclid
                | Self::Ttp
                | Self::Msclkid
                | Self::Sccid
                | Self::Scid
                | Self::Epik
                | Self::RdtCid
                | Self::RdtUuid
                | Self::LiFatId
                | Self::Tblci
                | Self::Dicbo
        )
    }

    /// Whether values of this role belong to the click, so that a traffic channel's parameter has
    /// them. The other known roles belong to a conversion.
    #[must_use]
    pub fn is_of_click(&self) -> bool {
        self.is_click_id() || self.as_str().starts_with("rt_")
    }
}
