//! A verified form, with the parameters that every form has.

use super::version::FormVersion;
use crate::clickbank::ins::{Fault, SourceReceipt, SubscriptionChange, TransactionType};
use crate::event::Assurance;
use crate::value::{Pii, Receipt, Timestamp};
use alloc::{collections::BTreeMap, string::String};
use core::fmt;

/// Parameters by name.
pub(super) type Values = BTreeMap<String, Pii>;

/// One notification of version 1.0 to 5.0 whose check was right. The check has only 32 bits; see
/// [`Assurance::Verified32`].
///
/// The methods read the known parameters, and each names its parameter. Absent and empty parameters
/// are both none: ClickBank sends the fields of a subscription empty where there is none, and
/// leaves other fields out. [`FormNotification::value`] tells the two apart. It also reads every
/// other parameter: the customer's first and last name (`ccustfirstname`, `ccustlastname`, both
/// often in capitals), the address (`ccustaddr1`, `ccustaddr2`, `ccustcity`, `ccustcounty`,
/// `ccuststate`, `ccustzip`), the shipping address (`ccustshippingstate`, `ccustshippingzip`,
/// `ccustshippingcountry`), and since 4.0 the upsell flow (`cbf`, the buyer's session, `cbfid` and
/// `cbfpath`). Where nothing else is said, names and meanings are from captured posts of 4.0 and
/// from receivers' lists of 1.0 and 2.1.
///
/// It serialises as an object of all parameters by name, personal data included. `Debug` shows the
/// values that identify the transaction and nothing of the customer.
#[derive(Clone, PartialEq, Eq)]
pub struct FormNotification {
    values: Values,
    version: FormVersion,
    transaction_time: Timestamp,
    receipt: Option<SourceReceipt>,
    transaction_type: TransactionType,
}

impl FormNotification {
    pub(super) fn read(values: Values, version: FormVersion) -> Result<Self, Fault> {
        let required = |name: &'static str| {
            let text = values.get(name).map(Pii::expose);
            text.filter(|text| !text.is_empty()).ok_or(Fault::Missing(name))
        };
        let transaction_type = TransactionType::parse(required("ctransaction")?);
        let time = Timestamp::parse_unix(required("ctranstime")?).ok();
        let since_1970 = time.filter(|time| time.unix_seconds() >= 0);
        let transaction_time = since_1970.ok_or(Fault::Invalid("ctranstime"))?;
        let receipt = match required("ctransreceipt") {
            Ok(text) => Some(SourceReceipt::parse(text).ok_or(Fault::Invalid("ctransreceipt"))?),
            Err(Fault::Missing(_)) if transaction_type.may_lack_receipt() => None,
            Err(fault) => return Err(fault),
        };
        Ok(Self {
            values,
            version,
            transaction_time,
            receipt,
            transaction_type,
        })
    }

    /// The assurance that the form is ClickBank's own: a check of 32 bits.
    #[must_use]
    pub const fn assurance(&self) -> Assurance {
        Assurance::Verified32
    }

    /// The version that its parameters indicate.
    #[must_use]
    pub fn version(&self) -> &FormVersion {
        &self.version
    }

    /// The word of `ctransaction`.
    #[must_use]
    pub fn transaction_type(&self) -> &TransactionType {
        &self.transaction_type
    }

    /// `ctransaction` as it came. It differs from the word for a `SUBSCRIPTION-CHG <old>-><new>`.
    #[must_use]
    pub fn transaction_type_text(&self) -> &str {
        self.text("ctransaction").unwrap_or_default()
    }

    /// The two products of a `SUBSCRIPTION-CHG <old>-><new>`.
    #[must_use]
    pub fn subscription_change(&self) -> Option<SubscriptionChange<'_>> {
        SubscriptionChange::parse(self.transaction_type_text())
    }

    /// `ctranstime`: the time of the transaction, in seconds since 1970. The check of 1.0 does not
    /// cover it.
    #[must_use]
    pub fn transaction_time(&self) -> Timestamp {
        self.transaction_time
    }

    /// `ctransreceipt`: the receipt of the order, or of one rebill of it.
    #[must_use]
    pub fn receipt(&self) -> Option<&SourceReceipt> {
        self.receipt.as_ref()
    }

    /// `cupsellreceipt`: for an upsell, the receipt of the first sale, unless it is this form's own
    /// receipt. Rebill numbers are removed from both. The check of 1.0 does not cover it, so for
    /// 1.0 it is none.
    #[must_use]
    pub fn parent_receipt(&self) -> Option<Receipt> {
        let parent = SourceReceipt::parse(self.text("cupsellreceipt")?)?;
        let own = self.receipt.as_ref().map(SourceReceipt::stripped);
        (own != Some(parent.stripped())).then(|| parent.stripped().clone())
    }

    /// Whether no money moved ([`TransactionType::is_test`]).
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.transaction_type.is_test()
    }

    /// Any parameter as it came, decoded; none when it did not come. For 1.0 only the parameters
    /// that its check covers are kept, and `ctranstime`.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Pii> {
        self.values.get(name)
    }

    /// A parameter that came and is not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(Pii::expose).filter(|text| !text.is_empty())
    }

    /// Every name and value, in the order of the names: the identity of a form without a receipt.
    /// It holds personal data, so hash it.
    pub(crate) fn whole(&self) -> impl Iterator<Item = &str> {
        let pairs = self.values.iter();
        pairs.flat_map(|(name, value)| [name.as_str(), value.expose()])
    }
}

impl serde::Serialize for FormNotification {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(&self.values)
    }
}

impl fmt::Debug for FormNotification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FormNotification")
            .field("version", &self.version)
            .field("transaction_type", &self.transaction_type)
            .field("transaction_time", &self.transaction_time)
            .field("receipt", &self.receipt.as_ref().map(SourceReceipt::text))
            .field("role", &self.role())
            .field("vendor", &self.vendor())
            .field("affiliate", &self.affiliate())
            .field("item_number", &self.item_number())
            .finish_non_exhaustive()
    }
}
