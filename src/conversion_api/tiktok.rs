//! TikTok's Events API 2.0: `POST /open_api/v1.3/event/track/`.
//!
//! Sources: TikTok's business API SDK and its template for server containers; a public adapter's
//! notes of August 2026, page by page against the seven pages of the Events API.

use super::frame::{frame, header};
use super::subject::{Subject, listed};
use super::unsent::Unsent;
use crate::ad_id::click_id;
use crate::draft::{Draft, Members};
use crate::model::{ParameterRole, Platform, UserDatum};
use crate::outbound::{Hole, HoledText, Outbound};
use crate::value::SecretReference;
use alloc::{format, string::String};

/// The origin of the API.
pub(crate) const ORIGIN: &str = "https://business-api.tiktok.com";
/// The version of the path. "2.0" is the name of the payload.
pub(crate) const VERSION: &str = "v1.3";
/// The most events in one request.
pub(crate) const LIMIT: u32 = 1_000;

/// What is particular to an account at TikTok.
#[derive(Debug)]
pub(crate) struct Terms {
    pub(crate) pixel: String,
    /// The page of its conversions, which TikTok needs.
    pub(crate) event_source_url: String,
    /// Whether TikTok processes its events under Limited Data Use.
    pub(crate) limited_data_use: bool,
}

/// What the frame of a request is made of.
pub(crate) struct Frame<'a> {
    pub(crate) origin: &'a str,
    pub(crate) version: &'a str,
    pub(crate) pixel: &'a str,
    pub(crate) token: &'a SecretReference,
    pub(crate) test_event_code: Option<&'a str>,
    pub(crate) partner: Option<&'a str>,
}

impl Frame<'_> {
    /// The request without its items.
    pub(crate) fn request(&self) -> Outbound {
        let mut members = Members::default();
        members.text("event_source", "web");
        members.text("event_source_id", self.pixel);
        members.some("partner_name", self.partner);
        members.some("test_event_code", self.test_event_code);
        let mut body = HoledText::plain("{");
        body.push_str(&members.into_text());
        body.push_str(",\"data\":[");
        body.push_hole(Hole::Items);
        body.push_str("]}");
        let url = format!("{}/open_api/{}/event/track/", self.origin, self.version);
        frame(url, [("access-token", header("", self.token))], body)
    }
}

/// The ids of a click and a browser.
pub(super) const CLICK_IDS: [(ParameterRole, &str); 2] =
    [(ParameterRole::Ttclid, "ttclid"), (ParameterRole::Ttp, "ttp")];

/// TikTok's names of what is told of a person.
pub(super) const USER: &[(UserDatum, &str)] = &[
    (UserDatum::Email, "email"),
    (UserDatum::Phone, "phone"),
    (UserDatum::FirstName, "first_name"),
    (UserDatum::LastName, "last_name"),
    (UserDatum::City, "city"),
    (UserDatum::State, "state"),
    (UserDatum::Zip, "zip_code"),
    (UserDatum::Country, "country"),
    (UserDatum::ExternalId, "external_id"),
];

pub(super) fn write(terms: &Terms, subject: &Subject<'_>, draft: &mut Draft) -> Result<(), Unsent> {
    let Subject { told, name, id, .. } = *subject;
    let mut members = Members::default();
    members.text("event", name);
    members.seconds("event_time", told.at());
    members.text("event_id", id);
    draft.members(members);
    // Limited Data Use needs the address of the visitor.
    if terms.limited_data_use && subject.person.ip.is_none() {
        let platform = Platform::TikTok;
        return Err(Unsent::LimitedDataUse { platform });
    }
    user(subject, draft)?;
    let mut page = Members::default();
    page.text("url", &terms.event_source_url);
    let mut members = Members::default();
    members.object("page", &page);
    members.object("properties", &properties(subject));
    if terms.limited_data_use {
        members.json("limited_data_use", "true");
    }
    draft.members(members);
    Ok(())
}

fn user(subject: &Subject<'_>, draft: &mut Draft) -> Result<(), Unsent> {
    let Subject { told, person, .. } = *subject;
    let (mut plain, mut personal) = (Members::default(), Members::default());
    for (role, name) in CLICK_IDS {
        let id = told.click_parameter(role.clone());
        plain.some(name, id.as_deref().and_then(|id| click_id(&role, id).ok()));
    }
    for (datum, name) in USER {
        personal.some(name, person.get(*datum));
    }
    let strong = [UserDatum::Email, UserDatum::Phone, UserDatum::ExternalId];
    let names_somebody = !plain.is_empty()
        || strong.iter().any(|datum| person.get(*datum).is_some())
        || (person.ip.is_some() && person.user_agent.is_some());
    if !names_somebody {
        let platform = Platform::TikTok;
        return Err(Unsent::TooLittle { platform });
    }
    personal.some("ip", person.ip);
    personal.some("user_agent", person.user_agent);
    draft.object("user", plain, "user_data", personal);
    Ok(())
}

fn properties(subject: &Subject<'_>) -> Members {
    let Subject { told, value, .. } = *subject;
    let mut members = Members::default();
    if let Some(money) = value {
        members.amount("value", money.amount);
        members.text("currency", money.currency.as_str());
    }
    members.some("order_id", told.order().as_deref());
    let ids = told.parameter(&ParameterRole::ContentIds);
    let mut content = Members::default();
    if let Some(ids) = ids {
        members.texts("content_ids", listed(ids));
        content.some("content_id", listed(ids).next());
    }
    content.some("content_name", told.parameter(&ParameterRole::ContentName));
    content.some("content_category", told.parameter(&ParameterRole::ContentCategory));
    if !content.is_empty() {
        members.json("contents", &format!("[{}]", content.into_object()));
        let kind = told.parameter(&ParameterRole::ContentType);
        members.text("content_type", kind.unwrap_or("product"));
    }
    if let Some(count) = told
        .parameter(&ParameterRole::NumItems)
        .and_then(|text| text.parse::<u32>().ok())
    {
        members.json("num_items", itoa::Buffer::new().format(count));
    }
    members
}
