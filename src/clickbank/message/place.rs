//! Finds our click id in a notification.

use crate::clickbank::Settings;
use crate::clickbank::ins::Notification;
use crate::value::Query;
use alloc::{
    borrow::{Cow, ToOwned},
    collections::BTreeMap,
    format,
    string::String,
    vec::Vec,
};
use percent_encoding::percent_decode_str;

/// The values at the places of `click_id_from`, in their order. For a URL, as in
/// `lineItems[0].downloadUrl`, it is the tracking code in its query: `vtid`, or else `tid`.
pub(super) fn candidates<'a>(settings: &Settings, notification: &'a Notification) -> Vec<Cow<'a, str>> {
    let mut found = Vec::new();
    for path in &settings.click_id_from {
        if path.as_str() == "trackingCodes" {
            found.extend(notification.tracking_codes().map(Cow::Borrowed));
        } else if let Some(value) = notification.lookup(path) {
            match query_of_url(value) {
                Some(query) => found.extend(code_of(query).map(Cow::Owned)),
                // The values of `vendorVariables` arrive still percent-encoded (seen in captured
                // notifications).
                None => found.push(percent_decode_str(value).decode_utf8().unwrap_or(Cow::Borrowed(value))),
            }
        }
    }
    found
}

/// The problem of `[offer_source.names]` where the click id comes by notification.
pub(crate) fn unread_names(names: &BTreeMap<String, String>) -> String {
    let said =
        "renames the parameters of postbacks, but this source counts notifications, whose fields have fixed names";
    match names.get("clickid") {
        Some(name) => format!(
            "{said}; write `click_id_from = [\"vendorVariables.{}\"]` for a variable of your pay links instead",
            name.escape_debug()
        ),
        None => {
            format!(
                "{said}; a row of `parameter` with `macro = \"{{r}}\"` and `from` reads a field, and `click_id_from` says where the click id is"
            )
        }
    }
}

/// The query of a URL, which may be empty; none for a text that is not a URL.
fn query_of_url(value: &str) -> Option<&str> {
    let is_url = ["https://", "http://"].iter().any(|scheme| value.starts_with(scheme));
    let query = value.split_once('?').map_or("", |(_, query)| query);
    is_url.then(|| query.split('#').next().unwrap_or_default())
}

fn code_of(query: &str) -> Option<String> {
    let query = Query::parse_each(query.as_bytes()).ok()?;
    let code = |name| query.value(name).ok().flatten();
    code("vtid").or_else(|| code("tid")).map(ToOwned::to_owned)
}
