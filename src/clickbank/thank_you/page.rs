//! A thank-you page that was verified or decrypted.

use super::parameters::{Values, text};
use super::times::Times;
use crate::event::Assurance;
use crate::value::{Pii, Timestamp};
use alloc::{collections::BTreeSet, string::String};
use core::fmt;

/// The parameters of a thank-you page's URL, verified or decrypted
/// ([`ThankYou::verify`](super::ThankYou::verify)).
///
/// Several products that were bought together are joined by `|` where the seller's confirmation
/// pages are off (one receiver), so receipts and items are lists. `Debug` shows these lists and
/// nothing of the customer. It serialises as an object of all parameters by name, personal data
/// included.
#[derive(Clone, PartialEq, Eq)]
pub struct ThankYouPage {
    values: Values,
    damaged: BTreeSet<String>,
    times: Times,
    assurance: Assurance,
    is_checked: bool,
}

impl ThankYouPage {
    pub(super) fn verified(values: Values, damaged: BTreeSet<String>, times: Times) -> Self {
        Self {
            values,
            damaged,
            times,
            assurance: Assurance::Verified32,
            is_checked: true,
        }
    }

    pub(super) fn decrypted(values: Values, times: Times, is_checked: bool) -> Self {
        Self {
            is_checked,
            values,
            damaged: BTreeSet::new(),
            times,
            assurance: Assurance::Decrypted,
        }
    }

    pub(super) fn times(&self) -> Times {
        self.times
    }

    /// How the page came: in plain form, where `cbpop` was right, or encrypted.
    /// [`ThankYouPage::is_checked`] says whether it can be trusted.
    #[must_use]
    pub fn assurance(&self) -> Assurance {
        self.assurance
    }

    /// Whether a `cbpop` was there and right. Then receipts, time and items are ClickBank's, with
    /// the certainty of 32 bits.
    ///
    /// **Where it is false, hand out nothing for [`ThankYouPage::items`].** Nothing authenticates
    /// an encrypted page without `cbpop`. Its IV is in the URL. A visitor who changes bits of the
    /// IV changes the same bits of the first sixteen bytes, which usually are `{"item":"..`: so the
    /// buyer of a cheap product can make it read as an expensive one. Later blocks cannot be chosen
    /// that way. Look up the purchase by its receipt in the notification.
    #[must_use]
    pub fn is_checked(&self) -> bool {
        self.is_checked
    }

    /// `cbreceipt`: the receipt of each product. It is the same as in the notification, and it is
    /// the event id of a pixel on this page.
    pub fn receipts(&self) -> impl Iterator<Item = &str> {
        self.list("cbreceipt")
    }

    /// `item`: the number of each product. Unless [`ThankYouPage::is_checked`] is true, the visitor
    /// may have written it.
    pub fn items(&self) -> impl Iterator<Item = &str> {
        self.list("item")
    }

    /// `time`: the time of the order; of several times, the first.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        self.times.first
    }

    /// `cbaffi`: the promoter; none for `0`, which ClickBank writes when there is none. `cbpop`
    /// does not cover it.
    #[must_use]
    pub fn affiliate(&self) -> Option<&str> {
        self.text("cbaffi").filter(|text| *text != "0")
    }

    /// `cname`: the customer's name. `cbpop` does not cover it.
    #[must_use]
    pub fn name(&self) -> Option<Pii> {
        self.text("cname").map(Pii::new)
    }

    /// `cemail`: the customer's e-mail address. `cbpop` does not cover it.
    #[must_use]
    pub fn email(&self) -> Option<Pii> {
        self.text("cemail").map(Pii::new)
    }

    /// `ccountry`: the country, two letters. `cbpop` does not cover it.
    #[must_use]
    pub fn country(&self) -> Option<&str> {
        self.text("ccountry")
    }

    /// `czip`: the postal code. `cbpop` does not cover it.
    #[must_use]
    pub fn postal_code(&self) -> Option<Pii> {
        self.text("czip").map(Pii::new)
    }

    /// `cupsellreceipt`: for an upsell, the receipt of the first sale. `cbpop` does not cover it,
    /// so on a plain page the visitor may have written it.
    #[must_use]
    pub fn upsell_receipt(&self) -> Option<&str> {
        self.text("cupsellreceipt")
    }

    /// Any parameter as it came, decoded, including the seller's own; none when it did not come.
    /// `cbpop` covers only `cbreceipt`, `time` and `item`.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Pii> {
        self.values.get(name)
    }

    /// The parameters that could not be read completely, in the order of their names. U+FFFD stands
    /// for each unreadable part. A parameter of ClickBank's that was repeated is among them, with
    /// its first value. `cbpop` covers none of them.
    pub fn damaged(&self) -> impl Iterator<Item = &str> {
        self.damaged.iter().map(String::as_str)
    }

    fn text(&self, name: &str) -> Option<&str> {
        text(&self.values, name)
    }

    fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        let parts = self.text(name).unwrap_or_default().split('|');
        parts.filter(|part| !part.is_empty())
    }
}

impl serde::Serialize for ThankYouPage {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(&self.values)
    }
}

impl fmt::Debug for ThankYouPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThankYouPage")
            .field("assurance", &self.assurance)
            .field("receipts", &self.text("cbreceipt"))
            .field("items", &self.text("item"))
            .field("time", &self.time())
            .finish_non_exhaustive()
    }
}
