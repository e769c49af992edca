//! What ClickBank tells of a transaction, as text.

#[cfg(feature = "legacy-ins")]
use crate::clickbank::form::FormVersion;
use crate::clickbank::ins::{TransactionType, Version};
use crate::model::AccountRole;
use crate::text::push_json;
use crate::value::{Amount, Currency, Timestamp};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::time::Duration;

/// A transaction of one product, from which the text of a notification, a form's parameters and
/// those of a thank-you page are made. Set the public fields that matter to a test.
///
/// ```
/// use postback::clickbank::ins::Version;
/// use postback::testing::{Transaction, World};
///
/// let world = World::clickbank();
/// let mut sale = Transaction::new("SALE", "ABCD1234", "2026-04-01T00:30:00Z".parse()?);
/// sale.click = Some("c1".into());
/// sale.amount = "37.50".parse()?;
/// assert_eq!(world.notify(&sale.plaintext(&Version::V7)).outcome.as_str(), "applied");
/// assert_eq!(world.send(), ["GET https://channel.example.com/log?key=R1&price=37.5"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transaction {
    /// ClickBank's word: `SALE`, `RFND`, `BILL`, `TEST_SALE` ..
    pub kind: String,
    /// The receipt.
    pub receipt: String,
    /// When it happened; written in whole seconds.
    pub at: Timestamp,
    /// Who is told: the seller unless it is changed.
    pub role: AccountRole,
    /// The tracking code, which is where ClickBank gives a click id back.
    pub click: Option<String>,
    /// What the account earns, and here also what the buyer pays. ClickBank writes what is taken
    /// back (`RFND`, `CGBK`) below zero.
    pub amount: Amount,
    /// The currency in which the buyer pays; what the account earns is always in dollars.
    pub currency: Currency,
    /// The seller.
    pub vendor: String,
    /// The promoter.
    pub affiliate: String,
    /// The number of the product.
    pub item: String,
}

const TITLE: &str = "A product of the test";

impl Transaction {
    /// A transaction of the seller's, of 0 USD and without a click id.
    #[must_use]
    pub fn new(kind: &str, receipt: &str, at: Timestamp) -> Self {
        Self {
            kind: kind.into(),
            receipt: receipt.into(),
            at,
            role: AccountRole::Vendor,
            click: None,
            amount: Amount::ZERO,
            currency: Currency::USD,
            vendor: "seller".into(),
            affiliate: "promoter".into(),
            item: "1".into(),
        }
    }

    /// The text of a notification of version 6.0 or later, with the keys and the order of captured
    /// ones, for [`seal`](crate::testing::seal).
    #[must_use]
    pub fn plaintext(&self, version: &Version) -> String {
        let amount = self.amount;
        let mut text = format!(r#"{{"transactionTime":"{}""#, self.pacific(*version == Version::V6));
        let mut member = |name: &str, value: &str| {
            text.push_str(",\"");
            text.push_str(name);
            text.push_str("\":");
            text.push_str(value);
        };
        member("receipt", &quoted(&self.receipt));
        member("transactionType", &quoted(&self.kind));
        member("vendor", &quoted(&self.vendor));
        member("affiliate", &quoted(&self.affiliate));
        member("role", &quoted(self.role_text()));
        member("totalAccountAmount", &amount.to_string());
        member("paymentMethod", &quoted(self.payment_method()));
        member("totalOrderAmount", &amount.to_string());
        member("totalTaxAmount", "0.00");
        member("totalShippingAmount", "0.00");
        member("currency", &quoted(&self.currency.to_string()));
        member("orderLanguage", "\"EN\"");
        if let Some(click) = &self.click {
            member("trackingCodes", &format!("[{}]", quoted(click)));
        }
        let item = format!(
            r#"[{{"itemNo":{},"productTitle":"{TITLE}","shippable":false,"recurring":false,"accountAmount":{amount},"quantity":1,"lineItemType":"ORIGINAL"}}]"#,
            quoted(&self.item)
        );
        member("lineItems", &item);
        member("version", &number(version));
        member("attemptCount", "1");
        text.push('}');
        text
    }

    /// The parameters of a form of version 1.0 to 5.0, for
    /// [`sign_form`](crate::testing::sign_form). None for an amount with more than two decimals,
    /// which a form cannot tell.
    #[cfg(feature = "legacy-ins")]
    #[must_use]
    pub fn form(&self, version: &FormVersion) -> Option<Vec<(&'static str, String)>> {
        let units = self.amount.minor_units(2)?.to_string();
        let click = self.click.clone().unwrap_or_default();
        let mut form = Vec::from([
            ("ctransaction", self.kind.clone()),
            ("ctransreceipt", self.receipt.clone()),
            ("ctranstime", self.at.unix_seconds().to_string()),
            ("cproditem", self.item.clone()),
            ("cprodtitle", TITLE.into()),
            ("cprodtype", "STANDARD".into()),
            ("ctransaffiliate", self.affiliate.clone()),
            ("ctranspublisher", self.vendor.clone()),
            ("ctranspaymentmethod", self.payment_method().into()),
        ]);
        if *version == FormVersion::V1 {
            form.extend([("ctransamount", units), ("caffitid", click)]);
            return Some(form);
        }
        form.extend([
            ("ctransrole", self.role_text().into()),
            ("caccountamount", units.clone()),
            ("corderamount", units),
            ("ccurrency", self.currency.to_string()),
            ("ctid", click),
        ]);
        if *version != FormVersion::V2 {
            form.push(("cnoticeversion", version.to_string()));
        }
        Some(form)
    }

    /// The parameters of a thank-you page, for
    /// [`sign_thank_you`](crate::testing::sign_thank_you).
    #[must_use]
    pub fn thank_you(&self) -> Vec<(&'static str, String)> {
        Vec::from([
            ("item", self.item.clone()),
            ("cbreceipt", self.receipt.clone()),
            ("time", self.at.unix_seconds().to_string()),
            ("cbaffi", self.affiliate.clone()),
        ])
    }

    fn role_text(&self) -> &'static str {
        match self.role {
            AccountRole::Vendor => "VENDOR",
            AccountRole::Affiliate => "AFFILIATE",
        }
    }

    fn payment_method(&self) -> &'static str {
        match TransactionType::from(self.kind.as_str()).is_test() {
            true => "TEST",
            false => "VISA",
        }
    }

    /// ClickBank writes its own time, here always that of the winter: RFC 3339 in 6.0, the basic
    /// format since.
    fn pacific(&self, extended: bool) -> String {
        const WEST: Duration = Duration::from_secs(8 * 60 * 60);
        let seconds = Timestamp::from_unix_seconds(self.at.unix_seconds()).unwrap_or(self.at);
        let (local, offset) = match seconds.checked_sub(WEST) {
            Some(local) => (local, "-08:00"),
            None => (seconds, "+00:00"),
        };
        let text = local.to_string().replace('Z', offset);
        match extended {
            true => text,
            // The minus of the offset stays.
            false => {
                let (date_time, offset) = text.split_at_checked(19).unwrap_or((&text, ""));
                format!("{}{}", date_time.replace(['-', ':'], ""), offset.replace(':', ""))
            }
        }
    }
}

fn number(version: &Version) -> String {
    match version {
        Version::V6 => "6.0".into(),
        Version::V7 => "7.0".into(),
        Version::V8 => "8.0".into(),
        Version::Other(number) => number.clone(),
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    push_json(text, &mut quoted);
    quoted.push('"');
    quoted
}
