//! The id by which a platform knows that a browser and a server tell of one event.

use crate::model::{Conversion, Entry};
use crate::value::TypeName;
use alloc::{format, string::String};

/// The id of an event of a conversion API: the order, a point and the conversion type, as in
/// `LPJ9VE42.Purchase`. The order is the receipt of the payment itself (`LPJ9VE42-B002` of a
/// rebill), else the network's event id or order number.
///
/// A platform counts an event of a browser and one of a server once if their ids are equal byte for
/// byte and their names are equal too. So a page that reports the same sale to the platform's pixel
/// makes the same id.
///
/// ```
/// use postback::conversion_api::event_id;
/// assert_eq!(event_id("LPJ9VE42", &"Purchase".parse()?), "LPJ9VE42.Purchase");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn event_id(order: &str, type_name: &TypeName) -> String {
    format!("{order}.{type_name}")
}

/// The id of a conversion's event.
pub(super) fn of(conversion: &Conversion) -> String {
    let shown: &Entry = &conversion.shown;
    let receipt = shown.payment();
    let named = receipt.as_ref().map(AsRef::<str>::as_ref);
    let order = named.or(shown.event_id.as_deref()).or(shown.order_id.as_deref());
    event_id(order.unwrap_or(conversion.id.as_str()), &shown.type_name)
}
