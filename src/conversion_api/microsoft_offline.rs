//! Microsoft Advertising's offline conversions: `POST
//! /CampaignManagement/v13/OfflineConversions/Apply`, and `OfflineConversionAdjustments/Apply`.
//!
//! Source: Microsoft's reference of the Campaign Management API (August 2026). There is no id of an
//! order: Microsoft knows a conversion by its click (or the person's hashes), its goal and its
//! second.

use super::frame::{frame, header};
use super::microsoft::clicked;
use super::subject::Subject;
use super::unsent::Unsent;
use crate::draft::{Draft, Members, clock};
use crate::model::{ParameterRole, Platform, UserDatum};
use crate::outbound::{Hole, HoledText, Outbound};
use crate::value::{Amount, SecretReference};
use alloc::{format, string::String};

/// The origin of the API.
pub(crate) const ORIGIN: &str = "https://campaign.api.bingads.microsoft.com";
/// The most conversions, or adjustments, in one request.
pub(crate) const LIMIT: u32 = 1_000;
/// How many days old a conversion may be.
pub(crate) const OLDEST_DAYS: u32 = 90;

/// What is particular to an account whose conversions are offline conversions.
#[derive(Debug)]
pub(crate) struct Terms {
    /// The number of the advertiser's account.
    pub(crate) account: String,
}

/// What the frames of requests are made of.
pub(crate) struct Frame<'a> {
    pub(crate) origin: &'a str,
    /// The number of the customer, who has the account.
    pub(crate) customer: &'a str,
    pub(crate) account: &'a str,
    pub(crate) token: &'a SecretReference,
    pub(crate) developer_token: &'a SecretReference,
}

impl Frame<'_> {
    /// The request for conversions, without its items.
    pub(crate) fn conversions(&self) -> Outbound {
        self.request("OfflineConversions")
    }

    /// The request for adjustments, without its items.
    pub(crate) fn adjustments(&self) -> Outbound {
        self.request("OfflineConversionAdjustments")
    }

    fn request(&self, list: &str) -> Outbound {
        let mut body = HoledText::plain(format!("{{\"{list}\":["));
        body.push_hole(Hole::Items);
        body.push_str("]}");
        let url = format!("{}/CampaignManagement/v13/{list}/Apply", self.origin);
        let headers = [
            ("authorization", header("Bearer ", self.token)),
            ("DeveloperToken", header("", self.developer_token)),
            ("CustomerId", HoledText::plain(self.customer)),
            ("CustomerAccountId", HoledText::plain(self.account)),
        ];
        frame(url, headers, body)
    }
}

/// The click id.
pub(super) const CLICK_ID: (ParameterRole, &str) = (ParameterRole::Msclkid, "MicrosoftClickId");

/// Microsoft's names of what is told of a person.
pub(super) const USER_DATA: &[(UserDatum, &str)] = &[
    (UserDatum::Email, "HashedEmailAddress"),
    (UserDatum::Phone, "HashedPhoneNumber"),
];

pub(super) fn write(subject: &Subject<'_>, draft: &mut Draft) -> Result<(), Unsent> {
    let mut members = Members::default();
    let click = clicked(subject.told);
    members.some(CLICK_ID.1, click.as_deref());
    members.text("ConversionName", subject.name);
    members.text("ConversionTime", &clock::utc(subject.moment.at));
    // Without a value the goal's own would be booked (a guess, by the sister rule of Google's).
    let value = subject.value.map_or(Amount::ZERO, |money| money.amount);
    members.amount("ConversionValue", value);
    if let Some(money) = subject.value {
        members.text("ConversionCurrencyCode", money.currency.as_str());
    }
    draft.members(members);
    let mut personal = Members::default();
    for (datum, name) in USER_DATA {
        personal.some(name, subject.person.get(*datum));
    }
    if click.is_none() && personal.is_empty() {
        let platform = Platform::Microsoft;
        return Err(Unsent::TooLittle { platform });
    }
    draft.whole("", "user_data", personal.into_text(), "");
    Ok(())
}

/// What Microsoft knows the conversion by, where it has a click id: goal, click and second.
pub(super) fn key(subject: &Subject<'_>) -> Option<String> {
    let click = clicked(subject.told)?;
    Some(format!("{} {click} {}", subject.name, clock::utc(subject.moment.at)))
}
