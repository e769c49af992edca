//! The known parameters of a form, a method each.

use super::{FormNotification, MinorUnits, ProductType, VendThrough};
use crate::clickbank::ins::{PaymentMethod, RebillFrequency, RebillStatus, Role};
use crate::value::{Currency, Pii, Timestamp};

/// How a parameter is read: the first of its names that is not empty.
impl FormNotification {
    fn plain(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.text(name))
    }

    fn personal(&self, names: &[&str]) -> Option<Pii> {
        self.plain(names).map(Pii::from)
    }

    fn word<T: for<'a> From<&'a str>>(&self, names: &[&str]) -> Option<T> {
        self.plain(names).map(T::from)
    }

    fn money(&self, names: &[&str]) -> Option<MinorUnits<'_>> {
        self.plain(names).map(MinorUnits)
    }

    /// A number that cannot be read is none, as for the later versions.
    fn count(&self, names: &[&str]) -> Option<u64> {
        self.plain(names)?.parse().ok()
    }
}

/// Writes one method for each parameter: its documentation begins with the parameter's own names.
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
    /// the seller (4.0, else the older name)
    vendor -> &str = plain("ctransvendor", "ctranspublisher");
    /// the promoter
    affiliate -> &str = plain("ctransaffiliate");
    /// whose notification this is; 1.0 does not say
    role -> Role = word("ctransrole");
    /// how the customer paid
    payment_method -> PaymentMethod = word("ctranspaymentmethod");
    /// the language of the order form (since 4.0)
    order_language -> &str = plain("corderlanguage");
    /// the number of the product (SKU); a form is about one product
    item_number -> &str = plain("cproditem");
    /// the name of the product
    product_title -> &str = plain("cprodtitle");
    /// paid once or in several parts
    product_type -> ProductType = word("cprodtype");
    /// the code of the link (`tid`): since 2.0, and of 1.0
    tracking_code -> &str = plain("ctid", "caffitid");

    /// what the receiver of the notification earns, in US cents (captured posts); 1.0 does not say
    account_amount -> MinorUnits<'_> = money("caccountamount");
    /// what the customer paid, in minor units of [`FormNotification::order_currency`]; of 1.0 the
    /// only amount
    order_amount -> MinorUnits<'_> = money("corderamount", "ctransamount");
    /// the tax (since 4.0), assumed to be in the currency of the order
    tax_amount -> MinorUnits<'_> = money("ctaxamount");
    /// the shipping (since 4.0), assumed to be in the currency of the order
    shipping_amount -> MinorUnits<'_> = money("cshippingamount");

    /// active, completed or cancelled; of a subscription alone, as all that follows of `rebill` and
    /// `payments`
    rebill_status -> RebillStatus = word("crebillstatus");
    /// the time between two payments (since 4.0)
    rebill_frequency -> RebillFrequency = word("crebillfrequency");
    /// one payment, in minor units of the order's currency
    rebill_amount -> MinorUnits<'_> = money("crebillamnt");
    /// payments made, this one included
    payments_processed -> u64 = count("cprocessedpayments");
    /// payments to come
    payments_remaining -> u64 = count("cfuturepayments");

    /// the buyer's session in the upsell flow (since 4.0)
    flow_session -> &str = plain("cbf");
    /// the number of the upsell flow (since 4.0)
    flow_id -> u64 = count("cbfid");
    /// the way through the upsell flow (since 4.0)
    flow_path -> &str = plain("cbfpath");

    /// the customer's name as typed; the second one is that of 1.0
    full_name -> Pii = personal("ccustfullname", "ccustname");
    /// first name, often in capitals (since 2.0)
    first_name -> Pii = personal("ccustfirstname");
    /// last name, often in capitals (since 2.0)
    last_name -> Pii = personal("ccustlastname");
    /// e-mail address
    email -> Pii = personal("ccustemail");
    /// first line of the address (since 2.0)
    address1 -> Pii = personal("ccustaddr1");
    /// second line (since 2.0)
    address2 -> Pii = personal("ccustaddr2");
    /// city (since 2.0)
    city -> Pii = personal("ccustcity");
    /// county (since 2.0)
    county -> Pii = personal("ccustcounty");
    /// state or province; may be longer than two characters
    state -> Pii = personal("ccuststate");
    /// postal code (since 2.0)
    postal_code -> Pii = personal("ccustzip");
    /// country, two letters
    country -> &str = plain("ccustcc");
    /// state of the address that the goods are sent to (since 2.0)
    shipping_state -> Pii = personal("ccustshippingstate");
    /// postal code of that address (since 2.0)
    shipping_postal_code -> Pii = personal("ccustshippingzip");
    /// country of that address, two letters (since 2.0)
    shipping_country -> &str = plain("ccustshippingcountry");
}

impl FormNotification {
    /// `ccurrency`: of the amounts of the order. 1.0 does not say; it is older than other
    /// currencies than the dollar, so that is assumed.
    #[must_use]
    pub fn order_currency(&self) -> Option<Currency> {
        match self.version() {
            super::FormVersion::V1 => Some(Currency::USD),
            _ => self.text("ccurrency")?.parse().ok(),
        }
    }

    /// `cnextpaymentdate`: the day of the next payment, `YYYY-MM-DD`; none when the text is no day.
    #[must_use]
    pub fn next_payment_date(&self) -> Option<&str> {
        let is_day = |text: &&str| alloc::format!("{text}T00:00:00Z").parse::<Timestamp>().is_ok();
        self.text("cnextpaymentdate").filter(is_day)
    }

    /// `cvendthru`: what stood behind the link to the order form.
    #[must_use]
    pub fn vend_through(&self) -> Option<VendThrough<'_>> {
        self.text("cvendthru").map(VendThrough)
    }
}
