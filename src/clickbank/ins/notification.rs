//! A notification in plain text: everything it holds, and typed access to the known parts.

use super::{
    fields::{CommonTracking, Contact, LineItem, LinkParameters, Upsell, fields},
    find::find,
    scalar::{Number, SourceReceipt, SourceTime},
    words::{SubscriptionChange, TransactionType, Version},
};
use crate::clickbank::{
    json::{Document, Json, Shape},
    plaintext::{Fault, MAX_PLAINTEXT, document},
};
use crate::value::{Currency, FieldPath, Receipt};
use alloc::{string::String, vec::Vec};
use core::fmt;

/// One notification. It keeps every key that came, known or not, in its order, and the text of each
/// number. The methods read the known keys.
///
/// `Debug` shows the values that identify the transaction and nothing of the customer.
///
/// ```
/// use postback::Notification;
/// use postback::clickbank::ins::{TransactionType, Version};
///
/// let notification = Notification::parse(br#"{"transactionTime":"20260423T175704-0700","receipt":"TEST0001",
///     "transactionType":"SALE","role":"VENDOR","totalAccountAmount":28.90,"version":8.0}"#)?;
/// assert_eq!(notification.transaction_type(), &TransactionType::Sale);
/// assert_eq!(notification.version(), &Version::V8);
/// assert_eq!(notification.total_account_amount().unwrap().text(), "28.90");
/// assert_eq!(notification.lookup(&"role".parse().unwrap()), Some("VENDOR"));
/// # Ok::<(), postback::clickbank::ins::Fault>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Notification {
    document: Document,
    transaction_time: SourceTime,
    receipt: Option<SourceReceipt>,
    transaction_type: TransactionType,
    version: Version,
}

impl Notification {
    /// Reads a plaintext that was decrypted elsewhere, or that [`Notification::to_json`] wrote. It
    /// is not known who wrote such a text.
    ///
    /// The keys `transactionTime`, `receipt` and `transactionType` (texts) and `version` (a number)
    /// are required. The receipt may be absent, null or empty in an `ABANDONED_ORDER` and in every
    /// `CUSTOMER_*`. An unknown version or type is not an error.
    ///
    /// # Errors
    /// - more than [`MAX_PLAINTEXT`] bytes
    /// - a text that is not UTF-8
    /// - a text that is not exactly one JSON object by RFC 8259: with a byte order mark, bytes
    ///   after the object, or lone surrogates
    /// - a key that stands twice in an object, at any depth, compared with its escapes decoded
    /// - more than [`MAX_DEPTH`](super::MAX_DEPTH) levels
    /// - a required key that is missing or of another type, a time that is not a time, a receipt
    ///   with control characters or over 256 bytes
    pub fn parse(plaintext: &[u8]) -> Result<Self, Fault> {
        if plaintext.len() > MAX_PLAINTEXT {
            return Err(Fault::TooLong);
        }
        Self::read(plaintext.to_vec())
    }

    /// Does the same for a buffer whose size was checked elsewhere. The buffer is kept or wiped.
    pub(super) fn read(plaintext: Vec<u8>) -> Result<Self, Fault> {
        let document = document(plaintext)?;
        let root = document.root();
        let transaction_time = SourceTime::parse(required_text(root, "transactionTime")?);
        let transaction_time = transaction_time.ok_or(Fault::Invalid("transactionTime"))?;
        let transaction_type = TransactionType::parse(required_text(root, "transactionType")?);
        let receipt = match required_text(root, "receipt") {
            Ok(text) => Some(SourceReceipt::parse(text).ok_or(Fault::Invalid("receipt"))?),
            Err(Fault::Missing(_)) if transaction_type.may_lack_receipt() => None,
            Err(fault) => return Err(fault),
        };
        let version = match root.member("version").map(Json::shape) {
            Some(Shape::Number(text)) => Version::parse(text),
            None | Some(Shape::Null) => return Err(Fault::Missing("version")),
            Some(_) => return Err(Fault::Invalid("version")),
        };
        Ok(Self {
            document,
            transaction_time,
            receipt,
            transaction_type,
            version,
        })
    }

    /// `transactionTime`: the time of the transaction. Together with the receipt, the type, the
    /// role and the items it identifies the message.
    #[must_use]
    pub fn transaction_time(&self) -> &SourceTime {
        &self.transaction_time
    }

    /// `receipt`: the receipt of the order, or of one rebill of it. Only an `ABANDONED_ORDER` and
    /// `CUSTOMER_*` have none.
    #[must_use]
    pub fn receipt(&self) -> Option<&SourceReceipt> {
        self.receipt.as_ref()
    }

    /// The word of `transactionType`.
    #[must_use]
    pub fn transaction_type(&self) -> &TransactionType {
        &self.transaction_type
    }

    /// `transactionType` as it came. It differs from the word for a `SUBSCRIPTION-CHG
    /// <old>-><new>`.
    #[must_use]
    pub fn transaction_type_text(&self) -> &str {
        self.json().text("transactionType").unwrap_or_default()
    }

    /// The two products of a `SUBSCRIPTION-CHG <old>-><new>`.
    #[must_use]
    pub fn subscription_change(&self) -> Option<SubscriptionChange<'_>> {
        SubscriptionChange::parse(self.transaction_type_text())
    }

    /// `version`: the version of the notification, by its numeric value.
    #[must_use]
    pub fn version(&self) -> &Version {
        &self.version
    }

    fields! {
        /// the seller
        vendor -> &str = text("vendor");
        /// the promoter; absent when there is none
        affiliate -> &str = text("affiliate");
        /// the role of the receiver of this notification: each party of an order gets its own, with
        /// its own share as the amount. `VENDOR`, `AFFILIATE`, `JV_UPSELL` (the partner of a joint
        /// venture, on an upsell)
        role -> &str = text("role");
        /// the earnings of the receiver of the notification, in USD whatever the order's currency
        /// is
        total_account_amount -> Number<'_> = number("totalAccountAmount");
        /// what the customer paid, in [`Notification::order_currency`]
        total_order_amount -> Number<'_> = number("totalOrderAmount");
        /// the tax in the order amount; absent for an affiliate
        total_tax_amount -> Number<'_> = number("totalTaxAmount");
        /// the shipping in the order amount; absent for an affiliate
        total_shipping_amount -> Number<'_> = number("totalShippingAmount");
        /// how the customer paid (INS lists, REST interface and captures, which disagree): `PYPL`
        /// and `PYPL-NEW` (PayPal), `VISA`, `MSTR` (Mastercard), `DISC` (Discover), `AMEX`, `DNRS`
        /// (Diners Club), `JCBC`, `MAES` (Maestro), `SWIT` (Switch), `SOLO`, `CARD`, and `TEST`, a
        /// test card; `ENRT`, `AUST`, `BLME` and `STVA` are explained nowhere
        payment_method -> &str = text("paymentMethod");
        /// the language of the order form: `DE EN ES FR IT PT`; absent in the test of the settings
        order_language -> &str = text("orderLanguage");
        /// whether the customer refused to be contacted (one third-party model has it)
        declined_consent -> bool = flag("declinedConsent");
        /// which delivery of the same message this is, counted from 1
        attempt_count -> u64 = count("attemptCount");
    }

    fn json(&self) -> Json<'_> {
        self.document.root()
    }

    /// `currency`: the currency of the order's amounts, only in a vendor's notification. It is not
    /// the currency of `totalAccountAmount`.
    #[must_use]
    pub fn order_currency(&self) -> Option<Currency> {
        self.json().text("currency")?.parse().ok()
    }

    /// `trackingCodes`: the `tid` of the hoplink or the seller's `vtid`. Empty codes are left out,
    /// and the key is absent when there is none.
    pub fn tracking_codes(&self) -> impl Iterator<Item = &str> {
        let codes = match self.json().member("trackingCodes").map(Json::shape) {
            Some(Shape::List(codes)) => Some(codes),
            _ => None,
        };
        codes.into_iter().flatten().filter_map(Json::scalar)
    }

    /// `lineItems`: the products. One object in place of the list (which was seen in real
    /// notifications) counts as one line; null and absent are none.
    pub fn line_items(&self) -> impl Iterator<Item = LineItem<'_>> {
        let lines = self.json().member("lineItems").and_then(|json| match json.shape() {
            Shape::List(items) => Some(items),
            Shape::Object(_) => Some(json.alone()),
            _ => None,
        });
        let lines = lines.into_iter().flatten();
        lines.filter(|line| line.members().is_some()).map(LineItem)
    }

    /// `customer.shipping`: absent for an affiliate.
    #[must_use]
    pub fn shipping(&self) -> Option<Contact<'_>> {
        self.json().object("customer")?.object("shipping").map(Contact)
    }

    /// `customer.billing`
    #[must_use]
    pub fn billing(&self) -> Option<Contact<'_>> {
        self.json().object("customer")?.object("billing").map(Contact)
    }

    /// `upsell`: the object may be there and be empty.
    #[must_use]
    pub fn upsell(&self) -> Option<Upsell<'_>> {
        self.json().object("upsell").map(Upsell)
    }

    /// `vendorVariables`: the seller's own query parameters. Their values are still
    /// percent-encoded, as in the URL. Absent when there are none.
    #[must_use]
    pub fn vendor_variables(&self) -> Option<LinkParameters<'_>> {
        self.json().object("vendorVariables").map(LinkParameters)
    }

    /// `commonTrackingParameters` (since version 8).
    #[must_use]
    pub fn common_tracking_parameters(&self) -> Option<CommonTracking<'_>> {
        self.json().object("commonTrackingParameters").map(CommonTracking)
    }

    /// `affiliateTrackingParameters`: the parameters that the affiliate wrote into the hoplink
    /// (since version 8, only for the role AFFILIATE; unused ones are absent). The names are those
    /// of the link in another spelling: `offer`, `trafficType`, `trafficSource`, `campaign`,
    /// `adgroup`, `ad`, `creative`, `extclid` and `fbclid` (the click ids of another system and of
    /// Facebook, at most 256 bytes), `affSub1` to `affSub5`, `uniqueAffSub1` to `uniqueAffSub5`,
    /// `contactId`.
    #[must_use]
    pub fn affiliate_tracking_parameters(&self) -> Option<LinkParameters<'_>> {
        self.json().object("affiliateTrackingParameters").map(LinkParameters)
    }

    /// Whether no money moved ([`TransactionType::is_test`]).
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.transaction_type.is_test()
    }

    /// Whether there are lines and every one is an `UPSELL`. Bumps and cart lines belong to the
    /// first sale.
    #[must_use]
    pub fn all_items_are_upsells(&self) -> bool {
        let mut items = self.line_items().peekable();
        items.peek().is_some() && items.all(|item| item.0.text("lineItemType") == Some("UPSELL"))
    }

    /// The receipt of the first sale of the upsell flow, unless it is this notification's own
    /// receipt. Rebill numbers are removed from both.
    #[must_use]
    pub fn parent_receipt(&self) -> Option<Receipt> {
        let parent = SourceReceipt::parse(self.upsell()?.original_receipt()?)?;
        let own = self.receipt.as_ref().map(SourceReceipt::stripped);
        (own != Some(parent.stripped())).then(|| parent.stripped().clone())
    }

    /// The item number of each line, sorted in byte order. Repeated numbers are kept.
    #[must_use]
    pub fn item_numbers_sorted(&self) -> Vec<&str> {
        let mut numbers: Vec<&str> = self.line_items().filter_map(|item| item.item_number()).collect();
        numbers.sort_unstable();
        numbers
    }

    /// The text at `path`: a string as it came, a number by its text, `true` or `false`. None for a
    /// value that is absent, null or empty, and for an object or a list.
    #[must_use]
    pub fn lookup(&self, path: &FieldPath) -> Option<&str> {
        find(path, self.json())?.scalar()
    }

    /// Everything but `attemptCount`, which changes with each delivery of the same message. This is
    /// the identity of a notification without a receipt. It holds personal data, so hash it.
    pub(crate) fn text_without_attempt(&self) -> String {
        let members = self.json().members().into_iter().flatten();
        let kept = members.filter(|(key, _)| *key != "attemptCount");
        let mut lines: Vec<String> = kept
            .map(|(key, value)| alloc::format!("{key}={}\n", serde_json::to_string(&value).unwrap_or_default()))
            .collect();
        lines.sort_unstable();
        lines.concat()
    }

    /// Prints everything back as JSON on one line, personal data included: ClickBank's own keys in
    /// their order, numbers by their text, strings in the shortest escaping.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "the document holds only texts that were read as JSON, and writing to memory does not fail"
    )]
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.json()).expect("what was read can be written")
    }
}

/// Serialises as [`Notification::to_json`] prints; this is made for `serde_json`.
impl serde::Serialize for Notification {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json().serialize(serializer)
    }
}

impl fmt::Debug for Notification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notification")
            .field("version", &self.version)
            .field("transaction_type", &self.transaction_type)
            .field("transaction_time", &self.transaction_time.text())
            .field("receipt", &self.receipt.as_ref().map(SourceReceipt::text))
            .field("role", &self.role())
            .field("vendor", &self.vendor())
            .field("affiliate", &self.affiliate())
            .field("item_numbers", &self.item_numbers_sorted())
            .finish_non_exhaustive()
    }
}

fn required_text<'a>(root: Json<'a>, key: &'static str) -> Result<&'a str, Fault> {
    match root.member(key).map(Json::shape) {
        Some(Shape::Text(text)) if !text.is_empty() => Ok(text),
        None | Some(Shape::Null | Shape::Text(_)) => Err(Fault::Missing(key)),
        Some(_) => Err(Fault::Invalid(key)),
    }
}
