//! Tells which of ClickBank's links a URL is.

use super::parameter::{TID, VTID, longest};
use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::fmt;

/// The form of a URL for ClickBank, and the accounts it names. The forms and their parts are
/// certain where nothing else is said: they are in ClickBank's articles on HopLinks (220365867), on
/// tracking parameters (26455062697620), on the payment link (360036580432) and on Direct Offer
/// Tracking (19034135835156), and in links that affiliates published.
///
/// It prints as in ``hoplink of affiliate `promoter`, vendor `seller` ``.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkForm {
    shape: Shape,
    affiliate: Option<String>,
    vendor: Option<String>,
}

/// The forms of links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// `https://hop.clickbank.net/?affiliate=X&vendor=Y`
    Hoplink,
    /// `https://LABEL.hop.clickbank.net/`: the form that ClickBank's tools make. The label stands
    /// for both nicknames, and parameters may be changed.
    EncryptedHoplink {
        /// The length of the label, in bytes.
        label: usize,
    },
    /// `http://AFFILIATE.VENDOR.hop.clickbank.net/`, the old form. One text names the two in the
    /// opposite order; published links do not.
    LegacyHoplink,
    /// `https://seller-page/?affiliate=X`: a page of the seller's that makes the hop itself, with
    /// ClickBank's script.
    Direct,
    /// `https://seller-page/?hop=X&hopId=..`: a page to which a hoplink has led.
    Landing,
    /// `https://VENDOR.pay.clickbank.net/?cbitems=N`
    PayLink,
    /// `http://ITEM.VENDOR.pay.clickbank.net/`, the old form.
    LegacyPayLink,
    /// `https://orders.clickbank.net/?cbfid=..`: the order form of one visit, to which a pay link
    /// leads. It names the seller in `vvvv` and the promoter in `affi`.
    OrderForm,
    /// None of these.
    Other,
}

/// The text in place of the affiliate's nickname after an encrypted link (this meaning is fairly
/// sure).
const MASKED: &str = "zzzzz";

impl LinkForm {
    /// Recognises the form by the host, in lower case, and by the parameters.
    pub(super) fn of(host: &str, parameter: impl Fn(&str) -> Option<String>) -> Self {
        let host = host.strip_suffix('.').unwrap_or(host);
        if host.split('.').any(str::is_empty) {
            return Self::new(Shape::Other, None, None);
        }
        let labels = |domain| -> Option<Vec<&str>> {
            match host.strip_suffix(domain)? {
                "" => Some(Vec::new()),
                rest => Some(rest.strip_suffix('.')?.split('.').collect()),
            }
        };
        let named = |name: &str| Some(name.to_owned());
        let hop = labels("hop.clickbank.net");
        let pay = labels("pay.clickbank.net");
        match (hop.as_deref(), pay.as_deref(), host) {
            (Some([]), ..) => Self::new(Shape::Hoplink, parameter("affiliate"), parameter("vendor")),
            (Some([label]), ..) => Self::new(Shape::EncryptedHoplink { label: label.len() }, None, None),
            (Some([affiliate, vendor]), ..) => Self::new(Shape::LegacyHoplink, named(affiliate), named(vendor)),
            (_, Some([vendor]), _) => Self::new(Shape::PayLink, None, named(vendor)),
            (_, Some([_, vendor]), _) => Self::new(Shape::LegacyPayLink, None, named(vendor)),
            (.., "orders.clickbank.net") => Self::new(Shape::OrderForm, parameter("affi"), parameter("vvvv")),
            (Some(_), ..) | (_, Some(_), _) => Self::new(Shape::Other, None, None),
            _ => Self::on_a_page(parameter),
        }
    }

    /// The form of a URL on some other host.
    fn on_a_page(parameter: impl Fn(&str) -> Option<String>) -> Self {
        let hop = parameter("hop");
        if hop.is_some() || parameter("hopId").is_some() {
            return Self::new(Shape::Landing, hop.filter(|name| name != MASKED), None);
        }
        match parameter("affiliate") {
            None => Self::new(Shape::Other, None, None),
            affiliate => Self::new(Shape::Direct, affiliate, None),
        }
    }

    fn new(shape: Shape, affiliate: Option<String>, vendor: Option<String>) -> Self {
        Self {
            shape,
            affiliate,
            vendor,
        }
    }

    pub(super) fn shape(&self) -> Shape {
        self.shape
    }

    /// Whether ClickBank makes the hop; this is so for every form of a hoplink.
    #[must_use]
    pub fn is_hoplink(&self) -> bool {
        matches!(
            self.shape,
            Shape::Hoplink | Shape::EncryptedHoplink { .. } | Shape::LegacyHoplink
        )
    }

    /// Whether the link leads directly to the order form: either form of a pay link.
    #[must_use]
    pub fn is_pay_link(&self) -> bool {
        matches!(self.shape, Shape::PayLink | Shape::LegacyPayLink)
    }

    /// Whether the link is a page of the seller's that makes the hop itself, with ClickBank's
    /// script: `https://seller-page/?affiliate=X`.
    #[must_use]
    pub fn is_direct(&self) -> bool {
        self.shape == Shape::Direct
    }

    /// Whether the URL is not a link of ClickBank's: it is another network's, or a seller's page
    /// without a sign of a hop.
    #[must_use]
    pub fn is_other(&self) -> bool {
        self.shape == Shape::Other
    }

    /// The tracking code that takes a click id: `tid` on a link that an affiliate promotes (support
    /// article 220365867, certain), `vtid` on a seller's pay link (360036580432, certain), and none
    /// on a page on which the visitor already is.
    #[must_use]
    pub fn tracking_parameter(&self) -> Option<&'static str> {
        match self {
            form if form.is_hoplink() || form.is_direct() => Some(TID),
            form if form.is_pay_link() => Some(VTID),
            _ => None,
        }
    }

    /// Whether the link takes a parameter. A link of an affiliate's takes all of
    /// [`TRACKING_PARAMETERS`] but `vtid`; a pay link takes only `vtid`. That hoplinks and direct
    /// links take the affiliate's parameters is ClickBank's own text (26455062697620, certain);
    /// that a pay link takes none of them is concluded from it (fairly sure). Any other parameter
    /// of a pay link is a variable of the seller's own.
    ///
    /// [`TRACKING_PARAMETERS`]: super::TRACKING_PARAMETERS
    #[must_use]
    pub fn takes(&self, parameter: &str) -> bool {
        match self.tracking_parameter() {
            None => false,
            Some(VTID) => parameter == VTID,
            Some(_) => parameter != VTID && longest(parameter).is_some(),
        }
    }

    /// The name of the form, as messages show it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self.shape {
            Shape::Hoplink => "hoplink",
            Shape::EncryptedHoplink { .. } => "encrypted hoplink",
            Shape::LegacyHoplink => "old hoplink",
            Shape::Direct => "direct link",
            Shape::Landing => "landing page",
            Shape::PayLink => "pay link",
            Shape::LegacyPayLink => "old pay link",
            Shape::OrderForm => "order form",
            Shape::Other => "other link",
        }
    }

    /// The promoter's nickname, where the link shows it.
    #[must_use]
    pub fn affiliate(&self) -> Option<&str> {
        self.affiliate.as_deref()
    }

    /// The seller's nickname, where the link shows it.
    #[must_use]
    pub fn vendor(&self) -> Option<&str> {
        self.vendor.as_deref()
    }
}

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
