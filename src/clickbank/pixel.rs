//! The generic pixel of Integrated Sales Reporting (ISR), which a buyer's browser loads on ClickBank's order form or confirmation page.
//!
//! ClickBank appends parameters of its own to the URL that was pasted there. Which ones is known from one receiver in the field alone
//! (fairly sure): `verificationHash role affiliate vendor trackingCodes productTitle upsellFlowId upsellOriginalReceipt itemNo` on both pages,
//! and on the confirmation page `receipt customerBillingInfo customerShippingInfo transactionType currency totalProductAmount totalTaxAmount
//! totalShippingAmount orderLanguage paymentMethod transactionTime` besides. How `verificationHash` is made is not known, so nothing here is
//! more than a browser's word: it proves no sale, and no amount of it counts. ClickBank itself says that the pixel misses upsells and own
//! thank-you pages, and that it will go (support article 220375827).

use super::ins::{PaymentMethod, Role, TransactionType};
use crate::value::{Amount, AmountError, Currency, CurrencyError, Pii, Query, QueryError, is_unfilled_macro};
use alloc::{
    borrow::ToOwned,
    string::{String, ToString},
    vec::Vec,
};
use thiserror::Error;

/// The most tracking codes that are read of one pixel; ClickBank knows two, `tid` and `vtid`.
pub const MAX_TRACKING_CODES: usize = 16;

/// The names that tracking codes come under; the second is how forms write a list.
pub const TRACKING_CODES: &[&str] = &["trackingCodes", "trackingCodes[]"];

/// What a generic pixel says. What is absent, empty or an unfilled macro is none. `Debug` shows nothing of the customer.
///
/// ```
/// use postback::clickbank::pixel::SalesPixel;
/// use postback::value::Query;
/// let query = Query::parse(b"type=InitiateCheckout&role=AFFILIATE&trackingCodes=[p2345,x]&itemNo=1&totalProductAmount=9.00")?;
/// let pixel = SalesPixel::read(&query)?;
/// assert_eq!(pixel.tracking_codes, ["p2345", "x"]);
/// assert_eq!(pixel.total_product_amount, Some("9".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SalesPixel {
    /// `verificationHash`, kept and not checked: how it is made is not known.
    pub verification_hash: Option<String>,
    /// `role`: whose pixel it is.
    pub role: Option<Role>,
    /// `affiliate`: the promoter's nickname.
    pub affiliate: Option<String>,
    /// `vendor`: the seller's nickname.
    pub vendor: Option<String>,
    /// `trackingCodes`: see [`tracking_codes`].
    pub tracking_codes: Vec<String>,
    /// `productTitle`
    pub product_title: Option<String>,
    /// `itemNo`
    pub item_number: Option<String>,
    /// `upsellFlowId`
    pub upsell_flow_id: Option<String>,
    /// `upsellOriginalReceipt`: the receipt of the first sale of the flow.
    pub upsell_original_receipt: Option<String>,
    /// `receipt`
    pub receipt: Option<String>,
    /// `transactionType`, in the words of the notifications.
    pub transaction_type: Option<TransactionType>,
    /// `currency`
    pub currency: Option<Currency>,
    /// `totalProductAmount`, a decimal.
    pub total_product_amount: Option<Amount>,
    /// `totalTaxAmount`, a decimal.
    pub total_tax_amount: Option<Amount>,
    /// `totalShippingAmount`, a decimal.
    pub total_shipping_amount: Option<Amount>,
    /// `orderLanguage`
    pub order_language: Option<String>,
    /// `paymentMethod`
    pub payment_method: Option<PaymentMethod>,
    /// `transactionTime`, as it is written: its form is not known.
    pub transaction_time: Option<String>,
    /// `customerBillingInfo`, as it is written.
    pub billing: Option<Pii>,
    /// `customerShippingInfo`, as it is written.
    pub shipping: Option<Pii>,
}

/// A pixel's query that is refused, with the parameter at fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct PixelError(Problem);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Problem {
    #[error(transparent)]
    Repeated(#[from] QueryError),
    #[error("parameter `{0}`: {1}")]
    Amount(&'static str, AmountError),
    #[error("parameter `currency`: {0}")]
    Currency(CurrencyError),
}

impl SalesPixel {
    /// Reads the parameters that ClickBank appends; others are the URL's own.
    ///
    /// # Errors
    /// - one of ClickBank's parameters that stands there more than once, but for `trackingCodes`
    /// - an amount that is no decimal, a currency that is not three letters
    pub fn read(query: &Query<'_>) -> Result<Self, PixelError> {
        Self::parts(query).map_err(PixelError)
    }

    fn parts(query: &Query<'_>) -> Result<Self, Problem> {
        let text = |name| query.value(name).map(|value| value.map(ToOwned::to_owned));
        let amount = |name| {
            let parsed = query.value(name)?.map(str::parse).transpose();
            parsed.map_err(|error| Problem::Amount(name, error))
        };
        let currency = query.value("currency")?.map(str::parse).transpose();
        Ok(Self {
            verification_hash: text("verificationHash")?,
            role: query.value("role")?.map(Role::from),
            affiliate: text("affiliate")?,
            vendor: text("vendor")?,
            tracking_codes: tracking_codes(query).map(ToString::to_string).collect(),
            product_title: text("productTitle")?,
            item_number: text("itemNo")?,
            upsell_flow_id: text("upsellFlowId")?,
            upsell_original_receipt: text("upsellOriginalReceipt")?,
            receipt: text("receipt")?,
            transaction_type: query.value("transactionType")?.map(TransactionType::parse),
            currency: currency.map_err(Problem::Currency)?,
            total_product_amount: amount("totalProductAmount")?,
            total_tax_amount: amount("totalTaxAmount")?,
            total_shipping_amount: amount("totalShippingAmount")?,
            order_language: text("orderLanguage")?,
            payment_method: query.value("paymentMethod")?.map(PaymentMethod::from),
            transaction_time: text("transactionTime")?,
            billing: query.value("customerBillingInfo")?.map(Pii::new),
            shipping: query.value("customerShippingInfo")?.map(Pii::new),
        })
    }
}

/// The tracking codes of a pixel, at most [`MAX_TRACKING_CODES`]: every one of [`TRACKING_CODES`], each of them a
/// [list](listed_codes). How ClickBank writes several is not known.
pub fn tracking_codes<'q>(query: &'q Query<'_>) -> impl Iterator<Item = &'q str> {
    let values = query
        .pairs()
        .filter(|(name, _)| matches!(*name, "trackingCodes" | "trackingCodes[]"));
    values
        .flat_map(|(_, value)| listed_codes(value))
        .take(MAX_TRACKING_CODES)
}

/// The codes of one value: `a`, `a,b`, `[a, b]`, `["a","b"]`. None of these marks may stand in a tracking code, so no code is cut. Empty ones and
/// unfilled macros are left out.
pub fn listed_codes(value: &str) -> impl Iterator<Item = &str> {
    let inner = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let codes = inner.unwrap_or(value).split(',');
    let codes = codes.map(|code| code.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')));
    codes.filter(|code| !code.is_empty() && !is_unfilled_macro(code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, vec};

    fn read(query: &str) -> Result<SalesPixel, alloc::string::String> {
        SalesPixel::read(&Query::parse(query.as_bytes()).unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn the_parameters_of_both_pages_are_read() {
        let pixel = read(
            "type=x&verificationHash=ABC&role=VENDOR&affiliate=promoter&vendor=seller&trackingCodes=a&productTitle=A%20book&itemNo=1\
             &upsellFlowId=55&upsellOriginalReceipt=CWOGBZLN&receipt=CWOGBZL2&transactionType=SALE&currency=USD&totalProductAmount=9.00\
             &totalTaxAmount=0.56&totalShippingAmount=0&orderLanguage=EN&paymentMethod=VISA&transactionTime=1&customerBillingInfo=b\
             &customerShippingInfo=s",
        );
        let pixel = pixel.unwrap();
        assert_eq!(
            (pixel.role, pixel.payment_method),
            (Some(Role::Vendor), Some(PaymentMethod::Visa))
        );
        assert_eq!(pixel.transaction_type, Some(TransactionType::Sale));
        assert_eq!(pixel.currency, Some(Currency::USD));
        let amounts = [
            pixel.total_product_amount,
            pixel.total_tax_amount,
            pixel.total_shipping_amount,
        ];
        assert_eq!(amounts.map(|amount| amount.unwrap().to_string()), ["9", "0.56", "0"]);
        let texts = [
            pixel.verification_hash,
            pixel.affiliate,
            pixel.vendor,
            pixel.product_title,
            pixel.item_number,
            pixel.upsell_flow_id,
            pixel.upsell_original_receipt,
            pixel.receipt,
            pixel.order_language,
            pixel.transaction_time,
        ];
        assert_eq!(
            texts.map(Option::unwrap),
            [
                "ABC", "promoter", "seller", "A book", "1", "55", "CWOGBZLN", "CWOGBZL2", "EN", "1"
            ]
        );
        assert_eq!(pixel.tracking_codes, ["a"]);
        assert!(pixel.billing.is_some() && pixel.shipping.is_some());
        assert_eq!(read("type=x&role={role}&itemNo=").unwrap(), SalesPixel::default());
    }

    #[test]
    fn nothing_of_the_customer_is_shown() {
        let text = format!(
            "{:?}",
            read("customerBillingInfo=canary&customerShippingInfo=canary").unwrap()
        );
        assert!(!text.contains("canary"), "{text}");
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
            assert_eq!(read(query).unwrap().tracking_codes, ["a", "b"], "{query}");
        }
        assert_eq!(
            read("trackingCodes=[]&trackingCodes=").unwrap().tracking_codes,
            vec![""; 0]
        );
    }

    #[test]
    fn at_most_16_codes_are_read() {
        for (count, read_) in [
            (MAX_TRACKING_CODES - 1, 15),
            (MAX_TRACKING_CODES, 16),
            (MAX_TRACKING_CODES + 1, 16),
        ] {
            let query = format!("trackingCodes={}", vec!["a"; count].join(","));
            assert_eq!(read(&query).unwrap().tracking_codes.len(), read_);
        }
    }

    #[test]
    fn a_parameter_that_is_repeated_or_cannot_be_read_is_named() {
        assert_eq!(
            read("receipt=a&receipt=b").unwrap_err(),
            "parameter `receipt` is repeated"
        );
        assert_eq!(
            read("totalTaxAmount=1,5").unwrap_err(),
            format!("parameter `totalTaxAmount`: {}", "1,5".parse::<Amount>().unwrap_err())
        );
        assert_eq!(
            read("currency=dollars").unwrap_err(),
            format!("parameter `currency`: {}", "dollars".parse::<Currency>().unwrap_err())
        );
    }
}
