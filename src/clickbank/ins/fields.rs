//! Views of the parts of a notification: each method reads one key. Personal values are returned as
//! [`Pii`]; `Debug` shows none of the values.

use super::scalar::{Number, SourceTime};
use crate::clickbank::json::{Json, Members, Shape};
use crate::value::Pii;

/// The readers of a key. A key that is absent, null or of another type is none, and so is the empty
/// text. A caller that needs the difference prints the notification.
impl<'a> Json<'a> {
    pub(super) fn text(self, key: &str) -> Option<&'a str> {
        match self.member(key)?.shape() {
            Shape::Text(text) => Some(text).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// The text of a string, a number, `true` or `false`.
    pub(in crate::clickbank) fn scalar(self) -> Option<&'a str> {
        match self.shape() {
            Shape::Text(text) | Shape::Number(text) => Some(text),
            Shape::Bool(true) => Some("true"),
            Shape::Bool(false) => Some("false"),
            Shape::Null | Shape::List(_) | Shape::Object(_) => None,
        }
        .filter(|text| !text.is_empty())
    }

    /// A text that a system in between may have turned into a number.
    pub(super) fn label(self, key: &str) -> Option<&'a str> {
        self.member(key)?.scalar()
    }

    /// A value of another type is not treated as absent: it fails when the amount of its [`Number`]
    /// is read.
    pub(super) fn number(self, key: &str) -> Option<Number<'a>> {
        let json = self.member(key)?;
        match json.shape() {
            Shape::Null => None,
            Shape::List(_) | Shape::Object(_) => Some(Number("[..]")),
            _ => Some(Number(json.scalar().unwrap_or_default())),
        }
    }

    pub(super) fn count(self, key: &str) -> Option<u64> {
        match self.member(key)?.shape() {
            Shape::Number(text) => {
                let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
                fraction
                    .bytes()
                    .all(|digit| digit == b'0')
                    .then(|| whole.parse().ok())?
            }
            _ => None,
        }
    }

    pub(super) fn flag(self, key: &str) -> Option<bool> {
        match self.member(key)?.shape() {
            Shape::Bool(value) => Some(value),
            _ => None,
        }
    }

    pub(super) fn time(self, key: &str) -> Option<SourceTime> {
        SourceTime::parse(self.text(key)?)
    }

    pub(super) fn personal(self, key: &str) -> Option<Pii> {
        self.label(key).map(Pii::new)
    }

    pub(super) fn object(self, key: &str) -> Option<Self> {
        self.member(key).filter(|json| matches!(json.shape(), Shape::Object(_)))
    }

    /// The members, if this is an object.
    pub(in crate::clickbank) fn members(self) -> Option<Members<'a>> {
        match self.shape() {
            Shape::Object(members) => Some(members),
            _ => None,
        }
    }
}

/// Writes one method for each key. Its documentation begins with the key's own name.
macro_rules! fields {
    ($($(#[$meta:meta])* $method:ident -> $type:ty = $kind:ident($key:literal);)+) => {
        $(
            #[doc = concat!("`", $key, "`: ")]
            $(#[$meta])*
            #[must_use]
            pub fn $method(&self) -> Option<$type> {
                self.json().$kind($key)
            }
        )+
    };
}
pub(super) use fields;

macro_rules! view {
    ($(#[$meta:meta])* $name:ident { $($fields:tt)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name<'a>(pub(super) Json<'a>);

        impl<'a> $name<'a> {
            fn json(&self) -> Json<'a> {
                self.0
            }

            fields! { $($fields)+ }
        }
    };
}

view! {
    /// One line of the order. The prices, discounts, taxes and payouts of a line exist since
    /// version 7.
    LineItem {
        /// the seller's number of the product (SKU)
        item_number -> &'a str = label("itemNo");
        /// the product's name
        product_title -> &'a str = label("productTitle");
        /// whether it is sent by post
        shippable -> bool = flag("shippable");
        /// whether it is a subscription or a payment plan
        recurring -> bool = flag("recurring");
        /// the earnings of the receiver of the notification from this line, in USD
        account_amount -> Number<'a> = number("accountAmount");
        /// how many (absent in 2014)
        quantity -> u64 = count("quantity");
        /// where the buyer gets the product; the URL carries the buyer's name and e-mail address
        download_url -> Pii = personal("downloadUrl");
        /// what the line is (absent in 2014): `ORIGINAL`, the product that was clicked; `CART`, one
        /// of several in a cart; `BUMP`, added on the order form; `UPSELL`, bought in the flow
        /// after the order, downsells too (`STANDARD` and `TOKEN` are only in the REST interface)
        line_item_type -> &'a str = text("lineItemType");
        /// the price of the product
        product_price -> Number<'a> = number("productPrice");
        /// the discount on it
        product_discount -> Number<'a> = number("productDiscount");
        /// the tax on it
        tax_amount -> Number<'a> = number("taxAmount");
        /// the shipping of it
        shipping_amount -> Number<'a> = number("shippingAmount");
        /// whether the seller has to ship it
        shipping_liable -> bool = flag("shippingLiable");
        /// what the affiliate earns (the vendor's notification only)
        affiliate_payout -> Number<'a> = number("affiliatePayout");
        /// what the joint venture partner earns
        joint_venture_payout -> Number<'a> = number("jvPayout");
    }
}

impl<'a> LineItem<'a> {
    /// `paymentPlan`: only of a recurring line.
    #[must_use]
    pub fn payment_plan(&self) -> Option<PaymentPlan<'a>> {
        self.0.object("paymentPlan").map(PaymentPlan)
    }
}

view! {
    /// The subscription or payment plan of a line.
    PaymentPlan {
        /// `ACTIVE`, `COMPLETED` (all payments were made) or `CANCELED`, with one L
        rebill_status -> &'a str = text("rebillStatus");
        /// the time between two payments: `WEEKLY`, `BI_WEEKLY` (every two weeks), `MONTHLY`,
        /// `QUARTERLY`, `HALF_YEARLY`, `YEARLY`
        rebill_frequency -> &'a str = text("rebillFrequency");
        /// one payment, in the currency of the order
        rebill_amount -> Number<'a> = number("rebillAmount");
        /// payments made, this one included
        payments_processed -> u64 = count("paymentsProcessed");
        /// payments to come; 998 was seen for a plan without end
        payments_remaining -> u64 = count("paymentsRemaining");
        /// the time of the next payment, in the same form as `transactionTime`; none when the text
        /// is not a time
        next_payment_date -> SourceTime = time("nextPaymentDate");
    }
}

view! {
    /// The customer's shipping or billing details. An affiliate's notification has only the billing
    /// address.
    Contact {
        /// first name, often in capitals
        first_name -> Pii = personal("firstName");
        /// last name, often in capitals
        last_name -> Pii = personal("lastName");
        /// both, as typed
        full_name -> Pii = personal("fullName");
        /// telephone number
        phone_number -> Pii = personal("phoneNumber");
        /// e-mail address
        email -> Pii = personal("email");
    }
}

impl<'a> Contact<'a> {
    /// `address`: may be empty, as in the test of the settings.
    #[must_use]
    pub fn address(&self) -> Option<Address<'a>> {
        self.0.object("address").map(Address)
    }
}

view! {
    /// An address. The billing address has only state, postal code and country.
    Address {
        /// first line
        address1 -> Pii = personal("address1");
        /// second line
        address2 -> Pii = personal("address2");
        /// city
        city -> Pii = personal("city");
        /// county
        county -> Pii = personal("county");
        /// state or province; may be longer than two characters
        state -> Pii = personal("state");
        /// postal code
        postal_code -> Pii = personal("postalCode");
        /// country, two letters
        country -> &'a str = text("country");
    }
}

view! {
    /// The upsell flow to which the order belongs. The first sale of a flow may name itself as the
    /// original, or name none.
    Upsell {
        /// the receipt of the first sale of the flow; see
        /// [`Notification::parent_receipt`](super::Notification::parent_receipt)
        original_receipt -> &'a str = text("upsellOriginalReceipt");
        /// the number of the flow
        flow_id -> u64 = count("upsellFlowId");
        /// the name of the flow (since version 8)
        flow_name -> &'a str = text("upsellFlowName");
        /// the buyer's session in the flow
        session -> &'a str = label("upsellSession");
        /// the way through the flow
        path -> &'a str = label("upsellPath");
    }
}

view! {
    /// The click on the hoplink as ClickBank saw it (since version 8).
    CommonTracking {
        /// the time of the click, in RFC 3339 in UTC with nanoseconds; none when the text is not a
        /// time
        click_timestamp -> SourceTime = time("clickTimestamp");
        /// ClickBank's own id of the click, which is not the promoter's
        click_id -> &'a str = label("clickId");
        /// the browser's user agent (in lower case)
        user_agent -> Pii = personal("useragent");
        /// for example `Desktop`
        device_type -> &'a str = label("deviceType");
        /// the maker of the device
        device_brand -> &'a str = label("deviceBrand");
        /// the model of the device
        device_model -> &'a str = label("deviceModel");
        /// operating system
        os -> &'a str = label("os");
        /// its version; `??` was seen
        os_version -> &'a str = label("osVersion");
        /// browser
        browser -> &'a str = label("browser");
        /// its version
        browser_version -> &'a str = label("browserVersion");
        /// its language
        browser_language -> &'a str = label("browserLang");
        /// country, two letters
        country -> &'a str = label("country");
        /// region
        region -> &'a str = label("region");
        /// state
        state -> &'a str = label("state");
        /// city
        city -> Pii = personal("city");
        /// the page that the hoplink leads to
        cb_page -> &'a str = label("cbPage");
        /// for example `direct`
        tracking_type -> &'a str = label("trackingType");
    }
}

/// The parameters of a link, by ClickBank's own name of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkParameters<'a>(pub(super) Json<'a>);

impl<'a> LinkParameters<'a> {
    /// The parameter of that name; none when it is absent or empty.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&'a str> {
        self.0.label(name)
    }

    /// Every name with a text, in the order of the notification; empty ones are left out.
    pub fn pairs(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let members = self.0.members().into_iter().flatten();
        members.filter_map(|(name, value)| Some((name, value.scalar()?)))
    }
}
