//! Meta's Conversions API: `POST /{version}/{pixel}/events`.
//!
//! Sources: Meta's pages "Server event parameters", "Customer information parameters", "fbp and
//! fbc" and "Best practices" (as of 2026), and its Business SDK 26.

use super::frame::{frame, token};
use super::subject::{Subject, listed};
use super::unsent::Unsent;
use crate::ad_id::{fbc, fbp};
use crate::draft::{Draft, Members};
use crate::event::Kind;
use crate::model::{Entry, ParameterRole, Platform, UserDatum};
use crate::outbound::{Encoding, Hole, HoledText, Outbound};
use crate::value::{SecretReference, TypeName};
use alloc::{collections::BTreeMap, format, string::String, vec::Vec};

/// The origin of the API.
pub(crate) const ORIGIN: &str = "https://graph.facebook.com";
/// The version that is called where the account names none.
pub(crate) const VERSION: &str = "v25.0";
/// The oldest version that an account may name: v25.0 of February 2026. Meta promises two years for
/// each version of this API.
pub(crate) const OLDEST_VERSION: u32 = 25;
/// The most events in one request.
pub(crate) const LIMIT: u32 = 1_000;
/// The words for where a conversion happened.
pub(crate) const ACTION_SOURCES: &[&str] = &[
    "website",
    "app",
    "email",
    "phone_call",
    "chat",
    "physical_store",
    "system_generated",
    "business_messaging",
    "other",
];

/// What is particular to an account at Meta.
#[derive(Debug)]
pub(crate) struct Terms {
    pub(crate) pixel: String,
    /// Where its conversions happened.
    pub(crate) action_source: String,
    /// Where those of some types happened.
    pub(crate) action_sources: BTreeMap<TypeName, String>,
    /// The page of its conversions. An event of a website has one.
    pub(crate) event_source_url: Option<String>,
    /// Whether its events are for attribution alone, not for the optimisation of delivery.
    pub(crate) opt_out: bool,
    /// Whether Meta processes its events under Limited Data Use.
    pub(crate) limited_data_use: bool,
}

/// What the frame of a request is made of.
pub(crate) struct Frame<'a> {
    pub(crate) origin: &'a str,
    pub(crate) version: &'a str,
    pub(crate) pixel: &'a str,
    pub(crate) token: &'a SecretReference,
    pub(crate) app_secret: Option<&'a SecretReference>,
    pub(crate) test_event_code: Option<&'a str>,
    pub(crate) partner: Option<&'a str>,
}

impl Frame<'_> {
    /// The request without its items. The token stands in the body, as Meta allows: a URL is noted
    /// by whoever carries it.
    pub(crate) fn request(&self) -> Outbound {
        let mut body = HoledText::plain("{\"data\":[");
        body.push_hole(Hole::Items);
        let mut members = Members::default();
        members.some("test_event_code", self.test_event_code);
        members.some("partner_agent", self.partner);
        body.push_str("],");
        if !members.is_empty() {
            body.push_str(&members.into_text());
            body.push_str(",");
        }
        body.push_str("\"access_token\":\"");
        body.push_hole(token(self.token, Encoding::Json));
        if let Some(key) = self.app_secret {
            let mut message = HoledText::default();
            message.push_hole(token(self.token, Encoding::Verbatim));
            body.push_str("\",\"appsecret_proof\":\"");
            body.push_hole(Hole::Hmac {
                key: key.clone(),
                message,
            });
        }
        body.push_str("\"}");
        let url = format!("{}/{}/{}/events", self.origin, self.version, self.pixel);
        frame(url, [], body)
    }
}

impl Terms {
    /// How many days old an event may be when it arrives.
    pub(super) fn oldest_days(&self, shown: &Entry) -> u32 {
        if self.source_of(shown) == "physical_store" {
            62
        } else {
            7
        }
    }

    /// Where a conversion happened. A payment that renews itself happens on no page.
    fn source_of(&self, shown: &Entry) -> &str {
        match (self.action_sources.get(&shown.type_name), &shown.kind) {
            (Some(own), _) => own,
            (None, Kind::Rebill) if self.action_source == "website" => "system_generated",
            (None, _) => &self.action_source,
        }
    }
}

/// Meta's names of what is told of a person.
pub(super) const USER_DATA: &[(UserDatum, &str)] = &[
    (UserDatum::Email, "em"),
    (UserDatum::Phone, "ph"),
    (UserDatum::FirstName, "fn"),
    (UserDatum::LastName, "ln"),
    (UserDatum::Gender, "ge"),
    (UserDatum::DateOfBirth, "db"),
    (UserDatum::City, "ct"),
    (UserDatum::State, "st"),
    (UserDatum::Zip, "zp"),
    (UserDatum::Country, "country"),
    (UserDatum::ExternalId, "external_id"),
];

/// Sets of members that name nobody: Meta refuses an event that has only members of one of them
/// (its page "Best practices").
const TOO_LITTLE: &[&[&str]] = &[
    &["ct", "country", "st", "zp", "ge", "client_user_agent"],
    &["db", "client_user_agent"],
    &["fn", "ge"],
    &["ln", "ge"],
];

pub(super) fn write(terms: &Terms, subject: &Subject<'_>, draft: &mut Draft) -> Result<(), Unsent> {
    let Subject { told, name, id, .. } = *subject;
    let source = terms.source_of(&told.conversion.shown);
    if source == "website" && subject.person.user_agent.is_none() {
        return Err(Unsent::NoUserAgent);
    }
    let custom = custom_data(subject)?;
    let mut members = Members::default();
    members.text("event_name", name);
    members.seconds("event_time", told.at());
    members.text("event_id", id);
    members.text("action_source", source);
    members.some("event_source_url", terms.event_source_url.as_deref());
    if terms.opt_out {
        members.json("opt_out", "true");
    }
    if terms.limited_data_use {
        members.json("data_processing_options", "[\"LDU\"]");
        // 0 asks Meta to find the place by the address.
        members.json("data_processing_options_country", "0");
        members.json("data_processing_options_state", "0");
    }
    draft.members(members);
    user_data(subject, draft)?;
    let mut members = Members::default();
    members.object("custom_data", &custom);
    draft.members(members);
    Ok(())
}

fn user_data(subject: &Subject<'_>, draft: &mut Draft) -> Result<(), Unsent> {
    let Subject { told, person, .. } = *subject;
    let (mut plain, mut personal) = (Members::default(), Members::default());
    let mut names: Vec<&str> = Vec::new();
    let fbc = {
        let cookie = told.click_parameter(ParameterRole::Fbc);
        let fbclid = told.click_parameter(ParameterRole::Fbclid);
        fbc(cookie.as_deref(), fbclid.as_deref(), told.scope.click.at)
    };
    if let Ok(Some(fbc)) = fbc {
        plain.text("fbc", fbc.as_str());
        names.push("fbc");
    }
    let cookie = told.click_parameter(ParameterRole::Fbp);
    if let Ok(Some(fbp)) = fbp(cookie.as_deref()) {
        plain.text("fbp", fbp.as_str());
        names.push("fbp");
    }
    for (datum, name) in USER_DATA {
        if let Some(text) = person.get(*datum) {
            personal.text(name, text);
            names.push(name);
        }
    }
    for (name, value) in [
        ("client_ip_address", person.ip),
        ("client_user_agent", person.user_agent),
    ] {
        if let Some(value) = value {
            personal.text(name, value);
            names.push(name);
        }
    }
    if TOO_LITTLE.iter().any(|set| names.iter().all(|name| set.contains(name))) {
        let platform = Platform::Meta;
        return Err(Unsent::TooLittle { platform });
    }
    draft.object("user_data", plain, "user_data", personal);
    Ok(())
}

fn custom_data(subject: &Subject<'_>) -> Result<Members, Unsent> {
    let Subject { told, name, value, .. } = *subject;
    let mut members = Members::default();
    match value {
        Some(money) => {
            members.amount("value", money.amount);
            members.text("currency", money.currency.as_str());
        }
        None if name == "Purchase" => {
            let platform = Platform::Meta;
            return Err(Unsent::MissingValue { platform });
        }
        None => {}
    }
    members.some("order_id", told.order().as_deref());
    members.some("content_name", told.parameter(&ParameterRole::ContentName));
    if let Some(ids) = told.parameter(&ParameterRole::ContentIds) {
        members.texts("content_ids", listed(ids));
    }
    members.some("content_type", told.parameter(&ParameterRole::ContentType));
    members.some("content_category", told.parameter(&ParameterRole::ContentCategory));
    if let Some(count) = told
        .parameter(&ParameterRole::NumItems)
        .and_then(|text| text.parse::<u32>().ok())
    {
        members.json("num_items", itoa::Buffer::new().format(count));
    }
    Ok(members)
}
