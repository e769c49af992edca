//! Which of ClickBank's links a URL is.

use super::LinkParameter;
use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::fmt;

/// What a URL is to ClickBank. The forms and their parts are certain where nothing else is said:
/// they stand in ClickBank's articles on HopLinks (220365867), on tracking parameters
/// (26455062697620), on the payment link (360036580432) and on Direct Offer Tracking
/// (19034135835156), and in links that affiliates published.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LinkForm {
    /// `https://hop.clickbank.net/?affiliate=X&vendor=Y`
    Hoplink {
        /// The nickname of the promoter.
        affiliate: Option<String>,
        /// The nickname of the seller.
        vendor: Option<String>,
    },
    /// `https://LABEL.hop.clickbank.net/`: what ClickBank's tools make; the label stands for both
    /// nicknames, and parameters may be changed.
    EncryptedHoplink {
        /// The opaque part of the host, in lower case.
        label: String,
    },
    /// `http://AFFILIATE.VENDOR.hop.clickbank.net/`, the old form. One text names the two the other
    /// way round; published links do not.
    LegacyHoplink {
        /// The nickname of the promoter.
        affiliate: String,
        /// The nickname of the seller.
        vendor: String,
    },
    /// `https://seller-page/?affiliate=X`: a page of the seller's that makes the hop itself, with
    /// ClickBank's script.
    Direct {
        /// The nickname of the promoter.
        affiliate: String,
    },
    /// `https://seller-page/?hop=X&hopId=..`: where a hoplink has led to.
    Landing {
        /// The nickname of the promoter; none where it is absent or the `zzzzz` that an encrypted
        /// link shows (what that means is fairly sure).
        affiliate: Option<String>,
        /// ClickBank's own id of the hop.
        hop_id: Option<String>,
    },
    /// `https://VENDOR.pay.clickbank.net/?cbitems=N`
    PayLink {
        /// The nickname of the seller.
        vendor: String,
        /// The item numbers, as they are written.
        items: Option<String>,
    },
    /// `http://ITEM.VENDOR.pay.clickbank.net/`, the old form.
    LegacyPayLink {
        /// The item number.
        item: String,
        /// The nickname of the seller.
        vendor: String,
    },
    /// `https://orders.clickbank.net/?cbfid=..`: the order form of one visit, to which a pay link
    /// leads.
    OrderForm {
        /// The nickname of the seller (`vvvv`).
        vendor: Option<String>,
        /// The nickname of the promoter (`affi`).
        affiliate: Option<String>,
        /// ClickBank's own id of the hop.
        hop_id: Option<String>,
    },
    /// None of these: another network's link, or a seller's page without a sign of a hop.
    Other,
}

/// What an encrypted link shows in place of the affiliate's nickname.
const MASKED: &str = "zzzzz";

impl LinkForm {
    /// Tells it by the host, in lower case, and the parameters.
    pub(super) fn of(host: &str, parameter: impl Fn(&str) -> Option<String>) -> Self {
        let host = host.strip_suffix('.').unwrap_or(host);
        if host.split('.').any(str::is_empty) {
            return Self::Other;
        }
        let labels = |domain| -> Option<Vec<&str>> {
            match host.strip_suffix(domain)? {
                "" => Some(Vec::new()),
                rest => Some(rest.strip_suffix('.')?.split('.').collect()),
            }
        };
        let hop = labels("hop.clickbank.net");
        let pay = labels("pay.clickbank.net");
        match (hop.as_deref(), pay.as_deref(), host) {
            (Some([]), ..) => Self::Hoplink {
                affiliate: parameter("affiliate"),
                vendor: parameter("vendor"),
            },
            (Some([label]), ..) => Self::EncryptedHoplink {
                label: (*label).to_owned(),
            },
            (Some([affiliate, vendor]), ..) => Self::LegacyHoplink {
                affiliate: (*affiliate).to_owned(),
                vendor: (*vendor).to_owned(),
            },
            (_, Some([vendor]), _) => Self::PayLink {
                vendor: (*vendor).to_owned(),
                items: parameter("cbitems"),
            },
            (_, Some([item, vendor]), _) => Self::LegacyPayLink {
                item: (*item).to_owned(),
                vendor: (*vendor).to_owned(),
            },
            (.., "orders.clickbank.net") => Self::OrderForm {
                vendor: parameter("vvvv"),
                affiliate: parameter("affi"),
                hop_id: parameter("hopId"),
            },
            (Some(_), ..) | (_, Some(_), _) => Self::Other,
            _ => Self::on_a_page(parameter),
        }
    }

    /// A page of somebody's.
    fn on_a_page(parameter: impl Fn(&str) -> Option<String>) -> Self {
        let (hop, hop_id) = (parameter("hop"), parameter("hopId"));
        if hop.is_some() || hop_id.is_some() {
            return Self::Landing {
                affiliate: hop.filter(|name| name != MASKED),
                hop_id,
            };
        }
        parameter("affiliate").map_or(Self::Other, |affiliate| Self::Direct { affiliate })
    }

    /// Whether ClickBank makes the hop: any form of a hoplink.
    #[must_use]
    pub fn is_hoplink(&self) -> bool {
        matches!(
            self,
            Self::Hoplink { .. } | Self::EncryptedHoplink { .. } | Self::LegacyHoplink { .. }
        )
    }

    /// Whether it leads to the order form at once: either form of a pay link.
    #[must_use]
    pub fn is_pay_link(&self) -> bool {
        matches!(self, Self::PayLink { .. } | Self::LegacyPayLink { .. })
    }

    /// The tracking code that a click id goes into: `tid` on what an affiliate promotes (support
    /// article 220365867, certain), `vtid` on a seller's pay link (360036580432, certain), and none
    /// on a page that a visitor is on already.
    #[must_use]
    pub fn tracking_parameter(&self) -> Option<LinkParameter> {
        match self {
            Self::Direct { .. } => Some(LinkParameter::Tid),
            form if form.is_hoplink() => Some(LinkParameter::Tid),
            form if form.is_pay_link() => Some(LinkParameter::Vtid),
            _ => None,
        }
    }

    /// Whether the link takes a parameter: an affiliate's everything but `vtid`, a pay link `vtid`
    /// alone. That hoplinks and direct links take the affiliate's parameters is ClickBank's own
    /// text (26455062697620, certain); that a pay link takes none of them is concluded from it
    /// (fairly sure). What else stands on a pay link is a variable of the seller's own.
    #[must_use]
    pub fn takes(&self, parameter: &LinkParameter) -> bool {
        match self.tracking_parameter() {
            None => false,
            Some(LinkParameter::Vtid) => *parameter == LinkParameter::Vtid,
            Some(_) => !matches!(parameter, LinkParameter::Vtid | LinkParameter::Other(_)),
        }
    }

    /// The form in a word.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Hoplink { .. } => "hoplink",
            Self::EncryptedHoplink { .. } => "encrypted hoplink",
            Self::LegacyHoplink { .. } => "old hoplink",
            Self::Direct { .. } => "direct link",
            Self::Landing { .. } => "landing page",
            Self::PayLink { .. } => "pay link",
            Self::LegacyPayLink { .. } => "old pay link",
            Self::OrderForm { .. } => "order form",
            Self::Other => "other link",
        }
    }

    /// The promoter's nickname, where the link shows it.
    #[must_use]
    pub fn affiliate(&self) -> Option<&str> {
        match self {
            Self::LegacyHoplink { affiliate, .. } | Self::Direct { affiliate } => Some(affiliate),
            Self::Hoplink { affiliate, .. } | Self::Landing { affiliate, .. } | Self::OrderForm { affiliate, .. } => {
                affiliate.as_deref()
            }
            _ => None,
        }
    }

    /// The seller's nickname, where the link shows it.
    #[must_use]
    pub fn vendor(&self) -> Option<&str> {
        match self {
            Self::LegacyHoplink { vendor, .. } | Self::PayLink { vendor, .. } | Self::LegacyPayLink { vendor, .. } => {
                Some(vendor)
            }
            Self::Hoplink { vendor, .. } | Self::OrderForm { vendor, .. } => vendor.as_deref(),
            _ => None,
        }
    }
}

/// As in ``hoplink of affiliate `promoter`, vendor `seller` ``.
impl fmt::Display for LinkForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match (self.affiliate(), self.vendor()) {
            (Some(affiliate), Some(vendor)) => write!(f, " of affiliate `{affiliate}`, vendor `{vendor}`"),
            (Some(affiliate), None) => write!(f, " of affiliate `{affiliate}`"),
            (None, Some(vendor)) => write!(f, " of vendor `{vendor}`"),
            (None, None) => Ok(()),
        }
    }
}
