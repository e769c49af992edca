//! The tracking parameters of ClickBank's links.

use crate::clickbank::tid::MAX_TID;
use crate::value::open_enum;

/// The longest value of a parameter that is not unique to a click, in characters. Affiliates who
/// measured it name 100, another source 150; the smaller is safe either way (fairly sure).
pub const MAX_AFFILIATE_VALUE: usize = 100;
/// The longest value of a parameter that is unique to a click, in characters (fairly sure; one
/// source that read ClickBank's article).
pub const MAX_UNIQUE_VALUE: usize = 256;

open_enum! {
    /// A parameter that ClickBank keeps with the click and gives back: the two tracking codes, and
    /// the affiliate's parameters that exist since June 2024 (support article 26455062697620,
    /// "Affiliate Tracking Parameters"; the names are certain).
    pub enum LinkParameter {
        /// The affiliate's tracking code.
        Tid = "tid",
        /// The seller's tracking code.
        Vtid = "vtid",
        /// The kind of traffic.
        TrafficType = "traffic_type",
        /// Where it comes from.
        TrafficSource = "traffic_source",
        /// The offer.
        Offer = "offer",
        /// The campaign.
        Campaign = "campaign",
        /// The ad group.
        Adgroup = "adgroup",
        /// The ad.
        Ad = "ad",
        /// The creative.
        Creative = "creative",
        /// The first of five for any use.
        AffSub1 = "aff_sub1",
        /// The second.
        AffSub2 = "aff_sub2",
        /// The third.
        AffSub3 = "aff_sub3",
        /// The fourth.
        AffSub4 = "aff_sub4",
        /// The fifth.
        AffSub5 = "aff_sub5",
        /// An affiliate of the affiliate's.
        NetworkAff = "network_aff",
        /// Another tracker's click id; it takes dashes, so a UUID fits.
        Extclid = "extclid",
        /// Meta's click id.
        Fbclid = "fbclid",
        /// A contact of the affiliate's.
        ContactId = "contact_id",
        /// The first of five that are unique to a click. Link, notification and report have them;
        /// whether there is a macro is not known.
        UniqueAffSub1 = "unique_aff_sub1",
        /// The second.
        UniqueAffSub2 = "unique_aff_sub2",
        /// The third.
        UniqueAffSub3 = "unique_aff_sub3",
        /// The fourth.
        UniqueAffSub4 = "unique_aff_sub4",
        /// The fifth.
        UniqueAffSub5 = "unique_aff_sub5",
        /// Google's click id; ClickBank's integration of Google Ads needs it on the link (fairly
        /// sure).
        Gclid = "gclid",
    }
}

impl LinkParameter {
    /// Whether it is a tracking code, whose value is a [`Tid`](crate::clickbank::tid::Tid).
    #[must_use]
    pub fn is_code(&self) -> bool {
        matches!(self, Self::Tid | Self::Vtid)
    }

    /// The most characters of its value; none where it is not known here. Of `gclid` no limit is
    /// documented, so that of the other click ids stands in.
    #[must_use]
    pub fn longest(&self) -> Option<usize> {
        match self {
            Self::Tid | Self::Vtid => Some(MAX_TID),
            Self::Extclid
            | Self::Fbclid
            | Self::Gclid
            | Self::ContactId
            | Self::UniqueAffSub1
            | Self::UniqueAffSub2
            | Self::UniqueAffSub3
            | Self::UniqueAffSub4
            | Self::UniqueAffSub5 => Some(MAX_UNIQUE_VALUE),
            Self::Other(_) => None,
            _ => Some(MAX_AFFILIATE_VALUE),
        }
    }
}
