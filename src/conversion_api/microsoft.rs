//! Microsoft Advertising's UET Conversions API: `POST /v1/{tag}/events`.
//!
//! Source: Microsoft's guide "UET Conversions API integration" (August 2026).

use super::frame::{frame, header};
use super::subject::{Subject, listed};
use super::told::Told;
use super::unsent::Unsent;
use crate::ad_id::click_id;
use crate::draft::{Draft, Members};
use crate::model::{ParameterRole, Platform, UserDatum};
use crate::outbound::{Hole, HoledText, Outbound};
use crate::value::SecretReference;
use alloc::{format, string::String};

/// The origin of the API.
pub(crate) const ORIGIN: &str = "https://capi.uet.microsoft.com";
/// The most events in one request.
pub(crate) const LIMIT: u32 = 1_000;
/// How many days old an event may be.
pub(crate) const OLDEST_DAYS: u32 = 7;

/// What is particular to an account at Microsoft Advertising.
#[derive(Debug)]
pub(crate) struct Terms {
    /// The number of the UET tag.
    pub(crate) tag: String,
    /// The page of its conversions.
    pub(crate) event_source_url: Option<String>,
    /// Whether the visitors agreed to the storage of advertising data; none where it is not said,
    /// which Microsoft takes as agreement.
    pub(crate) consent: Option<bool>,
}

/// What the frame of a request is made of.
pub(crate) struct Frame<'a> {
    pub(crate) origin: &'a str,
    pub(crate) tag: &'a str,
    pub(crate) token: &'a SecretReference,
    pub(crate) partner: Option<&'a str>,
}

impl Frame<'_> {
    /// The request without its items. Good events count although another one is refused.
    pub(crate) fn request(&self) -> Outbound {
        let mut body = HoledText::plain("{\"data\":[");
        body.push_hole(Hole::Items);
        let mut members = Members::default();
        members.json("continueOnValidationError", "true");
        members.some("dataProvider", self.partner);
        body.push_str("],");
        body.push_str(&members.into_text());
        body.push_str("}");
        let url = format!("{}/v1/{}/events", self.origin, self.tag);
        frame(url, [("authorization", header("Bearer ", self.token))], body)
    }
}

/// The click id.
pub(super) const CLICK_ID: (ParameterRole, &str) = (ParameterRole::Msclkid, "msclkid");

/// The id by which Microsoft knows the click.
pub(super) fn clicked(told: &Told<'_>) -> Option<String> {
    let id = told.click_parameter(ParameterRole::Msclkid)?;
    click_id(&ParameterRole::Msclkid, &id).ok().map(String::from)
}

/// Microsoft's names of what is told of a person.
pub(super) const USER_DATA: &[(UserDatum, &str)] = &[
    (UserDatum::Email, "em"),
    (UserDatum::Phone, "ph"),
    (UserDatum::ExternalId, "externalId"),
];

pub(super) fn write(terms: &Terms, subject: &Subject<'_>, draft: &mut Draft) -> Result<(), Unsent> {
    let Subject { told, name, id, .. } = *subject;
    let mut members = Members::default();
    members.text("eventType", "custom");
    members.text("eventName", name);
    members.text("eventId", id);
    members.seconds("eventTime", told.at());
    members.some("eventSourceUrl", terms.event_source_url.as_deref());
    match terms.consent {
        Some(true) => members.text("adStorageConsent", "G"),
        Some(false) => members.text("adStorageConsent", "D"),
        None => {}
    }
    draft.members(members);
    user_data(subject, draft)?;
    let mut members = Members::default();
    members.object("customData", &custom_data(subject));
    draft.members(members);
    Ok(())
}

fn user_data(subject: &Subject<'_>, draft: &mut Draft) -> Result<(), Unsent> {
    let Subject { told, person, .. } = *subject;
    let (mut plain, mut personal) = (Members::default(), Members::default());
    plain.some(CLICK_ID.1, clicked(told).as_deref());
    for (datum, name) in USER_DATA {
        personal.some(name, person.get(*datum));
    }
    if plain.is_empty() && personal.is_empty() {
        let platform = Platform::Microsoft;
        return Err(Unsent::TooLittle { platform });
    }
    personal.some("clientIpAddress", person.ip);
    personal.some("clientUserAgent", person.user_agent);
    draft.object("userData", plain, "user_data", personal);
    Ok(())
}

fn custom_data(subject: &Subject<'_>) -> Members {
    let Subject { told, value, .. } = *subject;
    let mut members = Members::default();
    if let Some(money) = value {
        members.amount("value", money.amount);
        members.text("currency", money.currency.as_str());
    }
    members.some("transactionId", told.order().as_deref());
    let mut item = Members::default();
    if let Some(ids) = told.parameter(&ParameterRole::ContentIds) {
        members.texts("itemIds", listed(ids));
        item.some("id", listed(ids).next());
    }
    item.some("name", told.parameter(&ParameterRole::ContentName));
    if !item.is_empty() {
        members.json("items", &format!("[{}]", item.into_object()));
    }
    members
}
