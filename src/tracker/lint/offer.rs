//! Doubts about the URL of a ClickBank offer: whether the click id comes back.

use super::Warning;
use crate::tracker::compiled::{Offer, Source};
use alloc::{format, vec::Vec};

/// The parameters of a link that ClickBank gives back (clickbank-s2s facts, sections 2.2 and 2.4).
const RETURNED: &[&str] = &[
    "tid",
    "vtid",
    "extclid",
    "aff_sub1",
    "aff_sub2",
    "aff_sub3",
    "aff_sub4",
    "aff_sub5",
    "unique_aff_sub1",
    "unique_aff_sub2",
    "unique_aff_sub3",
    "unique_aff_sub4",
    "unique_aff_sub5",
];

pub(super) fn lint(path: &str, offer: &Offer, source: &Source, found: &mut Vec<Warning>) {
    if !source.clickbank_words {
        return;
    }
    let url = offer.url.as_str();
    let (place, host) = (format!("{path}.url"), host(offer.url.origin()));
    let hoplink = is_under(host, "hop.clickbank.net");
    let mut returns = false;
    for (name, value) in parameters(url).filter(|(_, value)| holds_click_id(value)) {
        if name == "vtid" && hoplink {
            let said = "`vtid` is the seller's and does not come back from a hoplink; write `tid={clickid}`";
            found.push(Warning::new(place.as_str(), said));
            return;
        }
        if matches!(name, "tid" | "vtid") && !matches!(value, "{clickid}" | "{_clickid}") {
            let said = format!(
                "`{name}={value}` holds more than the click id, and one character that ClickBank does not allow may drop the whole code; \
                 write `{name}={{clickid}}` and put the rest elsewhere"
            );
            found.push(Warning::new(place.as_str(), said));
        }
        returns = returns || RETURNED.contains(&name) || own_variable(source, host, name);
    }
    if !returns {
        let name = if hoplink { "tid" } else { "vtid" };
        found.push(Warning::new(
            place,
            format!("no click id can come back through this URL; add `{name}={{clickid}}`"),
        ));
    }
}

/// Whether a variable of a pay link is one of those that the source looks into.
fn own_variable(source: &Source, host: &str, name: &str) -> bool {
    let variable = format!("vendorVariables.{name}");
    is_under(host, "pay.clickbank.net") && source.click_id_paths.iter().any(|path| path.as_str() == variable)
}

fn host(origin: &str) -> &str {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    host.split_once(':').map_or(host, |(host, _)| host)
}

fn is_under(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The parameters of a template's query, as they are written.
fn parameters(url: &str) -> impl Iterator<Item = (&str, &str)> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

fn holds_click_id(value: &str) -> bool {
    ["{clickid}", "{_clickid}"].iter().any(|text| value.contains(text))
}
