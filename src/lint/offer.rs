//! Warnings about an offer's URL, for every network.

use super::order::bare;
use super::told::missing;
use crate::config::Place;
use crate::network::Meaning;
use crate::scope::Field;
use crate::tracker::{Channel, Domain, Offer, Source, Tracker};
use crate::value::OfferId;
use alloc::{format, string::String, vec::Vec};

pub(super) fn lint(id: &OfferId, offer: &Offer, source: &Source, tracker: &Tracker, place: &Place<'_>) {
    super::pasted::lint(offer.url.as_str(), place);
    insecure(offer.url.as_str(), is_secure(tracker), place);
    let tells_it = offer.url.fields().any(|field| *field == Field::ClickId);
    if !tells_it && !source.protocol.judges_links() {
        place.problem(format!(
            "has no click id, so nothing that it sells can be attributed; add the parameter that the network gives back, as in \
             `{}={{clickid}}`",
            given_back(source).unwrap_or_else(|| "subid".into())
        ));
    }
    slots(id, offer, tracker, place);
}

/// The parameter of a link whose value comes back as the click id, where the pasted macro names it:
/// `sub1` for `{sub1}`, `s2` for `#s2#`.
fn given_back(source: &Source) -> Option<String> {
    let pairs = source.view().pasted_pairs();
    let (_, filled) = pairs
        .into_iter()
        .find(|(name, _)| source.names.meaning(name) == Some(Meaning::ClickId))?;
    let name = bare(filled);
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (!name.is_empty() && is_name).then(|| name.into())
}

/// Warns of macros whose slot is filled by no channel that sends visitors here.
fn slots(id: &OfferId, offer: &Offer, tracker: &Tracker, place: &Place<'_>) {
    let campaigns = tracker.tables.campaigns.values().filter(|campaign| {
        let offers = campaign.paths.iter().flat_map(|path| &path.offers);
        offers.into_iter().any(|(offered, _)| offered == id)
    });
    let channels = campaigns.filter_map(|campaign| tracker.tables.channels.get(&campaign.channel));
    let channels: Vec<&Channel> = channels.collect();
    let mut fields: Vec<&Field> = offer.url.fields().collect();
    fields.sort_unstable();
    fields.dedup();
    for field in fields {
        let mut empty = channels.iter().map(|channel| missing(field, channel));
        let Some(Some(first)) = empty.next() else { continue };
        if empty.all(|missing| missing.is_some()) {
            let name = first.name();
            place.problem(format!(
                "no channel that sends visitors here fills `{{{name}}}`, so it would be empty; add a row to the channel's `parameter` with {}, \
                 or take the macro out",
                first.row()
            ));
        }
    }
}

/// Warns about a domain's fallback, to which visitors are sent as they are to an offer.
pub(super) fn fallback(domain: &Domain, place: &Place<'_>) {
    if let Some(url) = &domain.fallback {
        insecure(url, is_https(&domain.url), &place.at("fallback"));
    }
}

/// Whether the tracker itself has `https`.
pub(super) fn is_secure(tracker: &Tracker) -> bool {
    tracker.tables.domains.values().any(|domain| is_https(&domain.url))
}

fn is_https(url: &str) -> bool {
    url.starts_with("https://")
}

/// Warns of `http` where the tracker itself has `https`.
fn insecure(url: &str, is_secure: bool, place: &Place<'_>) {
    if is_secure && url.starts_with("http://") {
        place.problem(
            "is `http`, and your domain has `https`: browsers warn of the step, and hide where the visitor came from; write `https` if the \
             page has it",
        );
    }
}
