//! Finds values of a form by the paths of the later versions, so that one table of parameters
//! serves a source that receives both.

use super::money::{MinorUnits, ZeroDecimal};
use super::notification::FormNotification;
use crate::value::{Currency, FieldPath};
use alloc::{borrow::Cow, string::ToString};

/// The paths of versions 6 and later, with the parameters that have the same value. The address
/// without `shipping` in its names is used for both addresses, because a form has only one. It is
/// assumed that the goods go there unless the three `shipping` parameters say otherwise.
const PLACES: &[(&str, &[&str])] = &[
    ("receipt", &["ctransreceipt"]),
    ("transactionType", &["ctransaction"]),
    ("vendor", &["ctransvendor", "ctranspublisher"]),
    ("affiliate", &["ctransaffiliate"]),
    ("role", &["ctransrole"]),
    ("paymentMethod", &["ctranspaymentmethod"]),
    ("currency", &["ccurrency"]),
    ("orderLanguage", &["corderlanguage"]),
    ("trackingCodes[0]", &["ctid", "caffitid"]),
    ("lineItems[0].itemNo", &["cproditem"]),
    ("lineItems[0].productTitle", &["cprodtitle"]),
    ("lineItems[0].paymentPlan.rebillStatus", &["crebillstatus"]),
    ("lineItems[0].paymentPlan.rebillFrequency", &["crebillfrequency"]),
    ("lineItems[0].paymentPlan.paymentsProcessed", &["cprocessedpayments"]),
    ("lineItems[0].paymentPlan.paymentsRemaining", &["cfuturepayments"]),
    ("lineItems[0].paymentPlan.nextPaymentDate", &["cnextpaymentdate"]),
    ("customer.billing.firstName", &["ccustfirstname"]),
    ("customer.billing.lastName", &["ccustlastname"]),
    ("customer.billing.fullName", &["ccustfullname", "ccustname"]),
    ("customer.billing.email", &["ccustemail"]),
    ("customer.billing.address.address1", &["ccustaddr1"]),
    ("customer.billing.address.address2", &["ccustaddr2"]),
    ("customer.billing.address.city", &["ccustcity"]),
    ("customer.billing.address.county", &["ccustcounty"]),
    ("customer.billing.address.state", &["ccuststate"]),
    ("customer.billing.address.postalCode", &["ccustzip"]),
    ("customer.billing.address.country", &["ccustcc"]),
    ("customer.shipping.firstName", &["ccustfirstname"]),
    ("customer.shipping.lastName", &["ccustlastname"]),
    ("customer.shipping.fullName", &["ccustfullname", "ccustname"]),
    ("customer.shipping.email", &["ccustemail"]),
    ("customer.shipping.address.address1", &["ccustaddr1"]),
    ("customer.shipping.address.address2", &["ccustaddr2"]),
    ("customer.shipping.address.city", &["ccustcity"]),
    ("customer.shipping.address.county", &["ccustcounty"]),
    ("customer.shipping.address.state", &["ccustshippingstate", "ccuststate"]),
    (
        "customer.shipping.address.postalCode",
        &["ccustshippingzip", "ccustzip"],
    ),
    (
        "customer.shipping.address.country",
        &["ccustshippingcountry", "ccustcc"],
    ),
    ("upsell.upsellOriginalReceipt", &["cupsellreceipt"]),
    ("upsell.upsellSession", &["cbf"]),
    ("upsell.upsellFlowId", &["cbfid"]),
    ("upsell.upsellPath", &["cbfpath"]),
];

impl FormNotification {
    /// Returns the text at a path of version 6 and later, or the text of a parameter by its own
    /// name (`cprodtitle`, `cvendthru.vtid`). None for what is absent or empty.
    ///
    /// A path of the later versions gives the value in their form: `totalOrderAmount` and similar
    /// paths give a decimal number in place of minor units (none where it cannot be read),
    /// `transactionTime` an RFC 3339 time, and `vendorVariables.NAME` a value of `cvendthru`. A
    /// parameter's own name gives the text as it came.
    #[must_use]
    pub fn lookup(&self, path: &FieldPath, zero_decimal: ZeroDecimal) -> Option<Cow<'_, str>> {
        let path = path.as_str();
        let order = |amount: Option<MinorUnits<'_>>| {
            let amount = amount?.amount(self.order_currency()?, zero_decimal).ok()?;
            Some(Cow::Owned(amount.to_string()))
        };
        match path {
            "version" => return Some(Cow::Owned(self.version().to_string())),
            "transactionTime" => return Some(Cow::Owned(self.transaction_time().to_string())),
            "totalAccountAmount" => {
                let amount = self.account_amount()?.amount(Currency::USD, zero_decimal).ok()?;
                return Some(Cow::Owned(amount.to_string()));
            }
            "totalOrderAmount" => return order(self.order_amount()),
            "totalTaxAmount" => return order(self.tax_amount()),
            "totalShippingAmount" => return order(self.shipping_amount()),
            "lineItems[0].paymentPlan.rebillAmount" => return order(self.rebill_amount()),
            "lineItems[0].recurring" => {
                let recurring = self.product_type()? == "RECURRING";
                return Some(Cow::Borrowed(if recurring { "true" } else { "false" }));
            }
            _ => {}
        }
        let inside = path
            .strip_prefix("vendorVariables.")
            .or(path.strip_prefix("cvendthru."));
        if let Some(name) = inside {
            return self.vend_through()?.value(name);
        }
        match PLACES.iter().find(|(place, _)| *place == path) {
            Some((_, names)) => names.iter().find_map(|name| self.text(name)).map(Cow::Borrowed),
            None => self.text(path).map(Cow::Borrowed),
        }
    }
}
