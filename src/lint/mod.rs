//! This module finds what compiles and is probably not what was meant. Begin with [`lint()`].
//! (Layer 4.)
//!
//! ```
//! use postback::{CompileOptions, Definition, Document, compile, lint::lint};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let document = Document::from_json(r#"{
//!         "version": 1, "currency": "USD",
//!         "domain": [{"id": "main", "url": "https://trk.example.com"}],
//!         "conversion_type": [{"name": "Sale", "default": true, "counts": "sale"}],
//!         "offer_source": [{"id": "network", "template": "generic", "default_status": "approved"}],
//!         "offer": [{"id": "book", "source": "network", "url": "https://shop.example.com/?c={clickid}"}],
//!         "traffic_channel": [{"id": "push", "template": "richpush"}],
//!         "campaign": [{"id": "summer", "channel": "push",
//!             "path": [{"offers": [{"offer": "book"}]}],
//!             "postback": [{"id": "sales", "types": ["Sale"]}]}]
//!     }"#)?;
//!     let tracker = compile(&document, &CompileOptions::default())?;
//!     let definition = Definition::from_document(&document)?;
//!     let warnings = lint(&definition, &tracker);
//!     assert!(warnings.iter().any(|warning| warning.path() == "offer_source[0]"));
//!     Ok(())
//! }
//! ```

mod campaign;
mod conversion_api;
mod inert;
mod offer;
mod order;
mod pasted;
mod recipe;
mod retention;
mod source;
mod told;
mod vanished;

use crate::config::{Place, Problem, Refusal, Report};
use crate::definition::{Definition, Times};
use crate::delivery::address::AddressPolicy;
use crate::model::{ParameterRole, Status};
use crate::tracker::Tracker;
use alloc::{format, vec::Vec};
use core::fmt;
use inert::inert;
pub use retention::forgotten_too_soon;
use told::Sending;
pub use vanished::{Vanished, vanished};

/// Something that compiles but is probably not what was meant, with its place.
///
/// Prints as one line:
/// `offer_source[0].tokens: anyone may send postbacks: there are neither tokens nor `allow_ips``
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Warning(Problem);

impl Warning {
    /// Where it is, as in `campaign[0].postback[1].types`; lists count from 0.
    #[must_use]
    pub fn path(&self) -> &str {
        self.0.path()
    }

    /// What is doubtful.
    #[must_use]
    pub fn message(&self) -> &str {
        self.0.message()
    }

    /// What was probably meant.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.0.suggestion()
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Warns of what compiles but is probably not what was meant, in the order of the definition's
/// parts. `tracker` is the compiled definition. It warns of:
///
/// - an offer source that accepts anyone, that sends no event id, that has no secret for its
///   notifications, that leaves transaction types or postbacks unmatched, that matches a word which
///   ClickBank does not send, or that gives ClickBank's earnings another currency;
///   a currency that an offer source names and that no rate converts to the account's
/// - `other` among the statuses that earn
/// - a policy that does not follow the orders whose event id the source names; an event id that is
///   the number of a goal; a status that holds the name of an event, or a word for money that is
///   taken back among those that earn
/// - a macro that ClickBank does not have or does not fill for this account, and one that would
///   read another amount as earnings in USD
/// - an open type whose policy lets anyone rewrite a conversion or take an event id, or that is not
///   open since `events` matches it elsewhere
/// - a role that is neither known nor one's own (`x_..`)
/// - a ClickBank offer through which no click id can return, or only a damaged one, or only where
///   nobody looks for it: the seller's code on a hoplink, the affiliate's on a pay link, an
///   affiliate's parameter without version 8.0, a seller's variable that `click_id_from` does not
///   name, a page that a hoplink or a pay link has led to; and a seller's offer that relies on the
///   affiliate's code
/// - an offer of any network without the click id, and one that is `http` where the tracker has
///   `https`; a domain with `https` whose fallback is `http`
/// - a channel's postback that does not tell the channel's click id, or tells our own in its place;
///   one to a private or loopback host, and one that is `http` where the tracker has `https`
/// - a macro whose slot no parameter of the channel fills
/// - in any of these URLs: a second `?`, or a value that begins or ends with a space; in a value
///   map, a blank or `REPLACE`
/// - macros to paste into a network without one for the click id or the amount; statuses that are
///   told apart where each makes a conversion of its own
/// - a condition on a parameter that is neither a macro nor in the table of an offer source; one on
///   the payout in another currency than the channel's
/// - a postback that covers steps and reversals because it names no type; one that differs by now
///   from its channel's template
/// - an account at an ad platform that no campaign uses, whose test code or check alone was left
///   in, that says nothing of consent to Google or Microsoft, whose custom event TikTok may drop,
///   or whose renewals share the action or the goal of a sale; a campaign that tells a platform
///   nothing by which it could know a person, or of sales that are not decided yet
/// - a campaign without a path
/// - clicks that are kept shorter than sales may come, or longer than events; events that are kept
///   shorter than sales may be taken back
/// - a part of the document that changes nothing yet
#[must_use]
pub fn lint(definition: &Definition, tracker: &Tracker) -> Vec<Warning> {
    lint_allowing(definition, tracker, &AddressPolicy::default())
}

/// Warns as [`lint()`] does, where the client that sends allows the destinations of this policy.
#[must_use]
pub fn lint_allowing(definition: &Definition, tracker: &Tracker, policy: &AddressPolicy) -> Vec<Warning> {
    let report = Report::default();
    let sending = Sending {
        is_secure: offer::is_secure(tracker),
        policy,
    };
    doubts(definition, &Place::root(&report), tracker, sending);
    report.into_problems().into_iter().map(Warning).collect()
}

fn doubts(definition: &Definition, root: &Place<'_>, tracker: &Tracker, sending: Sending<'_>) {
    earning(definition, &root.at("revenue_statuses"));
    if let Some(row) = &definition.retention {
        retention::lint(row, &root.at("retention"), tracker);
    }
    for (place, row) in root.rows("offer_source", &definition.offer_sources) {
        if let Some(source) = tracker.tables.sources.get(&row.id) {
            source::lint(row, &place, source, tracker);
        }
        roles(&place, row.parameters.iter().map(|row| row.role.as_ref()), |role| {
            !role.is_of_click()
        });
    }
    for (place, row) in root.rows("domain", &definition.domains) {
        if let Some(domain) = tracker.tables.domains.get(&row.id) {
            offer::fallback(domain, &place);
        }
    }
    for (place, row) in root.rows("offer", &definition.offers) {
        if let Some(offer) = tracker.tables.offers.get(&row.id)
            && let Some(source) = tracker.tables.sources.get(&offer.source)
        {
            let place = place.at("url");
            offer::lint(&row.id, offer, source, tracker, &place);
            source.protocol.lint_offer(&place, offer.url.as_str(), &source.view());
        }
    }
    let times = definition.offer_sources.iter().filter_map(|row| row.times.as_ref());
    let is_used = times.into_iter().any(Times::needs_the_accounts_zone);
    inert(definition.timezone.is_some() && !is_used, &root.at("timezone"));
    for (place, row) in root.rows("traffic_channel", &definition.traffic_channels) {
        roles(
            &place,
            row.parameters.iter().map(|row| row.role.as_ref()),
            ParameterRole::is_of_click,
        );
        inert(row.api.is_some(), &place.at("api"));
        if let Some(channel) = tracker.tables.channels.get(&row.id) {
            told::template(row, channel, sending, &place.at("postback"));
        }
    }
    conversion_api::lint(definition, root, tracker, sending.policy);
    recipe::lint(definition, root);
    campaign::lint(definition, root, tracker, sending);
}

/// Warns of the status of words that nothing names, where it earns.
fn earning(definition: &Definition, place: &Place<'_>) {
    let statuses = definition.revenue_statuses.iter().flatten();
    for (index, _) in statuses.enumerate().filter(|(_, status)| **status == Status::Other) {
        place.item(index).problem(
            "`other` stands for every status word that no row names, so any unknown word would earn, even one for a refusal; \
             leave it out, and map the words that earn in the source's `statuses`",
        );
    }
}

/// Warns of unknown roles in a parameter table, and of known ones that do not belong there.
/// `belongs` says which known roles do.
fn roles<'r>(
    row: &Place<'_>,
    roles: impl Iterator<Item = Option<&'r ParameterRole>>,
    belongs: fn(&ParameterRole) -> bool,
) {
    let parameters = row.at("parameter");
    for (index, role) in roles.enumerate() {
        let Some(role) = role else { continue };
        let place = parameters.item(index).at("role");
        match role {
            ParameterRole::Other(text) if text.starts_with("x_") => {}
            ParameterRole::Other(text) => {
                let message = format!(
                    "`{}` is not a known role; one of your own begins with `x_`",
                    text.escape_debug()
                );
                let known = ParameterRole::KNOWN.iter().copied();
                let near = known.filter(|word| ParameterRole::known(word).is_some_and(|role| belongs(&role)));
                place.refuse(Refusal::near(message, text, near));
            }
            known if belongs(known) => {}
            known => {
                let side = if known.is_of_click() {
                    "for a traffic channel's parameter, not for an offer source's"
                } else {
                    "for an offer source's parameter, not for a traffic channel's"
                };
                place.problem(format!("`{known}` is a role {side}"));
            }
        }
    }
}
