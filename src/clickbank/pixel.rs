//! This module reads the tracking codes of the generic pixel of Integrated Sales Reporting (ISR),
//! which a buyer's browser loads on ClickBank's order form or confirmation page.
//!
//! ClickBank appends parameters of its own to the URL that was pasted there. Which ones is known
//! from one receiver in the field alone (fairly sure):
//! `verificationHash role affiliate vendor trackingCodes productTitle upsellFlowId
//! upsellOriginalReceipt itemNo` on both pages, and on the confirmation page `receipt
//! customerBillingInfo customerShippingInfo transactionType currency totalProductAmount
//! totalTaxAmount totalShippingAmount orderLanguage paymentMethod
//! transactionTime` besides. How `verificationHash` is made is not known, so all of it is no more
//! than a browser's word: it proves no sale, no amount of it counts, and the codes alone are read.
//! ClickBank itself says that the pixel misses upsells and own thank-you pages, and that it will go
//! (support article 220375827).
//!
//! ```
//! use postback::{Query, clickbank::pixel::tracking_codes};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let query = Query::parse(b"type=InitiateCheckout&trackingCodes=p2345,summer&itemNo=1")?;
//!     assert!(tracking_codes(&query).eq(["p2345", "summer"]));
//!     Ok(())
//! }
//! ```

use crate::network::{Meaning, ParameterMap};
use crate::value::{Query, is_unfilled_macro};
use alloc::vec::Vec;

/// The most tracking codes that are read from one pixel. ClickBank knows two, `tid` and `vtid`
/// (support articles 220365867 and 360036580432; certain).
pub const MAX_TRACKING_CODES: usize = 16;

/// The names under which tracking codes come. The first is the name in the receiver above and in
/// notifications (fairly sure). The second is the way in which forms write a list; nobody has seen
/// ClickBank write it (a guess).
pub(crate) const TRACKING_CODES: &[&str] = &["trackingCodes", "trackingCodes[]"];

/// Returns the tracking codes of a pixel, at most [`MAX_TRACKING_CODES`]. They are read from every
/// `trackingCodes` and `trackingCodes[]`; each value is a list as in `a`, `a,b`, `[a, b]` or
/// `["a","b"]`.
///
/// ```
/// use postback::clickbank::pixel::tracking_codes;
/// use postback::Query;
/// let query = Query::parse(b"type=InitiateCheckout&role=AFFILIATE&trackingCodes=[p2345,x]&itemNo=1")?;
/// assert!(tracking_codes(&query).eq(["p2345", "x"]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn tracking_codes<'q>(query: &'q Query<'_>) -> impl Iterator<Item = &'q str> {
    let values = query.pairs().filter(|(name, _)| TRACKING_CODES.contains(name));
    values
        .flat_map(|(_, value)| listed_codes(value))
        .take(MAX_TRACKING_CODES)
}

/// Returns the codes of one value: `a`, `a,b`, `[a, b]`, `["a","b"]`. It is not known how ClickBank
/// writes several codes, so these forms are guesses. None of their punctuation may stand in a
/// tracking code (support article 220365867, certain), so no code is cut. Empty codes and unfilled
/// macros are left out.
pub(crate) fn listed_codes(value: &str) -> impl Iterator<Item = &str> {
    let inner = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let codes = inner.unwrap_or(value).split(',');
    let codes = codes.map(|code| code.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')));
    codes.filter(|code| !code.is_empty() && !is_unfilled_macro(code))
}

/// Returns the codes of a postback that may be a click id. First come those under the names of the
/// click id, if the postback is a pixel (`listed`), which fills these as tracking codes; then come
/// the codes that ClickBank appends.
pub(crate) fn codes<'q, 'a>(
    query: &'q Query<'a>,
    names: &ParameterMap,
    listed: bool,
) -> impl Iterator<Item = &'q str> + use<'q, 'a> {
    let named = names.names(Meaning::ClickId).filter(move |_| listed);
    // None of these names is repeated, since the postback was read.
    let raw = named.filter_map(|name| query.raw(name).ok().flatten());
    let own: Vec<&str> = raw.flat_map(listed_codes).take(MAX_TRACKING_CODES).collect();
    own.into_iter().chain(tracking_codes(query))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{borrow::ToOwned, format, string::String, vec};

    fn codes(query: &str) -> Vec<String> {
        let query = Query::parse(query.as_bytes()).unwrap();
        tracking_codes(&query).map(ToOwned::to_owned).collect()
    }

    #[test]
    fn codes_are_a_list_however_it_is_written() {
        for query in [
            "trackingCodes=a,b",
            "trackingCodes=a&trackingCodes=b",
            "trackingCodes[]=a&trackingCodes[]=b",
            "trackingCodes=[a,%20b]",
            "trackingCodes=[%22a%22,%22b%22]",
            "trackingCodes=a,,{tid},b",
        ] {
            assert_eq!(codes(query), ["a", "b"], "{query}");
        }
        assert_eq!(codes("trackingCodes=[]&trackingCodes=&other=a"), [""; 0]);
    }

    #[test]
    fn at_most_16_codes_are_read() {
        for (count, read) in [
            (MAX_TRACKING_CODES - 1, 15),
            (MAX_TRACKING_CODES, 16),
            (MAX_TRACKING_CODES + 1, 16),
        ] {
            let query = format!("trackingCodes={}", vec!["a"; count].join(","));
            assert_eq!(codes(&query).len(), read);
        }
    }
}
