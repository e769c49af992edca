//! The platforms' standard names of events.

use crate::model::{Counts, Platform};
use crate::outbound::Outbound;
use alloc::string::String;

/// What is told of one conversion type.
#[derive(Debug)]
pub(crate) struct EventTerms {
    /// The platform's name of the event; at Google the id of the conversion action.
    pub(crate) name: String,
    /// The request without its items.
    pub(crate) frame: Outbound,
}

/// Meta's standard events (its Conversions API and pixel share them).
const META: &[&str] = &[
    "AddPaymentInfo",
    "AddToCart",
    "AddToWishlist",
    "CompleteRegistration",
    "Contact",
    "CustomizeProduct",
    "Donate",
    "FindLocation",
    "InitiateCheckout",
    "Lead",
    "PageView",
    "Purchase",
    "Schedule",
    "Search",
    "StartTrial",
    "SubmitApplication",
    "Subscribe",
    "ViewContent",
];

/// TikTok's standard events.
const TIKTOK: &[&str] = &[
    "AddPaymentInfo",
    "AddToCart",
    "AddToWishlist",
    "ApplicationApproval",
    "ClickButton",
    "CompletePayment",
    "CompleteRegistration",
    "Contact",
    "CustomizeProduct",
    "Download",
    "FindLocation",
    "InitiateCheckout",
    "Lead",
    "Pageview",
    "PlaceAnOrder",
    "Purchase",
    "Schedule",
    "Search",
    "StartTrial",
    "SubmitApplication",
    "SubmitForm",
    "Subscribe",
    "ViewContent",
];

/// The platform's standard names.
pub(crate) fn standard(platform: Platform) -> &'static [&'static str] {
    match platform {
        Platform::Meta => META,
        Platform::TikTok => TIKTOK,
        // Google has ids of conversion actions, and Microsoft has goals of one's own.
        Platform::Google | Platform::Microsoft => &[],
    }
}

/// The name of an event for a conversion type that no row names: the standard name that is equal
/// but for case, spaces, `_` and `-`; else `Purchase` for a sale, and the type's own name for
/// anything else. Google has no names, so it has no such default.
pub(crate) fn usual(platform: Platform, type_name: &str, counts: Counts) -> Option<String> {
    if platform == Platform::Google {
        return None;
    }
    let plain = |text: &str| -> String {
        let letters = text.chars().filter(|c| !matches!(c, ' ' | '_' | '-'));
        letters.flat_map(char::to_lowercase).collect()
    };
    let wanted = plain(type_name);
    let mut names = standard(platform).iter();
    let known = names.find(|name| plain(name) == wanted).copied();
    let known = known.or((counts == Counts::Sale && platform != Platform::Microsoft).then_some("Purchase"));
    Some(known.unwrap_or(type_name).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_has_the_standard_name_that_it_spells() {
        let usual = |platform, name, counts| usual(platform, name, counts).unwrap();
        assert_eq!(usual(Platform::Meta, "add to cart", Counts::Step), "AddToCart");
        assert_eq!(usual(Platform::TikTok, "pageview", Counts::Info), "Pageview");
        assert_eq!(usual(Platform::Meta, "Sale", Counts::Sale), "Purchase");
        assert_eq!(usual(Platform::Meta, "Upsell", Counts::Revenue), "Upsell");
        assert_eq!(usual(Platform::Microsoft, "Sale", Counts::Sale), "Sale");
    }
}
