//! The known parameters of a form, each with a method.

use super::money::MinorUnits;
use super::notification::FormNotification;
use super::vend_through::VendThrough;
use super::version::FormVersion;
use crate::value::{Currency, Pii, Timestamp};

/// The readers of a parameter: each reads the first of its names that is not empty.
impl FormNotification {
    fn plain(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.text(name))
    }

    fn personal(&self, names: &[&str]) -> Option<Pii> {
        self.plain(names).map(Pii::new)
    }

    fn money(&self, names: &[&str]) -> Option<MinorUnits<'_>> {
        self.plain(names).map(MinorUnits)
    }

    /// A number that cannot be read is none, as in the later versions.
    fn count(&self, names: &[&str]) -> Option<u64> {
        self.plain(names)?.parse().ok()
    }
}

/// Writes one method for each parameter. Its documentation begins with the parameter's own names.
macro_rules! parameters {
    ($($(#[$meta:meta])* $method:ident -> $type:ty = $kind:ident($first:literal $(, $other:literal)?);)+) => {
        impl FormNotification {
            $(
                #[doc = concat!("`", $first, "`", $(", else `", $other, "`",)? ": ")]
                $(#[$meta])*
                #[must_use]
                pub fn $method(&self) -> Option<$type> {
                    self.$kind(&[$first $(, $other)?])
                }
            )+
        }
    };
}

parameters! {
    /// the seller (in 4.0; older versions have the second name)
    vendor -> &str = plain("ctransvendor", "ctranspublisher");
    /// the promoter
    affiliate -> &str = plain("ctransaffiliate");
    /// the role of the receiver of this notification: `VENDOR` or `AFFILIATE`; absent in 1.0
    role -> &str = plain("ctransrole");
    /// the customer's payment method, in the words of the later versions
    payment_method -> &str = plain("ctranspaymentmethod");
    /// the language of the order form (since 4.0)
    order_language -> &str = plain("corderlanguage");
    /// the number of the product (SKU); a form is about one product
    item_number -> &str = plain("cproditem");
    /// the name of the product
    product_title -> &str = plain("cprodtitle");
    /// `STANDARD` (paid once), `RECURRING` (in several parts) or `PHYSICAL` (sent by post; in one
    /// receiver's list only)
    product_type -> &str = plain("cprodtype");
    /// the code of the link (`tid`): since 2.0, and by the second name in 1.0
    tracking_code -> &str = plain("ctid", "caffitid");

    /// the earnings of the receiver of the notification, in US cents (captured posts); absent in
    /// 1.0
    account_amount -> MinorUnits<'_> = money("caccountamount");
    /// what the customer paid, in minor units of [`FormNotification::order_currency`]; in 1.0 the
    /// only amount
    order_amount -> MinorUnits<'_> = money("corderamount", "ctransamount");
    /// the tax (since 4.0), assumed to be in the currency of the order
    tax_amount -> MinorUnits<'_> = money("ctaxamount");
    /// the shipping (since 4.0), assumed to be in the currency of the order
    shipping_amount -> MinorUnits<'_> = money("cshippingamount");

    /// `ACTIVE`, `COMPLETED` or `CANCELED`; only for a subscription, as is every following
    /// parameter of `rebill` and `payments`
    rebill_status -> &str = plain("crebillstatus");
    /// the time between two payments (since 4.0)
    rebill_frequency -> &str = plain("crebillfrequency");
    /// one payment, in minor units of the order's currency
    rebill_amount -> MinorUnits<'_> = money("crebillamnt");
    /// payments made, this one included
    payments_processed -> u64 = count("cprocessedpayments");
    /// payments to come
    payments_remaining -> u64 = count("cfuturepayments");

    /// the customer's name as it was typed; the second parameter is that of 1.0
    full_name -> Pii = personal("ccustfullname", "ccustname");
    /// e-mail address
    email -> Pii = personal("ccustemail");
    /// country, two letters
    country -> &str = plain("ccustcc");
}

impl FormNotification {
    /// `ccurrency`: the currency of the order's amounts. 1.0 does not name it. That version is
    /// older than all currencies but the dollar, so the dollar is assumed.
    #[must_use]
    pub fn order_currency(&self) -> Option<Currency> {
        match self.version() {
            FormVersion::V1 => Some(Currency::USD),
            _ => self.text("ccurrency")?.parse().ok(),
        }
    }

    /// `cnextpaymentdate`: the day of the next payment, `YYYY-MM-DD`; none when the text is not a
    /// day.
    #[must_use]
    pub fn next_payment_date(&self) -> Option<&str> {
        let is_day = |text: &&str| alloc::format!("{text}T00:00:00Z").parse::<Timestamp>().is_ok();
        self.text("cnextpaymentdate").filter(is_day)
    }

    /// `cvendthru`: the parameters of the link to the order form.
    #[must_use]
    pub fn vend_through(&self) -> Option<VendThrough<'_>> {
        self.text("cvendthru").map(VendThrough)
    }
}
