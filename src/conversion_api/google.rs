//! Google Ads by the Data Manager API: `POST /v1/events:ingest`, and `GET
//! /v1/requestStatus:retrieve`, which says later what became of it.
//!
//! Sources: the protocol buffers of `google/ads/datamanager/v1` and Google's guides to them (2026).
//! That an event needs `eventSource` is known from answers of the API itself.

use super::frame::{frame, header};
use super::subject::{Subject, says_yes};
use super::unsent::Unsent;
use crate::ad_id::click_id;
use crate::draft::{Draft, Members};
use crate::model::{Method, ParameterRole, Platform, UserDatum};
use crate::outbound::{Encoding, Hole, HoledText, Outbound};
use crate::value::{Amount, SecretReference, Timestamp, TypeName};
use alloc::{
    borrow::Cow,
    collections::BTreeMap,
    format,
    string::{String, ToString},
};

/// The origin of the API.
pub(crate) const ORIGIN: &str = "https://datamanager.googleapis.com";
/// The most events in one request.
pub(crate) const LIMIT: u32 = 2_000;
/// The words for where a conversion happened.
pub(crate) const EVENT_SOURCES: &[&str] = &["WEB", "APP", "IN_STORE", "PHONE", "MESSAGE", "OTHER"];

/// What is particular to an account at Google Ads.
#[derive(Debug)]
pub(crate) struct Terms {
    /// The number of the advertiser's account, without dashes.
    pub(crate) account: String,
    /// Where its conversions happened.
    pub(crate) event_source: String,
    /// Where those of some types happened.
    pub(crate) event_sources: BTreeMap<TypeName, String>,
    pub(crate) consent: Consent,
}

/// Whether the person agreed that the data are used; none where it is not said.
#[derive(Debug, Clone, Default)]
pub(crate) struct Consent {
    /// To send user data to Google for advertising.
    pub(crate) ad_user_data: Option<bool>,
    /// To personalised advertising.
    pub(crate) ad_personalization: Option<bool>,
    /// The role of a parameter that says both for each conversion.
    pub(crate) role: Option<ParameterRole>,
}

/// What the frame of a request is made of.
pub(crate) struct Frame {
    pub(crate) origin: String,
    pub(crate) account: String,
    /// The manager's account through which it is reached.
    pub(crate) login_account: Option<String>,
    pub(crate) token: SecretReference,
    /// Whether the request is checked and nothing is counted.
    pub(crate) validate_only: bool,
}

impl Frame {
    /// The request without its items, for one conversion action.
    pub(crate) fn request(&self, action: &str) -> Outbound {
        let account = |number: &str| {
            let mut members = Members::default();
            members.text("accountType", "GOOGLE_ADS");
            members.text("accountId", number);
            members
        };
        let mut destination = Members::default();
        destination.object("operatingAccount", &account(&self.account));
        if let Some(number) = &self.login_account {
            destination.object("loginAccount", &account(number));
        }
        destination.text("productDestinationId", action);
        let mut body = HoledText::plain(format!(
            "{{\"destinations\":[{}],\"events\":[",
            destination.into_object()
        ));
        body.push_hole(Hole::Items);
        body.push_str("],\"encoding\":\"HEX\"");
        if self.validate_only {
            body.push_str(",\"validateOnly\":true");
        }
        body.push_str("}");
        let url = format!("{}/v1/events:ingest", self.origin);
        frame(url, [("authorization", header("Bearer ", &self.token))], body)
    }

    /// The request that asks what became of a receipt. What was only validated has none.
    pub(crate) fn check(&self) -> Option<Outbound> {
        if self.validate_only {
            return None;
        }
        let mut url = HoledText::plain(format!("{}/v1/requestStatus:retrieve?requestId=", self.origin));
        url.push_hole(Hole::Receipt {
            encoding: Encoding::Query,
        });
        let mut check = Outbound::new(Method::Get, url);
        check
            .headers
            .push(("authorization".into(), header("Bearer ", &self.token)));
        Some(check)
    }
}

/// The click ids, the one that says most first.
pub(super) const CLICK_IDS: [(ParameterRole, &str); 3] = [
    (ParameterRole::Gclid, "gclid"),
    (ParameterRole::Gbraid, "gbraid"),
    (ParameterRole::Wbraid, "wbraid"),
];

/// The parts of an address.
pub(super) const ADDRESS: [(&str, UserDatum); 4] = [
    ("givenName", UserDatum::FirstName),
    ("familyName", UserDatum::LastName),
    ("regionCode", UserDatum::Country),
    ("postalCode", UserDatum::Zip),
];

/// Google's names of what is told of a person.
pub(super) const USER_DATA: &[(UserDatum, &str)] = &[
    (UserDatum::Email, "emailAddress"),
    (UserDatum::Phone, "phoneNumber"),
    (UserDatum::FirstName, "givenName"),
    (UserDatum::LastName, "familyName"),
    (UserDatum::Country, "regionCode"),
    (UserDatum::Zip, "postalCode"),
];

pub(super) fn write(terms: &Terms, subject: &Subject<'_>, draft: &mut Draft) -> Result<(), Unsent> {
    let Subject { told, id, value, .. } = *subject;
    let mut members = Members::default();
    members.text("transactionId", id);
    members.text("eventTimestamp", &time(told.at()));
    let own = terms.event_sources.get(&told.conversion.shown.type_name);
    members.text("eventSource", own.unwrap_or(&terms.event_source));
    if let Some(money) = value {
        members.text("currency", money.currency.as_str());
    }
    // Without a value Google books the default value of the action.
    members.amount("conversionValue", value.map_or(Amount::ZERO, |money| money.amount));
    let ids = click_ids(subject);
    let has_click = !ids.is_empty();
    members.object("adIdentifiers", &ids);
    members.object("consent", &consent(terms, subject));
    draft.members(members);
    let identifiers = identifiers(subject);
    if !has_click && identifiers.is_empty() {
        let platform = Platform::Google;
        return Err(Unsent::TooLittle { platform });
    }
    draft.whole("\"userData\":{\"userIdentifiers\":[", "user_data", identifiers, "]}");
    let mut device = Members::default();
    device.some("userAgent", subject.person.user_agent);
    device.some("ipAddress", subject.person.ip);
    draft.whole("\"eventDeviceInfo\":{", "device", device.into_text(), "}");
    Ok(())
}

/// A time with its milliseconds, as `2026-03-08T10:00:00.250Z`.
fn time(at: Timestamp) -> String {
    let whole = Timestamp::from_unix_seconds(at.unix_seconds())
        .unwrap_or(at)
        .to_string();
    let millis = at.subsec_nanos() / 1_000_000;
    match whole.strip_suffix('Z') {
        Some(seconds) if millis > 0 => format!("{seconds}.{millis:03}Z"),
        _ => whole,
    }
}

/// The click id. Google takes one: a `gclid` says more than the other two.
pub(super) fn click_ids(subject: &Subject<'_>) -> Members {
    let mut members = Members::default();
    for (role, name) in CLICK_IDS {
        let id = subject.told.click_parameter(role.clone());
        if let Some(id) = id.as_deref().and_then(|id| click_id(&role, id).ok()) {
            members.text(name, id);
            break;
        }
    }
    members
}

/// Whether the person agreed, by Google's names of it; nothing where nothing is to be said.
pub(super) fn agreed(consent: &Consent, subject: &Subject<'_>) -> [(&'static str, Option<bool>); 2] {
    let Consent {
        ad_user_data,
        ad_personalization,
        role,
    } = consent;
    let word = role.as_ref().and_then(|role| {
        let of_click = || subject.told.click_parameter(role.clone());
        subject.told.parameter(role).map(Cow::Borrowed).or_else(of_click)
    });
    let said = word.as_deref().and_then(says_yes);
    // A word that is not understood may be a refusal, so that nothing is said in its place.
    let is_unclear = word.is_some() && said.is_none();
    [("adUserData", ad_user_data), ("adPersonalization", ad_personalization)]
        .map(|(name, fixed)| (name, said.or(*fixed).filter(|_| !is_unclear)))
}

fn consent(terms: &Terms, subject: &Subject<'_>) -> Members {
    let mut members = Members::default();
    for (name, said) in agreed(&terms.consent, subject) {
        match said {
            Some(true) => members.text(name, "CONSENT_GRANTED"),
            Some(false) => members.text(name, "CONSENT_DENIED"),
            None => {}
        }
    }
    members
}

/// The identifiers of a person, with commas between them. An address needs all its four parts.
fn identifiers(subject: &Subject<'_>) -> String {
    let person = subject.person;
    let mut all = String::new();
    let mut add = |members: Members| {
        if !all.is_empty() {
            all.push(',');
        }
        all.push_str(&members.into_object());
    };
    for (datum, name) in [(UserDatum::Email, "emailAddress"), (UserDatum::Phone, "phoneNumber")] {
        if let Some(text) = person.get(datum) {
            let mut members = Members::default();
            members.text(name, text);
            add(members);
        }
    }
    let mut address = Members::default();
    for (name, datum) in ADDRESS {
        address.some(name, person.get(datum));
    }
    if ADDRESS.iter().all(|(_, datum)| person.get(*datum).is_some()) {
        let mut members = Members::default();
        members.object("address", &address);
        add(members);
    }
    all
}
